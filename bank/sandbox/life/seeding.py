"""The town comes to life: everybody of bank/sandbox/customers, and the staff, at the first start.

All of it is there or nothing is: one transaction of the tables' owner.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from django.db import transaction

from accounts import loading, statements
from accounts.models import Account, Unbooked
from bank.sandbox.life import agreements, arriving, checking, document, histories, lives
from bank.sandbox.life.books import Refused
from bank.sandbox.life.lives import Life, Spot
from bank.sandbox.models import Resident

FILES = Path(__file__).parents[1] / "customers"
FIRST = "alice"
OWNER = loading.OWNER


@cache
def documents() -> dict[str, document.Document]:
    """The documents of the town's people, by user name."""
    return {path.stem: checking.read(path.read_bytes()) for path in sorted(FILES.glob("*.json"))}


def has_arrived() -> bool:
    """Tell whether the town is there; it comes all at once or not at all."""
    return Resident.objects.filter(customer__username=FIRST).exists()


def people(*, now: datetime) -> list[Life]:
    """The town's lives, as of a day."""
    made = [lives.ready(read, arrived_on=now.date()) for read in documents().values()]
    lives.acquaint(made)
    return made


def accounts_of(usernames: Iterable[str]) -> dict[str, Spot]:
    """The accounts of customers who live here, by user name and key. Those who do not live here have none."""
    residents = Resident.objects.filter(customer__username__in=usernames)
    found = [lives.ready(resident.document, arrived_on=resident.arrived_on) for resident in residents]
    return {f"{life.username}/{key}": spot for life in found for key, spot in life.spots.items()}


def settle_in(
    people: Sequence[Life],
    *,
    now: datetime,
    told: Callable[[int, date], None],
    says: Callable[[str, int], None] = lambda _words, _count: None,
    is_crowd: bool = False,
) -> int:
    """Bring these lives to the bank with all their history up to yesterday; return how many transfers it took.

    One transaction of the owner's. told and says: see histories.write(). is_crowd: they are very many, and none knows
    another. Raises loading.DoesNotAddUp.
    """
    until = now.date() - timedelta(days=1)
    with (
        transaction.atomic(using=OWNER),
        histories.telling(people, until=until, apart=is_crowd) as (tellings, evenings),
    ):
        arriving.arrive(people, until=until, now=now, using=OWNER)
        count = histories.write(tellings, evenings, told=told, says=says, is_large=is_crowd)
        for evening in evenings:
            agreements.note_use(evening.paid, using=OWNER)
        refused = [one for evening in evenings for one in evening.refused]
        agreements.write_lines(list(_lines(people, refused, until=until)), using=OWNER)
    return count


def _lines(people: Sequence[Life], refused: list[Refused], *, until: date) -> Iterator[Unbooked]:
    """The lines without money on the evening of a day: refused, told by the documents, announced."""
    yield from agreements.refused(refused)
    for life in people:
        yield from agreements.told(life)
        yield from agreements.coming(life, after=until)


def make_statements(people: Sequence[Life], *, now: datetime) -> None:
    """Make the statements of these lives' accounts up to now, each as if in its time. In a transaction."""
    names = [spot.account_id for life in people for spot in life.spots.values()]
    for account in Account.objects.filter(pk__in=names, statement_day__isnull=False):
        over = account.status == Account.Status.DELETED
        until = account.status_updated_at if over else now
        periods = statements.regular_periods(account, since=None, now=until)
        statements.make_each(
            account.pk, periods=[replace(period, made_at=period.ends_at + statements.GRACE) for period in periods]
        )
        if over:
            statements.close(account.pk, now=until)
