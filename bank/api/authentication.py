"""Who calls: the access token, and the certificate of the connection or the DPoP key that it is bound to.

Everything that a token stands for is read in one statement, on every call, and kept by nobody: what was revoked,
blocked or deleted a moment ago counts at once. What the caller may do with it: bank/api/permissions.py.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from bank.api import access, uses
from bank.errors import Consequence, Forbidden, Refused
from bank.keys.store import ALGORITHMS
from bank.oauth import dpop
from bank.oauth.models import Client, digest
from bank.outbox import sql
from bank.tpps import certificates, presenting
from bank.tpps.reasons import Reason

CREDENTIALS = re.compile(r"(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE | re.ASCII)
BEARER, DPOP = "bearer", "dpop"
CHALLENGES = {  # RFC 6750 section 3, RFC 9449 section 7.1
    BEARER: 'Bearer realm="open-banking"{error}',
    DPOP: 'DPoP realm="open-banking"{error}, algs="' + " ".join(ALGORITHMS) + '"',
}
TOKEN_LETTERS_MAX = 4096
SELF_SIGNED = Client.AuthMethod.SELF_SIGNED.value
UNVOUCHED = (Reason.SELF_SIGNED, Reason.UNKNOWN_AUTHORITY)  # the verdicts on what nobody known has signed

READ = """
select token.expires, token.scope, token.cnf ->> 'x5t#S256', token.cnf ->> 'jkt',
       client.id, client.client_id,
       coalesce(nullif(client.client_jwks_uri, ''), nullif(client.client_jwks, ''), software.jwks::text),
       client.token_endpoint_auth_method,
       client.deleted_at is not null, software.id, tpp.id, tpp.status,
       authorization_.id, authorization_.revoked_at is not null, authorization_.user_id,
       consent.id, consent.kind, consent.status, consent.deleted_at is not null, consent.expires_at,
       consent.permissions, consent.from_at, consent.to_at,
       case when consent.kind = 'account-access' then
           array(select account_id from consents_consentaccount where consent_id = consent.id order by account_id)
       else '{}' end
from oauth_accesstoken token
join oauth_client client on client.id = token.application_id
join tpps_softwarestatement software on software.id = client.software_statement_id
join tpps_tpp tpp on tpp.id = software.tpp_id
left join oauth_authorization authorization_ on authorization_.id = token.authorization_id
left join consents_consent consent on consent.id = authorization_.consent_id
where token.token_checksum = %s
"""


def challenge(scheme: str, *, error: str = "") -> str:
    """One challenge of a WWW-Authenticate header: the scheme that would do, and what was wrong."""
    return CHALLENGES[scheme].format(error=f', error="{error}"' if error else "")


class Unauthenticated(Refused):
    """The caller has not shown who it is. Answered without a body, as the standard does for unknown tokens."""

    code = "TK01"
    status = 401
    has_body = False
    message = "The request is not authenticated."
    error: ClassVar[str] = "invalid_token"
    schemes: tuple[str, ...] = (BEARER,)  # that the challenge is about

    def headers(self) -> dict[str, str]:
        """A challenge for each scheme that would do."""
        return {"WWW-Authenticate": ", ".join(challenge(scheme, error=self.error) for scheme in self.schemes)}


class TokenMissing(Unauthenticated):
    """There is no access token; RFC 6750 section 3.1 wants no error code then."""

    code = "TK09"
    message = "The access token is missing."
    error = ""
    schemes = (BEARER, DPOP)


class CertificateUnknown(Unauthenticated):
    """The token is bound to a certificate, and the connection has none, or one that the bank does not believe."""

    message = "The client certificate is missing or does not count."


class ProofInvalid(Unauthenticated):
    """The token is bound to a key, and the request does not prove that its sender holds a key."""

    message = "The DPoP proof is missing or does not count."
    error = dpop.InvalidDpopProof.error


class TokenUnknown(Unauthenticated):
    """The token was not issued by this bank, or what it stands for is gone, or it is bound to something else."""

    message = "The access token is not known."


class TokenExpired(Unauthenticated):
    """The token's time, or that of its consent, is over."""

    code = "TKXP"
    has_body = True
    message = "The access token has expired."


class TokenSuspended(Unauthenticated):
    """The consent behind the token was withdrawn at the bank; it can be authorised again."""

    code = "TKSP"
    has_body = True
    message = "The consent behind the access token was withdrawn."


class TPPBlocked(Forbidden):
    """The bank does not serve this TPP."""

    code = "TKSP"
    message = "This bank does not serve this TPP at present."


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The certificate of a connection; refused is None for one that the bank believes."""

    thumbprint: str
    refused: Reason | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A token's row, before anything of it is believed. It is bound to a certificate or to a key, never to both."""

    expires_at: datetime
    certificate: str | None
    key: str | None
    client_jwks: str  # a key set, or the address of one
    auth_method: str
    is_client_deleted: bool
    is_tpp_blocked: bool
    is_revoked: bool
    is_consent_deleted: bool
    consent_expires_at: datetime | None
    access: access.Access

    @property
    def scheme(self) -> str:
        """The scheme that the token needs."""
        return DPOP if self.key else BEARER


@dataclass(kw_only=True, slots=True)
class Caller:
    """What is known of the caller so far; grows as the checks pass, and is what the trail tells of a refusal."""

    software_id: str = ""  # of a certificate that counts
    token: Held | None = None  # once it is known that the caller is who it was issued to

    @property
    def client_id(self) -> str:
        """Empty as long as the token is not believed."""
        return self.token.access.client_id if self.token else ""

    @property
    def client_jwks(self) -> str:
        """What the caller's signatures are checked with."""
        return self.token.client_jwks if self.token else ""

    @property
    def consent_id(self) -> str | None:
        """The consent behind the token, if there is one."""
        return self.token.access.consent_id if self.token else None

    @property
    def actor(self) -> str:
        """The caller, as the audit trail names it; empty for one who has shown nothing that counts."""
        name = self.client_id or self.software_id
        return f"tpp:{name}" if name else ""


class BoundToken(BaseAuthentication):
    """An access token that counts only beside the certificate (RFC 8705) or key (RFC 9449) it was issued to."""

    def authenticate(self, request: Request) -> tuple[None, access.Access]:
        """Tell who calls. Raises Unauthenticated, and Forbidden for a TPP that is blocked."""
        http: Any = request._request
        shown = _shown(http)
        scheme, token = _credentials(http)
        needed = scheme
        try:
            held = _read(token, http)
            needed = held.scheme
            BINDINGS[scheme](held, token=token, shown=shown, http=http)
            http.caller.token = held
            _check(held, now=http.now)
        except Unauthenticated as refused:
            refused.schemes = (needed,)
            raise
        return None, held.access


def _shown(http: Any) -> Shown | None:
    """Judge the certificate; what that means is told by the token. One that counts tells whose software calls."""
    der = presenting.presented(http.META)
    if der is None:
        return None
    try:
        http.caller.software_id = certificates.verify(der, use="transport", now=http.now).software_id
    except certificates.CertificateRefused as refused:
        return Shown(thumbprint=certificates.thumbprint(der), refused=refused.reason)
    return Shown(thumbprint=certificates.thumbprint(der), refused=None)


def _credentials(http: Any) -> tuple[str, str]:
    """The scheme, in lower case, and the token."""
    if "access_token" in http.GET:  # addresses end up in logs and histories (FAPI 1.0 Baseline section 6.2.1-4)
        raise TokenUnknown(reason="An access token belongs into the Authorization header, not into the address.")
    header = http.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        raise TokenMissing
    match = CREDENTIALS.fullmatch(header)
    if match is None or len(header) > TOKEN_LETTERS_MAX:
        raise TokenUnknown(reason="The Authorization header does not hold a Bearer or a DPoP token.")
    return match[1].lower(), match[2]


def _read(token: str, http: Any) -> Held:
    """Read a token and all it stands for, in one prepared statement. Raises TokenUnknown."""
    row = sql.prepared(READ, [digest(token)]).fetchone()
    if row is None:
        raise TokenUnknown(reason="No access token of this bank has this value; it may have been revoked.")
    (expires_at, scope, certificate, key, client_pk, client_id, client_jwks, auth_method, is_client_deleted,
     software_id, tpp_id, tpp_status,
     authorization_id, is_revoked, customer_id, consent_id, consent_kind, consent_status, is_deleted,
     consent_expires_at, permissions, from_at, to_at, account_ids) = row  # fmt: skip
    return Held(
        expires_at=expires_at,
        certificate=certificate,
        key=key,
        client_jwks=client_jwks,
        auth_method=auth_method,
        is_client_deleted=is_client_deleted,
        is_tpp_blocked=tpp_status == "blocked",
        is_revoked=is_revoked,
        is_consent_deleted=is_deleted,
        consent_expires_at=consent_expires_at,
        access=access.Access(
            tpp_id=tpp_id,
            software_id=software_id,
            client_id=client_id,
            client_pk=client_pk,
            grant=access.AUTHORIZATION_CODE if authorization_id else access.CLIENT_CREDENTIALS,
            scopes=frozenset(scope.split()),
            interaction_id=http.interaction_id,
            authorization_id=authorization_id,
            attended=uses.is_attended(http.META),
            claims_customer=uses.claims_customer(http.META),
            consent_id=consent_id,
            consent_kind=consent_kind,
            consent_status=consent_status,
            customer_id=customer_id,
            permissions=frozenset(permissions or ()),
            account_ids=tuple(account_ids),
            from_at=from_at,
            to_at=to_at,
        ),
    )


def _check_certificate(held: Held, *, shown: Shown | None, **_others: Any) -> None:
    """A self-signed certificate counts for clients that authenticate by one: the token endpoint knew its key."""
    if held.scheme != BEARER:
        raise TokenUnknown(reason="The access token is bound to a DPoP key: it needs the scheme DPoP, and a proof.")
    if shown is None:
        raise CertificateUnknown(reason="The connection has no client certificate.")
    vouches_for_itself = held.auth_method == SELF_SIGNED and shown.refused in UNVOUCHED
    if shown.refused and not vouches_for_itself:
        raise CertificateUnknown(reason=shown.refused.value)
    if held.certificate != shown.thumbprint:
        raise TokenUnknown(reason="The access token is bound to another certificate.")


def _check_key(held: Held, *, token: str, http: Any, **_others: Any) -> None:
    """The proof is made for the address that the bank publishes, whatever a proxy made of it."""
    if held.scheme != DPOP:
        raise TokenUnknown(reason="The access token is bound to a certificate: it needs the scheme Bearer.")
    url = settings.MTLS_URL + http.get_full_path()
    try:
        proved = dpop.verify(http.META.get("HTTP_DPOP"), method=http.method, url=url, now=http.now, access_token=token)
    except dpop.InvalidDpopProof as refused:
        raise ProofInvalid(reason=refused.description) from None
    if proved != held.key:
        raise TokenUnknown(reason="The access token is bound to another key.")


# First of all checks of a token, so that one that was stolen tells its thief nothing.
BINDINGS: dict[str, Callable[..., None]] = {BEARER: _check_certificate, DPOP: _check_key}


def _check(held: Held, *, now: datetime) -> None:
    """Believe the token, or say why not."""
    if held.is_tpp_blocked:
        raise TPPBlocked
    if held.is_client_deleted:
        raise TokenUnknown(reason="The client of the access token was deleted.")
    if held.is_revoked or held.is_consent_deleted or held.access.consent_status == "RJCT":
        raise TokenUnknown(reason="The authorization behind the access token has ended.")
    if held.access.consent_status == "CANC":
        raise TokenSuspended
    if held.access.consent_status == "EXPD":
        raise TokenExpired("The consent behind the access token has expired.")
    if held.consent_expires_at is not None and held.consent_expires_at <= now:
        raise TokenExpired("The consent behind the access token has expired.", consequence=Consequence.CONSENT_EXPIRED)
    if held.expires_at <= now:
        raise TokenExpired
