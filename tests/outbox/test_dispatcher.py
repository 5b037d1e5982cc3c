"""The dispatcher serves the queues of its own worker, over the real broker."""

import secrets
from datetime import timedelta

import pytest
from celery.worker import WorkController
from django.conf import settings

from bank import clock
from bank.celery import app
from bank.oauth import backchannel
from bank.outbox import dispatcher, handlers, unit
from bank.outbox.models import Message


def of_worker(*queues: str) -> dispatcher.Dispatcher:
    """The dispatcher of a worker that was started with these after -Q, and not let run."""
    before = dict(app.amqp.queues)
    worker = WorkController(app=app, queues=queues or None, concurrency=2, pool="threads")
    try:
        return dispatcher.Dispatcher(worker)
    finally:
        app.amqp.queues.clear()
        app.amqp.queues.update(before)
        app.amqp.queues._consume_from = None


@pytest.mark.parametrize(
    ("asked", "served"), [((), ["celery", "calls"]), (("celery",), ["celery"]), (("calls",), ["calls"])]
)
def test_serves_what_its_worker_serves(asked, served):
    assert of_worker(*asked).queues == served


def test_hands_calls_to_the_queue_of_calls(committed):
    now, subject = clock.now() - timedelta(seconds=1), secrets.token_hex(8)
    with unit.work():
        for kind in (backchannel.PING, "tests.nobody"):
            unit.put(kind=kind, payload={"subject": subject}, due_at=now, now=now)
    mine = Message.objects.filter(payload__subject=subject)
    ping, other = mine.get(kind=backchannel.PING), mine.get(kind="tests.nobody")

    with app.connection_for_write() as broker:
        calling = of_worker("calls")
        while ping.hand_overs == 0:  # others may have left something due
            assert calling.hand_over(handlers.CALLS, app.amqp.Producer(broker)) > 0
            ping.refresh_from_db()
        waiting = broker.SimpleQueue(app.amqp.queues[handlers.CALLS])
        sent: list[int] = []
        while ping.pk not in sent:
            message = waiting.get(timeout=5)
            sent += message.payload[1]["message_ids"]
            message.ack()
        waiting.close()

    other.refresh_from_db()
    assert other.hand_overs == 0
    mine.delete()


def test_declares_the_queues_that_messages_and_tasks_are_sent_to():
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert set(settings.CELERY_TASK_QUEUES) == {handlers.MAIN, handlers.CALLS} == set(dispatcher.AT_ONCE)
    assert routed == {handlers.CALLS}
    assert app.conf.task_default_queue == handlers.MAIN
    assert set(settings.CELERY_TASK_ROUTES) <= set(app.tasks)
