"""What the authorization server forgets, and the requests that nobody decided."""

from datetime import datetime, timedelta

from celery import shared_task

from bank import clock
from bank.oauth import intents, profile
from bank.oauth.models import AccessToken, AuthorizationRequest, Grant, SpentIdentifier
from bank.outbox import unit

KEPT = timedelta(days=1)  # an expired token is told from an unknown one for so long, and a code's reuse noticed


@shared_task
def purge() -> None:
    """Delete what has no more use, and give up requests that customers left open."""
    now = clock.now()
    for request_pk in _abandoned(now):
        give_up(request_pk, now=now)
    SpentIdentifier.objects.filter(expires_at__lt=now).delete()
    Grant.objects.filter(expires__lt=now - KEPT).delete()
    AccessToken.objects.filter(expires__lt=now - KEPT).delete()
    AuthorizationRequest.objects.filter(expires_at__lt=now - KEPT).delete()


def give_up(request_pk: int, *, now: datetime) -> None:
    """End a request that was opened and never decided; its consent is rejected unless another request is open for it.

    Source: Read/Write API profile v4.0.1: a consent whose authorisation is abandoned does not wait for ever.
    """
    with unit.work():
        rows = AuthorizationRequest.objects.select_for_update().filter(pk=request_pk, decided_at=None)
        request = rows.first()
        if request is None:
            return
        request.decide(now=now)
        consent_id = profile.intent_id(request.parameters.get("claims"))
        if _is_asked_elsewhere(consent_id, now):
            return
        intents.port().refuse(
            consent_id=consent_id,
            code="DS24",
            description="The customer did not decide in time.",
            actor="bank:oauth",
            now=now,
        )


def _abandoned(now: datetime) -> list[int]:
    ended = now - timedelta(minutes=AuthorizationRequest.OPEN_MINUTES)
    rows = AuthorizationRequest.objects.filter(opened_at__lte=ended, decided_at=None)
    return list(rows.values_list("pk", flat=True))


def _is_asked_elsewhere(consent_id: str, now: datetime) -> bool:
    ended = now - timedelta(minutes=AuthorizationRequest.OPEN_MINUTES)
    rows = AuthorizationRequest.objects.filter(decided_at=None, opened_at__gt=ended).values_list(
        "parameters", flat=True
    )
    return any(profile.intent_id(parameters.get("claims")) == consent_id for parameters in rows)
