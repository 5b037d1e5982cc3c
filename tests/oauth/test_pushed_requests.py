"""Pushed authorization requests, and how their references are used."""

from datetime import timedelta

import pytest

from bank.oauth import decisions, requests
from bank.oauth.models import AuthorizationRequest
from bank.outbox import unit
from bank.tpps import directory
from tests import people
from tests.oauth import given
from tests.oauth.given import Party


def pushed(bob: Party, **claims: object) -> str:
    """Push a request about a consent of Bob's; return its request_uri."""
    answer = bob.push(bob.request_object(bob.lodge(), **claims))
    assert answer.status_code == 201, answer.content
    uri: str = answer.json()["request_uri"]
    return uri


def test_answers_with_a_reference_for_ninety_seconds(bob: Party) -> None:
    answer = bob.push(bob.request_object())

    body = answer.json()
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert body["expires_in"] == 90
    prefix, reference = body["request_uri"].rsplit(":", 1)
    assert prefix == "urn:ietf:params:oauth:request_uri"
    assert len(reference) >= 43
    assert reference not in AuthorizationRequest.objects.values_list("reference", flat=True)


def test_needs_no_certificate_of_a_client_that_signs(bob: Party) -> None:
    answer = bob.post(given.PAR, bob.assertion() | {"request": bob.request_object()}, identity=None)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("request_object", "form"),
    [(None, {}), (None, {"response_type": "code", "scope": "openid"}), ("signed", {"request_uri": "urn:x"})],
    ids=["nothing", "an unsigned request", "a request_uri"],
)
def test_refuses_a_form_with(bob: Party, request_object: str | None, form: dict[str, str]) -> None:
    answer = bob.push(request_object, **form)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_lets_nothing_outside_the_request_object_count(bob: Party) -> None:
    answer = bob.push(bob.request_object(), state="evil", scope="openid payments", redirect_uri="https://evil.example/")

    assert answer.status_code == 201
    kept = AuthorizationRequest.objects.get(client=bob.client).parameters
    assert (kept["state"], kept["scope"], kept["redirect_uri"]) == ("a state", "openid accounts", people.REDIRECT_URI)


def test_leads_to_the_log_in_page_as_often_as_it_is_opened(bob: Party) -> None:
    uri = pushed(bob)

    first, second = (bob.visit(request_uri=uri) for _ in range(2))

    assert [first.status_code, second.status_code] == [303, 303]
    assert first["Location"] == second["Location"] == f"/login?request={uri.rsplit(':', 1)[1]}"
    assert first["Cache-Control"] == "no-store"


def test_forgets_a_reference_that_nobody_opened(bob: Party) -> None:
    uri = pushed(bob)
    AuthorizationRequest.objects.update(expires_at=bob.now - timedelta(seconds=1))

    page = given.error_page(bob.visit(request_uri=uri))

    assert b"run out" in page.content


def test_gives_the_customer_ten_minutes_from_the_opening(bob: Party) -> None:
    uri = pushed(bob)
    reference = uri.rsplit(":", 1)[1]
    bob.visit(request_uri=uri)
    opened = AuthorizationRequest.objects.get(client=bob.client).opened_at
    assert opened is not None

    assert requests.load(reference, now=opened + timedelta(minutes=9)).client == bob.client
    with pytest.raises(requests.RequestUnusable, match="run out"):
        requests.load(reference, now=opened + timedelta(minutes=10))


def test_keeps_the_pages_away_from_a_request_that_was_not_opened(bob: Party) -> None:
    reference = pushed(bob).rsplit(":", 1)[1]

    with pytest.raises(requests.RequestUnusable, match="not opened"):
        requests.load(reference, now=bob.now)


@pytest.mark.parametrize("uri", ["urn:x", "https://tpp.example/request.jwt", "urn:ietf:params:oauth:request_uri:none"])
def test_opens_no_reference_that_it_did_not_give(bob: Party, uri: str) -> None:
    page = given.error_page(bob.visit(request_uri=uri))

    assert b"invalid_request_uri" in page.content


def test_opens_no_reference_of_another_client(bob: Party, mallory: Party) -> None:
    uri = pushed(bob)

    page = given.error_page(mallory.visit(request_uri=uri))

    assert b"another app" in page.content
    assert AuthorizationRequest.objects.get(client=bob.client).opened_at is None


def test_is_used_up_by_the_decision(bob: Party) -> None:
    uri = pushed(bob)
    bob.visit(request_uri=uri)
    with unit.work():
        row = requests.load(uri.rsplit(":", 1)[1], now=bob.now, lock=True)
        decisions.refuse(row, description="CN01", now=bob.now)

    given.error_page(bob.visit(request_uri=uri))

    with pytest.raises(requests.RequestUnusable, match="answered already"):
        requests.load(uri.rsplit(":", 1)[1], now=bob.now)


def test_is_of_no_use_once_its_tpp_is_blocked(bob: Party) -> None:
    uri = pushed(bob)
    bob.visit(request_uri=uri)
    with unit.work():
        directory.block(bob.provider.statement.tpp, reason="Suspected fraud", actor="staff:sam", now=bob.now)

    given.error_page(bob.visit(request_uri=uri))

    with pytest.raises(requests.RequestUnusable):
        requests.load(uri.rsplit(":", 1)[1], now=bob.now)
