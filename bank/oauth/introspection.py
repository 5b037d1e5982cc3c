"""POST /oauth/introspect: a client asks what one of its own tokens is worth (RFC 7662), and may have the answer signed.

A token of somebody else's, one that has ended and one that never was are told in the same words. What a token is worth
at a resource is decided there, from the row itself: bank/api/authentication.py.
Source: RFC 7662, RFC 9701; FAPI 2.0 Message Signing section 5.5.
"""

from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from bank.keys import jose
from bank.oauth import backends, clients, id_tokens, tokens
from bank.oauth.clients import Caller
from bank.oauth.models import AccessToken, Authorization, Client, RefreshToken
from bank.oauth.refusals import InvalidRequest
from bank.oauth.views import MachineEndpoint

SIGNED = "application/token-introspection+jwt"
INACTIVE = {"active": False}


class Introspection(MachineEndpoint):
    """Signed or not, as the Accept header asks (RFC 9701 section 4)."""

    def answer(self, form: dict[str, str], caller: Caller) -> backends.Reply:
        """Authenticate the client and tell of the token."""
        client = clients.authenticate(form, caller)
        if "token" not in form:
            raise InvalidRequest("The token is missing.")
        told = introspect(form["token"], client=client, now=caller.now)
        if SIGNED in self.request.headers.get("Accept", "").lower():
            return {"Content-Type": SIGNED}, sign(told, client=client, now=caller.now), 200
        return {}, orjson.dumps(told).decode(), 200


def introspect(value: str, *, client: Client, now: datetime) -> dict[str, Any]:
    """Tell of an access or refresh token of this client; INACTIVE unless it counts at this instant."""
    found = tokens.find_access_token(value, client=client) or tokens.find_refresh_token(value, client=client)
    if found is None or not _counts(found, now=now):
        return INACTIVE
    told: dict[str, Any] = {
        "active": True,
        "iss": settings.ISSUER,
        "client_id": client.client_id,
        "sub": client.client_id,
        "scope": found.scope,
    }
    if isinstance(found, AccessToken):
        token_type = "DPoP" if "jkt" in found.cnf else "Bearer"
        told |= {"token_type": token_type, "exp": int(found.expires.timestamp()), "cnf": found.cnf}
    elif ends := tokens.ends_at(found.authorization):
        told["exp"] = int(ends.timestamp())
    if found.authorization is not None:
        told |= _decision(found.authorization, client=client)
    return told


def sign(told: dict[str, Any], *, client: Client, now: datetime) -> str:
    """An answer as a JWT for this client, with the algorithm that it has its ID tokens signed with."""
    claims = {
        "iss": settings.ISSUER,
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "token_introspection": told,
    }
    return jose.sign_jwt(claims, algorithm=client.algorithm, typ="token-introspection+jwt")


def _counts(token: AccessToken | RefreshToken, *, now: datetime) -> bool:
    if isinstance(token, AccessToken) and token.expires <= now:
        return False
    return token.authorization is None or tokens.is_alive(token.authorization, now=now)


def _decision(authorization: Authorization, *, client: Client) -> dict[str, Any]:
    told = {
        "sub": id_tokens.subject(authorization.user_id, client=client),
        "acr": authorization.acr,
        "auth_time": int(authorization.auth_time.timestamp()),
        "openbanking_intent_id": authorization.consent_id,
        "authorization_details": authorization.authorization_details,
    }
    return {name: value for name, value in told.items() if value}
