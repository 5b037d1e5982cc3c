"""What the authorization server forgets."""

from datetime import timedelta

from celery import shared_task

from bank import clock
from bank.oauth.models import AccessToken, AuthorizationRequest, Grant, SpentIdentifier

KEPT = timedelta(days=1)  # an expired token is told from an unknown one for so long, and a code's reuse noticed


@shared_task
def purge() -> None:
    """Delete what has no more use. Consents whose customers never decided: consents/tasks.py."""
    now = clock.now()
    SpentIdentifier.objects.filter(expires_at__lt=now).delete()
    Grant.objects.filter(expires__lt=now - KEPT).delete()
    AccessToken.objects.filter(expires__lt=now - KEPT).delete()
    AuthorizationRequest.objects.filter(expires_at__lt=now - KEPT).delete()
