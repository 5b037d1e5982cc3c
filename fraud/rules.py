"""The five rules: facts in, a finding with its reason out. Pure: no clock, no database.

A rule says what it sees and how loudly (clear, notice, alarm). What the bank does about it, alone or together with what
other rules see, is the policy in fraud/screening.py. A new rule is one class here and, if it should count, a row there.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar

from bank.money import Money
from fraud.facts import Facts

# Every threshold of the five rules, each with its reason. Amounts are in minor units.
#
# Below this many past payments a median says little, and a plain sum stands in for habit.
HABIT_PAYMENTS_MIN = 10
# Without a habit: what a current account rarely sees outside of rent, and most scams exceed.
LARGE_WITHOUT_HABIT_MINOR = 1_000_00
# A savings account that never paid anybody and now sends this much: most of what scams take is more.
FAR_WITHOUT_HABIT_MINOR = 2_500_00
# Smaller sums are never out of the ordinary: holding them costs customers more than it saves them.
UNUSUAL_MINOR_MIN = 100_00
# Out of the ordinary: above nearly all that went out before AND several times the middle of it. One of the two alone
# is true of every rent, or of every second payment of someone who mostly buys coffee.
UNUSUAL_TIMES_USUAL = 3
# Nor is what a payee got before, with a rise: the rent, the school, the yearly tax. Payments of the last day do not
# count as before, so that a fraud does not vouch for the next one.
TIMES_AS_BEFORE = 2
# Far out of the ordinary: three rents at once.
FAR_TIMES_HIGH = 3
# People order a handful of payments in one sitting, on pay day perhaps a dozen; machines in wrong hands order more.
PAYMENTS_AN_HOUR_MAX = 10
PAYMENTS_A_DAY_MAX = 30
# Who empties an account takes nearly all of it; who pays a large bill leaves enough for the month.
DRAINED_SHARE_PERCENT = 80


class Signal(IntEnum):
    """How loudly a rule speaks."""

    CLEAR = 0
    NOTICE = 1
    ALARM = 2


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule sees in a payment, and in words why."""

    rule: str
    signal: Signal
    reason: str


class Rule(ABC):
    """One thing to look at. `name` is stored with every decision and never reused for something else."""

    name: ClassVar[str]

    @abstractmethod
    def judge(self, facts: Facts) -> tuple[Signal, str]:
        """Say how loudly this speaks against the payment, and the reason as staff will read it."""

    def find(self, facts: Facts) -> Finding:
        """Judge, under this rule's name."""
        signal, reason = self.judge(facts)
        return Finding(rule=self.name, signal=signal, reason=reason)


RULES: dict[str, Rule] = {}


def rule(cls: type[Rule]) -> type[Rule]:
    """Put a rule among those that every payment meets, in the order of this file; refuses a name that is taken."""
    if cls.name in RULES:
        raise ValueError(f"{cls.name} is the name of {type(RULES[cls.name]).__name__}")
    RULES[cls.name] = cls()
    return cls


@rule
class UnusualAmount(Rule):
    """The amount, with what went to the same payee in the last day, against this account's own past."""

    name = "amount"

    def judge(self, facts: Facts) -> tuple[Signal, str]:
        """Compare with the median and the 95th percentile; splitting a large payment into small ones does not help."""
        minor = facts.amount_minor + facts.payee_last_day_minor
        if facts.past_payments < HABIT_PAYMENTS_MIN or facts.usual_minor is None or facts.high_minor is None:
            return self._without_habit(minor, facts)
        times = f"{minor / facts.usual_minor:.1f} times the usual amount"
        if facts.payee_last_day_minor:
            times += ", with what this payee was paid in the last day"
        if minor <= UNUSUAL_MINOR_MIN or minor <= max(facts.high_minor, UNUSUAL_TIMES_USUAL * facts.usual_minor):
            return Signal.CLEAR, times
        if facts.payee_high_minor is not None and minor <= TIMES_AS_BEFORE * facts.payee_high_minor:
            return Signal.CLEAR, f"{times}, but this payee got {Money(facts.payee_high_minor, facts.currency)} before"
        high = Money(facts.high_minor, facts.currency)
        reason = f"{times}; 95 of 100 payments are at most {high}"
        return (Signal.ALARM if minor >= FAR_TIMES_HIGH * facts.high_minor else Signal.NOTICE), reason

    def _without_habit(self, minor: int, facts: Facts) -> tuple[Signal, str]:
        few = f"only {facts.past_payments} earlier payments to compare with"
        if minor < LARGE_WITHOUT_HABIT_MINOR:
            return Signal.CLEAR, few
        reason = f"{Money(minor, facts.currency)} is much for an account with {few}"
        return (Signal.ALARM if minor >= FAR_WITHOUT_HABIT_MINOR else Signal.NOTICE), reason


@rule
class NewPayee(Rule):
    """A payee that this account never paid."""

    name = "new-payee"

    def judge(self, facts: Facts) -> tuple[Signal, str]:
        """Look for an earlier booked payment to the same account."""
        if facts.payee_paid_since is None:
            return Signal.NOTICE, "the first payment to this payee"
        return Signal.CLEAR, f"known since {datetime.fromisoformat(facts.payee_paid_since):%-d %B %Y}"


@rule
class Velocity(Rule):
    """Many payments in a short time."""

    name = "velocity"

    def judge(self, facts: Facts) -> tuple[Signal, str]:
        """Count the payments ordered in the last hour and day, refused ones included: they were tried."""
        hour, day = facts.payments_last_hour + 1, facts.payments_last_day + 1
        if hour > PAYMENTS_AN_HOUR_MAX:
            return Signal.NOTICE, f"number {hour} within an hour"
        if day > PAYMENTS_A_DAY_MAX:
            return Signal.NOTICE, f"number {day} within a day"
        return Signal.CLEAR, f"number {hour} within an hour, {day} within a day"


@rule
class DrainedAccount(Rule):
    """A payment that leaves little behind."""

    name = "drained"

    def judge(self, facts: Facts) -> tuple[Signal, str]:
        """Compare the amount with all that could be spent before it."""
        if facts.available_minor is None:
            return Signal.CLEAR, "the account has no limit"
        percent = 100 * facts.amount_minor // max(facts.available_minor, facts.amount_minor)
        reason = f"takes {percent} % of the available money"
        return (Signal.NOTICE if percent >= DRAINED_SHARE_PERCENT else Signal.CLEAR), reason


@rule
class MarkedPayee(Rule):
    """A payee that staff marked, or that an earlier payment was rejected for."""

    name = "marked-payee"

    def judge(self, facts: Facts) -> tuple[Signal, str]:
        """Look the payee up among the marked."""
        if facts.mark is None:
            return Signal.CLEAR, "not marked"
        return Signal.ALARM, f"marked: {facts.mark}"
