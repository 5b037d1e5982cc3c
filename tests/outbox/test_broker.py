"""The message queue in the database, as Celery's processes find it when they start together."""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from kombu import Exchange, Queue

from bank.celery import app
from bank.outbox import broker, sql

AT_ONCE = 4
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


def test_lets_processes_that_start_together_use_one_queue(name):
    meet = threading.Barrier(AT_ONCE, timeout=30)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(lambda _: use(name, meet), range(AT_ONCE)))

    assert max(counts) == AT_ONCE
    assert len(sql.prepared(TRIGGER, [f"q_{name}"]).fetchall()) == 1


def test_leaves_notification_on_when_a_worker_starts_later(name):
    use(name, threading.Barrier(1))
    before = sql.prepared(TRIGGER, [f"q_{name}"]).fetchall()

    use(name, threading.Barrier(1))

    assert sql.prepared(TRIGGER, [f"q_{name}"]).fetchall() == before


def test_comes_round_soon_although_nothing_is_there(name):
    with app.connection_for_write() as connection:
        queue = Queue(name, Exchange(name), routing_key=name)(connection.channel())
        queue.declare()
        began = time.monotonic()

        with pytest.raises(TimeoutError), connection.Consumer(queue):
            connection.drain_events(timeout=10)

        assert isinstance(connection.transport, broker.Transport)
        assert time.monotonic() - began < 5
