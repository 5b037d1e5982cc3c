"""Screening: what the rules find about a payment, made one decision that is kept.

The policy is a table, read from the top; the first row that fits decides, and nothing fits an ordinary payment. A rule
on its own rarely holds: every payee was new once, every rent is a large payment, and a false alarm costs a customer a
bill paid late. It is the company that signs keep that tells a scam.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bank.audit import trail
from bank.money import Money
from fraud import cases, rules
from fraud import facts as ledger_facts
from fraud.facts import Facts
from fraud.models import Decision
from fraud.rules import Finding, Signal


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One row: if every named rule speaks at least that loudly, this is the outcome."""

    outcome: Decision.Outcome
    signs: Mapping[str, Signal]
    why: str


NOTICE, ALARM = Signal.NOTICE, Signal.ALARM
HOLD, REJECT = Decision.Outcome.HOLD, Decision.Outcome.REJECT

POLICIES = (
    Policy(
        outcome=REJECT,
        signs={"marked-payee": ALARM},
        why="The bank already knows that money sent there is lost.",
    ),
    Policy(
        outcome=HOLD,
        signs={"amount": ALARM, "new-payee": NOTICE},
        why="Far more than this customer ever pays, to somebody unknown: the pattern of a scammed customer.",
    ),
    Policy(
        outcome=HOLD,
        signs={"amount": NOTICE, "new-payee": NOTICE, "drained": NOTICE},
        why="A large payment to somebody unknown that leaves nothing behind: the pattern of a stolen log-in.",
    ),
    Policy(
        outcome=HOLD,
        signs={"amount": NOTICE, "new-payee": NOTICE, "velocity": NOTICE},
        why="A large payment to somebody unknown at the end of a burst.",
    ),
    Policy(
        outcome=HOLD,
        signs={"amount": ALARM, "drained": NOTICE},
        why="Even a payee of many years can be an account that was taken over, when all the money goes there at once.",
    ),
)


def screen(
    *, for_order: str, account_id: str, amount: Money, counterparty: str, payee_name: str, now: datetime
) -> Decision:
    """Decide whether a payment may go out; keep the decision and, if it is to hold, open a case for staff.

    A payment is screened once: asked again, this returns the decision that stands. The payment's own hold must be in
    the ledger, counterparty is "{SchemeName}:{Identification}".
    """
    facts = ledger_facts.gather(
        for_order=for_order,
        account_id=account_id,
        amount=amount,
        counterparty=counterparty,
        payee_name=payee_name,
        now=now,
    )
    findings = judge(facts)
    outcome, why = decide(findings)
    decision = Decision.new(for_order=for_order, outcome=outcome, why=why, findings=findings, facts=facts, now=now)
    if decision is None:
        return Decision.objects.get(for_order=for_order)
    signs = {finding.rule: finding.signal.name.lower() for finding in findings}
    trail.record(
        actor="bank:fraud",
        action="payment.screened",
        subject=for_order,
        detail={"outcome": outcome.value, **signs},
        now=now,
    )
    if outcome == HOLD:
        cases.open_for(for_order, now=now)
    return decision


def judge(facts: Facts) -> list[Finding]:
    """Ask every rule, in their order."""
    return [rule.find(facts) for rule in rules.RULES.values()]


def decide(findings: Iterable[Finding]) -> tuple[Decision.Outcome, str]:
    """Read the policy: the outcome and why. No row fits: the payment goes out."""
    signals = {finding.rule: finding.signal for finding in findings}
    for policy in POLICIES:
        if all(signals[rule] >= least for rule, least in policy.signs.items()):
            return policy.outcome, policy.why
    return Decision.Outcome.ALLOW, "Nothing speaks against it, or nothing that counts alone."
