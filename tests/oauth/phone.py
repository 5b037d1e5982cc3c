"""A TPP that asks without a browser, and the customer whose telephone shows what it asks."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from bank.customers.models import User
from bank.oauth import backchannel
from bank.oauth.models import BackchannelRequest, Client
from bank.outbox import unit
from consents import lifecycle
from tests import people
from tests.https import Answer
from tests.oauth import given

PATH = "/oauth/backchannel"
NOTIFIED = "https://tpp.example/notified"
NOTIFICATION_TOKEN = "n" * 27 + "="


@dataclass(kw_only=True)
class Caller(given.Party):
    """A TPP that may ask for alice. Claims can be changed call by call; None leaves one out."""

    alice: User

    def asks(self, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed request for a log-in that is right in everything but what is said."""
        complete = {
            "iss": self.client_id,
            "aud": settings.ISSUER,
            "iat": self.seconds(),
            "nbf": self.seconds(),
            "exp": self.seconds(300),
            "jti": secrets.token_urlsafe(16),
            "scope": "openid",
            "login_hint": self.alice.username,
            "binding_message": "1234",
            "client_notification_token": NOTIFICATION_TOKEN,
        }
        return self.sign(complete | claims, **(header or {}))

    def ask(self, *, header: dict[str, Any] | None = None, form: dict[str, str] | None = None, **claims: Any) -> Any:
        """Send it."""
        return self.post(PATH, {"request": self.asks(header=header, **claims)} | (form or self.proof()))

    def asked(self, **claims: Any) -> str:
        """The auth_req_id of a request that was taken."""
        answer = self.ask(**claims)
        assert answer.status_code == 200, answer.content
        auth_req_id: str = answer.json()["auth_req_id"]
        return auth_req_id

    def fetch(self, auth_req_id: str | None, **more: Any) -> Answer:
        """Come to the token endpoint for the outcome."""
        form = given.without({"grant_type": backchannel.GRANT_TYPE, "auth_req_id": auth_req_id})
        return self.token(**form, **more)


def caller(*, now: datetime, name: str = "Bob's Budget", mode: str = "poll", **more: Any) -> Caller:
    """A new TPP, registered for back-channel requests, and a customer."""
    bob = given.party(now=now, name=name, **more)
    ping = {"backchannel_client_notification_endpoint": NOTIFIED} if mode == "ping" else {}
    grant_types = [*bob.client.grant_types, backchannel.GRANT_TYPE]
    Client.objects.filter(pk=bob.client.pk).update(
        grant_types=grant_types, backchannel_token_delivery_mode=mode, **ping
    )
    bob.client.refresh_from_db()
    with unit.work():
        alice = people.customer(now=now)
    return Caller(provider=bob.provider, now=now, alice=alice)


def row_of(auth_req_id: str) -> BackchannelRequest:
    """What the bank keeps of a request."""
    return BackchannelRequest.objects.get(auth_req_id=auth_req_id)


def allow(auth_req_id: str, *, now: datetime) -> None:
    """The customer approves, with an account if there is an intent."""
    with unit.work():
        row = backchannel.load(str(row_of(auth_req_id).reference), now=now, lock=True)
        if row.consent_id:
            account = people.account(row.user, now=now)
            consent = lifecycle.lock(row.consent_id)
            lifecycle.authorise(consent, customer=row.user, accounts=[account], actor="customer:alice", now=now)
        backchannel.approve(row, auth_time=now, acr=given.SCA, evidence={"method": "tests"}, now=now)


def deny(auth_req_id: str, *, now: datetime) -> None:
    """The customer refuses."""
    with unit.work():
        row = backchannel.load(str(row_of(auth_req_id).reference), now=now, lock=True)
        backchannel.refuse(row, description="CN01", now=now)
