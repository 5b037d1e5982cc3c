"""What FAPI 1.0 Advanced and the UK ask of an authorization request beyond OAuth: one check a function.

oauthlib has found the client and its redirect URI by then, so what fails here may be told by a redirect.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from oauthlib.common import Request

from bank.oauth.refusals import AccessDenied, InvalidRequest

SCA, CA = "urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"
ACR_VALUES = (SCA, CA)
LENGTH_MAX = 1000  # of state and nonce
RESPONSE_MODES = {"code id_token": ("", "fragment"), "code": ("jwt", "query.jwt")}
MAX_AGE = re.compile(r"[0-9]{1,9}")
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def check(request: Request) -> None:
    """Run every check, in the order of CHECKS. Raises InvalidRequest, AccessDenied."""
    for rule in CHECKS:
        rule(request)


def claims_of(text: str | None) -> dict[str, Any]:
    """The `claims` parameter (OpenID Connect Core section 5.5), or nothing. Raises InvalidRequest."""
    try:
        claims = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict) or not isinstance(claims.get("id_token", {}), dict):
        raise InvalidRequest("The claims parameter is malformed.")
    return claims


def intent_id(text: str | None) -> str:
    """The ConsentId that the `claims` parameter carries; empty if none. Raises InvalidRequest."""
    wanted = claims_of(text).get("id_token", {}).get("openbanking_intent_id")
    value = wanted.get("value") if isinstance(wanted, dict) else None
    return value if isinstance(value, str) else ""


def acr(text: str | None, *, reached: str) -> str:
    """The context class that the ID token states.

    SCA includes CA, so a client that asks for CA alone is told CA. Raises AccessDenied where an essential acr is
    beyond this bank.
    """
    wanted = claims_of(text).get("id_token", {}).get("acr")
    if not isinstance(wanted, dict):
        return reached
    values = wanted["values"] if isinstance(wanted.get("values"), list) else [wanted.get("value")]
    if reached in values:
        return reached
    if CA in values:
        return CA
    if wanted.get("essential") is True and values != [None]:
        raise AccessDenied("The authentication that acr asks for is not offered.")
    return reached


def _check_lengths(request: Request) -> None:
    for name in ("state", "nonce"):
        if len(getattr(request, name) or "") > LENGTH_MAX:
            raise InvalidRequest(f"The {name} is longer than {LENGTH_MAX} characters.")


def _check_response(request: Request) -> None:
    modes = RESPONSE_MODES.get(request.response_type)
    if modes is not None and (request.response_mode or "") not in modes:
        raise InvalidRequest("The response_mode does not go with the response_type.")


def _check_scope(request: Request) -> None:
    if "openid" not in (request.scopes or []):
        raise InvalidRequest("The scope must hold openid.")


def _check_nonce(request: Request) -> None:
    if not request.nonce:
        raise InvalidRequest("The nonce is missing.")


def _check_max_age(request: Request) -> None:
    if request.max_age is not None and not MAX_AGE.fullmatch(request.max_age):
        raise InvalidRequest("The max_age is not a number of seconds.")


def _check_pkce(request: Request) -> None:
    if request.code_challenge is None:
        return
    if request.code_challenge_method != "S256":
        raise InvalidRequest("The code_challenge_method must be S256.")
    if not S256_CHALLENGE.fullmatch(request.code_challenge):
        raise InvalidRequest("The code_challenge is not one of S256.")


def _check_intent(request: Request) -> None:
    if not intent_id(request.claims):
        raise InvalidRequest("claims.id_token.openbanking_intent_id is missing.")


def _check_acr(request: Request) -> None:
    acr(request.claims, reached=SCA)


CHECKS: tuple[Callable[[Request], None], ...] = (
    _check_lengths,
    _check_response,
    _check_scope,
    _check_nonce,
    _check_max_age,
    _check_pkce,
    _check_intent,
    _check_acr,
)
