"""POST /oauth/backchannel: what a client may ask of a customer without a browser, and every way it can be wrong."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from bank.audit.models import Entry
from bank.oauth import backchannel
from bank.oauth.models import BackchannelRequest, Client
from bank.tpps.models import TPP
from tests.oauth import given, phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(now: datetime) -> phone.Caller:
    """A TPP that polls."""
    return phone.caller(now=now)


def expect(answer: Any, error: str, words: str = "", *, status: int = 400) -> None:
    told = answer.json()
    assert (answer.status_code, told["error"]) == (status, error), told
    assert words in told["error_description"]
    assert told["error_description"].isascii()
    assert answer["Cache-Control"] == "no-store"


def test_takes_a_request_and_tells_what_it_is_called(bob: phone.Caller) -> None:
    answer = bob.ask()

    told = answer.json()
    row = phone.row_of(told["auth_req_id"])
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert (told["expires_in"], told["interval"]) == (300, 5)
    assert (row.user, row.client, row.status, row.consent) == (bob.alice, bob.client, "pending", None)
    assert row.parameters == {"scope": "openid", "binding_message": "1234"}


def test_keeps_only_the_digest_of_what_it_is_called(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()

    row = BackchannelRequest.objects.get(client=bob.client)
    assert len(auth_req_id) == 43
    assert row.auth_req_id.startswith("sha256:")
    assert backchannel.auth_req_id(row.reference) == auth_req_id


def test_takes_clients_that_authenticate_by_certificate(now: datetime) -> None:
    bob = phone.caller(now=now, auth_method="tls_client_auth")

    assert bob.ask().status_code == 200


@pytest.mark.parametrize("audience", [settings.ISSUER, "/oauth/token", "/oauth/backchannel", "in a list"])
def test_takes_an_assertion_made_out_to_the_bank_under_any_of_its_names(bob: phone.Caller, audience: str) -> None:
    named: Any = [settings.ISSUER] if audience == "in a list" else audience
    if audience.startswith("/"):
        named = settings.MTLS_URL + audience

    assert bob.ask(form=bob.assertion(aud=named)).status_code == 200


def test_takes_a_request_about_an_intent_without_a_message(bob: phone.Caller) -> None:
    consent_id = bob.lodge()
    intent = {"id_token": {"openbanking_intent_id": {"value": consent_id, "essential": True}}}

    auth_req_id = bob.asked(scope="accounts openid", claims=intent, binding_message=None)

    assert phone.row_of(auth_req_id).consent_id == consent_id


def test_takes_the_intent_in_a_claim_of_its_own(bob: phone.Caller) -> None:
    consent_id = bob.lodge()

    auth_req_id = bob.asked(scope="openid accounts", openbanking_intent_id=consent_id, binding_message=None)

    assert phone.row_of(auth_req_id).consent_id == consent_id


@pytest.mark.parametrize(("wanted", "seconds"), [(10, 10), ("30", 30), (300, 300), (100_000, 600), (None, 300)])
def test_waits_as_long_as_it_is_asked_to_up_to_ten_minutes(bob: phone.Caller, wanted: Any, seconds: int) -> None:
    answer = bob.ask(requested_expiry=wanted).json()

    assert answer["expires_in"] == seconds
    assert phone.row_of(answer["auth_req_id"]).expires_at >= bob.now + timedelta(seconds=seconds)


# Client


def test_refuses_a_client_that_does_not_prove_who_it_is(bob: phone.Caller) -> None:
    expect(bob.ask(form={"client_id": bob.client_id}), "invalid_client", status=401)
    expect(bob.ask(form=bob.assertion(header={"alg": "RS256"})), "invalid_client", status=401)


def test_refuses_a_client_that_did_not_register_for_it(bob: phone.Caller) -> None:
    Client.objects.filter(pk=bob.client.pk).update(backchannel_token_delivery_mode="")
    expect(bob.ask(), "unauthorized_client", "not registered for back-channel requests")

    Client.objects.filter(pk=bob.client.pk).update(
        backchannel_token_delivery_mode="poll", grant_types=["refresh_token"]
    )
    expect(bob.ask(), "unauthorized_client")


def test_refuses_the_client_id_of_another(now: datetime) -> None:
    bob = phone.caller(now=now, auth_method="tls_client_auth")
    mallory = phone.caller(now=now, name="Mallory Money", auth_method="tls_client_auth")

    expect(mallory.ask(form={"client_id": bob.client_id}), "invalid_client", status=401)


# The signed request


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": None}, "iss must be"),
        ({"iss": "somebody"}, "iss must be"),
        ({"aud": None}, "aud must hold"),
        ({"aud": "https://elsewhere.example"}, "aud must hold"),
        ({"iat": None}, "iat is missing"),
        ({"iat": 3600}, "not valid yet"),
        ({"nbf": None}, "nbf is missing"),
        ({"nbf": 600}, "not valid yet"),
        ({"nbf": -4200}, "more than 60 minutes"),
        ({"exp": None}, "exp is missing"),
        ({"exp": -300}, "expired"),
        ({"exp": 4200}, "60 minutes"),
        ({"jti": None}, "jti is missing"),
        ({"jti": 5}, "jti is missing"),
        ({"request_uri": "urn:x"}, "cannot hold another"),
    ],
    ids=str,
)
def test_refuses_a_request_that_cannot_be_believed(bob: phone.Caller, claims: dict[str, Any], words: str) -> None:
    instants = {"iat", "nbf", "exp"}
    claims = {
        name: bob.seconds(value) if name in instants and isinstance(value, int) else value
        for name, value in claims.items()
    }

    expect(bob.ask(**claims), "invalid_request", words)


@pytest.mark.parametrize("header", [{"alg": "RS256"}, {"kid": "unknown"}, {"typ": "dpop+jwt"}], ids=str)
def test_refuses_a_request_that_is_signed_otherwise(bob: phone.Caller, header: dict[str, Any]) -> None:
    expect(bob.ask(header=header), "invalid_request")


def test_refuses_a_request_that_is_not_signed_or_signed_by_another(bob: phone.Caller, mallory: given.Party) -> None:
    unsigned = bob.asks().rsplit(".", 1)[0] + "."
    theirs = mallory.sign({"iss": bob.client_id, "aud": settings.ISSUER, "login_hint": bob.alice.username})

    for form in ({"login_hint": bob.alice.username, "scope": "openid"}, {"request": unsigned}, {"request": theirs}):
        expect(bob.post(phone.PATH, bob.proof() | form), "invalid_request")


def test_refuses_a_request_that_was_sent_before(bob: phone.Caller) -> None:
    jti = secrets.token_urlsafe(16)
    bob.asked(jti=jti)

    expect(bob.ask(jti=jti), "invalid_request", "was sent before")


def test_takes_its_word_from_inside_the_request_alone(bob: phone.Caller) -> None:
    outside = bob.proof() | {"login_hint": "nobody", "scope": "openid payments", "binding_message": "\u202e"}

    answer = bob.ask(form=outside)

    assert phone.row_of(answer.json()["auth_req_id"]).parameters["scope"] == "openid"


# What it asks


def test_refuses_scopes_that_it_did_not_register(bob: phone.Caller) -> None:
    expect(bob.ask(scope="openid fundsconfirmations"), "invalid_scope")
    expect(bob.ask(scope="accounts"), "invalid_request", "openid")
    expect(bob.ask(scope=None), "invalid_request", "openid")


@pytest.mark.parametrize(
    "message",
    [
        "1234 \U0001f44d\U0001f3ff 品川 Lorem ipsum",
        "x" * 41,
        "right \u202e left",
        "two\nlines",
        " padded",
        "",
        "<b>",
        "café",
    ],
)
def test_refuses_messages_that_a_telephone_may_not_show_as_they_are(bob: phone.Caller, message: str) -> None:
    expect(bob.ask(binding_message=message), "invalid_binding_message")


@pytest.mark.parametrize("message", ["1234", "W4SCT", "Pump 7, 23.5 l: Carol's (Leeds)", "x" * 40])
def test_takes_messages_that_it_may(bob: phone.Caller, message: str) -> None:
    assert phone.row_of(bob.asked(binding_message=message)).parameters["binding_message"] == message


def test_refuses_a_request_that_a_customer_could_take_for_another(bob: phone.Caller) -> None:
    expect(bob.ask(binding_message=None), "invalid_request", "needs a binding_message")


@pytest.mark.parametrize("wanted", [0, -1, "0", "soon", "1.5", 1.5, "", True, [10], "\uff19"])
def test_refuses_an_expiry_that_is_none(bob: phone.Caller, wanted: Any) -> None:
    expect(bob.ask(requested_expiry=wanted), "invalid_request")


@pytest.mark.parametrize(
    "token", [None, "short", "x" * 1025, "with space " * 4, "ünïcode" * 5, "=" * 30, "x" * 30 + "\n"]
)
def test_refuses_to_ping_without_a_good_token(now: datetime, token: str | None) -> None:
    bob = phone.caller(now=now, mode="ping")

    expect(bob.ask(client_notification_token=token), "invalid_request", "client_notification_token")


def test_takes_a_long_token_for_pings_and_none_for_polls(now: datetime) -> None:
    pinged, polled = phone.caller(now=now, mode="ping"), phone.caller(now=now, name="Carol's Cash")

    assert phone.row_of(pinged.asked(client_notification_token="t" * 1024)).client_notification_token == "t" * 1024
    assert phone.row_of(polled.asked(client_notification_token=None)).client_notification_token == ""


def test_refuses_an_authentication_that_is_beyond_this_bank(bob: phone.Caller) -> None:
    wanted = {"id_token": {"acr": {"essential": True, "value": "urn:retina"}}}

    expect(bob.ask(claims=wanted), "access_denied")
    assert bob.ask(acr_values="urn:retina").status_code == 200


# Intents


def test_refuses_intents_that_nobody_could_approve(bob: phone.Caller, mallory: given.Party) -> None:
    for consent_id in ("con_unknown", mallory.lodge(), ""):
        expect(bob.ask(scope="openid accounts", openbanking_intent_id=consent_id), "invalid_request")
    expect(bob.ask(scope="openid accounts"), "invalid_request")
    expect(bob.ask(scope="openid payments", openbanking_intent_id=bob.lodge()), "invalid_request", "scope accounts")


def test_refuses_a_second_request_about_an_intent_while_one_waits(bob: phone.Caller) -> None:
    about = {"scope": "openid accounts", "openbanking_intent_id": bob.lodge()}
    first = bob.asked(**about)

    expect(bob.ask(**about), "invalid_request", "Another request with this intent waits")
    phone.deny(first, now=bob.now)
    assert bob.ask(**about).status_code == 200


def test_wears_no_customer_down(bob: phone.Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backchannel, "WAITING_MAX", 2)
    first = bob.asked()
    bob.asked()

    expect(bob.ask(), "access_denied", "Too many requests", status=403)
    phone.deny(first, now=bob.now)
    assert bob.ask().status_code == 200


def test_tells_the_trail_who_asked_whom(bob: phone.Caller) -> None:
    row = phone.row_of(bob.asked())

    entry = Entry.objects.get(action="backchannel.asked", subject=str(row.reference))
    assert entry.actor == f"tpp:{bob.client_id}"
    assert entry.detail == {"customer": bob.alice.username, "scope": "openid"}


def test_shows_no_customer_what_a_blocked_tpp_asked(bob: phone.Caller) -> None:
    reference = str(phone.row_of(bob.asked()).reference)
    TPP.objects.filter(pk=bob.provider.statement.tpp_id).update(status=TPP.Status.BLOCKED)

    assert backchannel.waiting_for(bob.alice, now=bob.now) == []
    with pytest.raises(backchannel.Unknown):
        backchannel.load(reference, now=bob.now)
