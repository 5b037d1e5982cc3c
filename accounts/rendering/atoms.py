"""How single values look on the wire: instants, amounts and their signs."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from accounts import rates
from accounts.schemas import balances
from accounts.schemas.statements import StatementAmount
from bank import money
from bank.api import wire
from bank.money import Money


def instant(at: datetime) -> str:
    """An instant as the standard wants it: to the millisecond, with its offset, which is always UTC's."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds")


def instant_of(at: datetime | None) -> str | None:
    """The same where it may be that there is none."""
    return None if at is None else instant(at)


def indicator(minor: int) -> Literal["Credit", "Debit"]:
    """The sign of an amount; zero is Credit."""
    return "Debit" if minor < 0 else "Credit"


def amount(minor: int, currency: str) -> wire.OBActiveOrHistoricCurrencyAndAmount:
    """An amount of minor units, without its sign: that stands beside it."""
    return {"Amount": money.absolute(minor, currency), "Currency": currency}


def base_amount(minor: int, currency: str) -> balances.OBBalanceAmount:
    """The same in the currency of the account, and called that."""
    return {"Amount": money.absolute(minor, currency), "Currency": currency, "SubType": "BCUR"}


def local_amount(minor: int, currency: str, *, per_pound: Decimal) -> balances.OBBalanceAmount:
    """What it comes to in pounds: the currency of the country that the bank keeps the account in."""
    local = rates.in_pounds(Money(minor, currency), per_pound=per_pound)
    return {"Amount": local.text, "Currency": local.currency, "SubType": "LCUR"}


def statement_amount(kind: str, minor: int, currency: str, *, per_pound: Decimal | None) -> StatementAmount:
    """An amount of a statement, in pounds too where the account is kept in another currency."""
    shown: StatementAmount = {
        "CreditDebitIndicator": indicator(minor),
        "Type": f"UK.OBIE.{kind}",
        "Amount": base_amount(minor, currency),
    }
    if per_pound is not None:
        shown["LocalAmount"] = local_amount(minor, currency, per_pound=per_pound)
    return shown


def amount_of(minor: int | None, currency: str) -> wire.OBActiveOrHistoricCurrencyAndAmount | None:
    """The same where it may be that there is none."""
    return None if minor is None else amount(minor, currency)


def present(shown: dict[str, Any], *, hidden: AbstractSet[str] = frozenset()) -> dict[str, Any]:
    """Leave out what is empty, since the standard knows no null, and what may not be seen."""
    return {name: value for name, value in shown.items() if name not in hidden and value not in (None, "", [], {})}
