"""The introspection endpoint: whom it tells what of a token, plainly and signed."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from bank.oauth import id_tokens
from bank.oauth.models import AccessToken, Authorization, Client
from bank.outbox import unit
from consents import lifecycle
from tests.oauth import given
from tests.oauth.given import Party

SIGNED = "application/token-introspection+jwt"
NOTHING = {"active": False}


def introspect(party: Party, token: str, *, headers: dict[str, str] | None = None, **form: str) -> given.Answer:
    """Ask what a token is worth."""
    return party.post(given.INTROSPECT, party.proof() | {"token": token} | form, headers=headers or {})


def told(party: Party, token: str) -> dict[str, Any]:
    answer = introspect(party, token)
    assert answer.status_code == 200, answer.content
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
    body: dict[str, Any] = answer.json()
    return body


def test_tells_of_a_customers_token(bob):
    brought = bob.approved()
    body = bob.redeem(brought["code"]).json()

    answer = told(bob, body["access_token"])

    decision = Authorization.objects.get(client=bob.client)
    assert answer == {
        "active": True,
        "iss": settings.ISSUER,
        "client_id": bob.client_id,
        "sub": id_tokens.subject(decision.user_id, client=bob.client),
        "scope": "openid accounts",
        "token_type": "Bearer",
        "exp": answer["exp"],
        "cnf": {"x5t#S256": bob.provider.transport.thumbprint},
        "acr": given.SCA,
        "auth_time": bob.seconds(),
        "openbanking_intent_id": brought["consent_id"],
    }
    assert 600 <= answer["exp"] - bob.seconds() < 660  # the token was made a little later than the test began
    assert answer["sub"] == given.claims_of(body["id_token"])["sub"]


def test_tells_of_a_tpps_own_token(bob):
    token = bob.token(grant_type="client_credentials", scope="accounts").json()["access_token"]

    answer = told(bob, token)

    assert answer["active"] is True
    assert answer["sub"] == answer["client_id"] == bob.client_id
    assert "openbanking_intent_id" not in answer


def test_tells_of_a_token_of_a_key(db, now):
    dora = given.party(now=now, profile="fapi2-security", dpop_bound_access_tokens=True)
    token = dora.token(grant_type="client_credentials", scope="accounts").json()["access_token"]

    answer = told(dora, token)

    assert answer["token_type"] == "DPoP"
    assert answer["cnf"] == {"jkt": dora.prover.jkt}


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "unknown"])
def test_tells_of_a_refresh_token_whatever_the_hint_says(bob, hint):
    body = bob.redeem(bob.approved()["code"]).json()

    answer = introspect(bob, body["refresh_token"], token_type_hint=hint).json()

    assert answer["active"] is True
    assert answer["scope"] == "openid accounts"
    assert not {"exp", "cnf", "token_type"} & set(answer)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_tells_another_client_nothing(bob, mallory, kind):
    body = bob.redeem(bob.approved()["code"]).json()

    assert told(mallory, body[kind]) == NOTHING


def test_tells_nothing_of_what_is_no_token(bob):
    assert told(bob, "a\0b") == told(bob, "nothing") == NOTHING


def test_tells_that_a_token_has_run_out(bob):
    body = bob.redeem(bob.approved()["code"]).json()
    AccessToken.objects.filter(application=bob.client).update(expires=bob.now - timedelta(seconds=1))

    assert told(bob, body["access_token"]) == NOTHING


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_tells_that_the_consent_was_deleted(bob, kind):
    brought = bob.approved()
    body = bob.redeem(brought["code"]).json()
    with unit.work():
        lifecycle.delete(lifecycle.lock(brought["consent_id"]), actor="tpp:test", now=bob.now)

    assert told(bob, body[kind]) == NOTHING


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_tells_that_a_decision_was_revoked(bob, kind):
    body = bob.redeem(bob.approved()["code"]).json()
    bob.post(given.REVOKE, bob.proof() | {"token": body["refresh_token"]})

    assert told(bob, body[kind]) == NOTHING


@pytest.mark.parametrize("accept", [SIGNED, SIGNED.upper(), f"{SIGNED}, application/json;q=0.5"])
def test_signs_what_it_tells_where_that_is_asked_for(bob, accept):
    token = bob.token(grant_type="client_credentials", scope="accounts").json()["access_token"]

    answer = introspect(bob, token, headers={"Accept": accept})

    signed = answer.content.decode()
    claims = given.claims_of(signed)
    assert answer["Content-Type"] == SIGNED
    assert given.header_of(signed)["typ"] == "token-introspection+jwt"
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}  # not exp and sub: it is no access token
    assert (claims["iss"], claims["aud"]) == (settings.ISSUER, bob.client_id)
    assert claims["token_introspection"] == told(bob, token)


def test_signs_that_a_token_is_nothing(bob):
    answer = introspect(bob, "nothing", headers={"Accept": SIGNED})

    assert given.claims_of(answer.content.decode())["token_introspection"] == NOTHING


def test_signs_with_the_clients_own_algorithm(bob):
    Client.objects.filter(pk=bob.client.pk).update(algorithm="ES256")

    answer = introspect(bob, "nothing", headers={"Accept": SIGNED})

    assert given.header_of(answer.content.decode())["alg"] == "ES256"


def test_refuses_a_request_without_a_token(bob):
    answer = bob.post(given.INTROSPECT, bob.proof())

    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": "The token is missing."}


def test_refuses_a_client_that_does_not_say_who_it_is(bob):
    answer = bob.post(given.INTROSPECT, {"token": "nothing"}, headers={"Accept": SIGNED})

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["error"] == "invalid_client"


def test_refuses_the_certificate_of_another(bob, mallory):
    answer = bob.post(given.INTROSPECT, bob.proof() | {"token": "nothing"}, identity=mallory.identity)

    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
