"""What a log-in alone brings, without a consent, is over after a while."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from bank.oauth import tokens
from bank.oauth.models import AccessToken, Authorization
from tests.oauth import given

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def logged_in(bob: given.Party) -> dict[str, Any]:
    """The tokens of a customer who let bob know who they are, and nothing more."""
    body: dict[str, Any] = bob.redeem(bob.approved(consent_id="", scope="openid")["code"]).json()
    return body


def decided(bob: given.Party, at: datetime) -> Authorization:
    """The customer's decision, as if it had been made then."""
    Authorization.objects.filter(client=bob.client).update(created_at=at)
    return Authorization.objects.get(client=bob.client)


@pytest.mark.parametrize(("ago", "status"), [(settings.LOG_IN_LASTS - MINUTE, 200), (settings.LOG_IN_LASTS, 400)])
def test_refreshes_a_log_in_for_ninety_days(
    bob: given.Party, logged_in: dict[str, Any], ago: timedelta, status: int
) -> None:
    decided(bob, bob.now - ago)

    answer = bob.token(grant_type="refresh_token", refresh_token=logged_in["refresh_token"])

    assert answer.status_code == status
    assert status == 200 or answer.json()["error"] == "invalid_grant"


def test_makes_no_access_token_that_outlives_the_log_in(bob: given.Party, logged_in: dict[str, Any]) -> None:
    decision = decided(bob, bob.now - settings.LOG_IN_LASTS + MINUTE)

    body = bob.token(grant_type="refresh_token", refresh_token=logged_in["refresh_token"]).json()

    assert 0 < body["expires_in"] <= 60
    newest = AccessToken.objects.filter(application=bob.client).latest("pk")
    assert newest.expires <= decision.created_at + settings.LOG_IN_LASTS


def test_tells_when_a_refresh_token_ends(bob: given.Party, logged_in: dict[str, Any]) -> None:
    decision = Authorization.objects.get(client=bob.client)

    told = bob.post(given.INTROSPECT, bob.proof() | {"token": logged_in["refresh_token"]}).json()

    assert told["exp"] == int((decision.created_at + settings.LOG_IN_LASTS).timestamp())


def test_ends_at_the_instant_and_not_before(bob: given.Party, logged_in: dict[str, Any]) -> None:
    decision = decided(bob, bob.now)
    end = bob.now + settings.LOG_IN_LASTS

    assert tokens.is_alive(decision, now=end - SECOND)
    assert not tokens.is_alive(decision, now=end)
