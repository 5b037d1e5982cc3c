"""What recurs for payments."""

from celery import shared_task

from bank import clock
from bank.outbox import unit
from payments import sweeping


@shared_task(name="payments.tasks.sweep")
def sweep() -> None:
    """Put orders back on their way that stand still with nothing in the outbox to move them."""
    with unit.work():
        sweeping.sweep(now=clock.now())
