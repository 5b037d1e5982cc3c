"""The account-information resources: a table, one row for each path of the standard that this bank offers.

A row says who may ask, what is read and how it is shown; accounts/views.py does with every row the same. A new resource
is a row, a query and a renderer.
Source: AIS profile v4.0.1, "Endpoints" and "Permissions".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts import entries, paging, permissions, render, windows
from accounts.models import Account
from accounts.schemas import accounts, balances, transactions
from bank.api.access import Access
from bank.api.wire import Wire
from bank.errors import Forbidden, Refused

FACTS = (
    "id",
    "status",
    "status_updated_at",
    "currency",
    "category",
    "type_code",
    "description",
    "nickname",
    "name",
    "identification",
    "opened_at",
    "booked_minor",
    "held_minor",
    "limit_minor",
)


class AccountNotFound(Refused):
    """There is no such account at this bank."""

    code = "U011"
    message = "There is no account with this AccountId."


class AccountNotConsented(Forbidden):
    """The account is not one that the customer put into the consent."""

    message = "The consent does not cover this account."


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a request asks for, and of which accounts."""

    access: Access
    path: str
    query: Mapping[str, str]
    accounts: list[render.Account]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a reading brought: the member's items, links to other pages, and what Meta says."""

    items: list[Any]
    links: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One row. `read` may send one statement, beside the one that reads the accounts."""

    path: str
    operation_id: str
    member: str
    permissions: tuple[str, ...]
    answers: Wire
    read: Callable[[Reading], Found]
    query: Wire | None = None


def find_accounts(access: Access, *, account_id: str | None) -> list[render.Account]:
    """Read the accounts of a consent, or the one that is asked for. Raises AccountNotConsented, AccountNotFound."""
    if account_id is not None and account_id not in access.account_ids:
        if Account.objects.filter(pk=account_id, kind=Account.Kind.CUSTOMER).exists():
            raise AccountNotConsented
        raise AccountNotFound
    wanted = access.account_ids if account_id is None else (account_id,)
    rows = Account.objects.filter(pk__in=wanted).order_by("opened_at", "identification").values_list(*FACTS)
    return [render.Account(**dict(zip(("account_id", *FACTS[1:]), row, strict=True))) for row in rows]


def read_accounts(reading: Reading) -> Found:
    """The accounts themselves."""
    return Found(items=[render.account(account, held=reading.access.permissions) for account in reading.accounts])


def read_balances(reading: Reading) -> Found:
    """Every balance of the account."""
    return Found(
        items=[balance for account in reading.accounts for balance in render.balances(account, now=reading.now)]
    )


def read_transactions(reading: Reading) -> Found:
    """One page of the account's entries: those inside the consent's window and the request's filter."""
    access, (account,) = reading.access, reading.accounts
    shows = permissions.directions(access.permissions)
    asked = {name: text for name, text in reading.query.items() if name in transactions.FILTER.kind.__annotations__}
    wanted = windows.filtered(asked, from_name="fromBookingDateTime", to_name="toBookingDateTime")
    consented = windows.including(access.from_at, access.to_at)
    place = paging.Place(consent_id=str(access.consent_id), path=reading.path, query=asked)
    page = entries.page(
        account.account_id,
        window=consented.meet(wanted),
        shows=shows,
        cursor=place.cursor(reading.query.get(paging.PARAMETER)),
    )
    links = {"First": place.link()}
    if page.newer is not None:
        links["Prev"] = place.link(page.newer)
    if page.older is not None:
        links["Next"] = place.link(page.older)
    return Found(
        items=[render.transaction(entry, of=account, held=access.permissions) for entry in page.entries],
        links=links,
        meta=_available(account, access=access, now=reading.now),
    )


def _available(account: render.Account, *, access: Access, now: datetime) -> dict[str, str]:
    """Between which instants there could be entries for this consent; nothing if its window lies outside."""
    first = max(account.opened_at, access.from_at or account.opened_at)
    last = min(now, access.to_at or now)
    if first > last:
        return {}
    return {"FirstAvailableDateTime": render.instant(first), "LastAvailableDateTime": render.instant(last)}


RESOURCES = (
    Resource(
        path="accounts",
        operation_id="GetAccounts",
        member="Account",
        permissions=permissions.ACCOUNTS,
        answers=accounts.ANSWER,
        read=read_accounts,
    ),
    Resource(
        path="accounts/<str:AccountId>",
        operation_id="GetAccountsAccountId",
        member="Account",
        permissions=permissions.ACCOUNTS,
        answers=accounts.ANSWER,
        read=read_accounts,
    ),
    Resource(
        path="accounts/<str:AccountId>/balances",
        operation_id="GetAccountsAccountIdBalances",
        member="Balance",
        permissions=permissions.BALANCES,
        answers=balances.ANSWER,
        read=read_balances,
    ),
    Resource(
        path="accounts/<str:AccountId>/transactions",
        operation_id="GetAccountsAccountIdTransactions",
        member="Transaction",
        permissions=permissions.TRANSACTIONS,
        answers=transactions.ANSWER,
        query=transactions.FILTER,
        read=read_transactions,
    ),
)
