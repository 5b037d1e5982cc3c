"""The task that delivers messages. It may run twice for one message; the second run finds nothing."""

from collections import deque

import structlog
from celery import shared_task
from django.db import connection

from bank import clock
from bank.outbox import delivery, sql, unit

log = structlog.get_logger()


@shared_task(name="bank.outbox.tasks.deliver")
def deliver(message_ids: list[int]) -> None:
    """Handle messages one after the other, each in a transaction of its own.

    What follows from one at once is handled next, in this thread: a payment that nothing stops is screened and settled
    without a way through the broker. Should the worker end in between, the leases of what is left run out.
    """
    waiting = deque(message_ids)
    while waiting:
        waiting.extendleft(reversed(_deliver_one(waiting.popleft())))


def _deliver_one(message_id: int) -> list[int]:
    """Handle a message and return what follows from it at once. A failure is noted on the message, which stays."""
    sql.forget_hung_up()
    try:
        with unit.work(hands_over=True) as done:
            delivery.handle(message_id, now=clock.now())
    except Exception as error:  # an edge: whatever went wrong is noted on the row, which stays
        log.exception("outbox.failed", message_id=message_id)
        connection.close_if_unusable_or_obsolete()
        with unit.work():
            delivery.postpone(message_id, error=repr(error), now=clock.now())
        return []
    return done.to_hand_over
