"""The message queue inside PostgreSQL, as Celery uses it: kombu's transport for pgmq, with three things changed.

* Notification is switched on once a queue. The transport does it anew at every start, and two processes that start
  together break over each other's trigger.
* The worker's loop comes round four times a second instead of every two seconds. Each round acknowledges what is done,
  which makes room for the next messages, and looks whether the worker is to stop.
* The process's warnings are left alone. The transport looks for the queues by a call that warns, and hides that by
  `warnings.catch_warnings`, which changes what all threads share: of two that connect at once, one may get the warning
  after all, as an error where warnings are errors, and the other's filter may stay for good.
"""

from contextlib import AbstractContextManager
from typing import Any

import psycopg
from kombu.transport import TRANSPORT_ALIASES, pgmq
from pgmq import PGMQueue

ALIAS = "pgmq"
ROUND_SECONDS = 0.25
LOCK = "select pg_advisory_xact_lock(hashtext('pgmq notifies'))"
IS_ON = (
    "select exists (select from pg_trigger where tgname = 'trigger_notify_queue_insert_listeners'"
    " and tgrelid = to_regclass('pgmq.' || quote_ident('q_' || lower(%s))))"
)
IS_THERE = "select exists (select from pgmq.list_queues() where queue_name = %s)"
LOOK = "select from pgmq.list_queues() limit 1"


class Channel(pgmq.Channel):
    """A channel whose queues notify from the first time on."""

    def _maybe_enable_notify(self, queue: str, queue_name: str | None = None) -> None:
        name = queue_name or self._queue_name(queue)
        with _connection(self.pgmq) as connection, connection.transaction():
            if not _says_yes(connection, IS_ON, name):
                connection.execute(LOCK)
                if not _says_yes(connection, IS_ON, name):  # somebody else may have been first while we waited
                    self.pgmq.enable_notify(
                        name, throttle_interval_ms=self.notify_throttle_interval_ms, conn=connection
                    )
        self.connection._register_notify_queue(name)

    def _has_queue(self, queue: str, **_options: Any) -> bool:
        with _connection(self.pgmq) as connection:
            return _says_yes(connection, IS_THERE, self._queue_name(queue))


class Transport(pgmq.Transport):
    """The transport behind `pgmq://`."""

    Channel = Channel

    def establish_connection(self) -> Any:
        """Connect, having seen that the queues can be reached. Raises psycopg.OperationalError if not."""
        self._look()
        return super(pgmq.Transport, self).establish_connection()  # type: ignore[no-untyped-call] # no types

    def verify_connection(self, connection: Any) -> bool:  # noqa: ARG002 - kombu gives it, the pool has its own
        """Tell whether the queues can still be reached."""
        try:
            self._look()
        except psycopg.Error:
            return False
        return True

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Wait for messages, but never long. Raises TimeoutError when there were none."""
        round_seconds = min(timeout or ROUND_SECONDS, ROUND_SECONDS)
        super().drain_events(connection, timeout=round_seconds, **options)  # type: ignore[no-untyped-call] # no types

    def _look(self) -> None:
        with _connection(self._get_pgmq_client()) as connection:
            connection.execute(LOOK)


def use() -> None:
    """Have kombu take this transport for every `pgmq://` address."""
    TRANSPORT_ALIASES[ALIAS] = f"{__name__}:{Transport.__name__}"


def _connection(client: PGMQueue) -> AbstractContextManager[psycopg.Connection[Any]]:
    assert client.pool is not None, "the transport has made its pool"
    return client.pool.connection()


def _says_yes(connection: psycopg.Connection[Any], question: str, queue_name: str) -> bool:
    row = connection.execute(question, [queue_name]).fetchone()
    return bool(row and row[0])
