"""The accounts that a customer holds, as their holder sees them. What happened on them: lines.py."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.http import Http404

from accounts import ledger
from accounts.models import Account, Holder, Statement
from bank.customers.models import User
from bank.money import Money

LOANS = frozenset({"LOAN", "MORT"})  # AccountTypeCode of what is paid back and not spent from
STANDING = {Account.Status.DISABLED: "Frozen", Account.Status.DELETED: "Closed"}


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A customer's part in an account."""

    account: Account
    may_pay: bool

    @property
    def standing(self) -> str:
        """A word for what is not as usual."""
        return STANDING.get(Account.Status(self.account.status), "")

    @property
    def booked(self) -> Money:
        """What is on it."""
        return Money(self.account.booked_minor, self.account.currency)

    @property
    def pending(self) -> Money:
        """What is set aside for payments that are not booked yet."""
        return Money(-self.account.held_minor, self.account.currency)

    @property
    def available(self) -> Money:
        """What can be spent, the overdraft included."""
        return ledger.available(self.account)

    @property
    def is_spent_from(self) -> bool:
        """Tell whether what is available can be used; of a loan it is what was paid back."""
        return self.account.type_code not in LOANS and not self.standing

    @property
    def overdraft(self) -> Money:
        """How far below zero it may go."""
        return Money(self.account.limit_minor or 0, self.account.currency)


def name(account: Account) -> str:
    """What the customer calls an account."""
    return account.nickname or account.description or "Account"


def of(customer: User) -> list[Holding]:
    """Every account of the customer, open ones first, in one statement."""
    held = Holder.objects.filter(customer=customer, account__kind=Account.Kind.CUSTOMER).select_related("account")
    found = [
        Holding(account=holder.account, may_pay=holder.may_pay)
        for holder in held.order_by("account__opened_at", "account__identification")
    ]
    return sorted(found, key=lambda holding: holding.account.status == Account.Status.DELETED)


def find(customer: User, *, account_id: str) -> Holding:
    """One account of the customer; any other is no page."""
    held = Holder.objects.filter(customer=customer, account_id=account_id, account__kind=Account.Kind.CUSTOMER)
    holder = held.select_related("account").first()
    if holder is None:
        raise Http404
    return Holding(account=holder.account, may_pay=holder.may_pay)


@dataclass(frozen=True, kw_only=True)
class Period:
    """A statement, as its list shows it; the last day is one that it covers."""

    statement: Statement
    first_day: date
    last_day: date
    opening: Money
    closing: Money


def statements(holding: Holding) -> list[Period]:
    """An account's statements, the newest first: a dozen a year."""
    currency = holding.account.currency
    return [
        Period(
            statement=row,
            first_day=row.starts_at.astimezone(UTC).date(),
            last_day=(row.ends_at - timedelta(microseconds=1)).astimezone(UTC).date(),
            opening=Money(row.opening_minor, currency),
            closing=Money(row.closing_minor, currency),
        )
        for row in holding.account.statements.defer("details")
    ]
