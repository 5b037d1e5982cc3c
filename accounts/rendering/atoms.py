"""How single values look on the wire: instants, amounts and their signs."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any, Literal

from bank.api import wire
from bank.money import Money


def instant(at: datetime) -> str:
    """An instant as the standard wants it: to the millisecond, with its offset, which is always UTC's."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def instant_of(at: datetime | None) -> str | None:
    """The same where it may be that there is none."""
    return None if at is None else instant(at)


def indicator(minor: int) -> Literal["Credit", "Debit"]:
    """The sign of an amount; zero is Credit."""
    return "Debit" if minor < 0 else "Credit"


def amount(minor: int, currency: str) -> wire.OBActiveOrHistoricCurrencyAndAmount:
    """An amount of minor units, without its sign: that stands beside it."""
    return {"Amount": Money(minor, currency).text, "Currency": currency}


def amount_of(minor: int | None, currency: str) -> wire.OBActiveOrHistoricCurrencyAndAmount | None:
    """The same where it may be that there is none."""
    return None if minor is None else amount(minor, currency)


def present(shown: dict[str, Any], *, hidden: AbstractSet[str] = frozenset()) -> dict[str, Any]:
    """Leave out what is empty, since the standard knows no null, and what may not be seen."""
    return {name: value for name, value in shown.items() if name not in hidden and value not in (None, "", [], {})}
