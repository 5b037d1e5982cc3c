"""How an authorization response travels: the redirect URI, with the answer in its fragment, its query or a JWT."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from bank.keys import jose
from bank.oauth import profile
from bank.oauth.models import Client

RESPONSE_SECONDS = 600  # how long a signed response counts (JARM section 2.1: at most ten minutes)


def redirect(parameters: dict[str, str], answer: dict[str, str], *, client: Client, now: datetime) -> str:
    """Return where the customer's browser goes: the client's redirect URI, whose own query stays, and the answer.

    State goes back as it came, and who answers (RFC 9207) always: on errors too. What is asked for by a wrong mode is
    refused in that mode: a client that forgot to ask for a JWT may not read one.
    """
    complete: dict[str, Any] = answer | {"iss": settings.ISSUER}
    if "state" in parameters:
        complete["state"] = parameters["state"]
    if _is_signed(parameters):
        algorithm = client.authorization_signed_response_alg or client.algorithm
        claims = complete | {"aud": client.client_id, "exp": int(now.timestamp()) + RESPONSE_SECONDS}
        complete = {"response": jose.sign_jwt(claims, algorithm=algorithm)}
    base = parameters["redirect_uri"]
    return base + _separator(parameters) + urlencode(complete)


def _is_signed(parameters: dict[str, str]) -> bool:
    return parameters.get("response_mode", "") in profile.JARM


def _separator(parameters: dict[str, str]) -> str:
    hybrid = set(parameters.get("response_type", "").split()) == {"code", "id_token"}
    if hybrid and not _is_signed(parameters):
        return "#"
    return "&" if "?" in parameters["redirect_uri"] else "?"
