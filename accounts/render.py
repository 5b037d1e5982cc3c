"""How accounts, balances and entries look on the wire. Pure: rows and permissions in, the standard's types out."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from django.conf import settings

from accounts import ledger, permissions
from accounts.entries import Entry
from accounts.schemas.accounts import OBAccount6
from accounts.schemas.balances import OBBalanceType1Code, OBCashBalance1, OBCreditLine1
from accounts.schemas.transactions import OBTransaction6
from bank.money import Money

BIC = "LMBDGB2LXXX"  # made up, like the bank
DETAILS = OBTransaction6.__optional_keys__ - {"TransactionId", "TransactionMutability", "ValueDateTime", "Balance"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known of an account when a request reads it."""

    account_id: str
    status: str
    status_updated_at: datetime
    currency: str
    category: str
    type_code: str
    description: str
    nickname: str
    name: str
    identification: str
    opened_at: datetime
    booked_minor: int
    held_minor: int
    limit_minor: int


def instant(at: datetime) -> str:
    """An instant as the standard wants it: to the millisecond, with its offset, which is always UTC's."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def indicator(minor: int) -> Literal["Credit", "Debit"]:
    """The sign of an amount; zero is Credit."""
    return "Debit" if minor < 0 else "Credit"


def account(row: Account, *, held: AbstractSet[str]) -> OBAccount6:
    """An account; its number and its bank only under ReadAccountsDetail."""
    hidden = permissions.hidden_fields(held, detail="ReadAccountsDetail")
    shown: dict[str, Any] = {
        "AccountId": row.account_id,
        "Status": row.status,
        "StatusUpdateDateTime": instant(row.status_updated_at),
        "Currency": row.currency,
        "AccountCategory": row.category,
        "AccountTypeCode": row.type_code,
        "Description": row.description,
        "Nickname": row.nickname,
        "OpeningDate": instant(row.opened_at),
        "Account": [
            {
                "SchemeName": ledger.SORT_CODE_ACCOUNT_NUMBER,
                "Identification": row.identification,
                "Name": row.name,
            }
        ],
        "Servicer": {"SchemeName": "UK.OBIE.BICFI", "Identification": BIC, "Name": settings.BANK_NAME},
    }
    return cast("OBAccount6", {name: value for name, value in shown.items() if value and name not in hidden})


def balances(row: Account, *, now: datetime) -> list[OBCashBalance1]:
    """What is booked, what that is once all that is pending is booked, and what can be spent, with the overdraft."""
    expected = row.booked_minor - row.held_minor
    return [
        _balance(row, kind="ITBD", minor=row.booked_minor, counts_credit_line=False, now=now),
        _balance(row, kind="XPCD", minor=expected, counts_credit_line=False, now=now),
        _balance(row, kind="ITAV", minor=expected + row.limit_minor, counts_credit_line=True, now=now),
    ]


def _balance(
    row: Account, *, kind: OBBalanceType1Code, minor: int, counts_credit_line: bool, now: datetime
) -> OBCashBalance1:
    shown: OBCashBalance1 = {
        "AccountId": row.account_id,
        "CreditDebitIndicator": indicator(minor),
        "Type": kind,
        "DateTime": instant(now),
        "Amount": {"Amount": Money(minor, row.currency).text, "Currency": row.currency},
    }
    if row.limit_minor:
        line: OBCreditLine1 = {
            "Included": counts_credit_line,
            "Type": "Pre-Agreed",
            "Amount": {"Amount": Money(row.limit_minor, row.currency).text, "Currency": row.currency},
        }
        shown["CreditLine"] = [line]
    return shown


def transaction(entry: Entry, *, of: Account, held: AbstractSet[str]) -> OBTransaction6:
    """An entry: pending while its hold is open, then booked for good; more of it under ReadTransactionsDetail."""
    hidden = permissions.hidden_fields(held, detail="ReadTransactionsDetail")
    shown: dict[str, Any] = {
        "AccountId": of.account_id,
        "TransactionId": entry.transaction_id,
        "CreditDebitIndicator": indicator(entry.amount_minor),
        "Status": "PDNG" if entry.is_pending else "BOOK",
        "TransactionMutability": "Mutable" if entry.is_pending else "Immutable",
        "BookingDateTime": instant(entry.booked_at),
        "Amount": {"Amount": Money(entry.amount_minor, of.currency).text, "Currency": of.currency},
    }
    for name, value in entry.details.items():
        if name in DETAILS and name not in hidden:
            shown[name] = _unmasked(name, value, held=held)
    if entry.balance_minor is not None:
        shown["ValueDateTime"] = shown["BookingDateTime"]
        if "Balance" not in hidden:
            shown["Balance"] = {
                "CreditDebitIndicator": indicator(entry.balance_minor),
                "Type": "ITBD",
                "Amount": {"Amount": Money(entry.balance_minor, of.currency).text, "Currency": of.currency},
            }
    return cast("OBTransaction6", shown)


def _unmasked(name: str, value: Any, *, held: AbstractSet[str]) -> Any:
    if name == "CardInstrument":
        return permissions.mask_card(value, held=held)
    if name in {"CreditorAccount", "DebtorAccount"}:
        return permissions.mask_account(value, held=held)
    return value
