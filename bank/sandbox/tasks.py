"""What the sandbox does by itself: run by beat, and safe to run twice and side by side."""

from datetime import date, timedelta

import structlog
from celery import shared_task

from bank import clock
from bank.outbox import unit
from bank.sandbox.life import nights

log = structlog.get_logger(__name__)

BATCH = 20_000


@shared_task
def live() -> None:
    """Live, for everybody, every day that is over and was not lived yet; beat asks every ten minutes."""
    until = clock.now().date() - timedelta(days=1)
    for customer_pk in nights.waiting(until=until, rows=BATCH):
        try:
            while _live_next(customer_pk, until=until):
                continue
        except Exception:
            log.exception("life.failed", customer=customer_pk)  # one life that cannot go on must not end all others


def _live_next(customer_pk: int, *, until: date) -> date | None:
    with unit.work():
        return nights.live_next(customer_pk, until=until)
