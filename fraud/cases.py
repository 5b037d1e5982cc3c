"""Cases: held payments that wait for a person, and what their end teaches the bank."""

from datetime import datetime

from bank.audit import trail
from fraud import payees
from fraud.models import Case, Decision

MARKED_BY = "bank:fraud"


class CaseNotOpen(Exception):
    """The payment is not held, or somebody decided already."""


def open_for(for_order: str, *, now: datetime) -> Case:
    """Open the case of a held payment."""
    trail.record(actor=MARKED_BY, action="case.opened", subject=for_order, now=now)
    return Case.new(for_order=for_order, now=now)


def close(for_order: str, *, state: Case.State | str, now: datetime) -> Case:
    """End the case of a payment as released or rejected; a rejection marks the payee for all payments to come.

    Raises CaseNotOpen.
    """
    assert state in {Case.State.RELEASED, Case.State.REJECTED}
    case = Case.objects.select_for_update().filter(for_order=for_order, state=Case.State.OPEN).first()
    if case is None:
        raise CaseNotOpen(f"No open case holds {for_order}.")
    case.close(state=Case.State(state), now=now)
    trail.record(actor=MARKED_BY, action=f"case.{case.state}", subject=for_order, now=now)
    if state == Case.State.REJECTED:
        decision = Decision.objects.get(for_order=for_order)
        reason = f"payment {for_order} to it was rejected"
        payees.mark(counterparty=decision.facts["counterparty"], reason=reason, marked_by=MARKED_BY, now=now)
    return case
