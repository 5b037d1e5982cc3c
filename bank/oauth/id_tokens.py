"""ID tokens: what the bank tells a client about who approved, how, and what (OpenID Connect Core section 2)."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from oauth2_provider.settings import oauth2_settings

from bank.keys import jose, store
from bank.oauth import profile
from bank.oauth.models import Authorization, Client
from bank.oauth.refusals import InvalidRequest

HALF = 16  # the left half of a SHA-256


def sign(
    claims: dict[str, Any], *, authorization: Authorization, client: Client, state: str | None, now: datetime
) -> str:
    """Complete an ID token and sign it with the algorithm that the client registered.

    claims hold what oauthlib put in: aud, nonce, at_hash or c_hash. state is given at the authorization endpoint
    alone, for s_hash (FAPI 1.0 Advanced section 5.1).
    """
    completed = claims | {
        "iss": settings.ISSUER,
        "sub": subject(authorization.user_id, client=client),
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + oauth2_settings.ID_TOKEN_EXPIRE_SECONDS,
        "auth_time": int(authorization.auth_time.timestamp()),
        "acr": authorization.acr,
    }
    if state:
        completed["s_hash"] = _left_half(state)
    if authorization.consent_id:
        completed["openbanking_intent_id"] = authorization.consent_id
    return jose.sign_jwt(completed, algorithm=client.algorithm)


def subject(user_id: int, *, client: Client) -> str:
    """The customer's name towards one TPP: always the same to it, and useless to compare with another's."""
    sector = client.software_statement.tpp_id
    mac = salted_hmac("lombard.oauth.subject", f"{sector} {user_id}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def read_hint(text: str, *, client: Client) -> dict[str, Any]:
    """The claims of an ID token that this bank gave to this client, however long ago. Raises InvalidRequest."""
    try:
        claims = jose.verify_jwt(text, jose.public_keys(store.public_jwks())).claims
    except jose.Unverified:
        raise InvalidRequest("The id_token_hint is not an ID token of this bank.") from None
    is_ours = claims.get("iss") == settings.ISSUER and claims.get("aud") == client.client_id
    if not is_ours or not isinstance(claims.get("sub"), str):
        raise InvalidRequest("The id_token_hint was not given to this client.")
    return claims


def expected_subject(parameters: Mapping[str, str]) -> str:
    """The subject that a checked request expects to log in, by its id_token_hint or its claims; empty if any will do.

    Source: OpenID Connect Core sections 3.1.2.1 and 5.5.1.
    """
    if "id_token_hint" in parameters:
        return str(jose.peek(parameters["id_token_hint"]).claims["sub"])
    wanted = profile.claims_of(parameters.get("claims")).get("id_token", {}).get("sub")
    value = wanted.get("value") if isinstance(wanted, dict) else None
    return value if isinstance(value, str) else ""


def _left_half(value: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:HALF]).rstrip(b"=").decode()
