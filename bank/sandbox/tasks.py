"""What the sandbox does by itself: run by beat, and safe to run twice and side by side."""

from datetime import date, timedelta

import structlog
from celery import shared_task

from bank import clock
from bank.outbox import unit
from bank.sandbox.life import market, nights

log = structlog.get_logger(__name__)

BATCH = 20_000


@shared_task
def live() -> None:
    """Quote the day's rates, then live, for everybody, every day that is over; beat asks every ten minutes."""
    now = clock.now()
    with unit.work():
        market.quote(now=now)
    until = now.date() - timedelta(days=1)
    for customer_pk in nights.waiting(until=until, rows=BATCH):
        try:
            while _live_next(customer_pk, until=until):
                continue
        except Exception:
            log.exception("life.failed", customer=customer_pk)  # one life that cannot go on must not end all others


def _live_next(customer_pk: int, *, until: date) -> date | None:
    with unit.work():
        return nights.live_next(customer_pk, until=until)
