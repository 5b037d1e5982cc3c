"""The message queue inside PostgreSQL, as Celery uses it: kombu's transport for pgmq, with two things changed.

* Notification is switched on once a queue. The transport does it anew at every start, and two processes that start
  together break over each other's trigger.
* The worker's loop comes round four times a second instead of every two seconds. Each round acknowledges what is done,
  which makes room for the next messages, and looks whether the worker is to stop.
"""

from typing import Any

import psycopg
from kombu.transport import TRANSPORT_ALIASES, pgmq

ALIAS = "pgmq"
ROUND_SECONDS = 0.25
LOCK = "select pg_advisory_xact_lock(hashtext('pgmq notifies'))"
IS_ON = (
    "select exists (select from pg_trigger where tgname = 'trigger_notify_queue_insert_listeners'"
    " and tgrelid = to_regclass('pgmq.' || quote_ident('q_' || lower(%s))))"
)


class Channel(pgmq.Channel):
    """A channel whose queues notify from the first time on."""

    def _maybe_enable_notify(self, queue: str, queue_name: str | None = None) -> None:
        name = queue_name or self._queue_name(queue)
        assert self.pgmq.pool is not None, "the transport has made its pool"
        with self.pgmq.pool.connection() as connection, connection.transaction():
            if not _is_on(connection, name):
                connection.execute(LOCK)
                if not _is_on(connection, name):  # somebody else may have been first while we waited
                    self.pgmq.enable_notify(
                        name, throttle_interval_ms=self.notify_throttle_interval_ms, conn=connection
                    )
        self.connection._register_notify_queue(name)


class Transport(pgmq.Transport):
    """The transport behind `pgmq://`."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Wait for messages, but never long. Raises TimeoutError when there were none."""
        round_seconds = min(timeout or ROUND_SECONDS, ROUND_SECONDS)
        super().drain_events(connection, timeout=round_seconds, **options)  # type: ignore[no-untyped-call] # no types


def use() -> None:
    """Have kombu take this transport for every `pgmq://` address."""
    TRANSPORT_ALIASES[ALIAS] = f"{__name__}:{Transport.__name__}"


def _is_on(connection: psycopg.Connection[Any], queue_name: str) -> bool:
    row = connection.execute(IS_ON, [queue_name]).fetchone()
    return bool(row and row[0])
