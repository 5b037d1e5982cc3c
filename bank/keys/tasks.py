"""What recurs for the signing keys."""

from celery import shared_task

from bank import clock
from bank.keys import rotation
from bank.outbox import unit


@shared_task
def turn() -> None:
    """Replace and withdraw what is due; beat asks every ten minutes."""
    with unit.work():
        rotation.turn(actor="bank:keys", now=clock.now())
