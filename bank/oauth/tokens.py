"""Codes and tokens as rows: how they come to be, when they count, how they end."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request

from bank.audit import trail
from bank.oauth import profile
from bank.oauth.models import AccessToken, Authorization, Client, Grant, RefreshToken, digest

SPEND = "insert into oauth_spentidentifier (digest, expires_at) values (%s, %s) on conflict do nothing"
BYTES = 32  # 256 bits; FAPI asks for 128


def new_value(_request: Request | None = None) -> str:
    """Make the value of a code or token: nothing but randomness."""
    return secrets.token_urlsafe(BYTES)


def spend(identifier: str, *, until: float) -> bool:
    """Tell, once and for all, whether an identifier is used for the first time; it is remembered until then.

    A twin in another transaction waits here until the first one is decided. until is in seconds since 1970.
    """
    with connection.cursor() as cursor:
        cursor.execute(SPEND, [digest(identifier), datetime.fromtimestamp(until, tz=UTC)])
        return bool(cursor.rowcount == 1)


def lock_code(code: str) -> Grant | None:
    """Find a code, spent or not, and keep it from everybody else until the transaction ends."""
    grants = Grant.objects.select_for_update(of=("self",))
    return grants.select_related("authorization__consent", "user").filter(code=code).first()


def find_access_token(value: str, *, client: Client) -> AccessToken | None:
    """Find an access token of this client, expired or not."""
    access = AccessToken.objects.select_related("authorization__consent")
    return access.filter(token_checksum=_checksum(value), application=client).first()


def find_refresh_token(value: str, *, client: Client) -> RefreshToken | None:
    """Find a refresh token of this client that was not revoked."""
    live = RefreshToken.objects.filter(token_checksum=_checksum(value), application=client, revoked=None)
    return live.select_related("authorization__consent", "user").first()


def is_alive(authorization: Authorization, *, now: datetime) -> bool:
    """Tell whether a decision still counts: not revoked, and its consent neither deleted nor at an end.

    A consumed consent keeps its tokens alive: a second order on it must meet U009, not 401.
    """
    consent, ends = authorization.consent, ends_at(authorization)
    if authorization.revoked_at is not None or (ends is not None and ends <= now):
        return False
    return consent is None or (consent.deleted_at is None and consent.status in ("AUTH", "COND"))


def ends_at(authorization: Authorization) -> datetime | None:
    """When a decision is over by itself: with its consent, if that has an end; a log-in alone after a while."""
    if authorization.consent is None:
        return authorization.created_at + settings.LOG_IN_LASTS
    return authorization.consent.expires_at


def lifetime_seconds(authorization: Authorization | None, *, now: datetime) -> int:
    """How long a new access token lives: as settings say, but no longer than the decision that it stands for."""
    longest: int = oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS
    ends = ends_at(authorization) if authorization else None
    return min(longest, int((ends - now).total_seconds())) if ends else longest


def save_code(request: Request, *, code: str, now: datetime) -> None:
    """Keep a code that oauthlib made for an approved request."""
    Grant.objects.create(
        application=request.client,
        user=request.user,
        authorization=request.authorization,
        code=code,
        expires=now + timedelta(seconds=profile.policy(request.client).code_seconds),
        redirect_uri=request.redirect_uri,
        scope=" ".join(request.scopes),
        code_challenge=request.code_challenge or "",
        code_challenge_method=request.code_challenge_method or "",
        nonce=request.nonce or "",
        dpop_jkt=request.dpop_jkt,
    )


def save_tokens(token: dict[str, Any], request: Request, *, cnf: dict[str, str], now: datetime) -> None:
    """Keep the tokens that oauthlib made. A refresh adds an access token and leaves the refresh token as it is."""
    access = AccessToken(
        user=request.user,
        application=request.client,
        authorization=request.authorization,
        scope=token.get("scope", ""),
        cnf=cnf,
        expires=now + timedelta(seconds=token["expires_in"]),
        token_checksum=_checksum(token["access_token"]),
    )
    access.save(force_insert=True)
    if "refresh_token" in token and request.grant_type != "refresh_token":
        RefreshToken.objects.create(
            user=request.user,
            application=request.client,
            authorization=request.authorization,
            access_token=access,
            scope=token.get("scope", ""),
            token_checksum=_checksum(token["refresh_token"]),
        )


def revoke_reused(grant: Grant, *, client: Client, now: datetime) -> None:
    """End everything that a code brought, since it came a second time: somebody else may have it (RFC 6749, 4.1.2)."""
    grant.authorization.revoke(now=now)
    detail = {"authorization": str(grant.authorization_id)}
    actor = f"tpp:{client.client_id}"
    trail.record(actor=actor, action="code.reused", subject=_subject(grant.authorization), detail=detail, now=now)


def revoke(value: str, *, client: Client, now: datetime) -> None:
    """End a token of this client: an access token alone, a refresh token with all of its authorization (RFC 7009).

    Any other value is not the caller's business, so it is answered alike. The consent stays as it is.
    """
    refresh = find_refresh_token(value, client=client)
    if refresh is not None:
        refresh.authorization.revoke(now=now)
        _record_revocation(client, refresh.authorization, kind="refresh_token", now=now)
        return
    found = find_access_token(value, client=client)
    if found is not None:
        AccessToken.objects.filter(pk=found.pk).delete()
        _record_revocation(client, found.authorization, kind="access_token", now=now)


def _record_revocation(client: Client, authorization: Authorization | None, *, kind: str, now: datetime) -> None:
    actor = f"tpp:{client.client_id}"
    subject = _subject(authorization) if authorization else client.client_id
    trail.record(actor=actor, action="token.revoked", subject=subject, detail={"kind": kind}, now=now)


def _subject(authorization: Authorization) -> str:
    return authorization.consent_id or str(authorization.pk)


def _checksum(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
