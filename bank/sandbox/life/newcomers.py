"""A customer of one's own: checked against who is here already, and brought in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Account
from bank.api import wire
from bank.audit import trail
from bank.customers.models import User
from bank.errors import Fault
from bank.outbox import unit
from bank.sandbox.life import arriving, checking, lives, seeding
from bank.sandbox.life.lives import Life

BYTES_MAX = 256 * 1024  # of a document
NOBODY = "Nobody of this name lives here."


def expect(raw: bytes, *, now: datetime) -> Life:
    """Read the document of somebody who is to come. Raises wire.BodyInvalid with every fault and its path."""
    if len(raw) > BYTES_MAX:
        raise checking.DocumentInvalid(faults=[Fault(code="U002", message="The document is too long.")])
    life = lives.ready(checking.read(raw), arrived_on=now.date())
    if faults := list(_conflicts(life)):
        raise checking.DocumentInvalid(faults=faults)
    life.others.update(seeding.accounts_of(lives.acquaintances(life)))
    return life


def _conflicts(life: Life) -> Iterator[Fault]:
    """What cannot be beside those who are here."""
    if User.objects.filter(username=life.username).exists():
        yield _fault("customer.username", "Somebody has this user name.")
    spots = list(life.spots.values())
    taken = Account.objects.filter(identification__in=[spot.identification for spot in spots])
    numbers = set(taken.values_list("identification", flat=True))
    ids = set(Account.objects.filter(pk__in=[spot.account_id for spot in spots]).values_list("pk", flat=True))
    for index, spot in enumerate(spots):
        if spot.identification in numbers:
            yield _fault(f"accounts[{index}].identification", "Another account has this number.")
        if spot.account_id in ids:
            yield _fault(f"accounts[{index}].id", "Another account has this id.")
    for index, row in enumerate(life.document.get("accounts", [])):
        for place, holder in enumerate(row.get("holders", [])):
            if not User.objects.filter(username=holder["username"], kind=User.Kind.CUSTOMER).exists():
                yield _fault(f"accounts[{index}].holders[{place}].username", NOBODY)
    yield from _strangers(life)


def _strangers(life: Life) -> Iterator[Fault]:
    known = seeding.accounts_of(lives.acquaintances(life))
    for name, index, row in checking.rows(life.document):
        for member in ("to", "friend"):
            other = row.get(member)
            if not isinstance(other, dict) or other.get("of", life.username) == life.username:
                continue
            if f"{other['of']}/{other['account']}" not in known:
                yield _fault(f"{name}[{index}].{member}", NOBODY)


def _fault(path: str, message: str) -> Fault:
    return Fault(code="U002", message=message, path=path)


def in_words(invalid: wire.BodyInvalid) -> list[str]:
    """Tell every fault of a document with its path, a line for each."""
    return [f"{fault.path or 'the document'}: {fault.message}" for fault in invalid.faults]


def arrive(life: Life, *, actor: str, now: datetime) -> None:
    """Bring somebody in whose history is yet to be lived, by nights, when a worker has time. In a unit of work.

    Raises DocumentInvalid if somebody of this name, or with a number of these, has come since the document was read.
    """
    with _told_who_was_faster(life), transaction.atomic():
        arriving.arrive([life], until=life.begins_on - timedelta(days=1), now=now, using="default")
    customer = User.objects.get(username=life.username)
    unit.put(kind="sandbox.live", payload={"customer_pk": customer.pk}, due_at=now, now=now)
    trail.record(actor=actor, action="sandbox.customer_arrived", subject=life.username, now=now)


def settle(life: Life, *, now: datetime) -> int:
    """Bring somebody in with the whole history at once; return of how many transactions it is.

    In a transaction of the owner's. Raises DocumentInvalid as arrive() does.
    """
    with _told_who_was_faster(life):
        return seeding.settle_in([life], now=now, told=lambda _count, _day: None)


@contextmanager
def _told_who_was_faster(life: Life) -> Iterator[None]:
    """Tell what the database refuses because of somebody who has come meanwhile as the document's faults."""
    try:
        yield
    except IntegrityError:  # it waited for whoever was faster, whose rows are committed and seen from here on
        if faults := list(_conflicts(life)):
            raise checking.DocumentInvalid(faults=faults) from None
        raise
