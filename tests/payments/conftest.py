"""A TPP that calls, for the tests of the endpoints; its keys take their time, so it is made once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Account
from bank import clock
from bank.customers.models import User
from bank.outbox import unit
from consents.models import Consent
from tests import calls, people

from . import given


@pytest.fixture(scope="session")
def _provider(django_db_setup: None, django_db_blocker: pytest.Item) -> people.Provider:
    with django_db_blocker.unblock():
        return calls.caller(now=clock.now(), name="Dora's Desk").provider


@pytest.fixture
def tpp(db: None, now: datetime, _provider: people.Provider) -> calls.Caller:
    return calls.Caller(provider=_provider, now=now)


@pytest.fixture
def other_tpp(db: None, now: datetime) -> calls.Caller:
    return calls.caller(now=now, name="Eve's Eyes")


@dataclass(frozen=True, kw_only=True)
class Ready:
    """Everything that an order needs: Alice's consent to it, the token that came of it, the body that fits."""

    alice: User
    account: Account
    consent: Consent
    token: str
    body: dict[str, Any]


def make_ready(
    tpp: calls.Caller, *, balance_minor: int = 100_000, data: dict[str, Any] | None = None, **more: Any
) -> Ready:
    with unit.work():
        alice = people.customer("alice", now=tpp.now)
        account = people.account(alice, now=tpp.now, balance_minor=balance_minor)
    asked = given.consent_body(data=data, **more)
    consent = calls.consent(
        tpp, given.KIND.name, customer=alice, accounts=[account], data=asked["Data"], risk=asked["Risk"]
    )
    body = {"Data": {"ConsentId": consent.pk, "Initiation": asked["Data"]["Initiation"]}, "Risk": asked["Risk"]}
    token = calls.customers_token(tpp, consent)
    return Ready(alice=alice, account=account, consent=consent, token=token, body=body)


@pytest.fixture
def ready(tpp: calls.Caller) -> Ready:
    return make_ready(tpp)


@pytest.fixture
def own_token(tpp: calls.Caller) -> str:
    """The TPP's own, from client credentials."""
    return tpp.token("payments")
