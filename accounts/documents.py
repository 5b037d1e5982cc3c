"""Statements as documents: what stands in one, drawing it as PDF, keeping what was drawn.

How it looks: accounts/statement.typ. Drawn when it is first asked for, and kept under a digest of everything that it
was made from: as long as that stays the same, so does every byte. What is booked never changes, so the lines need not
be read to know. A card's number is masked here for everybody.
"""

import hashlib
import re
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson
import typst
from django.conf import settings
from django.db.models import OuterRef, Q, Subquery

from accounts import statements
from accounts.entries import StatementNotFound
from accounts.models import Account, Party, Posting, Statement, StatementFile
from bank import numbering
from bank.money import Money

MEDIA = "application/pdf"
TEMPLATE = (Path(__file__).parent / "statement.typ").read_bytes()
WORDS_VERSION = 2  # to be counted up when this module's words change
VERSION = hashlib.sha256(f"{WORDS_VERSION} {metadata.version('typst')} ".encode() + TEMPLATE).hexdigest()
# What the font that the document carries has glyphs for; PDF/UA does not allow others.
UNDRAWN = re.compile(
    r"[^ -~\u00a1-\u017f\u0391-\u03a1\u03a3-\u03c9\u0400-\u045f\u2013\u2014\u2018-\u201d\u2022\u2026€™]"
)
TITLES = {
    Statement.Kind.CLOSURE: "Closing statement",
    Statement.Kind.OPENING: "Opening statement",
    Statement.Kind.ANNUAL: "Annual statement",
    Statement.Kind.INTERIM: "Interim statement",
    Statement.Kind.REGULAR: "Account statement",
}
FROM = ["Reference bank for open banking", "1 Lombard Street (which is made up)", "London EC3V 9AA"]
NOTES = [
    "Days begin and end at midnight UTC. What was pending at the end stands on the statement of the day it is booked.",
    "This bank, its customers and their money are made up.",
]
ADDRESS = ("CareOf", "UnitNumber", "Floor", "BuildingName", "StreetName", "DistrictName", "TownName", "PostCode")


def of(asked: Q, *, now: datetime) -> bytes:
    """The document of the statement that is asked for, as PDF. Raises StatementNotFound.

    One statement where it was drawn before; the first time two more.
    """
    files = StatementFile.objects.filter(statement=OuterRef("pk")).order_by("-made_at")
    holders = Party.objects.filter(customer__holdings__account=OuterRef("account"))
    found = (
        Statement.objects.filter(asked)
        .select_related("account__product")
        .annotate(
            addresses=Subquery(holders.order_by("customer__holdings__id").values("addresses")[:1]),
            drawn_digest=Subquery(files.values("content_digest")[:1]),
            drawn=Subquery(files.values("pdf")[:1]),
        )
        .first()
    )
    if found is None:
        raise StatementNotFound
    head = _head(found, addresses=found.addresses or [])
    digest = hashlib.sha256(VERSION.encode() + orjson.dumps([found.pk, head])).hexdigest()
    if found.drawn_digest == digest:
        return bytes(found.drawn)
    pdf = _drawn({**head, "lines": _lines(found)}, at=found.created_at)
    kept = StatementFile(content_digest=digest, statement=found, pdf=pdf, made_at=now)
    StatementFile.objects.bulk_create([kept], ignore_conflicts=True)
    return pdf


def _drawn(given: dict[str, Any], *, at: datetime) -> bytes:
    pdf = typst.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"statement": orjson.dumps(given).decode()},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
        ignore_system_fonts=True,
    )
    assert isinstance(pdf, bytes)
    return pdf


def _head(statement: Statement, *, addresses: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything but the lines."""
    account = statement.account
    first, last = statement.starts_at, statements.shown_end(statement.ends_at)
    return {
        "bank": settings.BANK_NAME,
        "from": FROM,
        "title": f"{TITLES[Statement.Kind(statement.kind)]}, {_day(last)}",
        "period": f"{_day(first)} to {_day(last)}",
        "ends": _day(last),
        "address": [_drawable(account.name), *_address(addresses[0] if addresses else {})],
        "facts": [[name, _drawable(value)] for name, value in _facts(statement) if value],
        "summary": [[words, _amount(minor, account.currency)] for words, minor in _sums(statement)],
        "sections": [section for section in _sections(statement) if section["rows"]],
        "closing": _amount(statement.closing_minor, account.currency),
        "notes": NOTES,
    }


def _facts(statement: Statement) -> list[tuple[str, str]]:
    account = statement.account
    return [
        ("Account", account.product.name if account.product else account.description),
        *_number(account),
        ("Roll number", account.secondary_identification),
        ("Currency", account.currency),
        ("Reference", statement.reference),
        ("Made on", _day(statement.created_at)),
    ]


def _number(account: Account) -> list[tuple[str, str]]:
    if account.scheme == numbering.SORT_CODE_ACCOUNT_NUMBER:
        return list(zip(("Sort code", "Account number"), account.number.split(" "), strict=True))
    return [({numbering.PAN: "Card number", numbering.IBAN: "IBAN"}.get(account.scheme, "Number"), account.number)]


def _address(address: dict[str, Any]) -> list[str]:
    street = f"{address.get('BuildingNumber', '')} {address.get('StreetName', '')}".strip()
    rows = [street if name == "StreetName" else address.get(name, "") for name in ADDRESS]
    return [_drawable(row) for row in [*address.get("AddressLine", []), *rows] if row]


def _sums(statement: Statement) -> list[tuple[str, int]]:
    return [
        (f"Balance on {_day(statement.starts_at)}", statement.opening_minor),
        ("Paid in", statement.credits_minor),
        ("Paid out", -statement.debits_minor),
        (f"Balance on {_day(statements.shown_end(statement.ends_at))}", statement.closing_minor),
    ]


def _sections(statement: Statement) -> list[dict[str, Any]]:
    """What was made known to TPPs as well, in people's words: charges, limits, and what is to be paid when."""
    details = statement.details
    charges = [
        [_charge(item), _told(item)]
        for item in [*details.get("StatementFee", []), *details.get("StatementInterest", [])]
    ]
    amounts = {item["Type"]: _told(item) for item in details.get("StatementAmount", [])}
    days = {
        item["Type"]: _day(datetime.fromisoformat(item["DateTime"])) for item in details.get("StatementDateTime", [])
    }
    due = {kind: text.removeprefix("-") for kind, text in amounts.items()}  # what is to be paid needs no sign
    limits = [
        [words, told[kind]]
        for words, told, kind in [
            ("Credit limit", amounts, "UK.OBIE.CreditLimit"),
            ("Left to spend on the last day", amounts, "UK.OBIE.AvailableBalance"),
            ("Minimum payment", due, "UK.OBIE.MinimumPaymentDue"),
            ("To be paid by", days, "UK.OBIE.PaymentDue"),
            ("Next statement", days, "UK.OBIE.NextStatement"),
        ]
        if kind in told
    ]
    return [{"title": "Fees and interest", "rows": charges}, {"title": "Limits and dates", "rows": limits}]


def _charge(item: dict[str, Any]) -> str:
    words = str(item.get("Description") or item["Type"].removeprefix("UK.OBIE."))
    return f"{words}, {item['Rate']:g} %" if "Rate" in item else words


def _told(item: dict[str, Any]) -> str:
    """An amount of the standard's, as people read it."""
    money = Money.parse(item["Amount"]["Amount"], item["Amount"]["Currency"])
    return _amount(-money.minor if item["CreditDebitIndicator"] == "Debit" else money.minor, money.currency)


def _lines(statement: Statement) -> list[dict[str, Any]]:
    """What was booked, the oldest first: the same entries as a TPP is given, with the same balances."""
    currency = statement.account.currency
    booked = Posting.objects.filter(
        account=statement.account_id, booked_at__gte=statement.starts_at, booked_at__lt=statement.ends_at
    )
    return [
        {
            "date": f"{at.day} {at:%b %y}",
            "words": _words(details),
            "out": Money(minor, currency).figures if minor < 0 else "",
            "in": Money(minor, currency).figures if minor > 0 else "",
            "balance": _amount(balance_minor, currency),
        }
        for at, minor, balance_minor, details in booked.order_by("booked_at", "id").values_list(
            "booked_at", "amount_minor", "balance_minor", "details"
        )
    ]


def _words(details: dict[str, Any]) -> list[str]:
    """What a line is for: its text, and in a second row its reference and what it was in another currency."""
    merchant = details.get("MerchantDetails", {}).get("MerchantName", "")
    words = [details.get("TransactionInformation") or merchant or "Transaction"]
    more = [details.get("TransactionReference", "")]
    exchange = details.get("CurrencyExchange", {})
    if instructed := exchange.get("InstructedAmount"):
        more.append(f"{instructed['Currency']} {instructed['Amount']} at {exchange['ExchangeRate']:g}")
    if second := ", ".join(part for part in more if part and part != words[0]):
        words.append(second)
    return [_drawable(row) for row in words]


def _drawable(text: str) -> str:
    return UNDRAWN.sub("?", " ".join(text.split()))


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _amount(minor: int, currency: str) -> str:
    return f"{'-' if minor < 0 else ''}{Money(minor, currency).written}"
