"""The token endpoint: what a code, and a client's own credentials, bring."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bank.audit.models import Entry
from bank.oauth.models import AccessToken, Authorization, Grant, RefreshToken
from bank.outbox import unit
from consents import lifecycle
from tests.oauth import given


def test_turns_a_code_into_bound_tokens(bob: given.Party) -> None:
    brought = bob.approved()

    answer = bob.redeem(brought["code"])

    body = answer.json()
    assert answer.status_code == 200, body
    assert (answer["Cache-Control"], answer["Content-Type"]) == ("no-store", "application/json")
    assert (body["token_type"], body["expires_in"], set(body["scope"].split())) == (
        "Bearer",
        600,
        {"openid", "accounts"},
    )
    row = AccessToken.objects.get(application=bob.client)
    assert row.cnf == {"x5t#S256": bob.provider.transport.thumbprint}
    assert row.authorization.consent_id == brought["consent_id"]
