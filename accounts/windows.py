"""Which stretch of time a reading is about: the consent's window and the request's filter, both ends included.

Source: Read/Write API profile v4.0.1, "Date Formats" and "Filtering"; AIS profile, "Transaction To/From Date Time".
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bank.errors import Refused

# Every form of ISO 8601: calendar, week and ordinal dates, basic or extended; a time is optional, and so is its zone.
# A plus sign that was not encoded arrives as a space.
ZONE = re.compile(r"(Z|[+\- ]\d{2}(:?\d{2})?)$", re.ASCII | re.IGNORECASE)
DATE_ZONE = re.compile(r"(Z|[+ ]\d{2}:?\d{2})$", re.ASCII)
ORDINAL = re.compile(r"(\d{4})-?(\d{3})", re.ASCII)
FRACTION = re.compile(r"([.,])(\d+)$", re.ASCII)
FRACTION_DIGITS = 5
SHOWN = timedelta(milliseconds=1)  # instants are shown to the millisecond: what is shown as the end is included

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


class FilterInvalid(Refused):
    """A bound of the filter is no date."""

    code = "U003"
    message = "This is not an ISO 8601 date, with or without a time."


@dataclass(frozen=True, kw_only=True)
class Window:
    """A half-open stretch: from from_at to just before until."""

    from_at: datetime = FIRST
    until: datetime = LAST

    def meet(self, other: "Window") -> "Window":
        """What both have in common; may be empty."""
        return Window(from_at=max(self.from_at, other.from_at), until=min(self.until, other.until))

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies inside."""
        return self.from_at <= at < self.until


def including(from_at: datetime | None, to_at: datetime | None) -> Window:
    """The window between two instants, both included."""
    until = LAST if to_at is None or to_at >= LAST - SHOWN else _to_millisecond(to_at) + SHOWN
    return Window(from_at=from_at or FIRST, until=until)


def filtered(query: dict[str, str], *, from_name: str, to_name: str) -> Window:
    """The window that a request's filter names; either bound may be missing. Raises FilterInvalid.

    A zone is dropped and not converted. A date alone is its first instant as the lower bound, its last as the upper.
    """
    lower, upper = query.get(from_name), query.get(to_name)
    return including(
        None if lower is None else read(lower, path=from_name, is_end=False),
        None if upper is None else read(upper, path=to_name, is_end=True),
    )


def read(text: str, *, path: str, is_end: bool) -> datetime:
    """Read one bound of a filter. Raises FilterInvalid."""
    calendar, separator, clock = text.strip().upper().partition("T")
    try:
        day = _day(calendar if separator else DATE_ZONE.sub("", calendar))
        if separator:
            return datetime.combine(day, _time(clock), tzinfo=UTC)
    except (ValueError, OverflowError):
        raise FilterInvalid(path=path) from None
    return day.replace(hour=23, minute=59, second=59, microsecond=999_000) if is_end else day


def _day(text: str) -> datetime:
    if not text.isascii():
        raise ValueError("not ISO 8601")
    if ordinal := ORDINAL.fullmatch(text):
        year, number = int(ordinal[1]), int(ordinal[2])
        day = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=number - 1)
        if day.year != year:
            raise ValueError("no such day of the year")
        return day
    return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)


def _time(text: str) -> time:
    clock = ZONE.sub("", text)
    if not clock.isascii():
        raise ValueError("not ISO 8601")
    cut = FRACTION.sub(lambda match: "." + match[2][:FRACTION_DIGITS].ljust(6, "0"), clock)
    return time.fromisoformat(cut)


def _to_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
