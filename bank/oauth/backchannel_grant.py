"""The grant type of CIBA: how a client fetches at the token endpoint what its customer decided (sections 10 and 11)."""

import json
from datetime import datetime, timedelta
from typing import Any

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import grant_types
from oauthlib.oauth2.rfc6749.errors import UnauthorizedClientError
from oauthlib.oauth2.rfc8628.errors import AuthorizationPendingError, ExpiredTokenError, SlowDownError
from oauthlib.openid.connect.core.grant_types.base import GrantTypeBase as OpenIDGrant

from bank.oauth import tokens
from bank.oauth.models import BackchannelRequest, Client
from bank.oauth.refusals import AccessDenied, InvalidGrant, InvalidRequest, OAuthError
from bank.oauth.validators import Validator, caller_of

Reply = tuple[dict[str, str], str, int]  # headers, body, status
SLOWER_BY_SECONDS, INTERVAL_SECONDS_MAX = 5, 60
TOLERANCE = timedelta(seconds=1)  # of a client whose clock ticks unevenly


class BackchannelGrant(OpenIDGrant):
    """Tokens for a request that the customer approved elsewhere, with an ID token as openid asks for it."""

    def __init__(self, validator: Validator) -> None:
        self.proxy_target = _Grant(validator)
        self.register_token_modifier(self.add_id_token)


class _Grant(grant_types.base.GrantTypeBase):
    def create_token_response(self, request: Request, token_handler: Any) -> Reply:
        """Answer a token request; waiting is an error too, and what it changes is committed."""
        headers: dict[str, str] = self._get_default_headers()
        try:
            self._check(request)
        except OAuthError as error:
            return {**headers, **error.headers}, error.json, error.status_code
        token = token_handler.create_token(request, refresh_token=self.refresh_token)
        for modify in self._token_modifiers:
            token = modify(token, token_handler, request)
        self.request_validator.save_token(token, request)
        redeem(request.backchannel)
        return headers, json.dumps(token), 200

    def _check(self, request: Request) -> None:
        """Find out who asks and over which key, and only then how the request stands: none of others' business."""
        self.validate_client_confidential(request)
        if request.grant_type not in request.client.grant_types:
            raise UnauthorizedClientError("The client did not register for this grant type.")
        for validator in self.custom_validators.post_token:
            validator(request)
        auth_req_id = dict(request.decoded_body or []).get("auth_req_id")
        if not auth_req_id:
            raise InvalidRequest("The auth_req_id is missing.")
        row = poll(auth_req_id, client=request.client, now=caller_of(request).now)
        request.backchannel, request.user, request.authorization = row, row.user, row.authorization
        request.scopes = row.parameters["scope"].split()
        request.refresh_token = None  # a new one is made, whatever the form says


def poll(value: str, *, client: Client, now: datetime) -> BackchannelRequest:
    """Return the approved request that a client comes for, locked; redeem() uses it up.

    Raises InvalidGrant for one that is unknown, another client's, used or without effect, AccessDenied, and while
    nobody has decided AuthorizationPending or, to who asks faster than agreed, SlowDown (section 11).
    """
    rows = BackchannelRequest.objects.select_for_update(of=("self",))
    row = rows.select_related("authorization__consent", "user").filter(auth_req_id=value).first()
    if row is None or row.client_id != client.pk:
        raise InvalidGrant("The auth_req_id is not known.")
    if row.status == BackchannelRequest.Status.REDEEMED:
        raise InvalidGrant("The auth_req_id was used before.")
    if row.status == BackchannelRequest.Status.DENIED:
        raise AccessDenied("The customer did not approve.")
    if now >= row.expires_at:
        raise ExpiredTokenError("The auth_req_id has expired.")
    if row.status == BackchannelRequest.Status.PENDING:
        raise _not_yet(row, now=now)
    assert row.authorization is not None, "what was approved has its authorization"
    if not tokens.is_alive(row.authorization, now=now):
        raise InvalidGrant("The consent is at an end.")
    return row


def _not_yet(row: BackchannelRequest, *, now: datetime) -> OAuthError:
    interval = timedelta(seconds=row.interval_seconds)
    is_early = row.polled_at is not None and now - row.polled_at < interval - TOLERANCE
    if is_early:
        row.interval_seconds = min(row.interval_seconds + SLOWER_BY_SECONDS, INTERVAL_SECONDS_MAX)
    row.polled_at = now
    row.save(update_fields=["polled_at", "interval_seconds"])
    if is_early:
        return SlowDownError(f"Wait {row.interval_seconds} seconds between two requests.")
    return AuthorizationPendingError("The customer has not decided yet.")


def redeem(row: BackchannelRequest) -> None:
    """Use up a request that poll() returned: its tokens were made."""
    BackchannelRequest.objects.filter(pk=row.pk).update(status=BackchannelRequest.Status.REDEEMED)
