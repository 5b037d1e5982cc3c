"""Two TPPs, two customers, and something of each kind that belongs to the others."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import statements
from bank import clock
from bank.outbox import unit
from bank.outbox.models import Message
from consents.models import Consent
from tests import calls, people


@dataclass(frozen=True, kw_only=True)
class World:
    """Bob's TPP attacks; Carol's TPP and her customer own what is attacked."""

    bob: calls.Caller
    carol: calls.Caller
    tokens: dict[tuple[str, str], str]  # Bob's, by grant and scope; customers' tokens hold no permission at all
    resources: dict[str, str]  # Carol's: the id of one of each kind, by the name of the path's part and the family

    def token(self, grant: str, scope: str) -> str:
        return self.tokens[grant, scope]


@pytest.fixture(scope="session")
def everybody(django_db_setup: None, django_db_blocker: pytest.Item) -> World:
    """Made once and kept, since the tests of the walk are many; what a test changes is rolled back."""
    with django_db_blocker.unblock():
        return _make(clock.now())


@pytest.fixture
def world(everybody: World, db: None) -> World:
    return everybody


def _make(now: datetime) -> World:
    bob, carol = calls.caller(now=now), calls.caller(now=now, name="Carol's Cash")
    with unit.work():
        alice, dave = people.customer("alice", now=now), people.customer("dave", now=now)
        alices, daves = people.account(alice, now=now), people.account(dave, now=now)
        told = statements.make(
            daves.pk, starts_at=now - timedelta(days=30), ends_at=now - timedelta(days=1), kind="Interim", now=now
        )
        assert told is not None
    may_read = ["ReadAccountsBasic", "ReadBalances", "ReadTransactionsBasic", "ReadTransactionsDebits"]
    reading = calls.consent(bob, "account-access", customer=alice, accounts=[alices], permissions=may_read)
    paying, _ = calls.authorised_payment(bob, customer=alice, account=alices)
    others_reading = calls.consent(carol, "account-access", customer=dave, accounts=[daves], permissions=may_read)
    others_paying, order = calls.authorised_payment(carol, customer=dave, account=daves)
    asking = calls.authorised_funds(bob, customer=alice, account=alices)
    others_asking = calls.authorised_funds(carol, customer=dave, account=daves)
    until = now + timedelta(days=1)
    return World(
        bob=bob,
        carol=carol,
        tokens={
            ("client_credentials", "accounts"): bob.token("accounts", expires_at=until),
            ("client_credentials", "payments"): bob.token("payments", expires_at=until),
            ("client_credentials", "fundsconfirmations"): bob.token("fundsconfirmations", expires_at=until),
            ("authorization_code", "accounts"): calls.customers_token(bob, reading, expires_at=until),
            ("authorization_code", "payments"): calls.customers_token(bob, paying, expires_at=until),
            ("authorization_code", "fundsconfirmations"): calls.customers_token(bob, asking, expires_at=until),
        },
        resources={
            "accounts ConsentId": others_reading.pk,
            "payments ConsentId": others_paying.pk,
            "fundsconfirmations ConsentId": others_asking.pk,
            "accounts AccountId": daves.pk,
            "accounts StatementId": told.pk,
            "payments DomesticPaymentId": _place(carol, others_paying, order),
        },
    )


def _place(who: calls.Caller, consent: Consent, order: dict[str, Any]) -> str:
    """Place an order, and see to it that no worker of another test takes it up."""
    token = calls.customers_token(who, consent)
    answer = who.call("POST", f"{calls.PISP}/domestic-payments", order, token=token)
    assert answer.status_code == 201, answer.content
    order_id: str = answer.json()["Data"]["DomesticPaymentId"]
    Message.objects.filter(payload__order_id=order_id).delete()
    return order_id
