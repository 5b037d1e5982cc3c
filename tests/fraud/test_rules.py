"""Each rule alone: facts in, signal and reason out."""

from dataclasses import replace

import pytest

from fraud import rules
from fraud.facts import Facts
from fraud.rules import Rule, Signal

ORDINARY = Facts(
    amount_minor=12_34,
    currency="GBP",
    counterparty="UK.OBIE.SortCodeAccountNumber:20000012345678",
    payee_name="Bob",
    past_payments=60,
    usual_minor=25_00,
    high_minor=950_00,
    payee_high_minor=None,
    payee_paid_since="2026-09-01T10:00:00+00:00",
    payments_last_hour=0,
    payments_last_day=0,
    payee_last_day_minor=0,
    available_minor=3_000_00,
    mark=None,
)
CLEAR, NOTICE, ALARM = Signal.CLEAR, Signal.NOTICE, Signal.ALARM


@pytest.mark.parametrize(
    ("changes", "signal", "reason"),
    [
        ({"amount_minor": 105_00}, CLEAR, "4.2 times the usual amount"),
        ({"amount_minor": 950_00}, CLEAR, "38.0 times the usual amount"),
        ({"amount_minor": 950_01}, NOTICE, "38.0 times the usual amount; 95 of 100 payments are at most 950.00 GBP"),
        ({"amount_minor": 2_849_99}, NOTICE, "114.0 times the usual amount; 95 of 100 payments are at most 950.00 GBP"),
        ({"amount_minor": 2_850_00}, ALARM, "114.0 times the usual amount; 95 of 100 payments are at most 950.00 GBP"),
        ({"amount_minor": 99_00, "high_minor": 10_00, "usual_minor": 2_00}, CLEAR, "49.5 times the usual amount"),
        ({"amount_minor": 120_00, "high_minor": 100_00, "usual_minor": 50_00}, CLEAR, "2.4 times the usual amount"),
        (
            {"amount_minor": 2_000_00, "payee_high_minor": 1_000_00},
            CLEAR,
            "80.0 times the usual amount, but this payee got 1000.00 GBP before",
        ),
        (
            {"amount_minor": 2_000_01, "payee_high_minor": 1_000_00},
            NOTICE,
            "80.0 times the usual amount; 95 of 100 payments are at most 950.00 GBP",
        ),
        ({"past_payments": 9}, CLEAR, "only 9 earlier payments to compare with"),
        (
            {"past_payments": 0, "usual_minor": None, "high_minor": None, "amount_minor": 1_000_00},
            NOTICE,
            "1000.00 GBP is much for an account with only 0 earlier payments to compare with",
        ),
        (
            {"past_payments": 1, "usual_minor": 12_34, "high_minor": 12_34, "amount_minor": 2_500_00},
            ALARM,
            "2500.00 GBP is much for an account with only 1 earlier payments to compare with",
        ),
    ],
)
def test_amount_compares_with_the_past_of_the_account(changes: dict, signal: Signal, reason: str) -> None:
    finding = rules.RULES["amount"].find(replace(ORDINARY, **changes))

    assert (finding.signal, finding.reason) == (signal, reason)


def test_amount_adds_up_what_one_payee_gets_in_a_day() -> None:
    finding = rules.RULES["amount"].find(replace(ORDINARY, amount_minor=500_00, payee_last_day_minor=500_00))

    assert finding.signal is NOTICE
    assert finding.reason.startswith("40.0 times the usual amount, with what this payee was paid in the last day")


@pytest.mark.parametrize(
    ("since", "signal", "reason"),
    [
        (None, NOTICE, "the first payment to this payee"),
        ("2026-09-01T10:00:00+00:00", CLEAR, "known since 1 September 2026"),
    ],
)
def test_new_payee_notices_whom_the_account_never_paid(since: str | None, signal: Signal, reason: str) -> None:
    finding = rules.RULES["new-payee"].find(replace(ORDINARY, payee_paid_since=since))

    assert (finding.signal, finding.reason) == (signal, reason)


@pytest.mark.parametrize(
    ("hour", "day", "signal", "reason"),
    [
        (0, 0, CLEAR, "number 1 within an hour, 1 within a day"),
        (9, 9, CLEAR, "number 10 within an hour, 10 within a day"),
        (10, 10, NOTICE, "number 11 within an hour"),
        (0, 29, CLEAR, "number 1 within an hour, 30 within a day"),
        (0, 30, NOTICE, "number 31 within a day"),
    ],
)
def test_velocity_counts_the_hour_and_the_day(hour: int, day: int, signal: Signal, reason: str) -> None:
    finding = rules.RULES["velocity"].find(replace(ORDINARY, payments_last_hour=hour, payments_last_day=day))

    assert (finding.signal, finding.reason) == (signal, reason)


@pytest.mark.parametrize(
    ("amount", "available", "signal", "reason"),
    [
        (12_34, 3_000_00, CLEAR, "takes 0 % of the available money"),
        (2_399_99, 3_000_00, CLEAR, "takes 79 % of the available money"),
        (2_400_00, 3_000_00, NOTICE, "takes 80 % of the available money"),
        (3_000_00, 3_000_00, NOTICE, "takes 100 % of the available money"),
        (1_00, -5_00, NOTICE, "takes 100 % of the available money"),
        (3_000_00, None, CLEAR, "the account has no limit"),
    ],
)
def test_drained_looks_at_what_is_left(amount: int, available: int | None, signal: Signal, reason: str) -> None:
    finding = rules.RULES["drained"].find(replace(ORDINARY, amount_minor=amount, available_minor=available))

    assert (finding.signal, finding.reason) == (signal, reason)


@pytest.mark.parametrize(
    ("mark", "signal", "reason"),
    [(None, CLEAR, "not marked"), ("three customers were deceived", ALARM, "marked: three customers were deceived")],
)
def test_marked_payee_tells_why_it_is_marked(mark: str | None, signal: Signal, reason: str) -> None:
    finding = rules.RULES["marked-payee"].find(replace(ORDINARY, mark=mark))

    assert (finding.signal, finding.reason) == (signal, reason)


def test_registry_refuses_a_name_that_is_taken() -> None:
    class Twin(Rule):
        name = "velocity"

        def judge(self, facts: Facts) -> tuple[Signal, str]:
            return CLEAR, f"nothing about {facts.payee_name}"

    with pytest.raises(ValueError, match="velocity is the name of Velocity"):
        rules.rule(Twin)
