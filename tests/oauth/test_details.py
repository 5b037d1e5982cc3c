"""Rich authorization requests: an intent in detail, instead of in a claim."""

from datetime import datetime
from typing import Any

import orjson
import pytest

from bank.oauth.models import Authorization
from tests.oauth import given
from tests.oauth.given import Party

INTENT = {"type": "openbanking_intent", "openbanking_intent_id": "con_0"}


@pytest.fixture
def carol(db: None, now: datetime) -> Party:
    """A FAPI 2 client."""
    return given.party(now=now, profile="fapi2-security")


@pytest.mark.parametrize("scope", ["accounts", "openid accounts"])
def test_takes_an_intent_in_detail_and_tells_what_was_granted(carol: Party, scope: str) -> None:
    lodged = carol.lodge()
    details = [INTENT | {"openbanking_intent_id": lodged}]

    code = carol.approved(consent_id=lodged, scope=scope, claims=None, authorization_details=details)["code"]
    body = carol.redeem(code).json()
    again = carol.token(grant_type="refresh_token", refresh_token=body["refresh_token"]).json()

    more = orjson.dumps([INTENT]).decode()
    refused = carol.token(
        grant_type="refresh_token", refresh_token=body["refresh_token"], authorization_details=more
    ).json()

    assert refused["error"] == "invalid_authorization_details"
    assert body["authorization_details"] == again["authorization_details"] == details
    assert ("id_token" in body) == ("openid" in scope)
    made = Authorization.objects.get(client=carol.client)
    assert (made.consent_id, made.authorization_details) == (lodged, details)


def test_takes_details_from_a_signed_request_too(bob: Party) -> None:
    lodged = bob.lodge()

    code = bob.approved(consent_id=lodged, authorization_details=[INTENT | {"openbanking_intent_id": lodged}])["code"]

    assert bob.redeem(code).json()["authorization_details"][0]["openbanking_intent_id"] == lodged


FAULTS: dict[str, Any] = {
    "no JSON": "[",
    "JSON nested 10,000 deep": "[" * 9_999,
    "no list": INTENT,
    "nothing in it": [],
    "two of them": [INTENT, INTENT],
    "no object": ["openbanking_intent"],
    "an unknown type": [INTENT | {"type": "account_information"}],
    "a type that is a list": [INTENT | {"type": []}],
    "a member too many": [INTENT | {"actions": ["read"]}],
    "no intent": [{"type": "openbanking_intent"}],
    "an intent that is a number": [INTENT | {"openbanking_intent_id": 7}],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_refuses_details_with(carol: Party, fault: str) -> None:
    answer = carol.ask(claims=None, authorization_details=FAULTS[fault])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_authorization_details"), answer.content


def test_refuses_details_and_claims_of_different_intents(carol: Party) -> None:
    answer = carol.ask(authorization_details=[INTENT | {"openbanking_intent_id": "con_1"}])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
