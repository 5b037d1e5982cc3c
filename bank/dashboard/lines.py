"""An account's entries as lines that a person reads: the same entries, in the same order, as TPPs are given.

The words of a line come from what the entry says of itself (accounts/rendering/transactions.py shows the same members).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.http import Http404

from accounts import entries, paging, windows
from accounts.models import Account
from bank.money import Money

# What bank transaction codes mean to a customer; ISO 20022's sub-families, as this bank writes them.
SUB_FAMILIES = {
    "DMCT": "Bank transfer",
    "XBCT": "Transfer abroad",
    "BOOK": "Between own accounts",
    "SALA": "Salary",
    "STDO": "Standing order",
    "PMDD": "Direct debit",
    "UPDD": "Direct debit returned",
    "RRTN": "Payment returned",
    "RPCR": "Reversal",
    "POSD": "Card",
    "CWDL": "Cash",
    "CDPT": "Paid in as cash",
    "URCQ": "Cheque",
    "CCHQ": "Cheque",
    "CHRG": "Charge",
    "INTR": "Interest",
    "DDWN": "Loan paid out",
    "PPAY": "Repayment",
}
HEADINGS = {"FUTR": "Announced", "PDNG": "Pending", "RJCT": "Refused"}
EVERYTHING = (True, True)  # credits and debits


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry. balance is what was on the account after it; nothing for what is not booked."""

    transaction_id: str
    status: entries.Status
    title: str
    more: str
    amount: Money
    balance: Money | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Group:
    """Lines of one day; with a word where they are not booked."""

    heading: str
    day: date
    lines: list[Line]


@dataclass(frozen=True, kw_only=True)
class Page:
    """Groups, newest first, and the addresses of the neighbouring pages, where there are any."""

    groups: list[Group]
    newer: str
    older: str
    is_first: bool


def place(*, path: str, customer_id: int, **query: str) -> paging.Place:
    """Where a customer reads; the links carry the query."""
    return paging.Place(consent_id=f"customer:{customer_id}", path=path, query=query)


def cursor(at: paging.Place, text: str | None) -> paging.Cursor | None:
    """Read the page that is asked for; None: the first. A cursor that is not of this place's links is no page."""
    try:
        return at.cursor(text)
    except paging.CursorInvalid as fault:
        raise Http404 from fault


def page(account: Account, *, at: paging.Place, cursor: paging.Cursor | None) -> Page:
    """Read a page of an account's entries."""
    found = entries.page(account.pk, window=windows.Window(), shows=EVERYTHING, cursor=cursor)
    return Page(
        groups=groups([line(entry, currency=account.currency) for entry in found.entries]),
        newer=at.link(found.newer) if found.newer else "",
        older=at.link(found.older) if found.older else "",
        is_first=found.newer is None,
    )


def groups(lines: Sequence[Line]) -> list[Group]:
    """Put lines of one day under its heading, which says so where they are not booked; the order is kept."""
    grouped = groupby(lines, key=lambda line: (line.status, line.at.date()))
    return [Group(heading=HEADINGS.get(status, ""), day=day, lines=list(those)) for (status, day), those in grouped]


def line(entry: entries.Entry, *, currency: str) -> Line:
    """Write an entry as a line."""
    title, more = words(entry.details, is_credit=entry.amount_minor > 0)
    return Line(
        transaction_id=entry.transaction_id,
        status=entry.status,
        title=title,
        more=more,
        amount=Money(entry.amount_minor, currency),
        balance=None if entry.balance_minor is None else Money(entry.balance_minor, currency),
        at=entry.booked_at,
    )


def words(details: dict[str, Any], *, is_credit: bool) -> tuple[str, str]:
    """Who was paid or paid, and what else there is to tell, without saying anything twice."""
    merchant = details.get("MerchantDetails", {}).get("MerchantName", "")
    other = details.get("DebtorAccount" if is_credit else "CreditorAccount", {}).get("Name", "")
    said = details.get("TransactionInformation", "")
    kind = SUB_FAMILIES.get(details.get("BankTransactionCode", {}).get("SubCode", ""), "")
    title = merchant or other or said or kind or ("Paid in" if is_credit else "Paid out")
    rest = said[len(title) :].strip(" ,") if said.lower().startswith(title.lower()) else said
    if merchant and rest != said:
        rest = ""  # where and when it was bought: the day stands above
    parts = [kind, _way(details), rest, _exchange(details)]
    return title, " · ".join(part for part in parts if part and part != title)


def _way(details: dict[str, Any]) -> str:
    """How a card was used."""
    return {"Contactless": "contactless", "PIN": "with PIN", "ConsumerDevice": "by phone or watch"}.get(
        details.get("CardInstrument", {}).get("AuthorisationType", ""), ""
    )


def _exchange(details: dict[str, Any]) -> str:
    """What it was in another currency."""
    exchange = details.get("CurrencyExchange", {})
    if "InstructedAmount" not in exchange:
        return ""
    instructed = exchange["InstructedAmount"]
    return f"{instructed['Currency']} {instructed['Amount']} at {exchange['ExchangeRate']}"
