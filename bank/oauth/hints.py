"""Whom a client means: the hint of a back-channel request, resolved to a customer of this bank.

Source: OpenID Connect CIBA Core 1.0 section 7.1. A request has exactly one hint; here are the three ways to give it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings

from bank.customers.models import User
from bank.keys import jose
from bank.oauth import clients, id_tokens
from bank.oauth.models import Authorization, Client
from bank.oauth.refusals import InvalidRequest, OAuthError


class UnknownUser(OAuthError):
    """The hint fits nobody who banks here (CIBA section 13)."""

    error = "unknown_user_id"


class HintExpired(OAuthError):
    """The token that names the customer counts no more (CIBA section 13)."""

    error = "expired_login_hint_token"


def resolve(parameters: Mapping[str, str], *, client: Client, now: datetime) -> User:
    """The customer that the one hint of a request names. Raises InvalidRequest, HintExpired, UnknownUser."""
    given = [name for name in RESOLVERS if name in parameters]
    if len(given) != 1:
        raise InvalidRequest("There must be exactly one of login_hint, login_hint_token and id_token_hint.")
    found = RESOLVERS[given[0]](parameters[given[0]], client, now)
    if found is None:
        raise UnknownUser("The hint names no customer of this bank.")
    return found


def _by_name(hint: str, _client: Client, _now: datetime) -> User | None:
    """A user name, as the customer knows it."""
    return User.objects.filter(username=hint, kind=User.Kind.CUSTOMER, is_active=True).first()


def _by_token(hint: str, client: Client, now: datetime) -> User | None:
    """A JWT that the client signs: `sub_id` holds a subject identifier of RFC 9493, of the format opaque."""
    try:
        claims = jose.verify_jwt(hint, clients.key_set(client, now=now)).claims
    except jose.Unverified as reason:
        raise InvalidRequest(f"login_hint_token: {reason}") from None
    if claims.get("iss") != client.client_id or settings.ISSUER not in _audience(claims):
        raise InvalidRequest("The login_hint_token is not from this client, or not for this bank.")
    ends = claims.get("exp")
    if not clients.is_instant(ends):
        raise InvalidRequest("The login_hint_token has no exp.")
    if ends <= now.timestamp() - clients.SKEW_SECONDS:
        raise HintExpired("The login_hint_token has expired.")
    named = claims.get("sub_id")
    if not isinstance(named, dict) or named.get("format") != "opaque" or not isinstance(named.get("id"), str):
        raise InvalidRequest("The login_hint_token must hold a sub_id of the format opaque.")
    if "\0" in named["id"]:
        raise InvalidRequest("A parameter holds a NUL.")
    return _by_name(named["id"], client, now)


def _by_id_token(hint: str, client: Client, _now: datetime) -> User | None:
    """An ID token that this bank gave to this client, however long ago (OpenID Connect Core section 3.1.2.1).

    Its subject cannot be turned back into a customer; but it says when the customer was authenticated, and of the few
    who authorised this client in that second one has this subject.
    """
    claims = id_tokens.read_hint(hint, client=client)
    authenticated_at = claims.get("auth_time")
    if not clients.is_instant(authenticated_at):
        raise InvalidRequest("The id_token_hint does not say when the customer was authenticated.")
    since = datetime.fromtimestamp(authenticated_at, tz=UTC)
    then = Authorization.objects.filter(client=client, auth_time__gte=since, auth_time__lt=since + timedelta(seconds=1))
    for authorization in then.select_related("user").order_by("pk"):
        if id_tokens.subject(authorization.user_id, client=client) == claims.get("sub"):
            return authorization.user if authorization.user.is_active else None
    return None


def _audience(claims: Mapping[str, Any]) -> list[Any]:
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


Resolver = Callable[[str, Client, datetime], User | None]
RESOLVERS: Mapping[str, Resolver] = MappingProxyType(
    {"login_hint": _by_name, "login_hint_token": _by_token, "id_token_hint": _by_id_token}
)
