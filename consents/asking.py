"""What a TPP may ask a customer for: the rules on permissions, dates and accounts that no schema can tell.

Each kind of this package has a function that reads its Data, and refuses with the path of the field.

Access to accounts is checked in this order: permissions, then dates. Basic together with Detail, and the
same permission twice, are allowed. Source: Read/Write API v4.0.1, account-access consents, "Permissions".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from accounts import identification
from bank.api import wire
from bank.errors import Refused

DATE_LETTERS_MAX = len("2027-03-07")

ACCOUNTS = frozenset({"ReadAccountsBasic", "ReadAccountsDetail"})
TRANSACTIONS = frozenset({"ReadTransactionsBasic", "ReadTransactionsDetail"})
DIRECTIONS = frozenset({"ReadTransactionsCredits", "ReadTransactionsDebits"})


class PermissionsDoNotFit(Refused):
    """The permissions are of no use without another."""

    code = "U002"


class DatesDoNotFit(Refused):
    """The end has passed, or the window ends before it begins."""

    code = "U002"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for, read from the wire."""

    permissions: tuple[str, ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None
    expires_at: datetime | None = None


def account_access(data: Mapping[str, Any], *, now: datetime) -> Asked:
    """Read and check the Data of an account-access consent. Raises PermissionsDoNotFit, DatesDoNotFit."""
    _check_permissions(frozenset(data["Permissions"]))
    asked = Asked(
        permissions=tuple(dict.fromkeys(data["Permissions"])),
        from_at=_first_instant(data.get("TransactionFromDateTime")),
        to_at=_last_instant(data.get("TransactionToDateTime")),
        expires_at=_end(data, now=now),
    )
    if asked.from_at is not None and asked.to_at is not None and asked.from_at > asked.to_at:
        raise DatesDoNotFit("The window ends before it begins.", path="Data.TransactionToDateTime")
    return asked


def funds_confirmation(data: Mapping[str, Any], *, now: datetime) -> Asked:
    """Read and check the Data of a funds-confirmation consent: the account's name, then the end.

    Raises SchemeUnsupported, IdentificationUnsupported, DatesDoNotFit.
    """
    identification.check(data["DebtorAccount"], path="Data.DebtorAccount")
    return Asked(expires_at=_end(data, now=now))


def _end(data: Mapping[str, Any], *, now: datetime) -> datetime | None:
    """When the consent ends, if it does. Raises DatesDoNotFit."""
    expires_at = _last_instant(data.get("ExpirationDateTime"))
    if expires_at is not None and expires_at <= now:
        raise DatesDoNotFit("The expiration lies in the past.", path="Data.ExpirationDateTime")
    return expires_at


def _check_permissions(permissions: frozenset[str]) -> None:
    path = "Data.Permissions"
    if permissions.isdisjoint(ACCOUNTS):
        raise PermissionsDoNotFit("ReadAccountsBasic or ReadAccountsDetail is needed.", path=path)
    if permissions & TRANSACTIONS and permissions.isdisjoint(DIRECTIONS):
        raise PermissionsDoNotFit(
            "Transactions need ReadTransactionsCredits, ReadTransactionsDebits or both.", path=path
        )
    if permissions & DIRECTIONS and permissions.isdisjoint(TRANSACTIONS):
        raise PermissionsDoNotFit("Credits and debits need ReadTransactionsBasic or ReadTransactionsDetail.", path=path)


def _first_instant(text: str | None) -> datetime | None:
    return None if text is None else wire.instant(text)


def _last_instant(text: str | None) -> datetime | None:
    """Read an instant that something lasts until; a day without a time is meant to its end."""
    at = _first_instant(text)
    if at is not None and text is not None and len(text) <= DATE_LETTERS_MAX:
        return datetime.combine(at, time.max, tzinfo=UTC)
    return at
