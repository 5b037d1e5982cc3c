"""The task that delivers a message. It may run twice for one message; the second run finds nothing."""

import structlog
from celery import shared_task
from django.db import connection

from bank import clock
from bank.outbox import delivery, unit

log = structlog.get_logger()


@shared_task(name="bank.outbox.tasks.deliver")
def deliver(message_id: int) -> None:
    """Handle one message in a transaction of its own; what follows from it at once is handed to Celery afterwards."""
    try:
        with unit.work(hands_over=True) as done:
            delivery.handle(message_id, now=clock.now())
    except Exception as error:  # an edge: whatever went wrong is noted on the row, which stays
        log.exception("outbox.failed", message_id=message_id)
        connection.close_if_unusable_or_obsolete()
        with unit.work():
            delivery.postpone(message_id, error=repr(error), now=clock.now())
        return
    for follow_up in done.to_hand_over:
        deliver.delay(message_id=follow_up)
