"""The history of very many lives at once: every day of everybody, in the order of time, written by COPY.

Lives that pay each other are lived side by side, day by day, in one telling. What the story leaves on the last evening
(money that is still set aside, interest that has grown, when each mandate was last used) comes back as an Evening.
"""

import hashlib
import itertools
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts import loading
from bank import ids
from bank.sandbox import processes
from bank.sandbox.life import days, lives
from bank.sandbox.life.books import Books, Event, Happening, Refused, Sums
from bank.sandbox.life.lives import Life

AT = operator.itemgetter(0)
BEGINS = operator.attrgetter("begins_on")
NUMBER_BITS, NAME_BYTES = 24, 6  # of the 74 bits of chance in an id: which of the account's events, which account
APART_MIN = 50  # fewer lives are told sooner than a process starts
Told = tuple[date, list[loading.Written]]


@dataclass
class Evening:
    """What there is when a story ends."""

    books: Books = field(default_factory=Books)
    refused: list[Refused] = field(default_factory=list)
    paid: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # by the mandate's id: when last, how much
    sums: dict[str, loading.Sums] = field(default_factory=dict)  # as written, of the accounts whose story it was

    def note(self, happening: Happening) -> None:
        """Remember what is no transfer, or more than one."""
        if isinstance(happening, Refused):
            self.refused.append(happening)
        elif isinstance(happening, Event) and happening.mandate:
            self.paid[happening.mandate] = happening.at, happening.amount_minor


def tell(
    people: Sequence[Life], *, since: date | None = None, until: date, evening: Evening
) -> Iterator[tuple[date, list[Event]]]:
    """The events of each day of these lives, in order, both ends included; evening is filled as it goes.

    since: none later than their first.
    """
    books = evening.books
    for life in people:
        for spot in life.spots.values():
            books.open(spot.account_id, Sums(free=spot.limit_minor))
    waiting = sorted(people, key=BEGINS)
    living: list[Life] = []
    day = since or _first_day(people)
    while day <= until:
        while waiting and waiting[0].begins_on <= day:
            living.append(waiting.pop(0))
        yield day, sorted(_day_of(living, day, evening), key=AT)
        books.end_day()
        day += timedelta(days=1)


def _day_of(living: list[Life], day: date, evening: Evening) -> Iterator[Event]:
    for life in living:
        for happening in days.live(life, day, evening.books):
            evening.note(happening)
            if isinstance(happening, Event):
                yield happening


def _first_day(people: Sequence[Life]) -> date:
    return min((life.begins_on for life in people), default=date.max)


def written(people: Sequence[Life], *, since: date | None = None, until: date, evening: Evening) -> Iterator[Told]:
    """What tell() tells, as COPY reads it. The ids, too, follow from what happened when, and to whom."""
    evening.sums = {spot.account_id: loading.Sums() for life in people for spot in life.spots.values()}
    chances = {name: _first_chance(name) for name in evening.sums}
    for day, events in tell(people, since=since, until=until, evening=evening):
        transfers = []
        for event in events:
            chances[event.account_id] = chance = chances[event.account_id] + 1
            transfers.append(loading.written(_transfer(event, chance=chance), evening.sums))
        yield day, transfers


@contextmanager
def telling(
    people: Sequence[Life], *, until: date, apart: bool
) -> Iterator[tuple[list[Iterator[Told]], list[Evening]]]:
    """Open the tellings of these lives, and the evenings that they fill when they have been read to their ends.

    apart: these lives know nobody's accounts but their own, so that each processor may tell some of them.
    """
    count = min(os.cpu_count() or 1, len(people) // APART_MIN) if apart else 1
    if count <= 1:
        evening = Evening()
        yield [written(people, until=until, evening=evening)], [evening]
        return
    size = -(-len(people) // count)
    with ExitStack() as stack:
        since = _first_day(people)
        parts = [people[start : start + size] for start in range(0, len(people), size)]
        streams = [stack.enter_context(processes.generating(_tell_apart, part, since, until)) for part in parts]
        evenings = [Evening() for _ in parts]
        yield [_read(stream, evening) for stream, evening in zip(streams, evenings, strict=True)], evenings


def _tell_apart(people: Sequence[Life], since: date, until: date) -> Iterator[Told | Evening]:
    """What one process tells: its days, and then the evening."""
    evening = Evening()
    yield from written(people, since=since, until=until, evening=evening)
    yield evening


def _read(stream: Iterator[Told | Evening], evening: Evening) -> Iterator[Told]:
    for told in stream:
        if isinstance(told, Evening):
            vars(evening).update(vars(told))
        else:
            yield told


def _first_chance(account_id: str) -> int:
    digest = hashlib.blake2b(account_id.encode(), digest_size=NAME_BYTES).digest()
    return int.from_bytes(digest, "big") << NUMBER_BITS


def _transfer(event: Event, *, chance: int) -> loading.Transfer:
    return loading.Transfer(
        ids.made("trf", milliseconds=int(event.at.timestamp() * 1000), random=chance),
        event.kind,
        event.at,
        (
            loading.Leg(event.account_id, event.amount_minor, event.counterparty, event.details),
            loading.Leg(event.other_id, -event.amount_minor, event.other_counterparty, event.other_details),
        ),
    )


def write(
    tellings: Sequence[Iterable[Told]],
    evenings: Sequence[Evening],
    *,
    told: Callable[[int, date], None],
    says: Callable[[str, int], None] = lambda _words, _count: None,
    is_large: bool = False,
) -> int:
    """Write histories of lives whose accounts are there, empty; return how many transfers.

    told is called on the way, says as loading.load() has it.

    Each telling is that of other lives, of the same days; each has its evening. Opens a load of its own: all of it is
    written, or nothing. Raises loading.DoesNotAddUp.
    """
    with loading.load(is_large=is_large, says=says) as load:
        for parts in zip(*tellings, strict=True):
            day = parts[0][0]
            transfers = sorted(itertools.chain.from_iterable(part[1] for part in parts), key=AT)
            if load.add(transfers):
                told(load.count, day)
        for evening in evenings:
            load.sums |= evening.sums
            load.hold(holds(evening.books))
            for account_id, sums in evening.books.sums.items():
                load.accrue(account_id, sums.accrued_micro)
    return load.count


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
