"""The town around the sandbox's customers: products, shops, collectors; all of it, and every number, is made up.

The data stand in bank/sandbox/places/*.json. What an event is called by ISO 20022 stands in CODES.
"""

import json
import math
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parents[1] / "places"
CODES: dict[str, tuple[str, str]] = {
    "opening": ("RCDT", "DMCT"),
    "closing": ("RCDT", "DMCT"),
    "salary": ("RCDT", "SALA"),
    "pension": ("RCDT", "DMCT"),
    "benefit": ("RCDT", "DMCT"),
    "invoice": ("RCDT", "DMCT"),
    "donation": ("RCDT", "DMCT"),
    "takings": ("CNTR", "CDPT"),
    "rent": ("RCDT", "DMCT"),
    "dividend": ("RCDT", "DMCT"),
    "credit": ("RCDT", "DMCT"),
    "instant-in": ("RRCT", "DMCT"),
    "instant-out": ("IRCT", "DMCT"),
    "payment": ("ICDT", "DMCT"),
    "standing-order": ("ICDT", "STDO"),
    "own-transfer": ("ICDT", "BOOK"),
    "own-receipt": ("RCDT", "BOOK"),
    "foreign": ("ICDT", "XBCT"),
    "foreign-in": ("RCDT", "XBCT"),
    "direct-debit": ("RDDT", "PMDD"),
    "returned-debit": ("RDDT", "UPDD"),
    "card": ("CCRD", "POSD"),
    "refund": ("CCRD", "POSD"),
    "cash": ("CCRD", "CWDL"),
    "cash-in": ("CNTR", "CDPT"),
    "cheque-in": ("RCHQ", "URCQ"),
    "cheque-out": ("ICHQ", "CCHQ"),
    "fee": ("MDOP", "CHRG"),
    "cashback": ("MCOP", "OTHR"),
    "interest": ("MCOP", "INTR"),
    "overdraft-interest": ("MDOP", "INTR"),
    "reversal": ("RCDT", "RPCR"),
    "drawdown": ("LDAS", "DDWN"),
    "repayment": ("LDAS", "PPAY"),
    "exchange": ("ICDT", "BOOK"),
}
ABROAD = {"FR": "EUR", "ES": "EUR", "US": "USD"}
MID_RATES = {"EUR": 11_650, "USD": 12_780}  # what a pound buys, in ten-thousandths


class Tier(NamedTuple):
    """A part of a balance, and what the bank pays on it: in 10⁻³ percent a year."""

    from_minor: int
    to_minor: int | None
    rate_milli: int


class Product(NamedTuple):
    """The terms that life needs; the row in the database has them all."""

    key: str
    row: dict[str, Any]
    currency: str
    type_code: str
    tiers: tuple[Tier, ...]
    debit_rate_milli: int
    debit_free_minor: int
    monthly_fee_minor: int
    returned_payment_fee_minor: int
    foreign_percent_milli: int
    minimum_percent_milli: int
    fee_free_months: int
    cashback_minor: int


class Merchant(NamedTuple):
    """Where a card is used, and what one pays there, in minor units."""

    name: str
    mcc: str
    least: int
    most: int
    weight: int
    place: str
    online: bool


class Collector(NamedTuple):
    """Who collects by direct debit, and on which account."""

    name: str
    number: str


@cache
def products() -> dict[str, Product]:
    """The bank's products by their keys."""
    return {row["key"]: _product(row) for row in _load("products")}


def _product(row: dict[str, Any]) -> Product:
    return Product(
        key=row["key"],
        row=row,
        currency=row.get("currency", "GBP"),
        type_code=row["type_code"],
        tiers=tuple(Tier(t["from_minor"], t["to_minor"], _milli(t["rate"])) for t in row.get("credit_tiers", [])),
        debit_rate_milli=_milli(row.get("debit_rate", "0")),
        debit_free_minor=row.get("debit_free_minor", 0),
        monthly_fee_minor=row.get("monthly_fee_minor", 0),
        returned_payment_fee_minor=row.get("returned_payment_fee_minor", 0),
        foreign_percent_milli=_milli(row.get("foreign_purchase_percent", "0")),
        minimum_percent_milli=_milli(row.get("minimum_payment_percent", "0")),
        fee_free_months=row.get("fee_free_months", 0),
        cashback_minor=row.get("cashback_minor", 0),
    )


@cache
def merchants(*kinds: str) -> tuple[tuple[Merchant, ...], tuple[int, ...]]:
    """The shops of these kinds (or of a country), and how the sums of their weights grow."""
    found = tuple(
        Merchant(
            row["name"], row["mcc"], row["from"], row["to"], row["weight"], row.get("place", "WEXBRIDGE"),
            row.get("online", False),
        )
        for row in _load("merchants")
        if row["kind"] in kinds
    )  # fmt: skip
    sums = tuple(sum(merchant.weight for merchant in found[: end + 1]) for end in range(len(found)))
    return found, sums


@cache
def collectors() -> dict[str, Collector]:
    """Who collects by direct debit, by their keys."""
    return {row["key"]: Collector(row["name"], row["number"]) for row in _load("collectors")}


def rate(currency: str, day: date) -> int:
    """What a pound buys of a currency on a day, in ten-thousandths; it wanders a little, and always the same way."""
    number = day.toordinal()
    swing = 1 + 0.02 * math.sin(number / 67) + 0.006 * math.sin(number / 9)
    return round(MID_RATES[currency] * swing)


def _milli(text: str) -> int:
    return int(Decimal(text) * 1000)


def _load(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return rows
