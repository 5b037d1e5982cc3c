"""Ending what nobody ends: run by beat, and safe to run twice and side by side.

Three sweeps, each in steps of its own transaction: access whose end has passed (EXPD), requests that a customer opened
and left, and consents that no customer ever saw (both RJCT).
"""

from datetime import datetime, timedelta

from celery import shared_task
from django.db.models import QuerySet

from bank import clock
from bank.oauth import profile
from bank.oauth.models import AuthorizationRequest
from bank.outbox import unit
from consents import lifecycle, transitions
from consents.models import Consent, Status

ACTOR = "bank:consents"
BATCH = 100
AWAITED_HOURS_MAX = 24
LEFT_AFTER = timedelta(minutes=AuthorizationRequest.OPEN_MINUTES)
NEVER_DECIDED = "The customer did not decide in time."
REASON = "DS24"


@shared_task
def expire() -> None:
    """End what has run out."""
    now = clock.now()
    for sweep in (expire_access, reject_abandoned, reject_unseen):
        while sweep(now=now) == BATCH:
            continue


def expire_access(*, now: datetime) -> int:
    """AUTH past its ExpirationDateTime becomes EXPD; return how many did, at most BATCH."""
    with unit.work():
        ended = _unlocked(
            Consent.objects.filter(
                status=Status.AUTH, kind__in=transitions.LASTING_KINDS, expires_at__lte=now, deleted_at=None
            ).order_by("expires_at")
        )
        for consent in ended:
            lifecycle.expire(consent, actor=ACTOR, now=now)
    return len(ended)


def reject_abandoned(*, now: datetime) -> int:
    """Close requests that a customer opened and did not decide; their consent, if it still awaits, becomes RJCT."""
    with unit.work():
        left = list(
            AuthorizationRequest.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(decided_at=None, opened_at__lte=now - LEFT_AFTER)
            .order_by("opened_at")[:BATCH]
        )
        for request in left:
            request.decide(now=now)
            _reject_if_awaiting(profile.intent_id(request.parameters["claims"]), now=now)
    return len(left)


def _reject_if_awaiting(consent_id: str, *, now: datetime) -> None:
    consent = Consent.objects.select_for_update().filter(pk=consent_id, status=Status.AWAU, deleted_at=None).first()
    if consent is not None:
        lifecycle.reject(consent, code=REASON, description=NEVER_DECIDED, actor=ACTOR, now=now)


def reject_unseen(*, now: datetime) -> int:
    """AWAU for a day becomes RJCT; return how many did, at most BATCH."""
    with unit.work():
        old = _unlocked(
            Consent.objects.filter(
                status=Status.AWAU, created_at__lte=now - timedelta(hours=AWAITED_HOURS_MAX), deleted_at=None
            ).order_by("created_at")
        )
        for consent in old:
            lifecycle.reject(consent, code=REASON, description=NEVER_DECIDED, actor=ACTOR, now=now)
    return len(old)


def _unlocked(consents: QuerySet[Consent]) -> list[Consent]:
    """Lock the first of these that nobody else holds."""
    return list(consents.select_for_update(skip_locked=True, of=("self",))[:BATCH])
