"""A TPP with a customer's consent, and what it reads with it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts.models import Account
from accounts.resources import RESOURCES
from bank.customers.models import User
from bank.keys import store
from bank.outbox import unit
from bank.tpps import authority
from tests import calls, people

ALL = (
    "ReadAccountsDetail",
    "ReadBalances",
    "ReadTransactionsDetail",
    "ReadTransactionsCredits",
    "ReadTransactionsDebits",
    "ReadStatementsDetail",
    "ReadPAN",
)
ANSWERS = {resource.path.rpartition("/")[2]: resource.answers for resource in RESOURCES}  # by what a path ends in


class Reader:
    """A TPP that reads with one consent; every answer is held against the standard's type."""

    def __init__(self, caller: calls.Caller, token: str) -> None:
        self.caller, self.token = caller, token

    def call(self, path: str, **headers: str) -> Any:
        path = path if path.startswith("/") else f"{calls.AISP}/{path}"
        return self.caller.call("GET", path, token=self.token, **headers)

    def read(self, path: str) -> dict[str, Any]:
        answer = self.call(path)
        assert answer.status_code == 200, answer.content
        parts = reversed(path.partition("?")[0].split("/"))
        wire = next(ANSWERS[part] for part in parts if part in ANSWERS)
        assert wire is not None
        return wire.read(answer.content)


@pytest.fixture
def alice(db: None, now: datetime) -> User:
    return people.customer(now=now)


@cache
def key() -> rsa.RSAPrivateKey:
    """One key for every TPP here: making them is what would take the time."""
    return authority.new_key()


@pytest.fixture
def tpp(db: None, now: datetime) -> calls.Caller:
    with unit.work():
        store.ensure(now)
        return calls.Caller(provider=people.tpp(now=now, transport_key=key(), signing_key=key()), now=now)


@pytest.fixture
def consented(tpp: calls.Caller, alice: User) -> Callable[..., Reader]:
    """Make a reader whose consent covers these accounts, with these permissions, and perhaps a window."""

    def make(
        covered: Iterable[Account], permissions: Iterable[str] = ALL, *, customer: User = alice, **more: Any
    ) -> Reader:
        made = calls.consent(
            tpp, "account-access", customer=customer, accounts=list(covered), permissions=list(permissions), **more
        )
        return Reader(tpp, calls.customers_token(tpp, made))

    return make
