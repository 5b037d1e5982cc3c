"""What recurs for certificates: renewing the bank's own, and reading what other authorities have taken back."""

from celery import shared_task
from django.conf import settings

from bank import clock
from bank.outbox import unit
from bank.tpps import directory, revocation


@shared_task
def renew() -> None:
    """Renew what the sandbox's directory signs for the bank itself, where it is due; beat asks every ten minutes."""
    if settings.SANDBOX:
        with unit.work():
            directory.renew(clock.now())


@shared_task
def read_revocations() -> None:
    """Read the revocation lists of all other authorities; beat asks every ten minutes."""
    revocation.read_all(clock.now())
