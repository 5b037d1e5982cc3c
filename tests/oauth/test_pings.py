"""How a client is told that its customer decided: once, at its own address, and what is made of the answer."""

from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import orjson
import pytest

from bank.audit.models import Entry
from bank.oauth import pings
from bank.oauth.models import BackchannelRequest, Client
from bank.outbox import delivery, unit
from bank.outbox.models import Message
from tests.elsewhere import Reply, answer
from tests.oauth import phone

pytestmark = pytest.mark.django_db


class Notified:
    """The TPP's notification endpoint: a real server, which answers as the test wants."""

    def __init__(self, start: Any, bob: phone.Caller) -> None:
        self.start, self.bob = start, bob
        self.calls: list[tuple[str, dict[str, str], bytes]] = []

    def answers(self, reply: Reply) -> None:
        url, self.calls = self.start(reply)
        Client.objects.filter(pk=self.bob.client.pk).update(backchannel_client_notification_endpoint=url)


@pytest.fixture
def bob(now: datetime) -> phone.Caller:
    """A TPP that wants to be told."""
    return phone.caller(now=now, mode="ping")


@pytest.fixture
def notified(trusted: None, elsewhere: Any, bob: phone.Caller) -> Notified:
    """Bob's endpoint, which answers that all is well."""
    endpoint = Notified(elsewhere, bob)
    endpoint.answers(answer(204))
    return endpoint


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def messages() -> list[Message]:
    return list(Message.objects.filter(kind="oauth.ping").order_by("pk"))


def deliver(*, now: datetime) -> None:
    """What the worker does with what is due."""
    for message in messages():
        if message.due_at <= now:
            with unit.work():
                delivery.handle(message.pk, now=now)


@pytest.mark.parametrize("decide", [phone.allow, phone.deny])
def test_tells_the_client_which_request_was_decided(bob: phone.Caller, notified: Notified, decide: Any) -> None:
    auth_req_id = bob.asked()
    decide(auth_req_id, now=bob.now)
    deliver(now=bob.now)

    [(path, headers, body)] = notified.calls
    assert path == "/here?a=b"
    assert headers["Authorization"] == f"Bearer {phone.NOTIFICATION_TOKEN}"
    assert headers["Content-Type"] == "application/json"
    assert orjson.loads(body) == {"auth_req_id": auth_req_id}
    assert phone.row_of(auth_req_id).notified_at is not None
    assert messages() == []


def test_tells_nobody_who_polls(now: datetime, notified: Notified) -> None:
    carol = phone.caller(now=now, name="Carol's Cash")
    phone.allow(carol.asked(), now=now)

    deliver(now=now)

    assert notified.calls == []


@pytest.mark.parametrize("status", [200, 301, 401, 403, 500])
def test_takes_any_answer_for_the_end_of_it(bob: phone.Caller, notified: Notified, status: int) -> None:
    notified.answers(answer(status))
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=bob.now)
    for minutes in range(3):
        deliver(now=bob.now + timedelta(minutes=minutes))

    assert len(notified.calls) == 1
    assert bob.fetch(auth_req_id).status_code == 200


def test_tries_twice_more_where_nobody_answers(bob: phone.Caller, notified: Notified) -> None:
    notified.answers(hang_up)
    row = phone.row_of(bob.asked())
    phone.allow(bob_id := pings.backchannel.auth_req_id(row.reference), now=bob.now)

    for minutes in range(5):
        deliver(now=bob.now + timedelta(minutes=minutes))

    entries = Entry.objects.filter(action="backchannel.pinged", subject=str(row.reference)).order_by("pk")
    assert len(notified.calls) == 3
    assert [entry.detail["attempt"] for entry in entries] == [0, 1, 2]
    assert {entry.detail["outcome"] for entry in entries} == {"The server did not answer."}
    assert phone.row_of(bob_id).notified_at is None


def test_tells_nothing_that_the_client_fetched_already_or_too_late(bob: phone.Caller, notified: Notified) -> None:
    fetched, late = bob.asked(), bob.asked(requested_expiry=10)
    for auth_req_id in (fetched, late):
        phone.allow(auth_req_id, now=bob.now)
    bob.fetch(fetched)
    BackchannelRequest.objects.filter(pk=phone.row_of(late).pk).update(expires_at=bob.now - timedelta(seconds=1))

    deliver(now=bob.now)

    assert notified.calls == []
    assert messages() == []
