"""Rich authorization requests (RFC 9396): what is asked for in detail, instead of by a scope or a claim.

One type, since a consent holds every detail: `{"type": "openbanking_intent", "openbanking_intent_id": "con_…"}`, at
most once. What is granted is told in the token's answer, as it was asked.
"""

import json
from typing import Any

from bank.oauth.refusals import OAuthError

INTENT = "openbanking_intent"
TYPES = (INTENT,)
MEMBERS = {"type", "openbanking_intent_id"}

Details = list[dict[str, str]]


class InvalidAuthorizationDetails(OAuthError):
    """The details are malformed, or of a type that this bank does not know (RFC 9396 section 5)."""

    error = "invalid_authorization_details"


def read(text: str | None) -> Details:
    """The details that a parameter holds; none without it. Raises InvalidAuthorizationDetails."""
    if not text:
        return []
    try:
        details = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidAuthorizationDetails("The authorization_details are not JSON.") from None
    if not isinstance(details, list) or len(details) != 1:
        raise InvalidAuthorizationDetails("The authorization_details must be a list of one.")
    return [_checked(details[0])]


def check_granted(text: str | None, *, granted: Details) -> None:
    """Refuse a token request that asks for other details than were granted. Raises InvalidAuthorizationDetails."""
    if text and read(text) != granted:
        raise InvalidAuthorizationDetails("The authorization_details are not those that were granted.")


def intent_id(details: Details) -> str:
    """The ConsentId that the details name; empty if none."""
    return details[0]["openbanking_intent_id"] if details else ""


def _checked(detail: Any) -> dict[str, str]:
    if not isinstance(detail, dict) or detail.get("type") not in TYPES:
        raise InvalidAuthorizationDetails("The type of the authorization_details is not one of this bank.")
    if set(detail) != MEMBERS or not isinstance(detail["openbanking_intent_id"], str):
        raise InvalidAuthorizationDetails("An openbanking_intent has an openbanking_intent_id and no other member.")
    return detail
