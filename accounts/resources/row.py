"""What a row of the table is, what it is given when a request comes, and which accounts it is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Account
from accounts.rendering import facts
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
    accounts: list[facts.Account]
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


def find_accounts(access: Access, *, account_id: str | None) -> list[facts.Account]:
    """Read the accounts of a consent, or the one that is asked for. Raises AccountNotConsented, AccountNotFound."""
    if account_id is not None and account_id not in access.account_ids:
        if Account.objects.filter(pk=account_id, kind=Account.Kind.CUSTOMER).exists():
            raise AccountNotConsented
        raise AccountNotFound
    wanted = access.account_ids if account_id is None else (account_id,)
    return known(Account.objects.filter(pk__in=wanted).order_by("opened_at", "identification"))


def known(wanted: QuerySet[Account]) -> list[facts.Account]:
    """Read what the renderers are given of these accounts, in one statement."""
    return [
        facts.Account(**dict(zip(("account_id", *FACTS[1:]), row, strict=True))) for row in wanted.values_list(*FACTS)
    ]
