"""Sweeping: orders that stand still although they are not finished, and have no message that would move them.

No order should ever be found: a step and the message of the next are one transaction. What is found was broken from
outside (a row of the outbox deleted by hand, a restored backup), so the trail is told of each.
"""

from datetime import datetime, timedelta
from typing import Any

from bank.audit import trail
from bank.outbox import sql, unit
from payments import settlement
from payments.schemes import faster_payments
from payments.statuses import Status

PATIENCE = timedelta(seconds=30)
ACTOR = "bank:payments"
LIMIT = 500
LOCK_NUMBER = 0x53574545  # of the advisory lock that lets one sweep at a time through

ONE_AT_A_TIME = "select pg_try_advisory_xact_lock(%s)"
# An order that is held (PDNG) waits for people, not for a message.
STANDING_STILL = """
select id, status from payments_paymentorder
where status in ('RCVD', 'ACTC', 'ACCP', 'ACFC', 'ACSP', 'ACSC', 'ACWP') and status_updated_at < %s
    and not exists (select from outbox_message where payload ->> 'order_id' = payments_paymentorder.id)
order by status_updated_at limit %s"""
NEXT = {Status.RCVD: "payments.screen", Status.ACFC: "payments.settle"}
WITH_THE_SCHEME = (Status.ACSP, Status.ACWP)


class NowhereToGo(Exception):
    """An order stands where no transaction of ours ends: a bug, to be looked at by people."""


def sweep(*, now: datetime) -> list[str]:
    """Put a message for every order that stands still, and return their ids. Locks out other sweeps.

    Message and status are read in one statement, and each step moves both in one transaction: an order that is on its
    way is never taken for one that stands still. Raises NowhereToGo.
    """
    locked = sql.prepared(ONE_AT_A_TIME, [LOCK_NUMBER]).fetchone()
    if locked is None or not locked[0]:
        return []
    found: dict[str, Any] = dict(sql.prepared(STANDING_STILL, [now - PATIENCE, LIMIT]).fetchall())
    for order_id, status in found.items():
        trail.record(actor=ACTOR, action="order.found-standing", subject=order_id, now=now, detail={"status": status})
        if status in NEXT:
            unit.put(kind=NEXT[status], payload={"order_id": order_id}, due_at=now, now=now)
        elif status not in WITH_THE_SCHEME:
            raise NowhereToGo(f"{order_id} stands at {status}")
    _ask_the_scheme([order_id for order_id, status in found.items() if status in WITH_THE_SCHEME], now=now)
    return list(found)


def _ask_the_scheme(order_ids: list[str], *, now: datetime) -> None:
    """Have the scheme repeat what it knows; send it what it never got."""
    known = faster_payments.resume(order_ids, now=now)
    for order_id in order_ids:
        if order_id not in known:
            settlement.send_again(order_id, now=now)
