"""How one signing key follows another, so that nobody who checks signatures notices.

A key is published a day before it signs and for thirty days after: whoever reads the published set once a day, and the
standard's clients read it every hour or when they meet an unknown kid, has every key in time. There is always a next
key, so that the one that signs can be replaced at any moment.
"""

from datetime import datetime, timedelta

from django.conf import settings

from bank.audit import trail
from bank.keys import store
from bank.keys.models import SigningKey

PUBLISHED_BEFORE = timedelta(days=1)
PUBLISHED_AFTER = timedelta(days=30)
KNOWN_AFTER = timedelta(seconds=2 * store.REREAD_SECONDS)  # by then every process of the bank publishes a new key


class NotRotated(Exception):
    """A key cannot take another one's place; the words say why."""


def rotate(algorithm: str, *, early: bool, actor: str, now: datetime) -> SigningKey:
    """Let the next key of an algorithm sign from now on, retire the one that did, and publish a new next one.

    early: also if it was not published for a day, so that clients who keep the set for longer may meet an unknown kid;
    never before the whole bank publishes it. Needs an open unit of work. Raises NotRotated.
    """
    keys = _locked(algorithm)
    following, active = keys.get(SigningKey.State.NEXT), keys.get(SigningKey.State.ACTIVE)
    if following is None or active is None:
        raise NotRotated(f"There are no {algorithm} keys to rotate: `manage.py setup` makes them.")
    usable_at = following.created_at + (KNOWN_AFTER if early else PUBLISHED_BEFORE)
    if now < usable_at:
        raise NotRotated(f"The next {algorithm} key is to be published until {usable_at:%Y-%m-%d %H:%M:%S} UTC first.")
    SigningKey.objects.filter(pk=active.pk).update(retired_at=now)
    SigningKey.objects.filter(pk=following.pk).update(activated_at=now)
    made = store.make(algorithm, now=now)
    detail = {"algorithm": algorithm, "retired": active.kid, "next": made.kid}
    trail.record(actor=actor, action="key.activated", subject=following.kid, detail=detail, now=now)
    return following


def withdraw(kid: str, *, actor: str, now: datetime) -> None:
    """Use and publish a key no more, at once: somebody else may have it. What it signed cannot be checked any more.

    If it is the one that signs, the next one takes its place. Needs an open unit of work. Raises NotRotated.
    """
    key = SigningKey.objects.filter(pk=kid, withdrawn_at=None).first()
    if key is None:
        raise NotRotated("No key that is published has this kid.")
    if key.state == SigningKey.State.ACTIVE:
        rotate(key.algorithm, early=True, actor=actor, now=now)
    SigningKey.objects.filter(pk=kid, retired_at=None).update(retired_at=now)
    SigningKey.objects.filter(pk=kid).update(withdrawn_at=now)
    store.ensure(now)
    store.forget()
    trail.record(actor=actor, action="key.withdrawn", subject=kid, detail={"algorithm": key.algorithm}, now=now)


def turn(*, actor: str, now: datetime) -> None:
    """Do what is due: replace keys that have signed for long enough, withdraw those that are long retired.

    Needs an open unit of work.
    """
    ends = now - timedelta(days=settings.SIGNING_KEY_DAYS)
    for key in SigningKey.objects.filter(activated_at__lte=ends, retired_at=None, algorithm__in=store.ALGORITHMS):
        rotate(key.algorithm, early=False, actor=actor, now=now)
    for key in SigningKey.objects.filter(retired_at__lte=now - PUBLISHED_AFTER, withdrawn_at=None):
        withdraw(key.kid, actor=actor, now=now)


def _locked(algorithm: str) -> dict[SigningKey.State, SigningKey]:
    rows = SigningKey.objects.select_for_update().filter(algorithm=algorithm, retired_at=None).order_by("kid")
    return {row.state: row for row in rows}
