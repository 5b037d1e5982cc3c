"""ID tokens: what the bank tells a client about who approved, how, and what (OpenID Connect Core section 2)."""

import base64
import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from oauth2_provider.settings import oauth2_settings

from bank.keys import jose
from bank.oauth.models import Authorization, Client

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


def _left_half(value: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:HALF]).rstrip(b"=").decode()
