"""The dispatcher: a thread in every Celery worker's main process that hands due messages to Celery.

Several may run; each takes rows that no other holds. Tasks and web processes never wait for it, and a broker that is
away only makes messages late: their rows say when they are due again.
"""

import threading
from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state
from django.db import Error, connection
from kombu.connection import Connection

from bank import clock
from bank.outbox import delivery, tasks

log = structlog.get_logger()

POLL_SECONDS = 0.1
REST_SECONDS = 2.0  # after the database or the broker was not there


class Dispatcher(bootsteps.StartStopStep):
    """Starts the thread with the worker and ends it before the worker's pool goes away."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None

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
        """Look every tenth of a second, or at once when a look found something."""
        producer = app.amqp.Producer(broker)
        while not self.stopping.is_set():
            message_ids = delivery.claim(now=clock.now())
            for message_id in message_ids:
                tasks.deliver.apply_async(kwargs={"message_id": message_id}, producer=producer)
            if not message_ids:
                self.stopping.wait(POLL_SECONDS)
