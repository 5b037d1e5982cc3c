"""What a row of the table is, what it is given when a request comes, and which accounts it is about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import QuerySet

from accounts.models import Account, Beneficiary, DirectDebit, Offer, ScheduledPayment, StandingOrder
from accounts.rendering import facts
from bank.api import envelope
from bank.api.access import Access
from bank.api.wire import Wire
from bank.errors import Forbidden, Refused
from bank.outbox import sql

Owned = TypeVar("Owned", Beneficiary, DirectDebit, Offer, ScheduledPayment, StandingOrder)


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
    accounts: list[facts.Account]
    now: datetime
    statement_id: str = ""  # of the path, where it has one

    def each(self, rows: QuerySet[Owned], show: Callable[[Owned, facts.Account], Any]) -> list[Any]:
        """Show what belongs to the accounts, account by account. Reads it in one statement."""
        accounts = {account.account_id: account for account in self.accounts}
        places = {account_id: place for place, account_id in enumerate(accounts)}
        found = sorted(rows.filter(account__in=places), key=lambda row: places[row.account_id])
        return [show(row, accounts[row.account_id]) for row in found]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a reading brought: the member's items, what Data says of all of them, links to other pages, and Meta."""

    items: list[Any]
    beside: dict[str, Any] = field(default_factory=dict)  # what stands in Data beside the items
    links: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One row. `read` may send one statement, beside the one that reads the accounts.

    also: statuses that the standard lists here beside the usual ones. is_single: at most one item, not in a list.
    media: of an answer that is no JSON; then the one item is its bytes.
    """

    path: str
    operation_id: str
    member: str
    permissions: tuple[str, ...]
    answers: Wire | None
    read: Callable[[Reading], Found]
    query: Wire | None = None
    also: tuple[int, ...] = ()
    is_single: bool = False
    media: str = envelope.JSON

    def data(self, found: Found) -> dict[str, Any]:
        """The answer's Data."""
        if not self.is_single:
            return {self.member: found.items, **found.beside}
        return {self.member: found.items[0]} if found.items else {}


MAY_BE_MISSING = (404,)  # listed where a bank need not offer the operation

FACTS = [fact.name for fact in fields(facts.Account)]
# By hand: Django would build the statement anew for each request, in as much time as all else takes that is done here.
READ = f"""
select id as {", ".join(FACTS)} from accounts_account
where id = any(%s::text[]) order by opened_at, identification"""  # noqa: S608 - names of our own


def find_accounts(access: Access, *, account_id: str | None) -> list[facts.Account]:
    """Read the accounts of a consent, or the one that is asked for. Raises AccountNotConsented, AccountNotFound."""
    if account_id is not None and account_id not in access.account_ids:
        if Account.objects.filter(pk=account_id, kind=Account.Kind.CUSTOMER).exists():
            raise AccountNotConsented
        raise AccountNotFound
    return known(access.account_ids if account_id is None else (account_id,))


def known(account_ids: Iterable[str]) -> list[facts.Account]:
    """Read what the renderers are given of these accounts, in one statement; the oldest first."""
    return [facts.Account(**dict(zip(FACTS, row, strict=True))) for row in sql.prepared(READ, [list(account_ids)])]
