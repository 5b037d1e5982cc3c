"""The revocation endpoint."""

from datetime import timedelta

import pytest

from bank.audit.models import Entry
from bank.oauth import tasks
from bank.oauth.models import AccessToken, AuthorizationRequest, Grant, RefreshToken, SpentIdentifier
from consents.models import Consent
from tests.oauth import given
from tests.oauth.given import Party


def revoke(party: Party, token: str, **form: str) -> given.Answer:
    """Give a token back."""
    return party.post(given.REVOKE, party.proof() | {"token": token} | form)


@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "unknown"])
def test_ends_everything_with_the_refresh_token(bob: Party, hint: str) -> None:
    brought = bob.approved()
    body = bob.redeem(brought["code"]).json()

    answer = revoke(bob, body["refresh_token"], token_type_hint=hint)

    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"", "no-store")
    assert not AccessToken.objects.filter(application=bob.client).exists()
    assert not RefreshToken.objects.filter(application=bob.client, revoked=None).exists()
    assert bob.token(grant_type="refresh_token", refresh_token=body["refresh_token"]).status_code == 400
    assert Consent.objects.get(pk=brought["consent_id"]).status == "AUTH"
    assert Entry.objects.get(action="token.revoked", actor=f"tpp:{bob.client_id}").detail == {"kind": "refresh_token"}


def test_ends_an_access_token_alone(bob: Party) -> None:
    body = bob.redeem(bob.approved()["code"]).json()

    answer = revoke(bob, body["access_token"])

    assert answer.status_code == 200
    assert not AccessToken.objects.filter(application=bob.client).exists()
    assert bob.token(grant_type="refresh_token", refresh_token=body["refresh_token"]).status_code == 200


def test_ends_a_token_of_client_credentials(bob: Party) -> None:
    token = bob.token(grant_type="client_credentials").json()["access_token"]

    answer = revoke(bob, token)

    assert answer.status_code == 200
    assert not AccessToken.objects.filter(application=bob.client).exists()


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_leaves_the_tokens_of_another_client_alone(bob: Party, mallory: Party, kind: str) -> None:
    body = bob.redeem(bob.approved()["code"]).json()

    answer = revoke(mallory, body[kind])

    assert answer.status_code == 200
    assert AccessToken.objects.filter(application=bob.client).count() == 1
    assert RefreshToken.objects.filter(application=bob.client, revoked=None).count() == 1


def test_answers_alike_to_a_token_that_never_was(bob: Party) -> None:
    answer = revoke(bob, "never-issued")

    assert (answer.status_code, answer.content) == (200, b"")


def test_wants_a_token(bob: Party) -> None:
    answer = bob.post(given.REVOKE, bob.proof())

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_forgets_what_is_spent_and_keeps_what_is_not(bob: Party) -> None:
    body = bob.redeem(bob.approved()["code"]).json()
    bob.token(grant_type="client_credentials")
    old, older = bob.now - timedelta(minutes=5), bob.now - timedelta(days=2)
    fresh = AccessToken.objects.filter(application=bob.client, authorization=None).get()
    AccessToken.objects.filter(application=bob.client).exclude(pk=fresh.pk).update(expires=older)
    Grant.objects.filter(application=bob.client).update(expires=older)
    AuthorizationRequest.objects.filter(client=bob.client).update(expires_at=older)
    SpentIdentifier.objects.update(expires_at=old)

    tasks.purge()

    assert list(AccessToken.objects.filter(application=bob.client)) == [fresh]
    assert not Grant.objects.filter(application=bob.client).exists()
    assert not AuthorizationRequest.objects.filter(client=bob.client).exists()
    assert not SpentIdentifier.objects.exists()
    assert bob.token(grant_type="refresh_token", refresh_token=body["refresh_token"]).status_code == 200
