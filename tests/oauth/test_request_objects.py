"""Signed request objects: every fault, pushed and by value."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from bank.oauth.models import AuthorizationRequest
from tests import people
from tests.oauth import given
from tests.oauth.given import Party

MINUTE = 60


def _changed(bob: Party) -> str:
    other = bob.request_object(state="another").split(".")[1]
    head, _, signature = bob.request_object().split(".")
    return f"{head}.{other}.{signature}"


FAULTS: dict[str, Callable[[Party], str]] = {
    "no JWT": lambda _: "rubbish",
    "a changed payload": _changed,
    "no claims": lambda bob: bob.sign_raw(b"7"),
    "claims nested 2,500 deep": lambda bob: bob.sign_raw(b'{"a":' + b"[" * 2_500 + b"]" * 2_500 + b"}"),
    "a lone surrogate": lambda bob: bob.sign_raw(b'{"state":"\\ud800"}'),
    "an exp that is infinite": lambda bob: bob.sign_raw(b'{"exp":1e999}'),
    "RS256": lambda bob: bob.request_object(header={"alg": "RS256"}),
    "no kid": lambda bob: bob.request_object(header={"kid": None}),
    "an unknown kid": lambda bob: bob.request_object(header={"kid": "of-nobody"}),
    "the typ of an access token": lambda bob: bob.request_object(header={"typ": "at+jwt"}),
    "a typ that is a number": lambda bob: bob.request_object(header={"typ": 7}),
    "no iss": lambda bob: bob.request_object(iss=None),
    "another iss": lambda bob: bob.request_object(iss="client_of_nobody"),
    "another client_id": lambda bob: bob.request_object(client_id="client_of_nobody"),
    "no aud": lambda bob: bob.request_object(aud=None),
    "the aud of another bank": lambda bob: bob.request_object(aud="https://other.example"),
    "the endpoint for pushed requests as aud": lambda bob: bob.request_object(aud=f"{settings.MTLS_URL}/oauth/par"),
    "no exp": lambda bob: bob.request_object(exp=None),
    "an exp that is a text": lambda bob: bob.request_object(exp="tomorrow"),
    "an exp five minutes ago": lambda bob: bob.request_object(exp=bob.seconds(-5 * MINUTE)),
    "an exp in 70 minutes": lambda bob: bob.request_object(exp=bob.seconds(70 * MINUTE)),
    "an hour and a minute between nbf and exp": lambda bob: bob.request_object(
        nbf=bob.seconds(-2 * MINUTE), exp=bob.seconds(59 * MINUTE)
    ),
    "no nbf": lambda bob: bob.request_object(nbf=None),
    "an nbf 70 minutes ago": lambda bob: bob.request_object(nbf=bob.seconds(-70 * MINUTE), exp=bob.seconds(-1)),
    "an nbf in 62 seconds": lambda bob: bob.request_object(nbf=bob.seconds(62)),
    "an iat in 62 seconds": lambda bob: bob.request_object(iat=bob.seconds(62)),
    "a request inside": lambda bob: bob.request_object(request="another"),
    "a request_uri inside": lambda bob: bob.request_object(request_uri="https://tpp.example/request.jwt"),
    "a scope that is a list": lambda bob: bob.request_object(scope=["openid", "accounts"]),
    "a state that is a number": lambda bob: bob.request_object(state=7),
    "a nonce with a NUL": lambda bob: bob.request_object(nonce="a\0b"),
    "claims with a NUL": lambda bob: bob.request_object(claims={"id_token": {"acr": {"value": "a\0b"}}}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_refuses_a_pushed_request_with(bob: Party, fault: str) -> None:
    answer = bob.push(FAULTS[fault](bob))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request_object"), answer.content
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("fault", FAULTS)
def test_tells_the_customer_on_a_page_of_a_request_with(bob: Party, fault: str) -> None:
    page = given.error_page(bob.visit(request=FAULTS[fault](bob)))

    assert page["Content-Type"].startswith("text/html")
    assert b"Request refused" in page.content
    assert not AuthorizationRequest.objects.filter(client=bob.client).exists()


ACCEPTED: dict[str, dict[str, Any]] = {
    "an nbf eight seconds ahead": {"nbf": 8},
    "an exp in 59 minutes": {"exp": 59 * MINUTE},
    "an nbf 50 minutes ago": {"nbf": -50 * MINUTE, "exp": 5 * MINUTE},
}


@pytest.mark.parametrize("change", ACCEPTED)
def test_accepts_a_request_with(bob: Party, change: str) -> None:
    instants = {name: bob.seconds(offset) for name, offset in ACCEPTED[change].items()}

    answer = bob.push(bob.request_object(**instants))

    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize("typ", [None, "JWT", "OAUTH-AUTHZ-REQ+JWT", "application/oauth-authz-req+jwt"])
def test_accepts_a_request_of_the_type(bob: Party, typ: str | None) -> None:
    answer = bob.push(bob.request_object(header={"typ": typ}))

    assert answer.status_code == 201, answer.content


def test_accepts_a_list_of_audiences_with_the_issuer(bob: Party) -> None:
    answer = bob.push(bob.request_object(aud=[settings.ISSUER, "https://other.example"]))

    assert answer.status_code == 201, answer.content


def test_refuses_a_request_that_another_client_signed(bob: Party, mallory: Party) -> None:
    answer = mallory.push(bob.request_object())

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request_object")


# What is trusted, and still may not be


POLICY: dict[str, tuple[dict[str, Any], str]] = {
    "no redirect_uri": ({"redirect_uri": None}, "invalid_request"),
    "an unregistered redirect_uri": ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
    "a redirect_uri with more behind it": ({"redirect_uri": people.REDIRECT_URI + "?a=b"}, "invalid_request"),
    "a redirect_uri with a dot more": ({"redirect_uri": people.REDIRECT_URI + "/."}, "invalid_request"),
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "plain PKCE": ({"code_challenge_method": "plain"}, "invalid_request"),
    "PKCE without a method": ({"code_challenge_method": None}, "invalid_request"),
    "a challenge that is too short": ({"code_challenge": "short"}, "invalid_request"),
    "no nonce": ({"nonce": None}, "invalid_request"),
    "a nonce of 1001 letters": ({"nonce": "n" * 1001}, "invalid_request"),
    "a state of 1001 letters": ({"state": "s" * 1001}, "invalid_request"),
    "no scope": ({"scope": None}, "invalid_request"),
    "no openid": ({"scope": "accounts"}, "invalid_request"),
    "an unknown scope": ({"scope": "openid everything"}, "invalid_scope"),
    "no response_type": ({"response_type": None}, "invalid_request"),
    "implicit": ({"response_type": "token"}, "unsupported_response_type"),
    "hybrid in the query": ({"response_mode": "query"}, "invalid_request"),
    "code without a signed response": ({"response_type": "code"}, "invalid_request"),
    "no claims": ({"claims": None}, "invalid_request"),
    "no intent": ({"claims": {"id_token": {"acr": {"value": given.SCA}}}}, "invalid_request"),
    "claims in pieces": ({"claims": "{"}, "invalid_request"),
    "claims of other types": ({"claims": {"id_token": []}}, "invalid_request"),
    "an intent of another type": ({"claims": {"id_token": {"openbanking_intent_id": {"value": 7}}}}, "invalid_request"),
    "a max_age below zero": ({"max_age": -1}, "invalid_request"),
    "a max_age in words": ({"max_age": "soon"}, "invalid_request"),
    "a max_age of ages": ({"max_age": 10**10}, "invalid_request"),
    "silence and a log-in": ({"prompt": "none login"}, "invalid_request"),
    "a hint that is no ID token": ({"id_token_hint": "a.b.c"}, "invalid_request"),
}


@pytest.mark.parametrize("fault", POLICY)
def test_refuses_to_keep_a_request_with(bob: Party, fault: str) -> None:
    change, error = POLICY[fault]

    answer = bob.push(bob.request_object(**change))

    assert (answer.status_code, answer.json()["error"]) == (400, error), answer.content
    assert not AuthorizationRequest.objects.filter(client=bob.client).exists()


def test_refuses_an_acr_that_is_beyond_it(bob: Party) -> None:
    wanted = {
        "openbanking_intent_id": {"value": "con_0"},
        "acr": {"essential": True, "values": ["urn:mace:incommon:iap:gold"]},
    }

    answer = bob.push(bob.request_object(claims={"id_token": wanted}))

    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied")


def test_states_ca_to_a_client_that_asks_for_ca_alone(bob: Party) -> None:
    lodged = bob.lodge()
    wanted = {"openbanking_intent_id": {"value": lodged}, "acr": {"essential": True, "value": given.CA}}

    brought = bob.approved(consent_id=lodged, claims={"id_token": wanted})

    assert given.claims_of(brought["id_token"])["acr"] == given.CA
