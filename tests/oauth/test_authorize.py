"""The authorization endpoint by value, and the answers that go back by a redirect."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bank.audit.models import Entry
from bank.oauth import decisions, requests
from bank.oauth.models import AuthorizationRequest
from bank.outbox import unit
from tests import people
from tests.oauth import given
from tests.oauth.given import Party

ISSUER = "https://localhost:7443"
PAGES: dict[str, dict[str, str]] = {
    "nothing": {},
    "a plain request": {"response_type": "code id_token", "scope": "openid accounts", "state": "a", "nonce": "b"},
    "both ways at once": {"request": "a", "request_uri": "b"},
}


@pytest.mark.parametrize("query", PAGES)
def test_shows_a_page_for(bob: Party, query: str) -> None:
    page = given.error_page(bob.visit(**PAGES[query]))

    assert b"Request refused" in page.content


@pytest.mark.parametrize("client_id", ["client_of_nobody", "", "a\0b"])
def test_shows_a_page_for_a_client_it_does_not_know(bob: Party, client_id: str) -> None:
    page = given.error_page(bob.visit(request=bob.request_object(), client_id=client_id))

    assert b"unauthorized_client" in page.content


def test_shows_a_page_when_the_client_outside_is_not_the_one_inside(bob: Party, mallory: Party) -> None:
    page = given.error_page(mallory.visit(request=bob.request_object()))

    assert b"invalid_request_object" in page.content


def test_shows_a_page_when_a_parameter_is_there_twice(bob: Party) -> None:
    query = urlencode({"client_id": bob.client_id, "request": bob.request_object()})

    answer = bob.browser.get(f"/oauth/authorize?{query}&client_id=another")

    assert b"twice" in given.error_page(answer).content


@pytest.mark.parametrize("redirect_uri", [None, "https://evil.example/", "http://tpp.example/callback"])
def test_never_redirects_to_an_address_that_was_not_registered(bob: Party, redirect_uri: str | None) -> None:
    page = given.error_page(bob.visit(request=bob.request_object(bob.lodge(), redirect_uri=redirect_uri)))

    assert b"did not register" in page.content


def test_keeps_a_request_by_value_and_leads_to_the_log_in_page(bob: Party) -> None:
    reference = bob.open(bob.lodge(), code_challenge=None, code_challenge_method=None)

    row = requests.load(reference, now=bob.now)

    assert row.parameters["state"] == "a state"
    assert row.reference != reference


REDIRECTED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown scope": ({"scope": "openid everything"}, "invalid_scope"),
    "no nonce": ({"nonce": None}, "invalid_request"),
    "plain PKCE": ({"code_challenge_method": "plain"}, "invalid_request"),
    "the scope of another consent": ({"scope": "openid payments"}, "invalid_request"),
    "no log-in": ({"prompt": "none"}, "login_required"),
    "an acr beyond it": ({"acr": "urn:other"}, "access_denied"),
}


@pytest.mark.parametrize("fault", REDIRECTED)
def test_tells_the_client_in_the_fragment_of(bob: Party, fault: str) -> None:
    change, error = REDIRECTED[fault]
    lodged = bob.lodge()
    if "acr" in change:
        acr = {"essential": True, "value": change["acr"]}
        change = {"claims": {"id_token": {"openbanking_intent_id": {"value": lodged}, "acr": acr}}}

    answer = bob.visit(request=bob.request_object(lodged, **change))

    assert answer.status_code == 303, answer.content
    parts = urlsplit(answer["Location"])
    assert (f"{parts.scheme}://{parts.netloc}{parts.path}", parts.query) == (people.REDIRECT_URI, "")
    told = given.brought_back(answer["Location"])
    assert (told["error"], told["state"], told["iss"]) == (error, "a state", ISSUER)
    assert not {"code", "id_token"} & set(told)


def test_tells_the_client_of_a_consent_that_is_not_its_own(bob: Party, mallory: Party) -> None:
    lodged = bob.lodge()

    by_value = mallory.visit(request=mallory.request_object(lodged))
    by_reference = mallory.visit(request_uri=mallory.push(mallory.request_object(lodged)).json()["request_uri"])

    for answer in (by_value, by_reference):
        assert answer.status_code == 303
        assert given.brought_back(answer["Location"])["error"] == "invalid_request"


def test_lets_a_client_that_must_push_do_nothing_else(bob: Party) -> None:
    bob.client.require_pushed_authorization_requests = True
    bob.client.save(update_fields=["require_pushed_authorization_requests"])

    answer = bob.visit(request=bob.request_object(bob.lodge()))

    assert given.brought_back(answer["Location"])["error"] == "invalid_request"


def test_sends_an_approval_back_in_the_fragment(bob: Party) -> None:
    brought = bob.approved()

    assert set(brought) == {"code", "id_token", "state", "iss", "consent_id"}
    assert (brought["state"], brought["iss"]) == ("a state", ISSUER)
    entry = Entry.objects.get(action="authorization.approved", subject=brought["consent_id"])
    assert entry.detail["client_id"] == bob.client_id


def test_sends_no_state_where_none_was_sent(bob: Party) -> None:
    brought = bob.approved(state=None)

    assert "state" not in brought
    assert "s_hash" not in given.claims_of(brought["id_token"])


@pytest.mark.parametrize("state", ["s" * 1000, "a-b._~", "ä ö&ü=#?%20+", "  "])
def test_sends_back_the_very_state(bob: Party, state: str) -> None:
    brought = bob.approved(state=state)

    assert brought["state"] == state
    assert given.claims_of(brought["id_token"])["s_hash"] == given.half(state)


@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
def test_signs_its_answer_to_a_code_request(bob: Party, mode: str) -> None:
    brought = bob.approved(response_type="code", response_mode=mode)

    assert set(brought) == {"response", "consent_id"}
    told = given.claims_of(brought["response"])
    assert (told["iss"], told["aud"], told["state"]) == (ISSUER, bob.client_id, "a state")
    assert bob.seconds() < told["exp"] <= bob.seconds(600)
    assert "id_token" not in told
    assert bob.redeem(told["code"]).json()["id_token"]


def test_signs_errors_too(bob: Party) -> None:
    request = bob.request_object(bob.lodge(), response_type="code", response_mode="jwt", nonce=None)

    answer = bob.visit(request=request)

    told = given.claims_of(given.brought_back(answer["Location"])["response"])
    assert (told["error"], told["state"], told["aud"]) == ("invalid_request", "a state", bob.client_id)


def test_signs_answers_by_the_algorithm_that_the_client_registered(db: None, now: datetime) -> None:
    carol = given.party(now=now, profile="fapi2-message-signing", authorization_signed_response_alg="ES256")

    response = carol.approved()["response"]

    assert given.header_of(response)["alg"] == "ES256"
    assert given.claims_of(response)["aud"] == carol.client_id


@pytest.mark.parametrize("mode", ["query", None])
def test_answers_plainly_who_did_not_ask_for_a_signed_answer(db: None, now: datetime, mode: str | None) -> None:
    """Although the client registered for them: what it asks without a JWT, it reads without a JWT."""
    carol = given.party(now=now, authorization_signed_response_alg="PS256")

    answer = carol.visit(request=carol.request_object(carol.lodge(), response_type="code", response_mode=mode))

    assert given.brought_back(answer["Location"])["error"] == "invalid_request"
    assert "?" in answer["Location"]


def test_describes_no_error_rather_than_describing_it_by_nothing(bob: Party) -> None:
    answer = bob.visit(request=bob.request_object(bob.lodge(), scope="openid unheard-of"))

    told = parse_qs(urlsplit(answer["Location"]).fragment, keep_blank_values=True)
    assert told["error"] == ["invalid_scope"]
    assert "error_description" not in told


def test_keeps_the_query_of_the_redirect_uri(bob: Party) -> None:
    uri = people.REDIRECT_URI + "?dummy1=lorem&dummy2=ipsum"
    bob.client.redirect_uris += f" {uri}"
    bob.client.save(update_fields=["redirect_uris"])
    hybrid, code = (
        _refused(bob, redirect_uri=uri),
        _refused(bob, redirect_uri=uri, response_type="code", response_mode="jwt"),
    )

    assert hybrid.startswith(f"{uri}#")
    assert code.startswith(f"{uri}&response=")


def _refused(bob: Party, **claims: Any) -> str:
    reference = bob.open(bob.lodge(), **claims)
    with unit.work():
        return decisions.refuse(
            requests.load(reference, now=bob.now, lock=True), description='CN01 "No"\\ \u2013 thanks', now=bob.now
        )


def test_tells_the_client_of_a_refusal(bob: Party) -> None:
    told = given.brought_back(_refused(bob))

    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "a state", ISSUER)
    assert told["error_description"] == "CN01  No     thanks"
    assert Entry.objects.filter(action="authorization.refused", detail__client_id=bob.client_id).count() == 1


def test_decides_a_request_once(bob: Party) -> None:
    reference = bob.open(bob.lodge())
    with unit.work():
        decisions.refuse(requests.load(reference, now=bob.now, lock=True), description="CN01", now=bob.now)

    with pytest.raises(requests.RequestUnusable):
        requests.load(reference, now=bob.now, lock=True)


def test_ends_a_request_by_value_after_ten_minutes(bob: Party) -> None:
    reference = bob.open(bob.lodge())

    with pytest.raises(requests.RequestUnusable):
        requests.load(reference, now=bob.now + timedelta(minutes=11))
    assert AuthorizationRequest.objects.filter(client=bob.client, decided_at=None).exists()


def test_signs_id_tokens_with_the_algorithm_of_the_client(bob: Party) -> None:
    bob.client.algorithm = "ES256"
    bob.client.save(update_fields=["algorithm"])

    brought = bob.approved()

    assert given.header_of(brought["id_token"])["alg"] == "ES256"
    assert given.claims_of(brought["id_token"])["aud"] == bob.client_id
