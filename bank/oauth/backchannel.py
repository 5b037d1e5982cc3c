"""Requests for authorization that come without a browser (CIBA): the client asks, the customer decides elsewhere.

Its life: ask() keeps it, the customer's phone shows it (consents/pages), approve() or refuse() decides it, the client
is told by a ping if it registered so (pings.py), and fetches the outcome at the token endpoint (backchannel_grant.py).
Source: OpenID Connect Client-Initiated Backchannel Authentication Core 1.0 and FAPI-CIBA, sections cited.
"""

import base64
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from oauthlib.oauth2.rfc6749.errors import UnauthorizedClientError

from bank.audit import trail
from bank.customers.models import User
from bank.keys.store import ALGORITHMS
from bank.oauth import hints, intents, profile, registration, request_objects, tokens
from bank.oauth.clients import SKEW_SECONDS, Caller, is_instant
from bank.oauth.models import Authorization, BackchannelRequest, Client
from bank.oauth.refusals import AccessDenied, InvalidRequest, InvalidRequestObject, InvalidScope, OAuthError
from bank.outbox import unit
from bank.tpps.models import TPP

GRANT_TYPE = registration.CIBA
PARAMETERS = frozenset(
    {"scope", "claims", "acr_values", "binding_message", "requested_expiry", "client_notification_token"}
    | {"openbanking_intent_id", "user_code", *hints.RESOLVERS}
)
KEPT = ("scope", "claims", "acr_values", "binding_message")
LIFETIME_SECONDS, LIFETIME_SECONDS_MAX = 300, 600
INTERVAL_SECONDS = 5
WAITING_MAX = 20  # requests of one client that may wait for one customer, who must not be worn down
BINDING_MESSAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,:;#/()&'+-]{0,39}")
NOTIFICATION_TOKEN = re.compile(r"(?=.{22,1024}\Z)[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1; 128 bits at least
SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
PING = "oauth.ping"  # the message that lets the worker tell the client


class InvalidBindingMessage(OAuthError):
    """The message cannot be shown beside the request on a customer's phone (section 13)."""

    error = "invalid_binding_message"


class TooManyWaiting(AccessDenied):
    """The customer has more requests of this client before them than anybody should (section 13)."""

    status_code = 403


class Unknown(Exception):
    """No request that waits for its customer goes by this reference."""


class Decided(Unknown):
    """The customer answered this request already."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a client learns of the request that it made (section 7.3)."""

    auth_req_id: str
    expires_in: int
    interval: int


def metadata() -> dict[str, Any]:
    """What discovery says of this, besides the endpoint and the grant type (section 4)."""
    return {
        "backchannel_token_delivery_modes_supported": Client.Delivery.values,
        "backchannel_authentication_request_signing_alg_values_supported": list(ALGORITHMS),
        "backchannel_user_code_parameter_supported": False,
    }


# The client asks


def ask(form: Mapping[str, str], *, caller: Caller) -> Asked:
    """Check and keep what an authenticated client (caller.client) asks of a customer.

    Needs an open unit of work. Raises OAuthError, in the order of the lines below.
    """
    client, now = caller.client, caller.now
    assert client is not None, "only an authenticated client asks"
    if GRANT_TYPE not in client.grant_types or not client.backchannel_token_delivery_mode:
        raise UnauthorizedClientError("This client is not registered for back-channel requests.")
    parameters = _read(form, client=client, now=now)
    profile.check(parameters, client=client, way="back-channel")
    for check in CHECKS:
        check(parameters, client)
    user = hints.resolve(parameters, client=client, now=now)
    consent_id = _intent(parameters, client=client, now=now)
    User.objects.select_for_update().get(pk=user.pk)  # one after the other: what waits for a customer is counted
    _check_waiting(user, client=client, consent_id=consent_id, now=now)
    row = _keep(parameters, client=client, user=user, consent_id=consent_id, now=now)
    trail.record(
        actor=f"tpp:{client.client_id}",
        action="backchannel.asked",
        subject=consent_id or str(row.reference),
        detail={"customer": user.username, "scope": parameters["scope"]},
        now=now,
    )
    lifetime = int((row.expires_at - now).total_seconds())
    return Asked(auth_req_id=auth_req_id(row.reference), expires_in=lifetime, interval=row.interval_seconds)


def auth_req_id(reference: uuid.UUID) -> str:
    """What the client calls a request: made anew whenever it is needed, since only its digest is kept."""
    mac = salted_hmac("lombard.oauth.backchannel", str(reference), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _read(form: Mapping[str, str], *, client: Client, now: datetime) -> dict[str, str]:
    """What stands inside the signed request: around it nothing counts (section 7.1.1)."""
    if "request" not in form:
        raise InvalidRequest("The request must be signed.")
    try:
        return request_objects.read(
            form["request"], client=client, now=now.timestamp(), names=PARAMETERS, more=(_check_issued, _check_once)
        )
    except InvalidRequestObject as error:
        raise InvalidRequest(error.description) from error


def _check_issued(claims: dict[str, Any], _client: Client, _now: float) -> None:
    if not is_instant(claims.get("iat")):
        raise InvalidRequestObject("iat is missing.")


def _check_once(claims: dict[str, Any], client: Client, _now: float) -> None:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise InvalidRequestObject("jti is missing.")
    if not tokens.spend(f"backchannel:{client.client_id}:{jti}", until=claims["exp"] + SKEW_SECONDS):
        raise InvalidRequestObject("The request was sent before.")


def _check_scope(parameters: Mapping[str, str], client: Client) -> None:
    scopes = profile.scopes_of(parameters)
    if "openid" not in scopes:
        raise InvalidRequest("The scope must hold openid.")
    if not set(scopes) <= profile.OPEN_SCOPES.union(client.scopes):
        raise InvalidScope("The scope goes beyond what the client registered.")


def _check_binding_message(parameters: Mapping[str, str], _client: Client) -> None:
    message = parameters.get("binding_message")
    if message is not None and not BINDING_MESSAGE.fullmatch(message):
        raise InvalidBindingMessage("A binding_message has up to 40 letters, digits, spaces and .,:;#/()&+- signs.")
    if message is None and not _intent_id(parameters):
        # FAPI-CIBA 5.2.2-2: the customer must be able to tell this request from any other.
        raise InvalidRequest("A request without an intent needs a binding_message.")


def _check_expiry(parameters: Mapping[str, str], _client: Client) -> None:
    wanted = parameters.get("requested_expiry", "1")
    if not SECONDS.fullmatch(wanted) or int(wanted) == 0:
        raise InvalidRequest("The requested_expiry is not a positive number of seconds.")


def _check_notification_token(parameters: Mapping[str, str], client: Client) -> None:
    if client.backchannel_token_delivery_mode != Client.Delivery.PING:
        return
    if not NOTIFICATION_TOKEN.fullmatch(parameters.get("client_notification_token", "")):
        raise InvalidRequest("The client_notification_token must be a bearer token of 22 to 1024 characters.")


CHECKS: tuple[Callable[[Mapping[str, str], Client], None], ...] = (
    _check_scope,
    _check_binding_message,
    _check_expiry,
    _check_notification_token,
)


def _intent_id(parameters: Mapping[str, str]) -> str:
    """The ConsentId: where redirects carry it, or in a claim of its own, as the UK's CIBA profile has it."""
    return profile.intent_id(parameters.get("claims")) or parameters.get("openbanking_intent_id", "")


def _intent(parameters: Mapping[str, str], *, client: Client, now: datetime) -> str:
    """The intent that the customer is to be asked about; empty for a mere log-in."""
    scopes, consent_id = set(profile.scopes_of(parameters)), _intent_id(parameters)
    if not consent_id and profile.INTENT_SCOPES.isdisjoint(scopes):
        return ""
    try:
        return intents.port().find(consent_id=consent_id, client_pk=client.pk, scopes=scopes, now=now).consent_id
    except intents.IntentUnusable as reason:
        raise InvalidRequest(str(reason)) from reason


def _check_waiting(user: User, *, client: Client, consent_id: str, now: datetime) -> None:
    others = _waiting(now=now).filter(client=client, user=user)
    if consent_id and others.filter(consent_id=consent_id).exists():
        raise InvalidRequest("Another request with this intent waits for the customer.")
    if others.count() >= WAITING_MAX:
        raise TooManyWaiting("Too many requests wait for this customer.")


def _keep(
    parameters: Mapping[str, str], *, client: Client, user: User, consent_id: str, now: datetime
) -> BackchannelRequest:
    reference = uuid.uuid4()
    lifetime = min(int(parameters.get("requested_expiry", LIFETIME_SECONDS)), LIFETIME_SECONDS_MAX)
    is_pinged = client.backchannel_token_delivery_mode == Client.Delivery.PING
    return BackchannelRequest.objects.create(
        auth_req_id=auth_req_id(reference),
        reference=reference,
        client=client,
        user=user,
        consent_id=consent_id or None,
        parameters={name: parameters[name] for name in KEPT if name in parameters},
        client_notification_token=parameters["client_notification_token"] if is_pinged else "",
        interval_seconds=INTERVAL_SECONDS,
        created_at=now,
        expires_at=now + timedelta(seconds=lifetime),
    )


# The customer decides


def waiting_for(user: User, *, now: datetime) -> list[BackchannelRequest]:
    """What waits for a customer's answer, the newest first: they look for what they have just asked for."""
    rows = _waiting(now=now).filter(user=user, client__software_statement__tpp__status=TPP.Status.ACTIVE)
    return list(rows.select_related("client__software_statement").order_by("-created_at"))


def load(reference: str, *, now: datetime, lock: bool = False) -> BackchannelRequest:
    """The request that a page is about. lock keeps it for the decision, until the transaction ends.

    Raises Unknown: no such request, run out, its client gone or blocked; and Decided.
    """
    rows = BackchannelRequest.objects.select_related("client__software_statement__tpp", "user")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(reference=reference).first() if is_reference(reference) else None
    if row is None or not _may_still_ask(row.client) or now >= row.expires_at:
        raise Unknown("The request is not known, or has run out.")
    if row.status != BackchannelRequest.Status.PENDING:
        raise Decided("The request was answered already.")
    return row


def is_reference(text: str) -> bool:
    """Tell whether this could be what a customer's page calls a back-channel request."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def approve(
    row: BackchannelRequest, *, auth_time: datetime, acr: str, evidence: Mapping[str, Any], now: datetime
) -> None:
    """Keep what the customer allowed, for the client to fetch. row comes from load(lock=True).

    auth_time and acr tell when and how the customer was authenticated, evidence proves it. The consent is the caller's
    to authorise, in the same unit of work.
    """
    claims = row.parameters.get("claims")
    row.authorization = Authorization.objects.create(
        client=row.client,
        user=row.user,
        consent_id=row.consent_id,
        acr=profile.acr(claims, reached=acr, acr_values=row.parameters.get("acr_values", "")),
        auth_time=auth_time,
        claims=profile.claims_of(claims),
        evidence=dict(evidence),
        created_at=now,
    )
    detail = {"authorization": str(row.authorization.pk), "acr": row.authorization.acr}
    _decide(row, status=BackchannelRequest.Status.APPROVED, detail=detail, now=now)


def refuse(row: BackchannelRequest, *, description: str, now: datetime) -> None:
    """Keep that there will be no tokens. row comes from load(lock=True); the consent is the caller's to reject."""
    _decide(row, status=BackchannelRequest.Status.DENIED, detail={"description": description}, now=now)


def _decide(row: BackchannelRequest, *, status: str, detail: dict[str, str], now: datetime) -> None:
    assert row.status == BackchannelRequest.Status.PENDING, "a request is decided once"
    row.status = status
    row.save(update_fields=["status", "authorization"])
    trail.record(
        actor=f"customer:{row.user.username}",
        action=f"backchannel.{status}",
        subject=row.consent_id or str(row.reference),
        detail={"client_id": row.client.client_id, **detail},
        now=now,
    )
    if row.client_notification_token:
        unit.put(kind=PING, payload={"request_id": row.pk}, due_at=now, now=now)


def _waiting(*, now: datetime) -> QuerySet[BackchannelRequest]:
    return BackchannelRequest.objects.filter(status=BackchannelRequest.Status.PENDING, expires_at__gt=now)


def _may_still_ask(client: Client) -> bool:
    return client.deleted_at is None and client.software_statement.tpp.status == TPP.Status.ACTIVE
