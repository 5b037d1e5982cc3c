"""The dispatcher: a thread in every Celery worker's main process that hands due messages to Celery.

Several may run; each takes rows of the queues that its own worker serves and that no other holds, and only as many as
that worker can soon handle: what has to wait waits in the outbox, where it is in order, and not in the broker. Tasks
and web processes never wait for the dispatcher, and a broker that is away only makes messages late: their rows say when
they are due again.
"""

import threading
from collections.abc import Iterator
from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state
from django.db import Error, connection
from kombu.connection import Connection

from bank import clock
from bank.outbox import delivery, handlers, tasks

log = structlog.get_logger()

POLL_SECONDS = 0.1
BUSY_SECONDS = 0.01
REST_SECONDS = 2.0  # after the database or the broker was not there
# Messages in one task: the way through the broker costs as much as handling one that calls nobody.
AT_ONCE = {handlers.MAIN: 10, handlers.CALLS: 1}
TASKS_AHEAD = 4  # tasks that a worker's thread finds waiting when it has done one


class Dispatcher(bootsteps.StartStopStep):
    """Starts the thread with the worker and ends it before the worker's pool goes away."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None
        self.threads = worker.concurrency or 1
        self.queues = [queue for queue in AT_ONCE if queue in worker.app.amqp.queues.consume_from]

    def start(self, worker: Any) -> None:
        """Begin to hand over."""
        self.thread = threading.Thread(target=self.run, args=(worker.app,), name="outbox-dispatcher", daemon=True)
        self.thread.start()

    def stop(self, worker: Any) -> None:  # noqa: ARG002 - the bootstep's signature
        """Stop handing over; what is claimed is handed over first."""
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(timeout=5)

    terminate = stop

    def run(self, app: Any) -> None:
        """Hand over until the worker stops. An error that nobody foresaw ends the worker, so that it starts afresh."""
        try:
            while not self.stopping.is_set():
                self.run_connected(app)
        finally:
            connection.close()
            if not self.stopping.is_set():
                state.should_stop = 1

    def run_connected(self, app: Any) -> None:
        """Hand over through one connection to the broker, until it or the database fails."""
        with app.connection_for_write() as broker:
            try:
                self.hand_over_while_due(app, broker)
            except (Error, *broker.connection_errors, *broker.channel_errors) as error:
                log.warning("outbox.dispatcher_waits", error=repr(error))
                connection.close_if_unusable_or_obsolete()
                self.stopping.wait(REST_SECONDS)

    def hand_over_while_due(self, app: Any, broker: Connection) -> None:
        """Look every tenth of a second, or at once when a look found something and the worker has room for more."""
        producer = app.amqp.Producer(broker)
        while not self.stopping.is_set():
            if len(state.reserved_requests) >= TASKS_AHEAD * self.threads:
                self.stopping.wait(BUSY_SECONDS)
                continue
            if not sum([self.hand_over(queue, producer) for queue in self.queues]):
                self.stopping.wait(POLL_SECONDS)

    def hand_over(self, queue: str, producer: Any) -> int:
        """Hand over what is due in a queue, as much as the worker's threads take at once; return how much that was."""
        message_ids = delivery.claim(queue=queue, now=clock.now(), limit=AT_ONCE[queue] * self.threads)
        for share in shares(message_ids, threads=self.threads):
            tasks.deliver.apply_async(kwargs={"message_ids": share}, producer=producer, queue=queue)
        return len(message_ids)


def shares(message_ids: list[int], *, threads: int) -> Iterator[list[int]]:
    """Divide messages among a worker's threads: a few to each rather than all to one."""
    size = -(-len(message_ids) // threads)
    for start in range(0, len(message_ids), size or 1):
        yield message_ids[start : start + size]
