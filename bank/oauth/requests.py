"""Authorization requests: pushed (RFC 9126) or by value (RFC 9101), kept until the customer decides.

A request is used up by the decision, not by looking at it: a browser may come twice, and reload.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bank.oauth import backends, binding, clients, intents, profile, request_objects
from bank.oauth.clients import Caller
from bank.oauth.models import AuthorizationRequest, Client
from bank.oauth.refusals import (
    ConsentRequired,
    FatalError,
    InvalidRequest,
    InvalidRequestObject,
    LoginRequired,
    OAuthError,
    Page,
    Untrusted,
)
from bank.tpps.models import TPP

PUSHED_SECONDS = 90
HYBRID = "code id_token"


class RequestUnusable(Untrusted):
    """No request that a customer could decide goes by this reference."""


class RequestDecided(RequestUnusable):
    """A customer answered this request already: with a yes or with a no."""


class Unanswerable(Exception):
    """A request that was understood and is refused by a redirect: where to, the client trusts."""

    def __init__(self, error: OAuthError, *, client: Client, parameters: Mapping[str, str]) -> None:
        self.error = error
        self.client = client
        self.parameters = dict(parameters)
        super().__init__(error.error)


def push(form: Mapping[str, str], *, caller: Caller) -> str:
    """Check and keep the request that an authenticated client (caller.client) pushes; return its reference.

    A signed request counts for itself: nothing around it does. Raises OAuthError.
    """
    client = caller.client
    assert client is not None, "only an authenticated client pushes"
    if "request_uri" in form:
        raise InvalidRequest("A pushed request cannot refer to another.")
    if "request" in form:
        parameters = _signed(form["request"], client=client, now=caller.now)
    else:
        parameters = _plain(form, client=client)
    backends.check_request(parameters, replace(caller, way="pushed"))
    return AuthorizationRequest.keep(
        client=client,
        parameters=parameters,
        dpop_jkt=binding.key_of_request(parameters, client=client, caller=caller),
        lifetime_seconds=PUSHED_SECONDS,
        is_open=False,
        now=caller.now,
    )


def open_request(query: Mapping[str, str], *, is_logged_in: bool, now: datetime) -> str:
    """Open the request that a customer's browser brings, by value or by reference; return the page's reference.

    is_logged_in: a customer of this bank uses that browser, which prompt=none may ask about.
    Raises Untrusted, to be told on a page, and Unanswerable, to be told by a redirect.
    """
    if ("request" in query) == ("request_uri" in query):
        raise Untrusted(Page.UNSIGNED)
    if "request" in query:
        return _open_by_value(query, is_logged_in=is_logged_in, now=now)
    return _open_pushed(query, is_logged_in=is_logged_in, now=now)


def load(reference: str, *, now: datetime, lock: bool = False) -> AuthorizationRequest:
    """The opened request that a page is about. lock keeps it for the decision, until the transaction ends.

    Raises RequestUnusable: unknown, never opened, decided, run out, or its TPP is blocked.
    """
    row = _find(reference, now=now, lock=lock)
    if row.opened_at is None:
        raise RequestUnusable(Page.UNOPENED)
    return row


def intent_id(row: AuthorizationRequest) -> str:
    """The ConsentId that a stored request is about; empty for a log-in without one."""
    return profile.intent_of(row.parameters)


def _open_by_value(query: Mapping[str, str], *, is_logged_in: bool, now: datetime) -> str:
    client = clients.find(query.get("client_id", ""))
    if client is None:
        raise Untrusted(Page.UNKNOWN_APP)
    try:
        parameters = _signed(query["request"], client=client, now=now)
    except InvalidRequestObject as error:
        raise Untrusted(Page.BAD_SIGNATURE) from error
    try:
        backends.check_request(parameters, Caller(now=now, client=client, way="by value"))
        _check_silence(parameters, is_logged_in=is_logged_in)
        _check_intent(parameters, client=client, now=now)
    except FatalError as error:
        raise Untrusted(Page.BAD_ADDRESS) from error
    except OAuthError as error:
        raise Unanswerable(error, client=client, parameters=parameters) from error
    return AuthorizationRequest.keep(client=client, parameters=parameters, lifetime_seconds=0, is_open=True, now=now)


def _open_pushed(query: Mapping[str, str], *, is_logged_in: bool, now: datetime) -> str:
    if not query["request_uri"].startswith(AuthorizationRequest.PREFIX):
        raise Untrusted(Page.NOT_OURS)
    reference = query["request_uri"].removeprefix(AuthorizationRequest.PREFIX)
    row = _find(reference, now=now)
    if row.client.client_id != query.get("client_id"):
        raise RequestUnusable(Page.OTHER_APP)
    try:
        _check_silence(row.parameters, is_logged_in=is_logged_in)
        _check_intent(row.parameters, client=row.client, now=now)
    except OAuthError as error:
        raise Unanswerable(error, client=row.client, parameters=row.parameters) from error
    row.open(now=now)
    return reference


def _find(reference: str, *, now: datetime, lock: bool = False) -> AuthorizationRequest:
    rows = AuthorizationRequest.objects.select_related("client__software_statement__tpp")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(reference=reference).first()
    if row is None or row.client.deleted_at or row.client.software_statement.tpp.status != TPP.Status.ACTIVE:
        raise RequestUnusable(Page.UNKNOWN)
    if row.decided_at is not None:
        raise RequestDecided(Page.ANSWERED)
    if now >= row.ends_at:
        raise RequestUnusable(Page.RUN_OUT)
    return row


def _signed(token: str, *, client: Client, now: datetime) -> dict[str, str]:
    """What the client asks: what stands inside its signed object, and nothing from around it."""
    return _complete(request_objects.read(token, client=client, now=now.timestamp()), client=client)


def _plain(form: Mapping[str, str], *, client: Client) -> dict[str, str]:
    """What the client asks by plain parameters, where its profile allows that."""
    if profile.policy(client).needs_signed_request(client):
        raise InvalidRequest("The request must be signed.")
    parameters = {name: value for name, value in form.items() if name in profile.PARAMETERS}
    if any(profile.holds_nul(value) for value in parameters.values()):
        raise InvalidRequest("A parameter holds a NUL.")
    return _complete(parameters, client=client)


def _complete(parameters: dict[str, str], *, client: Client) -> dict[str, str]:
    if set(parameters.get("response_type", "").split()) == set(HYBRID.split()):
        parameters["response_type"] = HYBRID
    return parameters | {"client_id": client.client_id}


def _check_silence(parameters: Mapping[str, str], *, is_logged_in: bool) -> None:
    """Nobody approves silently at a bank (OpenID Connect Core section 3.1.2.6)."""
    if "none" in parameters.get("prompt", "").split():
        raise ConsentRequired if is_logged_in else LoginRequired


def _check_intent(parameters: Mapping[str, str], *, client: Client, now: datetime) -> None:
    scopes, consent_id = set(profile.scopes_of(parameters)), profile.intent_of(parameters)
    if not consent_id:
        return
    try:
        intents.port().find(consent_id=consent_id, client_pk=client.pk, scopes=scopes, now=now)
    except intents.IntentUnusable as reason:
        raise InvalidRequest(str(reason)) from reason
