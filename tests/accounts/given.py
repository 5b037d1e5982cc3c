"""What the tests of this package start from: accounts with money on them, orders, statement lines."""

import itertools
from datetime import datetime

from django.db import connection

from accounts import ledger, resources
from accounts.models import Account
from accounts.rendering.facts import Account as Facts
from bank import ids
from bank.money import Money

_numbers = itertools.count(80_000_000)


def account(*, now: datetime, balance: str = "0.00", overdraft: str = "0.00", currency: str = "GBP", **more) -> Account:
    """An account of nobody's; its money was paid in at `now`."""
    made = Account.objects.create(
        id=ids.new("acc"),
        status_updated_at=now,
        opened_at=more.pop("opened_at", now),
        currency=currency,
        limit_minor=Money.parse(overdraft, currency).minor,
        name=more.pop("name", "Alice Example"),
        identification=f"040004{next(_numbers)}",
        **more,
    )
    if amount := Money.parse(balance, currency).minor:
        move(made, amount, now=now)
        made.refresh_from_db()
    return made


def move(to: Account, amount_minor: int, *, now: datetime, details: dict | None = None, kind: str = "card") -> str:
    """Pay in (or out, if negative), between the account and a scheme."""
    legs = [
        ledger.Leg(account_id=ledger.settlement_account(to.pk), amount_minor=-amount_minor),
        ledger.Leg(account_id=to.pk, amount_minor=amount_minor, details=details or {}),
    ]
    return ledger.transfer(kind=kind, legs=legs, now=now)


def order_id() -> str:
    return ids.new("pay")


def check_constraints() -> None:
    """Have the deferred constraints checked now; a test's transaction never commits."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def facts(of: Account) -> Facts:
    """The account as a request reads it."""
    (known,) = resources.known([of.pk])
    return known
