"""Who somebody is: user name and password, and the pause after too many wrong tries.

A wrong one-time code counts like a wrong password (bank/customers/sca.py), so that neither can be tried without end.
"""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from bank.audit import trail
from bank.customers.models import User

FAILURES_MAX = 5
PAUSE = timedelta(minutes=15)  # the first; the next one is twice as long, until the customer has proved themselves
PAUSE_MAX = timedelta(days=1)


def attempt(*, username: str, password: str, kind: str, now: datetime) -> User | None:
    """Return the person whose user name and password these are; nobody if they are wrong or the log-in is paused.

    One answer for every failure, so that nobody learns which user names exist. Returned and not raised, so that the
    count of failures is kept. Locks the person: attempts on one person follow each other.
    """
    username = username.replace("\0", "")  # no column can hold it, and nobody is called so
    person = User.objects.select_for_update().filter(username=username, kind=kind, is_active=True).first()
    if person is None:
        make_password(password)  # takes as long as comparing would
        return None
    if is_paused(person, now=now):
        make_password(password)
        trail.record(actor=f"{kind}:{username}", action="log-in.refused-while-paused", subject=username, now=now)
        return None
    if not person.check_password(password):
        count_failure(person, what="password", now=now)
        return None
    trail.record(actor=f"{kind}:{username}", action="log-in.password-accepted", subject=username, now=now)
    return person


def is_paused(person: User, *, now: datetime) -> bool:
    """Tell whether this person's log-in is paused after too many failures."""
    return person.locked_until is not None and now < person.locked_until


def count_failure(person: User, *, what: str, now: datetime) -> bool:
    """Count a failure of a locked person; tell whether it was the one that pauses the log-in."""
    failures = person.failed_attempts + 1
    pauses = failures >= FAILURES_MAX
    person.failed_attempts = 0 if pauses else failures
    if pauses:
        person.locked_until = now + min(PAUSE * 2 ** min(person.pauses, 8), PAUSE_MAX)
        person.pauses += 1
    person.save(update_fields=["failed_attempts", "locked_until", "pauses"])
    actor = f"{person.kind}:{person.username}"
    action = "log-in.paused" if pauses else "log-in.failed"
    trail.record(actor=actor, action=action, subject=person.username, now=now, detail={"what": what})
    return pauses


def forgive(person: User) -> None:
    """Forget earlier failures: the person has proved who they are."""
    if person.failed_attempts or person.locked_until:
        person.failed_attempts, person.pauses, person.locked_until = 0, 0, None
        person.save(update_fields=["failed_attempts", "pauses", "locked_until"])
