"""The people of the sandbox with a log-in: the town's customers, by their documents, and two members of staff.

Everybody and every number is made up; passwords are printed at every start. How they live: bank/sandbox/life.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bank.customers.models import User
from bank.sandbox.life import lives, seeding

ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - numbers do not depend on it


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who can log in; number: that of a customer's first account (sort code and account number)."""

    username: str
    full_name: str
    password: str
    shows: str = ""
    number: str = ""


STAFF = (
    Person(username="sam", full_name="Sam Tolliver", password="sam-decides"),  # noqa: S106 - the sandbox prints it
    Person(username="tess", full_name="Tess Kinnaird", password="tess-decides"),  # noqa: S106 - the sandbox prints it
)


@cache
def customers() -> tuple[Person, ...]:
    """The town's customers, in the order of what they show (P1, P2, …)."""
    made = [_person(lives.ready(read, arrived_on=ANY_DAY.date())) for read in seeding.documents().values()]
    return tuple(sorted(made, key=lambda person: (int(person.shows[1:].partition(",")[0]), person.username)))


def _person(life: lives.Life) -> Person:
    customer = life.document["customer"]
    first = next(iter(life.spots.values()), None)
    return Person(
        username=customer["username"],
        full_name=customer["name"],
        password=customer["password"],
        shows=customer.get("shows", ""),
        number=first.identification if first else "",
    )


def named(username: str) -> Person:
    """Somebody of the town. Raises StopIteration."""
    return next(person for person in customers() if person.username == username)


def employ_staff(*, now: datetime) -> None:
    """Make the two members of staff, if they are not there yet."""
    there = set(User.objects.filter(kind=User.Kind.STAFF).values_list("username", flat=True))
    for person in (person for person in STAFF if person.username not in there):
        User.objects.make(
            username=person.username,
            password=person.password,
            full_name=person.full_name,
            kind=User.Kind.STAFF,
            now=now,
            is_superuser=True,
        )
