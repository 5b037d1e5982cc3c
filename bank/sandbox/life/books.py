"""What life knows of the money while a day is lived: what each account has, what may be spent, what interest has grown.

The ledger has the truth; these sums start from it (or from nothing, for a history) and follow what life does.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from bank.sandbox.life.lives import Life, Spot, at

MICRO = 1_000_000


class Event(NamedTuple):
    """Money that moves: between an account and another of this bank's, which is one of its own if life is outside.

    settles: the order id of the hold that this posts; mandate: the id of the arrangement that it comes of, if any.
    """

    at: datetime
    kind: str
    account_id: str
    amount_minor: int
    details: dict[str, Any]
    other_id: str
    counterparty: str = ""
    other_counterparty: str = ""
    other_details: dict[str, Any] | None = None
    settles: str = ""
    mandate: str = ""


class Held(NamedTuple):
    """Money set aside for a purchase, until the shop takes it in the night; stays: until somebody lets it go."""

    at: datetime
    order_id: str
    account_id: str
    amount_minor: int
    details: dict[str, Any]
    stays: bool = False


class Refused(NamedTuple):
    """What was asked of an account and not paid; amount as it would have stood on a posting."""

    at: datetime
    account_id: str
    amount_minor: int
    details: dict[str, Any]


Happening = Event | Held | Refused


@dataclass(slots=True)
class Sums:
    """Of one account, in minor units; accrued is interest in 10⁻⁶ of them, free what may still be spent."""

    booked: int = 0
    free: int = 0
    accrued_micro: int = 0
    last_at: datetime | None = None


@dataclass(slots=True)
class Books:
    """The sums of the accounts that live together, and the purchases that the shops have not taken yet."""

    sums: dict[str, Sums] = field(default_factory=dict)
    held: dict[str, list[Held]] = field(default_factory=dict)  # by account
    staying: list[Held] = field(default_factory=list)
    arriving: list[tuple[str, int]] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)  # accounts that are not in use
    ended: set[str] = field(default_factory=set)  # mandates that somebody ended

    def open(self, account_id: str, sums: Sums) -> None:
        """Take up an account."""
        self.sums[account_id] = sums

    def follow(self, happenings: Iterator[Happening]) -> Iterator[Happening]:
        """Pass happenings on, one after the other, and keep the sums; whoever makes them sees each before the next.

        What another customer is sent may be spent from the next day on: whose day is lived first must not matter.
        """
        for happening in happenings:
            self._follow(happening)
            yield happening

    def _follow(self, happening: Happening) -> None:
        sums = self.sums[happening.account_id]
        if isinstance(happening, Held):
            sums.free -= happening.amount_minor
            kept = self.staying if happening.stays else self.held.setdefault(happening.account_id, [])
            kept.append(happening)
        elif isinstance(happening, Event):
            if not happening.settles:
                sums.free += happening.amount_minor
            sums.booked += happening.amount_minor
            if happening.other_id in self.sums:
                self.arriving.append((happening.other_id, -happening.amount_minor))

    def end_day(self) -> None:
        """Let arrive what was sent to others."""
        for account_id, amount in self.arriving:
            sums = self.sums[account_id]
            sums.booked += amount
            sums.free += amount
        self.arriving.clear()


@dataclass(slots=True, kw_only=True)
class Today:
    """A day of a life: whose, which, with which dice and on which books."""

    life: Life
    day: date
    dice: random.Random
    books: Books

    def rows(self, name: str) -> Any:
        """A list of the document."""
        return self.life.document.get(name, [])

    def spot(self, row: Mapping[str, Any]) -> Spot:
        """The account that a row is about."""
        return self.life.spots[row["account"]]

    def free(self, spot: Spot) -> int:
        """What may be spent of an account just now."""
        return self.books.sums[spot.account_id].free

    def booked(self, spot: Spot) -> int:
        """What has been booked on an account so far, with what arrives today."""
        arriving = sum(amount for account_id, amount in self.books.arriving if account_id == spot.account_id)
        return self.books.sums[spot.account_id].booked + arriving

    def at(self, hour: int, minute: int) -> datetime:
        """An instant of the day."""
        return at(self.day, hour, minute)
