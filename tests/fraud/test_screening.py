"""The policy over what the rules find, and a screening from the ledger to the kept decision."""

import itertools
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import ledger
from accounts.models import Account
from bank import ids
from bank.money import Money
from bank.outbox import unit
from fraud import cases, facts, payees, rules, screening
from fraud.facts import Facts
from fraud.models import Case, Decision, PayeeMark
from fraud.rules import Finding, Signal
from tests import people

CLEAR, NOTICE, ALARM = Signal.CLEAR, Signal.NOTICE, Signal.ALARM
LANDLORD, STRANGER = (f"UK.OBIE.SortCodeAccountNumber:2000001234567{digit}" for digit in "89")


def ninety_days(now: datetime) -> Account:
    """Alice's account: coffee every day, rent every month to the landlord, about three thousand pounds left."""
    opened = now - timedelta(days=100)
    account = people.account(people.customer(now=opened), balance_minor=700_000, limit_minor=50_000, now=opened)
    for day in range(89, 0, -1):
        pay(account, 350 + day, "UK.OBIE.SortCodeAccountNumber:20000055555555", at=now - timedelta(days=day, hours=2))
        if day in {80, 60, 40, 25, 5}:
            pay(account, 80_000, LANDLORD, at=now - timedelta(days=day, hours=1))
    account.refresh_from_db()
    return account


def pay(account: Account, minor: int, counterparty: str, *, at: datetime) -> None:
    outside = ledger.settlement_account("outside")
    legs = [
        ledger.Leg(account_id=account.pk, amount_minor=-minor, counterparty=counterparty),
        ledger.Leg(account_id=outside, amount_minor=minor),
    ]
    ledger.transfer(kind="payment", legs=legs, now=at)


def order(account: Account, minor: int, counterparty: str, *, at: datetime) -> str:
    """Set money aside as a submitted order does."""
    for_order = ids.new("pay")
    ledger.reserve(
        account_id=account.pk,
        amount=Money(minor, "GBP"),
        for_order=for_order,
        counterparty=counterparty,
        details={},
        now=at,
    )
    return for_order


def gather(account: Account, minor: int, counterparty: str, *, for_order: str, now: datetime) -> Facts:
    return facts.gather(
        for_order=for_order,
        account_id=account.pk,
        amount=Money(minor, "GBP"),
        counterparty=counterparty,
        payee_name="Bob",
        now=now,
    )


def screen(account: Account, minor: int, counterparty: str, *, now: datetime) -> Decision:
    for_order = order(account, minor, counterparty, at=now)
    return screening.screen(
        for_order=for_order,
        account_id=account.pk,
        amount=Money(minor, "GBP"),
        counterparty=counterparty,
        payee_name="Bob",
        now=now,
    )


def findings(**signals: Signal) -> list[Finding]:
    by_name = {name.replace("_", "-"): signal for name, signal in signals.items()}
    return [Finding(rule=name, signal=by_name.get(name, CLEAR), reason="") for name in rules.RULES]


@pytest.mark.parametrize(
    ("signals", "outcome"),
    [
        ({}, "allow"),
        ({"amount": NOTICE}, "allow"),
        ({"amount": ALARM}, "allow"),
        ({"new_payee": NOTICE}, "allow"),
        ({"velocity": NOTICE}, "allow"),
        ({"drained": NOTICE}, "allow"),
        ({"marked_payee": ALARM}, "reject"),
        ({"marked_payee": ALARM, "amount": ALARM, "new_payee": NOTICE}, "reject"),
        ({"amount": NOTICE, "new_payee": NOTICE}, "allow"),
        ({"amount": ALARM, "new_payee": NOTICE}, "hold"),
        ({"drained": NOTICE, "new_payee": NOTICE}, "allow"),
        ({"velocity": NOTICE, "new_payee": NOTICE}, "allow"),
        ({"amount": NOTICE, "drained": NOTICE}, "allow"),
        ({"amount": ALARM, "drained": NOTICE}, "hold"),
        ({"amount": NOTICE, "new_payee": NOTICE, "drained": NOTICE}, "hold"),
        ({"amount": NOTICE, "new_payee": NOTICE, "velocity": NOTICE}, "hold"),
        ({"velocity": NOTICE, "new_payee": NOTICE, "drained": NOTICE}, "allow"),
    ],
)
def test_policy_holds_and_rejects_by_its_table(signals: dict[str, Signal], outcome: str) -> None:
    decided, why = screening.decide(findings(**signals))

    assert decided == outcome
    assert why


def test_policy_never_grows_milder_when_a_rule_grows_louder() -> None:
    severity = {"allow": 0, "hold": 1, "reject": 2}
    names = list(rules.RULES)
    for levels in itertools.product(Signal, repeat=len(names)):
        signals = dict(zip(names, levels, strict=True))
        quiet = severity[screening.decide(findings(**signals))[0]]
        for name in names:
            louder = severity[screening.decide(findings(**{**signals, name: ALARM}))[0]]

            assert quiet <= louder, (signals, name)


def test_policy_names_only_rules_that_exist() -> None:
    assert {name for policy in screening.POLICIES for name in policy.signs} == set(rules.RULES)


def test_reads_the_facts_of_a_payment_by_one_statement(
    work: unit.Unit, now: datetime, django_assert_num_queries
) -> None:
    alice = ninety_days(now)
    earlier = order(alice, 10_00, STRANGER, at=now - timedelta(minutes=30))
    for_order = order(alice, 12_34, STRANGER, at=now)

    with django_assert_num_queries(1):
        found = gather(alice, 12_34, STRANGER, for_order=for_order, now=now)

    assert found == Facts(
        amount_minor=12_34,
        currency="GBP",
        counterparty=STRANGER,
        payee_name="Bob",
        past_payments=94,
        usual_minor=397,
        high_minor=80_000,
        payee_high_minor=None,
        payee_paid_since=None,
        payments_last_hour=1,
        payments_last_day=1,
        payee_last_day_minor=10_00,
        available_minor=alice.booked_minor + 50_000 - 10_00,
        mark=None,
    )
    assert earlier != for_order


def test_knows_since_when_a_payee_is_paid(work: unit.Unit, now: datetime) -> None:
    alice = ninety_days(now)

    found = gather(alice, 800_00, LANDLORD, for_order="pay_none", now=now)

    assert found.payee_high_minor == 800_00
    assert found.payee_paid_since == (now - timedelta(days=80, hours=1)).isoformat()


@pytest.mark.parametrize(
    ("placed", "hour", "day"),
    [
        (timedelta(0), 0, 0),
        (timedelta(microseconds=1), 1, 1),
        (timedelta(hours=1), 1, 1),
        (timedelta(hours=1, microseconds=1), 0, 1),
        (timedelta(days=1), 0, 1),
        (timedelta(days=1, microseconds=1), 0, 0),
    ],
)
def test_counts_in_half_open_windows(work: unit.Unit, now: datetime, placed: timedelta, hour: int, day: int) -> None:
    alice = people.account(people.customer(now=now), now=now)
    order(alice, 1_00, STRANGER, at=now - placed)

    found = gather(alice, 1_00, STRANGER, for_order="pay_another", now=now)

    assert (found.payments_last_hour, found.payments_last_day) == (hour, day)


def test_counts_a_refused_payment_as_tried_but_not_as_paid(work: unit.Unit, now: datetime) -> None:
    alice = people.account(people.customer(now=now), now=now)
    refused = order(alice, 5_00, STRANGER, at=now - timedelta(minutes=5))
    ledger.release(for_order=refused, now=now - timedelta(minutes=4))

    found = gather(alice, 1_00, STRANGER, for_order="pay_another", now=now)

    assert (found.payments_last_hour, found.payee_last_day_minor) == (1, 0)


def test_lets_an_ordinary_payment_to_somebody_new_go(work: unit.Unit, now: datetime) -> None:
    decision = screen(ninety_days(now), 12_34, STRANGER, now=now)

    assert decision.outcome == "allow"
    assert decision.reasons() == ["the first payment to this payee"]
    assert not Case.objects.filter(for_order=decision.for_order).exists()


def test_lets_the_rent_go(work: unit.Unit, now: datetime) -> None:
    assert screen(ninety_days(now), 800_00, LANDLORD, now=now).outcome == "allow"


def test_holds_a_large_payment_to_somebody_new_and_opens_a_case(work: unit.Unit, now: datetime) -> None:
    decision = screen(ninety_days(now), 2_500_00, STRANGER, now=now)

    assert decision.outcome == "hold"
    assert Case.objects.get(for_order=decision.for_order).state == Case.State.OPEN


def test_holds_the_last_part_of_a_large_payment_that_was_split(work: unit.Unit, now: datetime) -> None:
    alice = ninety_days(now)
    parts = [screen(alice, 500_00, STRANGER, now=now + timedelta(minutes=part)) for part in range(5)]

    assert [part.outcome for part in parts] == ["allow", "allow", "allow", "allow", "hold"]


def test_rejects_a_payment_to_a_marked_payee(work: unit.Unit, now: datetime) -> None:
    payees.mark(counterparty=LANDLORD, reason="deceived Bob", marked_by="staff:sam", now=now)

    decision = screen(ninety_days(now), 1_00, LANDLORD, now=now)

    assert decision.outcome == "reject"
    assert decision.reasons() == ["marked: deceived Bob"]


def test_a_rejected_case_marks_its_payee_for_everybody(work: unit.Unit, now: datetime) -> None:
    held = screen(ninety_days(now), 2_500_00, STRANGER, now=now)
    cases.close(held.for_order, state="rejected", now=now)
    bob = people.account(people.customer("bob", now=now), now=now)

    assert screen(bob, 1_00, STRANGER, now=now).outcome == "reject"
    assert PayeeMark.objects.get(counterparty=STRANGER).marked_by == "bank:fraud"


def test_a_released_case_leaves_the_payee_alone_and_cannot_be_closed_again(work: unit.Unit, now: datetime) -> None:
    held = screen(ninety_days(now), 2_500_00, STRANGER, now=now)
    cases.close(held.for_order, state="released", now=now)

    with pytest.raises(cases.CaseNotOpen):
        cases.close(held.for_order, state="rejected", now=now)
    assert not PayeeMark.objects.filter(counterparty=STRANGER).exists()


def test_keeps_the_first_mark_of_a_payee_and_takes_it_away(work: unit.Unit, now: datetime) -> None:
    first = payees.mark(counterparty=STRANGER, reason="first", marked_by="staff:sam", now=now)
    payees.mark(counterparty=STRANGER, reason="second", marked_by="staff:tess", now=now)

    payees.unmark(first.pk, reason="mistaken", actor="staff:tess", now=now)

    assert [entry["action"] for entry in work.entries] == ["payee.marked", "payee.unmarked"]
    with pytest.raises(payees.NotMarked):
        payees.unmark(first.pk, reason="again", actor="staff:tess", now=now)


def test_screens_a_payment_once(work: unit.Unit, now: datetime) -> None:
    alice = ninety_days(now)
    held = screen(alice, 2_500_00, STRANGER, now=now)

    again = screening.screen(
        for_order=held.for_order,
        account_id=alice.pk,
        amount=Money(1, "GBP"),
        counterparty=LANDLORD,
        payee_name="",
        now=now + timedelta(hours=1),
    )

    assert again.pk == held.pk


def test_replays_a_decision_from_the_facts_that_are_kept(work: unit.Unit, now: datetime) -> None:
    kept = Decision.objects.get(pk=screen(ninety_days(now), 2_500_00, STRANGER, now=now).pk)

    replayed = screening.judge(Facts(**kept.facts))

    assert screening.decide(replayed) == (kept.outcome, kept.why)
    assert [(one.rule, one.signal.name.lower(), one.reason) for one in replayed] == [
        (one["name"], one["outcome"], one["reason"]) for one in kept.results
    ]


@pytest.mark.parametrize("statement", ["update fraud_decision set outcome = 'allow'", "delete from fraud_decision"])
def test_no_decision_is_changed_by_the_application(work: unit.Unit, now: datetime, statement: str) -> None:
    screen(ninety_days(now), 2_500_00, STRANGER, now=now)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
