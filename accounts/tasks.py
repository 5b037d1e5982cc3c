"""What the bank does for its accounts by itself: run by beat, and safe to run twice and side by side."""

from datetime import datetime

from celery import shared_task

from accounts import statements
from bank import clock
from bank.outbox import unit

BATCH = 200


@shared_task
def make_statements() -> None:
    """Make the regular statements that are due, each account in a transaction of its own."""
    now = clock.now()
    while sum(_make(account_id, now=now) for account_id in statements.due(now=now, rows=BATCH)):
        continue


def _make(account_id: str, *, now: datetime) -> int:
    with unit.work():
        return len(statements.make_due(account_id, now=now))
