"""GET /sandbox/whoami: what a TPP learns of itself, and what one learns whom the bank does not know."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings

from bank import clock
from bank.oauth.models import Authorization
from tests import calls, people
from tests.oauth.proofs import Prover
from tests.remote import Remote

PATH = "/sandbox/whoami"
BELIEVED = "The bank believes this certificate."


@pytest.fixture(scope="module")
def bobs_tpp(django_db_setup: None, django_db_blocker: pytest.Item) -> people.Provider:
    with django_db_blocker.unblock():
        return calls.caller(now=clock.now()).provider


@pytest.fixture
def bob(db: None, now: datetime, bobs_tpp: people.Provider) -> Remote:
    return Remote(provider=bobs_tpp, now=now)


def test_tells_a_tpp_who_it_is(bob):
    token = bob.token("accounts payments")
    sent = "6FA1c1f4-9f0a-4a0e-8a43-5d7f5f8a7a11"

    answer = bob.call("GET", PATH, token=token, x_fapi_interaction_id=sent)

    told, statement, client = answer.json(), bob.provider.statement, bob.provider.client
    assert answer.status_code == 200
    assert answer["x-fapi-interaction-id"] == told["interaction_id"] == sent
    assert told["certificate"]["verdict"] == BELIEVED
    assert told["certificate"]["x5t#S256"] == bob.provider.transport.thumbprint
    assert statement.pk in told["certificate"]["subject"]
    assert told["tpp"] == {"organisation_id": statement.tpp_id, "name": "Bob's Budget", "roles": ["AISP", "PISP"]}
    assert told["software"]["software_id"] == statement.pk
    assert told["client"]["client_id"] == client.client_id
    assert told["client"]["profile"] == "fapi1-advanced"
    assert told["token"] == {
        "grant": "client_credentials",
        "scopes": ["accounts", "payments"],
        "expires_at": (bob.now + timedelta(minutes=10)).isoformat(),
        "scheme": "Bearer",
        "bound_to": {"x5t#S256": bob.provider.transport.thumbprint},
    }


def test_takes_the_token_of_a_log_in_without_an_intent(bob, now):
    decision = Authorization.objects.create(
        client=bob.provider.client, user=people.customer(now=now), acr="", auth_time=now, created_at=now
    )

    told = bob.call("GET", PATH, token=bob.token("openid", authorization=decision)).json()

    assert told["token"]["grant"] == "authorization_code"
    assert told["token"]["consent"] == {"id": None, "status": None}


def test_takes_a_token_without_any_scope(bob):
    assert bob.call("GET", PATH, token=bob.token("")).status_code == 200


def test_names_the_consent_behind_a_customers_token(bob, now):
    alice = people.customer(now=now)
    made = calls.consent(bob, "account-access", customer=alice, accounts=[people.account(alice, now=now)])

    told = bob.call("GET", PATH, token=calls.customers_token(bob, made)).json()

    assert told["token"]["consent"] == {"id": made.pk, "status": "AUTH"}


def test_tells_the_holder_of_a_key_what_it_thinks_of_its_certificate(bob):
    prover = Prover(now=bob.now)
    token = bob.token("accounts", jkt=prover.jkt)
    verdicts = []
    for der in (None, b"made up", "own"):
        proof = prover.proof("GET", settings.MTLS_URL + PATH, access_token=token)
        answer = bob.call("GET", PATH, der=der, Authorization=f"DPoP {token}", DPoP=proof)
        assert answer.status_code == 200
        assert answer.json()["token"]["bound_to"] == {"jkt": prover.jkt}
        verdicts.append(answer.json()["certificate"]["verdict"])

    assert verdicts == ["The connection has no client certificate.", "The certificate cannot be read.", BELIEVED]


def test_tells_a_caller_without_a_token_what_is_missing(bob):
    answer = bob.call("GET", PATH)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["refused"] == "The access token is missing."
    assert answer.json()["certificate"]["verdict"] == BELIEVED


def test_tells_a_caller_whose_token_has_run_out(bob):
    answer = bob.call("GET", PATH, token=bob.token("accounts", expires_at=bob.now))

    assert answer.status_code == 401
    assert answer.json()["refused"] == "The access token has expired."
    assert answer["Content-Length"] == str(len(answer.content))


def test_tells_a_thief_nothing_of_the_owner(bob, now):
    mallory = Remote.like(calls.caller(now=now, name="Mallory Money"))

    answer = mallory.call("GET", PATH, token=bob.token("accounts"))

    assert answer.status_code == 401
    assert bob.provider.client.client_id not in answer.content.decode()
    assert answer.json()["refused"] == "The access token is bound to another certificate."


@pytest.mark.parametrize("accept", ["application/json; charset=utf-8", "*/*", "application/*+json"])
def test_tolerates_the_ways_in_which_json_is_asked_for(bob, accept):
    assert bob.call("GET", PATH, token=bob.token("accounts"), Accept=accept).status_code == 200


def test_knows_no_other_method(bob):
    answer = bob.call("POST", PATH, token=bob.token("accounts"))

    assert answer.status_code == 405
    assert calls.error(answer)["ErrorCode"] == "MS03"
