"""A customer of one's own: checked against who is here already, and brought in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import Account
from bank.audit import trail
from bank.customers.models import User
from bank.errors import Fault
from bank.outbox import unit
from bank.sandbox.life import arriving, checking, lives, seeding
from bank.sandbox.life.lives import Life

NOBODY = "Nobody of this name lives here."


def expect(raw: bytes, *, now: datetime) -> Life:
    """Read the document of somebody who is to come. Raises wire.BodyInvalid with every fault and its path."""
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


def arrive(life: Life, *, actor: str, now: datetime) -> None:
    """Bring somebody in whose history is yet to be lived, by nights, when a worker has time. In a unit of work."""
    arriving.arrive([life], until=life.begins_on - timedelta(days=1), now=now, using="default")
    customer = User.objects.get(username=life.username)
    unit.put(kind="sandbox.live", payload={"customer_pk": customer.pk}, due_at=now, now=now)
    trail.record(actor=actor, action="sandbox.customer_arrived", subject=life.username, now=now)
