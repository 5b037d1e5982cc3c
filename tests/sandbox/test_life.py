"""Life by days: a history is the sum of its days, and a night is lived once."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Account, DirectDebit, Hold, Posting, ScheduledPayment, StandingOrder, Unbooked
from bank.customers.models import User
from bank.sandbox.life import arriving, checking, histories, lives, nights
from bank.sandbox.models import Resident

NOW = datetime(2026, 8, 12, 12, tzinfo=UTC)
YESTERDAY = NOW.date() - timedelta(days=1)
PARTY = {"name": "Hollis Kitchens", "number": "20005512345678"}
DOCUMENT = {
    "customer": {"username": "dora", "password": "dora-pays", "name": "Dora Dean"},
    "months": 1,
    "accounts": [
        {
            "key": "everyday",
            "product": "everyday",
            "opens_with": "900.00",
            "limit": "200.00",
            "card": "4532100000001005",
        },
        {"key": "savings", "product": "instant-saver", "opens_with": "5000.00"},
    ],
    "income": [{"account": "everyday", "kind": "salary", "payer": PARTY, "amount": "1800", "text": "PAY", "day": 25}],
    "direct_debits": [
        {"account": "everyday", "collector": "fenwater", "reference": "FW1", "amount": "30.00", "day": 14},
        {"account": "everyday", "collector": "forge-gym", "reference": "FG1", "amount": "9000.00", "day": 20},
    ],
    "standing_orders": [
        {"account": "everyday", "to": {"account": "savings"}, "amount": "50", "reference": "S", "day": 13}
    ],
    "spending": [{"account": "everyday", "per_week": 14, "keeps": "100.00", "cash": "20.00"}],
    "scheduled_payments": [
        {"account": "everyday", "to": PARTY, "kind": "Execution", "in_days": 1, "amount": "12.00", "reference": "INV 1"}
    ],
}


MAGIC = {"account": "everyday", "days_ago": 1, "kind": "magic", "amount": "1", "text": "?"}


def life(**changes):
    document = checking.read(json.dumps(DOCUMENT | changes).encode())
    return lives.ready(document, arrived_on=NOW.date())


def come(one, *, until):
    arriving.arrive([one], until=until, now=NOW, using="default")
    return User.objects.get(username=one.username).pk


def spend_nights(customer_pk, *, until):
    while nights.live_next(customer_pk, until=until):
        pass


def row(one, key):
    return Account.objects.get(pk=one.spots[key].account_id)


def test_makes_the_same_of_a_history_by_days_as_of_the_whole(work):
    one, evening = life(), histories.Evening()
    events = [event for _, events in histories.tell([one], until=YESTERDAY, evening=evening) for event in events]

    spend_nights(come(one, until=one.begins_on - timedelta(days=1)), until=YESTERDAY)

    for key, spot in one.spots.items():
        account, told = row(one, key), evening.books.sums[spot.account_id]
        held = evening.books.held.get(spot.account_id, [])
        assert (account.booked_minor, account.accrued_micro) == (told.booked, told.accrued_micro)
        assert account.held_minor == sum(one.amount_minor for one in held)
        booked = [event for event in events if spot.account_id in {event.account_id, event.other_id}]
        assert Posting.objects.filter(account=account).count() == len(booked) >= 3
    assert [line.at for line in evening.refused] == [
        line.at for line in Unbooked.objects.filter(account=row(one, "everyday"), status="RJCT").order_by("at")
    ]


def test_lives_a_day_once(work):
    one = life(months=0)
    customer = come(one, until=YESTERDAY - timedelta(days=1))

    first, second = (nights.live_next(customer, until=YESTERDAY) for _ in range(2))

    assert (first, second) == (YESTERDAY, None)
    assert Posting.objects.filter(account=row(one, "savings")).count() == 1
    assert Resident.objects.get(pk=customer).lived_until == YESTERDAY


def test_books_in_the_next_night_what_was_bought(work):
    one = life(months=0)
    customer = come(one, until=YESTERDAY - timedelta(days=1))
    nights.live_next(customer, until=YESTERDAY)
    bought = {hold.for_order for hold in Hold.objects.filter(account=row(one, "everyday"))}

    nights.live_next(customer, until=NOW.date())

    booked = Posting.objects.filter(account=row(one, "everyday"), transfer__kind="card")
    assert bought
    assert {posting.transfer.for_order for posting in booked} == bought


def test_pays_what_was_scheduled_and_shows_it_no_more(work):
    one = life(months=0)

    spend_nights(come(one, until=YESTERDAY - timedelta(days=1)), until=NOW.date() + timedelta(days=1))

    paid = Posting.objects.filter(account=row(one, "everyday"), details__TransactionInformation="INV 1").get()
    assert paid.amount_minor == -12_00
    assert ScheduledPayment.objects.get(account=row(one, "everyday")).ended_at


def test_announces_what_is_due_and_notes_when_it_was_paid(work):
    one = life(months=0)
    spend_nights(come(one, until=YESTERDAY - timedelta(days=1)), until=NOW.date() - timedelta(days=1))
    customer = User.objects.get(username="dora").pk
    announced = Unbooked.objects.get(account=row(one, "everyday"), status="FUTR", ended_at=None, amount_minor=-30_00)

    spend_nights(customer, until=NOW.date() + timedelta(days=2))

    debit = DirectDebit.objects.get(account=row(one, "everyday"), name="Fenwater")
    order = StandingOrder.objects.get(account=row(one, "everyday"))
    announced.refresh_from_db()
    assert (announced.amount_minor, announced.at.day) == (-30_00, 14)
    assert announced.ended_at
    assert (debit.previous_minor, debit.previous_at.day, debit.next_at.month) == (30_00, 14, 9)
    assert (order.last_minor, order.next_at.month) == (50_00, 9)


def test_leaves_a_frozen_account_alone(work):
    one = life(months=0)
    customer = come(one, until=YESTERDAY - timedelta(days=1))
    nights.live_next(customer, until=YESTERDAY)
    Account.objects.filter(pk=one.spots["everyday"].account_id).update(status="Disabled")
    before = Posting.objects.filter(account=row(one, "everyday")).exclude(transfer__kind="card").count()

    spend_nights(customer, until=NOW.date() + timedelta(days=14))

    assert Posting.objects.filter(account=row(one, "everyday")).exclude(transfer__kind="card").count() == before
    assert row(one, "everyday").held_minor == 0


def test_collects_nothing_under_a_mandate_that_was_ended(work):
    one = life(months=0)
    customer = come(one, until=YESTERDAY - timedelta(days=1))
    DirectDebit.objects.filter(name="Fenwater", account=row(one, "everyday")).update(status="CANC")

    spend_nights(customer, until=NOW.date() + timedelta(days=3))

    codes = Posting.objects.filter(account=row(one, "everyday")).values_list("transfer__kind", flat=True)
    assert "direct-debit" not in codes


def test_makes_the_names_and_numbers_of_a_customer_from_the_document_alone():
    first, second = life(), life()

    assert {spot.account_id for spot in first.spots.values()} == {spot.account_id for spot in second.spots.values()}
    assert all(len(spot.identification) == 14 for spot in first.spots.values())


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"months": "two"}, ["months"]),
        ({"wealth": 1}, ["wealth"]),
        ({"accounts": [{"key": "a", "product": "gold"}], "income": []}, ["accounts[0].product"]),
        ({"spending": [{"account": "other", "per_week": 99}]}, ["spending[0].per_week"]),
        ({"spending": [{"account": "other", "per_week": 9}]}, ["spending[0].account"]),
        ({"direct_debits": [DOCUMENT["direct_debits"][0] | {"collector": "nobody"}]}, ["direct_debits[0].collector"]),
        ({"income": [DOCUMENT["income"][0] | {"weekday": 1}]}, ["income[0]"]),
        ({"odd_events": [MAGIC]}, ["odd_events[0].kind"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)  # fmt: skip
def test_tells_each_fault_of_a_document_with_its_path(change, paths):
    with pytest.raises(checking.wire.BodyInvalid) as refused:
        checking.read(json.dumps(DOCUMENT | change).encode())

    assert set(paths) <= {fault.path for fault in refused.value.faults}
