"""The unit of work: one transaction, whose audit entries and outbox messages are written once, last.

The endpoint, a task, a page's POST and an admin action open one; rules assert that they are in one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction

from bank.outbox import handlers, sql

# One statement for both, since the order of the rows is all that they have to do with each other.
WRITE = """
with entry as (
    insert into audit_entry (at, actor, action, subject, detail, interaction_id)
    select at, actor, action, subject, detail, %(interaction_id)s
    from json_to_recordset(%(entries)s::text::json)
        as entry (at timestamptz, actor text, action text, subject text, detail jsonb)
)
insert into outbox_message (kind, payload, created_at, due_at, hand_overs, last_error)
select kind, payload, created_at, due_at, hand_overs, ''
from json_to_recordset(%(messages)s::text::json)
    as message (kind text, payload jsonb, created_at timestamptz, due_at timestamptz, hand_overs int)
returning id, hand_overs"""
LEASE = timedelta(seconds=15)  # how long a message that was handed over rests before it is taken for lost


@dataclass
class Unit:
    """What was gathered in the open transaction. interaction_id is stamped on every audit entry."""

    interaction_id: str = ""
    hands_over: bool = False  # whoever opened it hands the messages that are due to Celery, right after the commit
    entries: list[dict[str, Any]] = field(default_factory=list)  # rows of audit_entry
    messages: list[dict[str, Any]] = field(default_factory=list)  # rows of outbox_message
    statements: list[sql.Statement] = field(default_factory=list)  # those that nobody waits for
    to_hand_over: list[int] = field(default_factory=list)  # ids, known once the messages are written
    effects: list[Callable[[], None]] = field(default_factory=list)  # what leaves the process, once all is committed

    def write(self, *, commits: bool = False) -> None:
        """Send the statements that were left for later, then what was gathered; with commits, COMMIT behind them."""
        statements, self.statements = self.statements, []
        if self.entries or self.messages:
            statements.append((WRITE, self._gathered()))
        if not statements:
            return
        *_, written = sql.together(statements, commits=commits)
        if self.entries or self.messages:
            self.to_hand_over = [message_id for message_id, hand_overs in written if hand_overs]

    def catch_up(self) -> None:
        """Send the statements that were left for later, since the next one builds on them."""
        statements, self.statements = self.statements, []
        if statements:
            sql.together(statements)

    def _gathered(self) -> dict[str, str]:
        return {
            "interaction_id": self.interaction_id,
            "entries": orjson.dumps(self.entries).decode(),
            "messages": orjson.dumps([self._leased(message) for message in self.messages]).decode(),
        }

    def _leased(self, message: dict[str, Any]) -> dict[str, Any]:
        is_due = message["due_at"] <= message["created_at"]
        if self.hands_over and is_due and message["kind"] not in handlers.CALLING:
            return message | {"due_at": message["created_at"] + LEASE, "hand_overs": 1}
        return message | {"hand_overs": 0}


_current: ContextVar[Unit | None] = ContextVar("unit", default=None)


@contextmanager
def work(*, interaction_id: str = "", hands_over: bool = False) -> Iterator[Unit]:
    """Open a transaction and gather in it; what raises inside rolls everything back.

    With hands_over the caller promises to give `to_hand_over` to Celery afterwards; else the dispatcher finds the rows,
    as it does those that call others.
    """
    assert _current.get() is None, "units of work do not nest"
    unit = Unit(interaction_id=interaction_id, hands_over=hands_over)
    token = _current.set(unit)
    try:
        with transaction.atomic():
            yield unit
            unit.write(commits=_is_whole())
    finally:
        _current.reset(token)
    for effect in unit.effects:
        effect()


def _is_whole() -> bool:
    """Tell whether the unit's transaction is the database's, and not a part of a longer one, as it is in tests."""
    return not connection.savepoint_ids and not connection.needs_rollback


def current() -> Unit:
    """The open unit. Rules call this, through record() and put(), and so assert that they are in a transaction."""
    unit = _current.get()
    assert unit is not None, "this must happen inside a unit of work"
    return unit


def later(statement: str, params: Mapping[str, Any] | Sequence[Any]) -> None:
    """Leave a statement, whose outcome nobody waits for, to be sent with the unit's last ones, in this order."""
    current().statements.append((statement, params))


def afterwards(effect: Callable[[], None]) -> None:
    """Leave what reaches outside the process until the unit is committed and closed; nothing brings it back if lost."""
    current().effects.append(effect)


def put(*, kind: str, payload: dict[str, Any], due_at: datetime, now: datetime) -> None:
    """Leave a message to the bank's future: `kind` names its handler, `payload` holds ids. Written with the unit."""
    current().messages.append({"kind": kind, "payload": payload, "created_at": now, "due_at": due_at})
