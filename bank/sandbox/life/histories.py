"""The history of very many lives at once: every day of everybody, in the order of time, written by COPY.

Lives that pay each other are lived side by side, day by day. What the story leaves on the last evening (money that is
still set aside, interest that has grown, when each mandate was last used) comes back as an Evening.
"""

import itertools
import operator
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts import loading
from bank import ids
from bank.sandbox.life import days, lives
from bank.sandbox.life.books import Books, Event, Happening, Refused, Sums
from bank.sandbox.life.lives import Life

NUMBER_BITS = 42
AT = operator.itemgetter(0)


@dataclass
class Evening:
    """What there is when a story ends."""

    books: Books = field(default_factory=Books)
    refused: list[Refused] = field(default_factory=list)
    count: int = 0  # of events
    day: date = date.min  # that is being told
    paid: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # by the mandate's id: when last, how much

    def note(self, happening: Happening) -> None:
        """Remember what is no transfer, or more than one."""
        if isinstance(happening, Refused):
            self.refused.append(happening)
        elif isinstance(happening, Event) and happening.mandate:
            self.paid[happening.mandate] = happening.at, happening.amount_minor


def tell(people: Sequence[Life], *, until: date, evening: Evening) -> Iterator[Event]:
    """Every event of these lives up to and including a day, in the order of time; evening is filled as it goes."""
    books = evening.books
    for life in people:
        for spot in life.spots.values():
            books.open(spot.account_id, Sums(free=spot.limit_minor))
    waiting = sorted(people, key=lambda life: life.begins_on)
    living: list[Life] = []
    day = waiting[0].begins_on if waiting else until + timedelta(days=1)
    while day <= until:
        while waiting and waiting[0].begins_on <= day:
            living.append(waiting.pop(0))
        evening.day = day
        yield from sorted(_day_of(living, day, evening), key=AT)
        books.end_day()
        day += timedelta(days=1)


def _day_of(living: list[Life], day: date, evening: Evening) -> Iterator[Event]:
    for life in living:
        for happening in days.live(life, day, evening.books):
            evening.note(happening)
            if isinstance(happening, Event):
                yield happening


def write(people: Sequence[Life], *, until: date, told: Callable[[int, date], None]) -> Evening:
    """Write the histories of lives whose accounts are there, empty; told is called as it goes on.

    Opens a load of its own: all of it is written, or nothing. Raises loading.DoesNotAddUp.
    """
    evening = Evening()
    with loading.load() as load:
        load.know(spot.account_id for life in people for spot in life.spots.values())
        for count in load.write(transfers(tell(people, until=until, evening=evening))):
            evening.count = count
            told(count, evening.day)
        load.hold(holds(evening.books))
        for account_id, sums in evening.books.sums.items():
            if sums.accrued_micro:
                load.accrue(account_id, sums.accrued_micro)
    return evening


def transfers(events: Iterable[Event]) -> Iterator[loading.Transfer]:
    """The events as rows: the ids, too, follow from what happened when, and to whom."""
    for number, event in enumerate(events):
        chance = zlib.crc32(event.account_id.encode()) << NUMBER_BITS | number
        yield loading.Transfer(
            ids.made("trf", milliseconds=int(event.at.timestamp() * 1000), random=chance),
            event.kind,
            event.at,
            (
                loading.Leg(event.account_id, event.amount_minor, event.counterparty, event.details),
                loading.Leg(event.other_id, -event.amount_minor, event.other_counterparty, event.other_details),
            ),
        )


def holds(books: Books) -> Iterator[loading.Hold]:
    """What is still set aside."""
    for held in itertools.chain(books.staying, *books.held.values()):
        yield loading.Hold(
            lives.steady_id("hld", held.order_id),
            held.account_id,
            held.amount_minor,
            held.order_id,
            held.at,
            held.details,
        )
