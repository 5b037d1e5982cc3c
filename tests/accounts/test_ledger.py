"""The ledger's functions: what each does, and what it refuses, in its order."""

from datetime import timedelta

import pytest

from accounts import ledger
from accounts.models import Account, Hold, HoldEnd, Posting, Transfer
from bank.money import Money
from tests.accounts import given

PAYEE = "UK.OBIE.SortCodeAccountNumber:20000012345678"


def pounds(text):
    return Money.parse(text, "GBP")


def reserve(account, amount, order, now):
    return ledger.reserve(
        account_id=account.pk, amount=amount, for_order=order, counterparty=PAYEE, details={"A": "B"}, now=now
    )


def settle(order, creditor, now):
    return ledger.settle(
        for_order=order,
        kind="payment",
        creditor_account_id=creditor.pk,
        creditor_counterparty="from alice",
        creditor_details={"C": "D"},
        now=now,
    )


def test_sets_money_aside_without_moving_it(work, now):
    alice = given.account(balance="100.00", now=now)

    reserve(alice, pounds("60.00"), given.order_id(), now)

    alice.refresh_from_db()
    assert (alice.booked_minor, alice.held_minor) == (100_00, 60_00)
    assert ledger.available(alice) == pounds("40.00")


def test_refuses_more_than_is_left_with_the_overdraft(work, now):
    alice = given.account(balance="100.00", overdraft="50.00", now=now)
    reserve(alice, pounds("100.00"), given.order_id(), now)

    with pytest.raises(ledger.InsufficientFunds):
        reserve(alice, pounds("50.01"), given.order_id(), now)

    reserve(alice, pounds("50.00"), given.order_id(), now)
    alice.refresh_from_db()
    assert ledger.available(alice) == pounds("0.00")


@pytest.mark.parametrize(
    ("status", "currency", "code"),
    [("Disabled", "GBP", "AC06"), ("Deleted", "GBP", "AC04"), ("Enabled", "EUR", "AM03"), ("Disabled", "EUR", "AC06")],
)
def test_refuses_an_account_that_cannot_be_used(work, now, status, currency, code):
    alice = given.account(balance="100.00", now=now)
    Account.objects.filter(pk=alice.pk).update(status=status)

    with pytest.raises(ledger.AccountUnusable) as refused:
        reserve(alice, Money(500_00, currency), given.order_id(), now)

    assert refused.value.code == code
    assert not Hold.objects.filter(account=alice).exists()


def test_refuses_an_account_that_is_unknown(work, now):
    with pytest.raises(ledger.AccountUnusable) as refused:
        reserve(Account(pk="acc_nowhere"), pounds("1.00"), given.order_id(), now)

    assert refused.value.code == "AC01"


def test_gives_back_what_was_set_aside_once(work, now):
    alice, order = given.account(balance="100.00", now=now), given.order_id()
    reserve(alice, pounds("60.00"), order, now)

    ledger.release(for_order=order, now=now)

    alice.refresh_from_db()
    assert (alice.booked_minor, alice.held_minor) == (100_00, 0)
    with pytest.raises(ledger.HoldNotOpen):
        ledger.release(for_order=order, now=now)
    with pytest.raises(ledger.HoldNotOpen):
        settle(order, given.account(now=now), now)


@pytest.mark.parametrize("alice_is_first", [True, False])
def test_posts_what_was_set_aside_to_the_creditor(work, now, alice_is_first):
    first, second = given.account(balance="100.00", now=now), given.account(balance="100.00", now=now)
    alice, bob = (first, second) if alice_is_first else (second, first)
    order = given.order_id()
    reserve(alice, pounds("60.00"), order, now)

    transfer_id = settle(order, bob, now + timedelta(seconds=1))

    given.check_constraints()
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.booked_minor, alice.held_minor, bob.booked_minor) == (40_00, 0, 160_00)
    assert HoldEnd.objects.get(hold__for_order=order).transfer_id == transfer_id
    assert Transfer.objects.get(pk=transfer_id).for_order == order
    rows = Posting.objects.filter(transfer=transfer_id).order_by("amount_minor")
    assert [(row.account_id, row.amount_minor, row.balance_minor, row.counterparty, row.details) for row in rows] == [
        (alice.pk, -60_00, 40_00, PAYEE, {"A": "B"}),
        (bob.pk, 60_00, 160_00, "from alice", {"C": "D"}),
    ]


def test_posts_nothing_twice(work, now):
    alice, bob, order = given.account(balance="100.00", now=now), given.account(now=now), given.order_id()
    reserve(alice, pounds("60.00"), order, now)
    settle(order, bob, now)

    with pytest.raises(ledger.HoldNotOpen):
        settle(order, bob, now)

    bob.refresh_from_db()
    assert bob.booked_minor == 60_00


def test_posts_nothing_to_an_account_that_is_blocked(work, now):
    alice, bob, order = given.account(balance="100.00", now=now), given.account(now=now), given.order_id()
    Account.objects.filter(pk=bob.pk).update(status="Disabled")
    reserve(alice, pounds("60.00"), order, now)

    with pytest.raises(ledger.AccountUnusable) as refused:
        settle(order, bob, now)

    alice.refresh_from_db()
    assert (refused.value.code, alice.booked_minor, alice.held_minor) == ("AC06", 100_00, 60_00)


def test_lets_the_bank_settle_with_a_scheme_below_zero(work, now):
    alice, order = given.account(balance="100.00", now=now), given.order_id()
    reserve(alice, pounds("60.00"), order, now)
    nostro = Account.objects.get(pk=ledger.settlement_account(order))
    before = nostro.booked_minor

    settle(order, nostro, now)

    nostro.refresh_from_db()
    assert nostro.booked_minor == before + 60_00


def test_moves_all_legs_of_a_transfer_or_none(work, now):
    alice, bob = given.account(balance="100.00", now=now), given.account(now=now)
    legs = [ledger.Leg(account_id=alice.pk, amount_minor=-100_01), ledger.Leg(account_id=bob.pk, amount_minor=100_01)]

    with pytest.raises(ledger.InsufficientFunds):
        ledger.transfer(kind="card", legs=legs, now=now)

    assert not Posting.objects.filter(account=bob).exists()


def test_counts_several_legs_of_one_account_together(work, now):
    alice, bob = given.account(balance="100.00", now=now), given.account(now=now)
    legs = [
        ledger.Leg(account_id=alice.pk, amount_minor=-150_00),
        ledger.Leg(account_id=alice.pk, amount_minor=60_00),
        ledger.Leg(account_id=bob.pk, amount_minor=90_00),
    ]

    ledger.transfer(kind="card", legs=legs, now=now)

    given.check_constraints()
    alice.refresh_from_db()
    assert alice.booked_minor == 10_00


def test_refuses_a_transfer_that_does_not_sum_to_zero(work, now):
    with pytest.raises(AssertionError, match="sum to zero"):
        ledger.transfer(kind="card", legs=[ledger.Leg(account_id="acc_x", amount_minor=1)], now=now)


def test_refuses_a_transfer_of_two_currencies(work, now):
    alice, bob = given.account(balance="100.00", now=now), given.account(currency="EUR", now=now)
    legs = [ledger.Leg(account_id=alice.pk, amount_minor=-1), ledger.Leg(account_id=bob.pk, amount_minor=1)]

    with pytest.raises(ledger.AccountUnusable) as refused:
        ledger.transfer(kind="card", legs=legs, now=now)

    assert refused.value.code == "AM03"


def test_books_nothing_before_what_is_booked(work, now):
    alice = given.account(balance="100.00", now=now)
    legs = [
        ledger.Leg(account_id=alice.pk, amount_minor=-1),
        ledger.Leg(account_id=ledger.settlement_account("late"), amount_minor=1),
    ]

    ledger.transfer(kind="card", legs=legs, now=now - timedelta(days=400))

    newest = Posting.objects.filter(account=alice).order_by("-booked_at", "-id").first()
    assert (newest.amount_minor, newest.booked_at) == (-1, now)


def test_finds_open_holds_behind_any_number_of_ended_ones(work, now, monkeypatch):
    monkeypatch.setattr(ledger, "HOLDS_PAGE_ROWS", 3)
    alice, orders = given.account(balance="100.00", now=now), [given.order_id() for _ in range(10)]
    for index, order in enumerate(orders):
        reserve(alice, pounds("1.00"), order, now + timedelta(seconds=index))
    for order in orders[2:8]:
        ledger.release(for_order=order, now=now)
    alice.refresh_from_db()

    found = ledger.open_holds(alice)

    assert [hold.for_order for hold in found] == [orders[9], orders[8], orders[1], orders[0]]


def test_knows_its_own_accounts_by_sort_code_and_number(work, now):
    alice = given.account(now=now)

    found = ledger.find_by_identification("UK.OBIE.SortCodeAccountNumber", alice.identification)

    assert found == alice.pk
    assert ledger.find_by_identification("UK.OBIE.IBAN", alice.identification) is None
    assert ledger.find_by_identification("UK.OBIE.SortCodeAccountNumber", "20000012345678") is None
    assert ledger.find_by_identification("UK.OBIE.SortCodeAccountNumber", "04009900000000") is None


def test_reserves_and_settles_in_one_statement_each(work, now, django_assert_num_queries):
    alice, bob, order = given.account(balance="100.00", now=now), given.account(now=now), given.order_id()

    with django_assert_num_queries(1):
        reserve(alice, pounds("60.00"), order, now)
    with django_assert_num_queries(1):
        settle(order, bob, now)
