"""Payees that the bank no longer trusts: marking and unmarking them."""

from datetime import datetime

from bank.audit import trail
from fraud.models import PayeeMark


class NotMarked(Exception):
    """The payee bears no mark."""


def mark(*, counterparty: str, reason: str, marked_by: str, now: datetime) -> PayeeMark:
    """Mark a payee, "{SchemeName}:{Identification}": every payment to it is rejected from now on.

    A payee that is marked already keeps its first mark. The trail gets the mark's number, not the account's.
    """
    payee, is_new = PayeeMark.objects.get_or_create(
        counterparty=counterparty, defaults={"reason": reason[:300], "marked_by": marked_by, "marked_at": now}
    )
    if is_new:
        trail.record(
            actor=marked_by, action="payee.marked", subject=payee.trail_subject, detail={"reason": reason}, now=now
        )
    return payee


def unmark(mark_id: int, *, reason: str, actor: str, now: datetime) -> None:
    """Take a payee's mark away. Raises NotMarked."""
    deleted, _ = PayeeMark.objects.filter(pk=mark_id).delete()
    if not deleted:
        raise NotMarked("This payee bears no mark.")
    trail.record(actor=actor, action="payee.unmarked", subject=f"mark:{mark_id}", detail={"reason": reason}, now=now)
