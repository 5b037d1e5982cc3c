"""Delivery of messages: at least once each, and the effect of each exactly once.

A row is claimed by a lease: its due time moves on, so that one which is lost with a broker or a worker comes up again.
It is handled in one transaction with its removal, under its lock: of two deliveries one finds it gone.
"""

from datetime import datetime

import orjson

from bank.outbox import handlers, sql, unit

LONGEST_SECONDS = 300

# The lease doubles with each hand-over: a queue that is longer than a lease must not be handed out again and again.
CLAIM = (
    "update outbox_message set hand_overs = hand_overs + 1,"
    " due_at = %s::timestamptz + least(%s * 2 ^ least(hand_overs, 10), %s) * interval '1 second'"
    " where id in (select id from outbox_message where due_at <= %s and (kind = any(%s::text[])) = %s"
    " order by due_at, id limit %s for update skip locked) returning id"
)
LOCK = "select kind, payload from outbox_message where id = %s for update skip locked"
REMOVE = "delete from outbox_message where id = %s"
POSTPONE = (
    "update outbox_message set last_error = %s,"
    " due_at = %s::timestamptz + least(2 ^ least(hand_overs, 10), %s) * interval '1 second' where id = %s"
)


def claim(*, queue: str, now: datetime, limit: int) -> list[int]:
    """Take what is due in a queue and not held by others; return the ids.

    Each comes up again when its lease has run out.
    """
    of_queue = [list(handlers.CALLING), queue == handlers.CALLS]
    parameters = [now, unit.LEASE.total_seconds(), LONGEST_SECONDS, now, *of_queue, limit]
    return [row[0] for row in sql.prepared(CLAIM, parameters)]


def handle(message_id: int, *, now: datetime) -> bool:
    """Let the handler of a message act on it and remove it. False: somebody else has done or is doing it.

    Raises what the handler raises; nothing has happened then.
    """
    row = sql.prepared(LOCK, [message_id]).fetchone()
    if row is None:
        return False
    kind, payload = row
    handlers.find(kind)(now=now, **orjson.loads(payload))
    sql.prepared(REMOVE, [message_id])
    return True


def postpone(message_id: int, *, error: str, now: datetime) -> None:
    """Note why a message could not be handled; it comes up again after 2 to 300 seconds."""
    sql.prepared(POSTPONE, [error[:2000], now, LONGEST_SECONDS, message_id])
