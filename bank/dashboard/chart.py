"""An account's balance over the last days as a picture, for those who would rather look, and in a sentence for all.

The balance at the end of each day is one look into the index of the ledger, so that the picture costs the same however
much has happened on the account.
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from accounts.models import Account
from bank.dashboard import amounts
from bank.money import EXPONENTS, Money
from bank.outbox import sql

DAYS = 90
WIDTH, HEIGHT = 720, 270  # of the picture, in its own units
LEFT, RIGHT, TOP, BOTTOM = 116, 8, 16, 40  # what is left beside the line for words
TICKS_MAX = 4
DIGITS = (1, 2, 5)  # of round amounts

CLOSINGS = """
select at, (
    select balance_minor from accounts_posting
    where account_id = %(account)s and booked_at < at order by booked_at desc, id desc limit 1
) from generate_series(%(first)s::timestamptz, %(last)s::timestamptz, '1 day') at"""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark at one of the sides."""

    at: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The line as SVG wants it, the marks, and what the sentence needs."""

    line: str
    area: str
    zero: float  # how high nothing stands
    amounts: list[Tick]
    months: list[Tick]
    start: tuple[date, Money]
    end: tuple[date, Money]
    highest: tuple[date, Money]
    lowest: tuple[date, Money]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - BOTTOM


def of(account: Account, *, now: datetime) -> Chart | None:
    """Draw an account's last days; nothing before the account's first day, and no picture of fewer than two."""
    closings = _closings(account, now=now)
    if len(closings) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    paper = _paper([minor for _, minor in closings], currency=account.currency)
    points = [f"{paper.x(number)},{paper.y(minor)}" for number, (_, minor) in enumerate(closings)]
    shown = [(day, Money(minor, account.currency)) for day, minor in closings]
    return Chart(
        line=" ".join(points),
        area=" ".join([f"{LEFT},{paper.y(0)}", *points, f"{WIDTH - RIGHT},{paper.y(0)}"]),
        zero=paper.y(0),
        amounts=[
            Tick(at=paper.y(minor), words=amounts.whole(Money(minor, account.currency)))
            for minor in range(paper.floor, paper.ceiling + 1, paper.step)
        ],
        months=[
            Tick(at=paper.x(number), words=f"{day:%b}") for number, (day, _) in enumerate(closings) if day.day == 1
        ],
        start=shown[0],
        end=shown[-1],
        highest=max(shown, key=lambda point: point[1].minor),
        lowest=min(shown, key=lambda point: point[1].minor),
    )


@dataclass(frozen=True, kw_only=True)
class _Paper:
    """Where a day and an amount stand on the picture."""

    days: int
    floor: int
    ceiling: int
    step: int

    def x(self, number: int) -> float:
        return round(LEFT + number * (WIDTH - LEFT - RIGHT) / (self.days - 1), 1)

    def y(self, minor: int) -> float:
        return round(TOP + (self.ceiling - minor) * (HEIGHT - TOP - BOTTOM) / (self.ceiling - self.floor), 1)


def _paper(minors: list[int], *, currency: str) -> _Paper:
    """Choose what the marks count by: few of them, of round amounts, and zero always one of them."""
    low, high = min(0, *minors), max(0, *minors)
    unit = 10 ** EXPONENTS[currency]
    steps = (digit * ten * unit for ten in (10**power for power in itertools.count()) for digit in DIGITS)
    step = next(step for step in steps if high - low <= step * TICKS_MAX)
    return _Paper(
        days=len(minors),
        floor=low // step * step,
        ceiling=max(-(-high // step) * step, low // step * step + step),
        step=step,
    )


def _closings(account: Account, *, now: datetime) -> list[tuple[date, int]]:
    """What was on the account at the end of each of the last days, today as it is now."""
    today = now.astimezone(UTC).date()
    first = max(today - timedelta(days=DAYS - 1), account.opened_at.astimezone(UTC).date())
    ends = {"account": account.pk, "first": _midnight(first + timedelta(days=1)), "last": _midnight(today)}
    rows = sql.prepared(CLOSINGS, ends)
    before = [((at - timedelta(days=1)).astimezone(UTC).date(), minor or 0) for at, minor in rows]
    return [*before, (today, account.booked_minor)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
