"""What the authorization server forgets, and what it asks for again."""

from datetime import timedelta

from celery import shared_task

from bank import clock
from bank.keys import remote
from bank.oauth.models import AccessToken, AuthorizationRequest, BackchannelRequest, Client, Grant, SpentIdentifier

KEPT = timedelta(days=1)  # an expired token is told from an unknown one for so long, and a code's reuse noticed


@shared_task
def purge() -> None:
    """Delete what has no more use. Consents whose customers never decided: consents/tasks.py."""
    now = clock.now()
    SpentIdentifier.objects.filter(expires_at__lt=now).delete()
    Grant.objects.filter(expires__lt=now - KEPT).delete()
    AccessToken.objects.filter(expires__lt=now - KEPT).delete()
    AuthorizationRequest.objects.filter(expires_at__lt=now - KEPT).delete()
    BackchannelRequest.objects.filter(expires_at__lt=now - KEPT).delete()


@shared_task
def refetch_key_sets() -> None:
    """Ask for the key sets of clients before they are too old, so that no call has to wait for one."""
    now = clock.now()
    for url in (
        Client.objects.filter(deleted_at=None)
        .exclude(client_jwks_uri="")
        .values_list("client_jwks_uri", flat=True)
        .distinct()
    ):
        remote.refetch(url, now=now)
