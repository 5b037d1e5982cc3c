"""Whatever comes to the authorization server: it answers in order, and keeps nothing of what it refused."""

import functools
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import hypothesis
import orjson
import pytest
from django.db import transaction
from hypothesis import strategies as st

from bank import clock
from tests.attacks.keeping import stored
from tests.https import Answer
from tests.oauth import given, newcomer, phone, proofs

pytestmark = pytest.mark.fuzz

HEADER_BYTES_MAX = 8000  # of a longer one gunicorn makes no request
PRINTED = set(string.printable) - set('"\\\t\n\r\x0b\x0c')  # what RFC 6749 section 5.2 lets a description hold

NASTY = st.sampled_from(
    [
        "",
        " ",
        "\0",
        "\ufeff",
        "\u202e",
        "a" * 5000,
        "é",
        "none",
        "HS256",
        "RS256",
        "openid openid",
        "https://",
        "-1",
        "[]",
    ]
)
LEAF = (
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text() | NASTY
)
ODD = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner))
# fmt: off
REQUEST = [
    "iss", "aud", "nbf", "exp", "iat", "jti", "client_id", "response_type", "redirect_uri", "scope", "state", "nonce",
    "code_challenge", "claims", "prompt", "code_challenge_method", "max_age", "login_hint", "id_token_hint",
    "acr_values", "ui_locales", "authorization_details", "dpop_jkt", "response_mode", "request", "request_uri",
    "binding_message", "requested_expiry", "client_notification_token", "login_hint_token",
]
REGISTRATION = [
    "iss", "aud", "iat", "exp", "jti", "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types",
    "software_id", "scope", "software_statement", "application_type", "id_token_signed_response_alg",
    "tls_client_auth_subject_dn", "jwks", "jwks_uri", "profile", "dpop_bound_access_tokens",
    "authorization_signed_response_alg", "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
]
FORM = [
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "client_id", "client_assertion",
    "client_assertion_type", "request", "request_uri", "response_type", "token", "token_type_hint", "auth_req_id",
    "code_challenge", "state", "claims",
]
# fmt: on
HEADERS = st.dictionaries(st.sampled_from(["typ", "kid", "crit", "b64", "jwk", "cty", "x5c"]), ODD, max_size=1)
PROOF = ["jti", "htm", "htu", "iat", "ath", "nonce", "exp", "nbf"]


def changes(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Up to three members that are odd, or left out."""
    return st.dictionaries(st.sampled_from(names), ODD | st.none(), min_size=1, max_size=3)


def fuzz(examples: int) -> Callable[[Any], Any]:
    """How the tests of this file run."""
    health = [hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow]
    return hypothesis.settings(max_examples=examples, deadline=None, suppress_health_check=health)


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: pytest.Item) -> dict[str, Any]:
    """TPPs that are made once and stay; what happens to them is rolled back example by example."""
    now = clock.now().replace(microsecond=0)
    with django_db_blocker.unblock():
        dora = given.party(now=now, profile="fapi2-security", dpop_bound_access_tokens=True, name="Dora's Dosh")
        return {
            "bob": given.party(now=now),
            "phil": phone.caller(now=now),
            "dora": dora,
            "nora": newly_enrolled(now),
        }


def newly_enrolled(now: datetime) -> newcomer.Newcomer:
    """A TPP that the directory knows, without a client here."""
    provider = given.party(now=now, name="Nora's Nest").provider
    type(provider.client).objects.filter(pk=provider.client.pk).update(deleted_at=now)
    return newcomer.Newcomer(provider=provider, now=now)


@contextmanager
def judged() -> Iterator[Callable[[Answer], bool]]:
    """An example of its own, rolled back; what it gives judges the answer."""
    with transaction.atomic():
        before = stored()
        yield functools.partial(judge, before=before)
        transaction.set_rollback(True)


def judge(answer: Answer, *, before: tuple[int, ...]) -> bool:
    """No 5xx; a refusal says what is wrong in words that every client can read, and left nothing behind."""
    if answer.status_code < 400:
        return True
    assert answer.status_code < 500, answer.content
    body = orjson.loads(answer.content)
    assert answer["Cache-Control"] == "no-store"
    assert set(body["error"]) | set(body.get("error_description", "")) <= PRINTED
    return stored() == before


@pytest.mark.parametrize("path", ["token", "par", "revoke", "introspect", "backchannel"])
@fuzz(30)
@hypothesis.given(
    form=st.dictionaries(st.sampled_from(FORM) | st.text(max_size=9), st.text() | NASTY, max_size=5) | st.binary(),
    is_proved=st.booleans(),
)
def test_any_form(cast, db, path, form, is_proved):
    """Pairs of names and values, with a proof of who sends them or without; or any bytes."""
    bob = cast["bob"]
    proof = bob.assertion() if is_proved else {}
    body = form.decode("latin-1") if isinstance(form, bytes) else urlencode(form | proof)

    with judged() as is_in_order:
        assert is_in_order(bob.post(f"/oauth/{path}", body))


@fuzz(60)
@hypothesis.given(claims=changes(REQUEST), header=HEADERS)
def test_any_pushed_request(cast, db, claims, header):
    bob = cast["bob"]

    with judged() as is_in_order:
        assert is_in_order(bob.push(bob.request_object("con_1", header=header, **claims)))


@fuzz(60)
@hypothesis.given(parameters=changes(REQUEST))
def test_any_pushed_request_without_a_signature(cast, db, parameters):
    dora = cast["dora"]

    with judged() as is_in_order:
        assert is_in_order(dora.post(given.PAR, dora.assertion() | dora.form("con_1", **parameters)))


@fuzz(60)
@hypothesis.given(claims=changes([*REQUEST[:6], "sub"]), header=HEADERS)
def test_any_assertion(cast, db, claims, header):
    bob = cast["bob"]

    with judged() as is_in_order:
        assert is_in_order(bob.token(grant_type="client_credentials", **bob.assertion(header=header, **claims)))


@fuzz(60)
@hypothesis.given(claims=changes(PROOF), header=HEADERS)
def test_any_proof_of_a_key(cast, db, claims, header):
    dora = cast["dora"]
    proof = proofs.Prover(now=dora.now).proof("POST", f"{given.settings.MTLS_URL}/oauth/token", header=header, **claims)
    hypothesis.assume(len(proof) < HEADER_BYTES_MAX)

    with judged() as is_in_order:
        assert is_in_order(dora.token(grant_type="client_credentials", headers={"DPoP": proof}))


@fuzz(60)
@hypothesis.given(claims=changes(REQUEST), header=HEADERS)
def test_any_request_without_a_browser(cast, db, claims, header):
    phil = cast["phil"]

    with judged() as is_in_order:
        assert is_in_order(phil.ask(header=header, **claims))


@fuzz(60)
@hypothesis.given(claims=changes(REGISTRATION), header=HEADERS)
def test_any_registration(cast, db, claims, header):
    nora = cast["nora"]

    with judged() as is_in_order:
        assert is_in_order(nora.send("post", nora.request(header=header, **claims), path=newcomer.PATH))


@fuzz(60)
@hypothesis.given(claims=changes(REQUEST), outside=changes(REQUEST) | st.just({}))
def test_any_link_that_a_customer_follows(cast, db, claims, outside):
    """A page, or a redirect: no request that was refused is kept, and none is answered to a strange address."""
    bob = cast["bob"]
    texts = {name: value for name, value in outside.items() if isinstance(value, str)}
    query = {"request": bob.request_object("con_1", **claims)} | texts

    with judged():
        before = stored()
        answer = bob.visit(**query)

        assert answer.status_code in (303, 400)
        if answer.status_code == 303 and not answer["Location"].startswith("/login?"):
            assert answer["Location"].startswith(("/oauth/error", given.people.REDIRECT_URI))
            assert stored() == before
