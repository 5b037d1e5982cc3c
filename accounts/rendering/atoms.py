"""How single values look on the wire: instants, amounts and their signs."""

from datetime import UTC, datetime
from typing import Literal

from bank.api import wire
from bank.money import Money


def instant(at: datetime) -> str:
    """An instant as the standard wants it: to the millisecond, with its offset, which is always UTC's."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def indicator(minor: int) -> Literal["Credit", "Debit"]:
    """The sign of an amount; zero is Credit."""
    return "Debit" if minor < 0 else "Credit"


def amount(minor: int, currency: str) -> wire.OBActiveOrHistoricCurrencyAndAmount:
    """An amount of minor units, without its sign: that stands beside it."""
    return {"Amount": Money(minor, currency).text, "Currency": currency}
