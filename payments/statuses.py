"""The life of an order: which status may follow which, and the one way to move an order.

The table is the standard's machine for single payments (Read/Write API v4.0.1, domestic payments, "Payment Status";
ExternalPaymentTransactionStatus1Code). The database holds it a second time: a check constraint on the transitions, and
a trigger, the owner's, that moves the order when a transition comes in and refuses one that starts from elsewhere.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import models

from bank.audit import trail
from bank.outbox import sql


class Status(models.TextChoices):
    """ExternalPaymentTransactionStatus1Code, as single payments pass through it here."""

    RCVD = "RCVD", "received"
    PDNG = "PDNG", "checks pending"
    ACTC = "ACTC", "technically valid"
    ACCP = "ACCP", "customer profile checked"
    ACFC = "ACFC", "funds checked"
    ACSP = "ACSP", "settlement in process"
    ACSC = "ACSC", "debtor's account debited"
    ACWP = "ACWP", "with the creditor's agent, not yet posted"
    ACCC = "ACCC", "creditor's account credited"
    RJCT = "RJCT", "rejected"


# What may follow what. Recommended statuses may be left out, must-support ones not; nothing goes back; nothing follows
# the last two. Between ACSC and ACWP a rejection has no name: the money has left, so it must first be known where.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "RCVD": ("PDNG", "ACTC", "ACCP", "ACFC", "ACSP", "RJCT"),
    "PDNG": ("ACTC", "ACCP", "ACFC", "ACSP", "RJCT"),
    "ACTC": ("ACCP", "ACFC", "ACSP", "RJCT"),
    "ACCP": ("ACFC", "ACSP", "RJCT"),
    "ACFC": ("ACSP", "RJCT"),
    "ACSP": ("ACSC", "RJCT"),
    "ACSC": ("ACWP", "ACCC"),
    "ACWP": ("ACCC", "RJCT"),
    "ACCC": (),
    "RJCT": (),
}
FINAL = frozenset(status for status, following in TRANSITIONS.items() if not following)

INSERT = (
    "insert into payments_ordertransition (order_id, from_status, to_status, reason_code, reason, actor, at)"
    " values (%s, %s, %s, %s, %s, %s, %s)"
)


class Reason(NamedTuple):
    """Why an order moved: a code of OBExternalStatusReason1Code, and words of at most 256 characters."""

    code: str
    words: str

    @property
    def wire(self) -> list[dict[str, str]]:
        """StatusReason[], as the trigger writes it too."""
        return [{"StatusReasonCode": self.code, "StatusReasonDescription": self.words}] if self.code else []


NO_REASON = Reason("", "")


class TransitionForbidden(Exception):
    """The machine has no such step: a bug of ours, never an answer to a TPP."""


def change_status(
    order_id: str, *, step: tuple[str, str], actor: str, now: datetime, reason: Reason = NO_REASON
) -> None:
    """Move an order by one step, (where it stands, where to), keep the step for good and tell the trail.

    Raises TransitionForbidden; django.db.IntegrityError if the order stands elsewhere, which callers rule out by
    locking it first.
    """
    from_status, to_status = step
    if to_status not in TRANSITIONS[from_status]:
        raise TransitionForbidden(f"{order_id}: {from_status} does not lead to {to_status}")
    sql.prepared(INSERT, [order_id, from_status, to_status, reason.code, reason.words, actor, now])
    detail = {"from": from_status, "to": to_status, "reason_code": reason.code, "reason": reason.words}
    trail.record(actor=actor, action="order.moved", subject=order_id, now=now, detail=detail)
