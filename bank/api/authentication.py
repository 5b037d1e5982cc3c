"""Who calls: the client certificate of the connection, and the access token that is bound to it.

Everything that a token stands for is read in one statement, on every call, and kept by nobody: what was revoked,
blocked or deleted a moment ago counts at once. What the caller may do with it: bank/api/permissions.py.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from bank.api import access
from bank.errors import Consequence, Forbidden, Refused
from bank.oauth.models import digest
from bank.outbox import sql
from bank.tpps import certificates, presenting

BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE | re.ASCII)
TOKEN_LETTERS_MAX = 4096

READ = """
select token.expires, token.scope, token.cnf ->> 'x5t#S256', client.id, client.client_id, client.client_jwks,
       software.id, tpp.id, tpp.status,
       authorization_.id is not null, authorization_.revoked_at is not null, authorization_.user_id,
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


class Unauthenticated(Refused):
    """The caller has not shown who it is. Answered without a body, as the standard does for unknown tokens."""

    code = "TK01"
    status = 401
    has_body = False
    message = "The request is not authenticated."
    error: ClassVar[str] = ', error="invalid_token"'

    def headers(self) -> dict[str, str]:
        """The challenge of RFC 6750 section 3."""
        return {"WWW-Authenticate": f'Bearer realm="open-banking"{self.error}'}


class TokenMissing(Unauthenticated):
    """There is no access token; RFC 6750 section 3.1 wants no error code then."""

    code = "TK09"
    message = "The access token is missing."
    error = ""


class CertificateUnknown(Unauthenticated):
    """The connection has no client certificate, or one that the bank does not believe."""

    message = "The client certificate is missing or does not count."


class TokenUnknown(Unauthenticated):
    """The token was not issued by this bank, or what it stands for is gone, or it is bound to another certificate."""

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
class Bearer:
    """A token's row, before anything of it is believed."""

    expires_at: datetime
    bound_to: str | None
    client_jwks: str
    is_tpp_blocked: bool
    is_revoked: bool
    is_customers: bool
    is_consent_deleted: bool
    consent_expires_at: datetime | None
    access: access.Access


@dataclass(kw_only=True, slots=True)
class Caller:
    """What is known of the caller so far; grows as the checks pass, and is what the trail tells of a refusal."""

    software_id: str = ""
    client_id: str = ""
    client_jwks: str = ""
    consent_id: str | None = None

    @property
    def actor(self) -> str:
        """The caller, as the audit trail names it; empty for one without a certificate that counts."""
        return f"tpp:{self.client_id or self.software_id}" if self.software_id else ""


class BoundToken(BaseAuthentication):
    """A bearer token that counts only over a connection with the certificate that it was issued to (RFC 8705)."""

    def authenticate(self, request: Request) -> tuple[None, access.Access]:
        """Tell who calls. Raises Unauthenticated, and Forbidden for a TPP that is blocked."""
        http: Any = request._request
        caller: Caller = http.caller
        certificate = _certificate(http, caller, now=http.now)
        bearer = _read(_token(http), http)
        caller.client_id, caller.client_jwks = bearer.access.client_id, bearer.client_jwks
        caller.consent_id = bearer.access.consent_id
        _check(bearer, certificate=certificate, now=http.now)
        return None, bearer.access


def _certificate(http: HttpRequest, caller: Caller, *, now: datetime) -> certificates.VerifiedCertificate:
    der = presenting.presented(http.META)
    if der is None:
        raise CertificateUnknown(reason="The connection has no client certificate.")
    try:
        certificate = certificates.verify(der, use="transport", now=now)
    except certificates.CertificateRefused as refused:
        raise CertificateUnknown(reason=str(refused)) from None
    caller.software_id = certificate.software_id
    return certificate


def _token(http: HttpRequest) -> str:
    if "access_token" in http.GET:  # addresses end up in logs and histories (FAPI 1.0 Baseline section 6.2.1-4)
        raise TokenUnknown(reason="An access token belongs into the Authorization header, not into the address.")
    header = http.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        raise TokenMissing
    match = BEARER.fullmatch(header)
    if match is None or len(header) > TOKEN_LETTERS_MAX:
        raise TokenUnknown(reason="The Authorization header does not hold a bearer token.")
    return match[1]


def _read(token: str, http: Any) -> Bearer:
    """Read a token and all it stands for, in one prepared statement. Raises TokenUnknown."""
    row = sql.prepared(READ, [digest(token)]).fetchone()
    if row is None:
        raise TokenUnknown(reason="No access token of this bank has this value; it may have been revoked.")
    (expires_at, scope, bound_to, client_pk, client_id, client_jwks, software_id, tpp_id, tpp_status,
     is_customers, is_revoked, customer_id, consent_id, consent_kind, consent_status, is_deleted, consent_expires_at,
     permissions, from_at, to_at, account_ids) = row  # fmt: skip
    return Bearer(
        expires_at=expires_at,
        bound_to=bound_to,
        client_jwks=client_jwks,
        is_tpp_blocked=tpp_status == "blocked",
        is_revoked=is_revoked,
        is_customers=is_customers,
        is_consent_deleted=is_deleted,
        consent_expires_at=consent_expires_at,
        access=access.Access(
            tpp_id=tpp_id,
            software_id=software_id,
            client_id=client_id,
            client_pk=client_pk,
            grant=access.AUTHORIZATION_CODE if is_customers else access.CLIENT_CREDENTIALS,
            scopes=frozenset(scope.split()),
            interaction_id=http.interaction_id,
            attended="HTTP_X_FAPI_CUSTOMER_IP_ADDRESS" in http.META,
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


def _check(bearer: Bearer, *, certificate: certificates.VerifiedCertificate, now: datetime) -> None:
    """Believe the token, or say why not: binding first, so that a stolen token tells its thief nothing else."""
    if bearer.bound_to != certificate.thumbprint:
        raise TokenUnknown(reason="The access token is bound to another certificate.")
    if bearer.is_tpp_blocked:
        raise TPPBlocked
    if bearer.is_revoked or bearer.is_consent_deleted or bearer.access.consent_status == "RJCT":
        raise TokenUnknown(reason="The authorization behind the access token has ended.")
    if bearer.access.consent_status == "CANC":
        raise TokenSuspended
    if bearer.access.consent_status == "EXPD":
        raise TokenExpired("The consent behind the access token has expired.")
    if bearer.consent_expires_at is not None and bearer.consent_expires_at <= now:
        raise TokenExpired("The consent behind the access token has expired.", consequence=Consequence.CONSENT_EXPIRED)
    if bearer.expires_at <= now:
        raise TokenExpired
