"""GET and POST /oauth/userinfo: whom it tells what."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from bank.oauth import id_tokens
from bank.oauth.models import Authorization
from tests import calls, people
from tests.oauth.proofs import Prover

PATH = "/oauth/userinfo"
SCA = "urn:openbanking:psd2:sca"


@pytest.fixture
def decision(bob: calls.Caller, now: datetime) -> Authorization:
    """A log-in without an intent."""
    return logged_in(bob, now=now)


def logged_in(who: calls.Caller, *, now: datetime, user: Any = None, **more: Any) -> Authorization:
    return Authorization.objects.create(
        client=who.provider.client,
        user=user or people.customer(now=now),
        consent=None,
        acr=SCA,
        auth_time=now,
        created_at=now,
        **more,
    )


def names(*asked: str) -> dict[str, Any]:
    return {"userinfo": dict.fromkeys(asked)}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_tells_the_name_that_the_customer_has_for_this_client_alone(bob, decision, method):
    answer = bob.call(method, PATH, token=bob.token("openid", authorization=decision))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {"sub": id_tokens.subject(decision.user_id, client=bob.provider.client)}


def test_tells_two_tpps_different_names(bob, decision, now):
    carol = calls.caller(now=now, name="Carol's Cash")
    hers = logged_in(carol, now=now, user=decision.user)

    first = bob.call("GET", PATH, token=bob.token("openid", authorization=decision))
    second = carol.call("GET", PATH, token=carol.token("openid", authorization=hers))

    assert first.json()["sub"] != second.json()["sub"]


def test_tells_what_was_asked_for(bob, now):
    asked = names("acr", "auth_time", "openbanking_intent_id", "name", "email")
    decision = logged_in(bob, now=now, claims=asked)

    told = bob.call("GET", PATH, token=bob.token("openid", authorization=decision)).json()

    assert told == {"sub": told["sub"], "acr": SCA, "auth_time": int(now.timestamp())}


def test_tells_the_intent_that_was_asked_for(bob, now):
    alice = people.customer(now=now)
    made = calls.consent(bob, "account-access", customer=alice, accounts=[people.account(alice, now=now)])
    decision = logged_in(bob, now=now, user=alice, claims={"userinfo": {"openbanking_intent_id": {"value": made.pk}}})
    Authorization.objects.filter(pk=decision.pk).update(consent=made)

    told = bob.call("GET", PATH, token=bob.token("openid accounts", authorization=decision)).json()

    assert told["openbanking_intent_id"] == made.pk


@pytest.mark.parametrize("asked", [None, [], "name", 7])
def test_survives_claims_that_are_none(bob, now, asked):
    decision = logged_in(bob, now=now, claims={"userinfo": asked})

    assert bob.call("GET", PATH, token=bob.token("openid", authorization=decision)).status_code == 200


def test_takes_a_token_of_a_key(bob, decision, now):
    prover = Prover(now=now)
    token = bob.token("openid", authorization=decision, jkt=prover.jkt)
    proof = prover.proof("GET", settings.MTLS_URL + PATH, access_token=token)

    answer = bob.call("GET", PATH, der=None, Authorization=f"DPoP {token}", DPoP=proof)

    assert answer.status_code == 200


def test_refuses_the_tpps_own_token(bob):
    answer = bob.call("GET", PATH, token=bob.token("accounts"))

    assert answer.status_code == 403
    assert calls.error(answer)["ErrorCode"] == "TK01"


def test_refuses_a_token_without_openid(bob, decision):
    answer = bob.call("GET", PATH, token=bob.token("accounts", authorization=decision))

    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_reads_no_token_from_a_body(bob, decision):
    token = bob.token("openid", authorization=decision)

    answer = bob.call("POST", PATH, f"access_token={token}".encode(), Content_Type="application/x-www-form-urlencoded")

    assert answer.status_code == 401


def test_refuses_the_token_of_a_decision_that_was_revoked(bob, decision, now):
    token = bob.token("openid", authorization=decision)
    Authorization.objects.filter(pk=decision.pk).update(revoked_at=now)

    assert bob.call("GET", PATH, token=token).status_code == 401


@pytest.mark.parametrize("token", [None, "A" * 43])
def test_refuses_a_call_without_a_token_of_the_bank(bob, token):
    assert bob.call("GET", PATH, token=token).status_code == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_knows_two_methods(bob, method):
    answer = bob.call(method, PATH)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST"
