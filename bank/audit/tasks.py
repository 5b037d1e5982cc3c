"""What recurs for the trail: sealing."""

from celery import shared_task

from bank import clock
from bank.audit import chain
from bank.outbox import unit


@shared_task
def seal(*, everything: bool = False, **_later: object) -> None:
    """Seal what is not sealed yet, batch by batch; beat asks every second, and for everything every ten minutes."""
    sealed = chain.BATCH
    while sealed == chain.BATCH:
        with unit.work():
            sealed = chain.seal(clock.now(), everything=everything)
