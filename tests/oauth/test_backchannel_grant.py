"""The token endpoint and an auth_req_id: how often it may be asked, and what it brings once the customer decided."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bank.audit.models import Entry
from bank.oauth import id_tokens, tasks
from bank.oauth.models import AccessToken, Authorization, BackchannelRequest, Client, RefreshToken
from bank.outbox import unit
from consents import lifecycle
from consents.models import Consent
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
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/json"


def later(auth_req_id: str, **seconds: int) -> None:
    """Let time pass, by moving what was kept into the past."""
    row = phone.row_of(auth_req_id)
    BackchannelRequest.objects.filter(pk=row.pk).update(
        **{name: getattr(row, name) - timedelta(seconds=by) for name, by in seconds.items()}
    )


def test_brings_tokens_once_the_customer_approved(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=bob.now)

    answer = bob.fetch(auth_req_id)

    told = answer.json()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert told.keys() == {"access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"}
    kept = AccessToken.objects.get(application=bob.client)
    assert kept.cnf == {"x5t#S256": bob.provider.transport.thumbprint}
    assert (kept.user, kept.scope) == (bob.alice, "openid")
    assert kept.authorization.evidence == {"method": "tests"}


def test_says_in_the_id_token_who_approved_and_how(bob: phone.Caller) -> None:
    auth_req_id = bob.asked(acr_values=given.CA)
    phone.allow(auth_req_id, now=bob.now)

    told = bob.fetch(auth_req_id).json()

    claims = given.claims_of(told["id_token"])
    assert claims["aud"] == bob.client_id
    assert claims["sub"] == id_tokens.subject(bob.alice.pk, client=bob.client)
    assert (claims["acr"], claims["auth_time"]) == (given.CA, bob.seconds())
    assert claims["at_hash"] == given.half(told["access_token"])
    assert not {"nonce", "c_hash", "s_hash", "openbanking_intent_id"} & claims.keys()
    assert given.header_of(told["id_token"])["alg"] == "PS256"


def test_names_the_intent_and_hangs_the_tokens_on_it(bob: phone.Caller) -> None:
    consent_id = bob.lodge()
    auth_req_id = bob.asked(scope="openid accounts", openbanking_intent_id=consent_id)
    phone.allow(auth_req_id, now=bob.now)

    told = bob.fetch(auth_req_id).json()

    assert given.claims_of(told["id_token"])["openbanking_intent_id"] == consent_id
    assert Authorization.objects.get(client=bob.client).consent_id == consent_id
    assert Consent.objects.get(pk=consent_id).status == "AUTH"


def test_refreshes_what_it_brought(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=bob.now)
    refresh_token = bob.fetch(auth_req_id).json()["refresh_token"]

    again = bob.token(grant_type="refresh_token", refresh_token=refresh_token)

    assert again.status_code == 200
    assert again.json()["refresh_token"] == refresh_token


def test_makes_its_own_refresh_token_whatever_the_form_says(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=bob.now)

    told = bob.fetch(auth_req_id, refresh_token="easy to guess").json()

    assert told["refresh_token"] != "easy to guess"
    assert RefreshToken.objects.filter(application=bob.client).count() == 1


def test_brings_them_once(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=bob.now)
    bob.fetch(auth_req_id)

    expect(bob.fetch(auth_req_id), "invalid_grant", "used before")
    assert AccessToken.objects.filter(application=bob.client).count() == 1


def test_asks_for_patience_until_the_customer_decided(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    expect(bob.fetch(auth_req_id), "authorization_pending")

    later(auth_req_id, polled_at=5)

    expect(bob.fetch(auth_req_id), "authorization_pending")


def test_slows_down_who_asks_too_fast_by_five_seconds_each_time(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    bob.fetch(auth_req_id)

    expect(bob.fetch(auth_req_id), "slow_down", "Wait 10 seconds")
    later(auth_req_id, polled_at=6)
    expect(bob.fetch(auth_req_id), "slow_down", "Wait 15 seconds")
    later(auth_req_id, polled_at=15)
    expect(bob.fetch(auth_req_id), "authorization_pending")


def test_slows_nobody_down_beyond_a_minute(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    for _ in range(20):
        answer = bob.fetch(auth_req_id)

    expect(answer, "slow_down", "Wait 60 seconds")


def test_brings_tokens_even_to_who_asks_too_fast(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    bob.fetch(auth_req_id)
    phone.allow(auth_req_id, now=bob.now)

    assert bob.fetch(auth_req_id).status_code == 200


def test_tells_that_the_customer_refused(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    phone.deny(auth_req_id, now=bob.now)

    for _ in range(2):
        expect(bob.fetch(auth_req_id), "access_denied")
    assert not AccessToken.objects.filter(application=bob.client).exists()


def test_tells_that_the_time_is_over(bob: phone.Caller) -> None:
    undecided, approved = bob.asked(requested_expiry=10), bob.asked(requested_expiry=10)
    phone.allow(approved, now=bob.now)
    for auth_req_id in (undecided, approved):
        later(auth_req_id, expires_at=11)

        expect(bob.fetch(auth_req_id), "expired_token")


def test_brings_nothing_of_a_consent_that_ended_in_the_meantime(bob: phone.Caller) -> None:
    consent_id = bob.lodge()
    auth_req_id = bob.asked(scope="openid accounts", openbanking_intent_id=consent_id)
    phone.allow(auth_req_id, now=bob.now)
    with unit.work():
        lifecycle.delete(Consent.objects.get(pk=consent_id), actor="tpp:bob", now=bob.now)

    expect(bob.fetch(auth_req_id), "invalid_grant", "at an end")


def test_tells_nothing_about_a_request_of_another_or_of_nobody(bob: phone.Caller, now: datetime) -> None:
    mallory = phone.caller(now=now, name="Mallory Money")
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=bob.now)

    expect(mallory.fetch(auth_req_id), "invalid_grant", "not known")
    expect(bob.fetch("unknown"), "invalid_grant", "not known")
    expect(bob.fetch(None), "invalid_request", "missing")
    assert bob.fetch(auth_req_id).status_code == 200


def test_looks_at_no_request_before_it_knows_who_asks_over_which_certificate(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()

    expect(bob.fetch(auth_req_id, client_id=bob.client_id), "invalid_client", status=401)
    expect(bob.fetch(auth_req_id, identity=None), "invalid_request")
    assert phone.row_of(auth_req_id).polled_at is None


def test_refuses_a_client_that_did_not_register_the_grant_type(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()
    Client.objects.filter(pk=bob.client.pk).update(grant_types=["authorization_code"])

    expect(bob.fetch(auth_req_id), "unauthorized_client")


def test_tells_the_trail_what_was_decided(bob: phone.Caller) -> None:
    approved, refused = bob.asked(), bob.asked()
    phone.allow(approved, now=bob.now)
    phone.deny(refused, now=bob.now)

    entries = Entry.objects.filter(actor=f"customer:{bob.alice.username}", action__startswith="backchannel.")
    assert set(entries.values_list("action", flat=True)) == {"backchannel.approved", "backchannel.denied"}
    assert all(entry.detail["client_id"] == bob.client_id for entry in entries)


def test_forgets_requests_a_day_after_their_end(bob: phone.Caller) -> None:
    old, young = bob.asked(), bob.asked()
    phone.allow(old, now=bob.now)
    later(old, expires_at=25 * 3600)

    tasks.purge()

    assert set(BackchannelRequest.objects.filter(client=bob.client)) == {phone.row_of(young)}
