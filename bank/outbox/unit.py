"""The unit of work: one transaction, whose audit entries and outbox messages are written once, last.

The endpoint, a task, a page's POST and an admin action open one; rules assert that they are in one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

AUDIT = (
    "insert into audit_entry (at, actor, action, subject, detail, interaction_id)"
    " select * from unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[])"
)
OUTBOX = (
    "insert into outbox_message (kind, payload, created_at, due_at, hand_overs, last_error)"
    " select kind, payload, at, due_at, 0, '' from unnest(%s::text[], %s::jsonb[], %s::timestamptz[], %s::timestamptz[])"
    " as message (kind, payload, at, due_at)"
)


@dataclass
class Unit:
    """What was gathered in the open transaction. interaction_id is stamped on every audit entry."""

    interaction_id: str = ""
    entries: list[tuple[datetime, str, str, str, str, str]] = field(default_factory=list)
    messages: list[tuple[str, str, datetime, datetime]] = field(default_factory=list)

    def write(self) -> None:
        """Write what was gathered, one statement each."""
        with connection.cursor() as cursor:
            if self.entries:
                cursor.execute(AUDIT, [list(column) for column in zip(*self.entries, strict=True)])
            if self.messages:
                cursor.execute(OUTBOX, [list(column) for column in zip(*self.messages, strict=True)])


_current: ContextVar[Unit | None] = ContextVar("unit", default=None)


@contextmanager
def work(*, interaction_id: str = "") -> Iterator[Unit]:
    """Open a transaction and gather in it; what raises inside rolls everything back."""
    assert _current.get() is None, "units of work do not nest"
    unit = Unit(interaction_id=interaction_id)
    token = _current.set(unit)
    try:
        with transaction.atomic():
            yield unit
            unit.write()
    finally:
        _current.reset(token)


def current() -> Unit:
    """The open unit. Rules call this, through record() and put(), and so assert that they are in a transaction."""
    unit = _current.get()
    assert unit is not None, "this must happen inside a unit of work"
    return unit


def put(*, kind: str, payload: dict[str, Any], due_at: datetime, now: datetime) -> None:
    """Leave a message to the bank's future: `kind` names its handler, `payload` holds ids. Written with the unit."""
    current().messages.append((kind, orjson.dumps(payload).decode(), now, due_at))
