"""The message queue in the database, as Celery's processes find it when they start together."""

import secrets
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from kombu import Exchange, Queue
from kombu.exceptions import ChannelError

from bank.celery import app
from bank.outbox import broker, sql

AT_ONCE = 4
PATIENCE_SECONDS = 100  # less than a test may take; one that fails lets nobody wait for it
TRIGGER = (
    "select t.oid from pg_trigger t join pg_class c on c.oid = t.tgrelid"
    " where c.relname = %s and t.tgname = 'trigger_notify_queue_insert_listeners'"
)


@pytest.fixture
def name(committed):
    made = f"tests_{secrets.token_hex(4)}"
    yield made
    sql.prepared("select pgmq.drop_queue(%s)", [made])


def use(name: str, meet: threading.Barrier) -> int:
    """Declare a queue and consume from it, as a worker does; then send a message and return how many wait."""
    with app.connection_for_write() as connection:
        channel = connection.channel()
        queue = Queue(name, Exchange(name), routing_key=name)(channel)
        meet.wait()
        queue.declare()
        queue.consume(callback=lambda _message: None)
        with connection.Producer() as producer:
            producer.publish({}, exchange=name, routing_key=name)
        return int(queue.queue_declare(passive=True).message_count)


def use_together(name: str) -> list[int]:
    """Use the queue from several connections at once, which share nothing else. Raises all that any of them raised."""
    meet = threading.Barrier(AT_ONCE, timeout=PATIENCE_SECONDS)

    def start() -> int:
        try:
            return use(name, meet)
        except BaseException:
            meet.abort()
            raise

    with ThreadPoolExecutor(AT_ONCE) as pool:
        users = [pool.submit(start) for _ in range(AT_ONCE)]
    if failures := [failure for user in users if (failure := user.exception())]:
        raise BaseExceptionGroup("not all could use the queue", failures)
    return [user.result() for user in users]


def test_lets_processes_that_start_together_use_one_queue(name):
    counts = use_together(name)

    assert max(counts) == AT_ONCE
    assert len(sql.prepared(TRIGGER, [f"q_{name}"]).fetchall()) == 1


def test_leaves_notification_on_when_a_worker_starts_later(name):
    use(name, threading.Barrier(1))
    before = sql.prepared(TRIGGER, [f"q_{name}"]).fetchall()

    use(name, threading.Barrier(1))

    assert sql.prepared(TRIGGER, [f"q_{name}"]).fetchall() == before


def test_leaves_the_warnings_that_all_threads_share_alone(name, monkeypatch):
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("another thread may be doing the same")

    with monkeypatch.context() as patched, app.connection_for_write() as connection:
        patched.setattr(warnings, "catch_warnings", refuse)
        use(name, threading.Barrier(1))
        connection.connect()

        assert connection.connected


def test_tells_that_a_queue_is_not_there(name):
    use(name, threading.Barrier(1))

    with app.connection_for_write() as connection, pytest.raises(ChannelError, match="NOT_FOUND"):
        connection.channel().queue_declare(f"{name}_not", passive=True)


def test_comes_round_soon_although_nothing_is_there(name):
    with app.connection_for_write() as connection:
        queue = Queue(name, Exchange(name), routing_key=name)(connection.channel())
        queue.declare()
        began = time.monotonic()

        with pytest.raises(TimeoutError), connection.Consumer(queue):
            connection.drain_events(timeout=10)

        assert isinstance(connection.transport, broker.Transport)
        assert time.monotonic() - began < 5
