"""A document made ready to be lived: its accounts with ids and numbers, its amounts in minor units, its dates as days.

What the document says "days ago" is counted from the day on which the customer came to the bank: `arrived_on`, the
first day that is not history. Nothing here reads or writes the database.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any

from bank import ids, numbering
from bank.money import Money
from bank.sandbox.life import document, numbers, places

EPOCH_MS = 1_735_689_600_000  # of ids that no instant belongs to: 2025-01-01


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """An account as life sees it."""

    account_id: str
    key: str
    name: str
    scheme: str
    identification: str
    product: places.Product
    limit_minor: int
    card: str
    is_paid_in_full: bool
    opens_with_minor: int
    ends_with_minor: int | None
    ends_on: date  # the last day that is lived on it

    @property
    def currency(self) -> str:
        """Its currency."""
        return self.product.currency

    @property
    def counterparty(self) -> str:
        """How the other side's posting names it."""
        return f"{self.scheme}:{self.identification}"

    @property
    def shown(self) -> dict[str, str]:
        """How the other side's statement line shows it."""
        return {"SchemeName": self.scheme, "Identification": self.identification, "Name": self.name}


@dataclass(frozen=True, kw_only=True)
class Life:
    """One customer's life: the document, and its accounts. `others` finds accounts of other customers by their ids."""

    document: document.Document
    arrived_on: date
    spots: Mapping[str, Spot]
    seed: str
    others: dict[str, Spot] = field(default_factory=dict)

    @property
    def username(self) -> str:
        """Whose life it is."""
        return self.document["customer"]["username"]

    @cached_property
    def begins_on(self) -> date:
        """The first day of history; there is always one."""
        months = self.document["months"]
        return min(months_before(self.arrived_on, months), self.arrived_on - timedelta(days=1))

    def minor(self, row: Mapping[str, Any], member: str = "amount") -> int:
        """An amount of a row in minor units of the row's account."""
        return minor(row[member], self.spots[row["account"]].currency)

    def payee(self, where: Any) -> "Spot | dict[str, Any]":
        """Whom a row names: an account of this bank, or that of somebody outside as the standard shows it."""
        if "number" in where:
            shown = {
                "SchemeName": numbering.SORT_CODE_ACCOUNT_NUMBER if where["number"].isdigit() else numbering.IBAN,
                "Identification": where["number"],
                "Name": where["name"],
            }
            for member, known in (("SecondaryIdentification", "roll_number"), ("Proxy", "proxy")):
                if known in where:
                    shown[member] = where[known]
            return shown
        owner = where.get("of", self.username)
        return self.spots[where["account"]] if owner == self.username else self.others[f"{owner}/{where['account']}"]

    def collector(self, where: Any) -> "Spot | dict[str, Any]":
        """Who collects by a mandate: somebody of the town, or an own account."""
        if isinstance(where, str):
            found = places.collectors()[where]
            return self.payee({"name": found.name, "number": found.number})
        return self.payee(where)

    def is_over(self, row: Mapping[str, Any], day: date) -> bool:
        """Tell whether a mandate has ended before a day."""
        if row.get("status", "ACTV") == "ACTV":
            last = self.spots[row["account"]].ends_on
            if "final_in_months" in row:
                last = min(last, months_before(self.arrived_on, -row["final_in_months"]))
            return day > last
        return day > self.arrived_on - timedelta(days=row.get("ended_days_ago", 0))


@lru_cache(maxsize=100_000)
def minor(text: str, currency: str) -> int:
    """A signed amount in minor units."""
    amount = Money.parse(text.removeprefix("-"), currency).minor
    return -amount if text.startswith("-") else amount


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, the 28th at the latest."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, min(day.day, 28))


def at(day: date, hour: int, minute: int, second: int = 0) -> datetime:
    """An instant of a day."""
    return datetime.combine(day, time(hour, minute, second), tzinfo=UTC)


@lru_cache(maxsize=100_000)
def steady_id(prefix: str, *names: object) -> str:
    """An id that is always the same for these names."""
    random = int.from_bytes(hashlib.sha256("/".join(map(str, names)).encode()).digest()[:9], "big")
    return ids.made(prefix, milliseconds=EPOCH_MS, random=random)


def ready(read: document.Document, *, arrived_on: date) -> Life:
    """Make a document ready. Raises AmountInvalid where a currency cannot hold an amount."""
    username = read["customer"]["username"]
    spots = {row["key"]: _spot(row, owner=read["customer"], arrived_on=arrived_on) for row in read.get("accounts", [])}
    return Life(document=read, arrived_on=arrived_on, spots=spots, seed=f"{read.get('seed', 1)}/{username}")


def _spot(row: document.Account, *, owner: document.Customer, arrived_on: date) -> Spot:
    product = places.products()[row["product"]]
    key = f"{owner['username']}/{row['key']}"
    scheme = row.get("scheme", numbering.SORT_CODE_ACCOUNT_NUMBER)
    ends_with = row.get("ends_with")
    return Spot(
        account_id=row.get("id") or steady_id("acc", key),
        key=row["key"],
        name=row.get("name", owner["name"]),
        scheme=scheme,
        identification=row.get("identification") or numbers.SORT_CODE + numbers.account_number(key),
        product=product,
        limit_minor=minor(row.get("limit", "0"), product.currency),
        card=row.get("card", ""),
        is_paid_in_full=row.get("is_paid_in_full", False),
        opens_with_minor=minor(row.get("opens_with", "0"), product.currency),
        ends_with_minor=None if ends_with is None else minor(ends_with, product.currency),
        ends_on=_ends_on(row, arrived_on=arrived_on),
    )


def _ends_on(row: document.Account, *, arrived_on: date) -> date:
    """The last day that is lived: of an account that is not in use any more, before today."""
    if row.get("status", "Enabled") == "Enabled" and "switch_status" not in row:
        return date.max
    return arrived_on - timedelta(days=1 + row.get("ended_days_ago", 0))


def acquaintances(life: Life) -> set[str]:
    """The user names of other customers whose accounts the document names."""
    rows = (row for rows in life.document.values() if isinstance(rows, list) for row in rows)
    named = (row.get(member) for row in rows for member in ("to", "friend"))
    return {other["of"] for other in named if isinstance(other, dict) and "of" in other} - {life.username}


def acquaint(lives: Iterable[Life]) -> None:
    """Let lives find each other's accounts."""
    known = {f"{life.username}/{key}": spot for life in lives for key, spot in life.spots.items()}
    for life in lives:
        life.others.update(known)
