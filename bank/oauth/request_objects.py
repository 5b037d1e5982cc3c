"""Signed request objects (RFC 9101): what a client asks, in a JWT that only it can have made.

FAPI 1.0 Advanced section 5.2.2 (13 to 17) says what the JWT must hold. Only what stands inside it counts.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings

from bank.keys import jose
from bank.oauth import clients, profile
from bank.oauth.clients import SKEW_SECONDS, is_instant
from bank.oauth.models import Client
from bank.oauth.refusals import InvalidRequestObject

WINDOW_SECONDS = 3600
TYPES = ("oauth-authz-req+jwt", "jwt")  # RFC 9101 section 10.8, and what JWT libraries write by default
OBJECTS = {"claims", "authorization_details"}
NUMBERS = {"max_age", "requested_expiry"}

Claims = dict[str, Any]
Check = Callable[[Claims, Client, float], None]


def read(
    token: str,
    *,
    client: Client,
    now: float,
    names: Collection[str] = profile.PARAMETERS,
    more: Sequence["Check"] = (),
) -> dict[str, str]:
    """Return the authorization parameters of a client's request object, as texts. now is in seconds since 1970.

    names: the parameters that the endpoint knows; more: checks of its own, made last. Raises InvalidRequestObject,
    whose words a TPP may read.
    """
    keys = clients.key_set(client, now=datetime.fromtimestamp(now, tz=UTC))
    try:
        signed = jose.verify_jwt(token, keys, algorithms=clients.accepted(client.request_object_signing_alg))
    except jose.Unverified as reason:
        raise InvalidRequestObject(str(reason)) from None
    typ = signed.header.get("typ", TYPES[0])
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in TYPES:
        raise InvalidRequestObject("The typ is not that of a request object.")
    for check in (*CHECKS, *more):
        check(signed.claims, client, now)
    return {name: _text(name, value) for name, value in signed.claims.items() if name in names}


def _check_issuer(claims: Claims, client: Client, _now: float) -> None:
    if claims.get("iss") != client.client_id:
        raise InvalidRequestObject("iss must be the client_id.")


def _check_client(claims: Claims, client: Client, _now: float) -> None:
    if claims.get("client_id", client.client_id) != client.client_id:
        raise InvalidRequestObject("client_id is not the one of the request.")


def _check_audience(claims: Claims, _client: Client, _now: float) -> None:
    audience = claims.get("aud")
    if settings.ISSUER not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidRequestObject("aud must hold the issuer.")


def _check_end(claims: Claims, _client: Client, now: float) -> None:
    ends = claims.get("exp")
    if not is_instant(ends):
        raise InvalidRequestObject("exp is missing.")
    if ends <= now - SKEW_SECONDS:
        raise InvalidRequestObject("The request object has expired.")


def _check_start(claims: Claims, _client: Client, now: float) -> None:
    starts = claims.get("nbf")
    if not is_instant(starts):
        raise InvalidRequestObject("nbf is missing.")
    if (
        starts > now + SKEW_SECONDS
        or not is_instant(claims.get("iat", now))
        or claims.get("iat", 0) > now + SKEW_SECONDS
    ):
        raise InvalidRequestObject("The request object is not valid yet.")
    if starts < now - WINDOW_SECONDS:
        raise InvalidRequestObject("nbf is more than 60 minutes ago.")


def _check_span(claims: Claims, _client: Client, _now: float) -> None:
    if claims["exp"] - claims["nbf"] > WINDOW_SECONDS:
        raise InvalidRequestObject("exp is more than 60 minutes after nbf.")


def _check_nesting(claims: Claims, _client: Client, _now: float) -> None:
    if "request" in claims or "request_uri" in claims:
        raise InvalidRequestObject("A request object cannot hold another.")


CHECKS: tuple[Check, ...] = (
    _check_issuer,
    _check_client,
    _check_audience,
    _check_end,
    _check_start,
    _check_span,
    _check_nesting,
)


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, dict | list) and name in OBJECTS:
        text = orjson.dumps(value).decode()
    elif isinstance(value, int) and not isinstance(value, bool) and name in NUMBERS:
        text = str(value)
    else:
        raise InvalidRequestObject("A parameter has a value of another type than it should.")
    if profile.holds_nul(text):
        raise InvalidRequestObject("A parameter holds a NUL.")
    return text
