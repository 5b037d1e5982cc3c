"""Signed requests for registration: who asks, for which software, and by the word of which directory.

The certificate says which organisation calls; the software statement, signed by its directory, what the software is;
the keys of that software, whether the request is its own. Writing comes last, in the caller's savepoint.
Source: UK Dynamic Client Registration v3.3, "OBClientRegistrationRequest1"; RFC 7591 section 3.1.1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError

from bank.keys import jose, remote
from bank.keys.store import Key
from bank.oauth import tokens
from bank.oauth.clients import SKEW_SECONDS, is_instant
from bank.oauth.models import Registration
from bank.oauth.registration import InvalidSoftwareStatement, RegistrationRefused, UnapprovedSoftwareStatement
from bank.tpps import statements
from bank.tpps.certificates import VerifiedCertificate
from bank.tpps.models import TPP, SoftwareStatement

PATH = "/oauth/register"
LIFETIME_SECONDS = 3600  # so far ahead a request's exp may lie, and so long its jti is remembered
IDENTIFIER_LETTERS_MAX = 256
NUL = b"\\u0000"
JWT_CLAIMS = ("iss", "iat", "exp", "nbf", "aud", "jti", "software_statement")
UNAPPROVED = (statements.Reason.NOT_ACTIVE, statements.Reason.WITHDRAWN, statements.Reason.UNAUTHORISED_ROLE)

Claims = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that is believed. said is what the directory says of the software, token the statement as it came."""

    claims: Claims
    token: str
    said: Claims
    statement: SoftwareStatement  # locked

    @property
    def metadata(self) -> dict[str, Any]:
        """What the request says about the client."""
        return {name: value for name, value in self.claims.items() if name not in JWT_CLAIMS}

    @property
    def jwks_uri(self) -> str:
        """Where the software's keys are published; empty where this sandbox's directory keeps them."""
        return _jwks_uri(self.said)

    @property
    def issued_at(self) -> datetime:
        """When the directory signed the statement."""
        return datetime.fromtimestamp(self.said["iat"], tz=UTC)


def believe(token: str, *, certificate: VerifiedCertificate, now: datetime) -> Asked:
    """Take a signed request for what it says, if the bank believes it. Its jti is spent when the transaction commits.

    Raises InvalidSoftwareStatement, UnapprovedSoftwareStatement, RegistrationRefused.
    """
    peeked = _peek(token)
    statement_token = peeked.get("software_statement")
    if not isinstance(statement_token, str):
        raise InvalidSoftwareStatement("software_statement is missing.")
    said = _said(statement_token, now=now)
    _check_organisation(said, certificate)
    statement = _known(said)
    claims = _verified(token, said=said, statement=statement, now=now)
    for check in CHECKS:
        check(claims, said, now.timestamp())
    _check_is_newest(said)
    if not tokens.spend(f"registration:{said['software_id']}:{claims['jti']}", until=claims["exp"] + SKEW_SECONDS):
        raise RegistrationRefused("The request was sent before: each has a jti of its own.")
    if statement is None or _jwks_uri(said):
        statement = _take_up(said, statement, now=now)
    return Asked(claims=claims, token=statement_token, said=said, statement=statement)


def _peek(token: str) -> Claims:
    try:
        claims = jose.peek(token).claims
    except jose.Unverified:
        raise RegistrationRefused("The body is not a signed JWT.") from None
    if NUL in orjson.dumps(claims):
        raise RegistrationRefused("The request holds a NUL.")
    return claims


def _said(token: str, *, now: datetime) -> Claims:
    try:
        said = statements.verify(token, now=now)
    except statements.StatementRefused as refused:
        kind = UnapprovedSoftwareStatement if refused.reason in UNAPPROVED else InvalidSoftwareStatement
        raise kind(refused.reason.value.replace("'", "")) from None
    if NUL in orjson.dumps(said):
        raise InvalidSoftwareStatement("The software statement holds a NUL.")
    return said


def _check_organisation(said: Claims, certificate: VerifiedCertificate) -> None:
    if said["org_id"] != certificate.organisation_id:
        raise InvalidSoftwareStatement("The software statement is of another organisation than the certificate.")
    if certificate.roles is not None and not set(said["software_roles"]) <= certificate.roles:
        raise UnapprovedSoftwareStatement("The software statement has a role that the certificate does not name.")


def _known(said: Claims) -> SoftwareStatement | None:
    """The software's row, locked so that two requests come one after the other; None for one that is new to the bank.

    Where this sandbox's own directory has the row, it is the statement's later word: what was taken away since is gone.
    """
    rows = SoftwareStatement.objects.select_related("tpp").select_for_update(of=("self",))
    row = rows.filter(pk=said["software_id"]).first()
    tpp = row.tpp if row else TPP.objects.filter(pk=said["org_id"]).first()
    if tpp is not None and (tpp.pk != said["org_id"] or _directory_of(tpp) != said["iss"]):
        raise InvalidSoftwareStatement("The software statement speaks of what another directory vouches for.")
    if tpp is not None and tpp.status != TPP.Status.ACTIVE:
        raise UnapprovedSoftwareStatement("The bank has blocked this TPP.")
    if row is None:
        if said["iss"] == statements.ISSUER:
            raise UnapprovedSoftwareStatement("The directory no longer knows this software.")
        return None
    if said["iss"] == statements.ISSUER:
        row.roles = [role for role in row.roles if role in said["software_roles"]]
        row.redirect_uris = [uri for uri in row.redirect_uris if uri in said["software_redirect_uris"]]
    return row


def _directory_of(tpp: TPP) -> str:
    """Who vouches for a TPP: whoever signed the statement of its first client, or this sandbox's own directory."""
    first = Registration.objects.filter(client__software_statement__tpp=tpp).order_by("client_id").first()
    return str(jose.peek(first.software_statement).claims["iss"]) if first else statements.ISSUER


def _verified(token: str, *, said: Claims, statement: SoftwareStatement | None, now: datetime) -> Claims:
    uri = _jwks_uri(said)
    if statement is not None and not uri:
        keys: Mapping[str, Key] = jose.key_set(orjson.dumps(statement.jwks).decode())
    else:
        keys = remote.KeySet(uri, now=now)
    try:
        return jose.verify_jwt(token, keys).claims
    except jose.Unverified as reason:
        raise RegistrationRefused(str(reason)) from None


def _jwks_uri(said: Claims) -> str:
    return "" if said["iss"] == statements.ISSUER else str(said["software_jwks_endpoint"])


def _check_issuer(claims: Claims, said: Claims, _now: float) -> None:
    if claims.get("iss") != said["software_id"]:
        raise RegistrationRefused("iss must be the software_id of the software statement.")


def _check_audience(claims: Claims, _said: Claims, _now: float) -> None:
    audience = claims.get("aud")
    ours = (settings.ORGANISATION_ID, settings.ISSUER, settings.MTLS_URL + PATH)
    if not any(name in ours for name in (audience if isinstance(audience, list) else [audience])):
        raise RegistrationRefused("aud must hold the organisation id of this bank, or its issuer.")


def _check_times(claims: Claims, _said: Claims, now: float) -> None:
    issued, ends, starts = claims.get("iat"), claims.get("exp"), claims.get("nbf", now)
    if not (is_instant(issued) and is_instant(ends) and is_instant(starts)):
        raise RegistrationRefused("iat and exp must be there, in seconds since 1970.")
    if max(issued, starts) > now + SKEW_SECONDS:
        raise RegistrationRefused("The request is not valid yet.")
    if ends <= now - SKEW_SECONDS:
        raise RegistrationRefused("The request has expired.")
    if ends > now + LIFETIME_SECONDS + SKEW_SECONDS:
        raise RegistrationRefused("The request is valid for longer than an hour.")


def _check_identifier(claims: Claims, _said: Claims, _now: float) -> None:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= IDENTIFIER_LETTERS_MAX:
        raise RegistrationRefused("jti is missing, or is not a text of at most 256 characters.")


def _check_keys(claims: Claims, said: Claims, _now: float) -> None:
    if claims.get("jwks_uri", said["software_jwks_endpoint"]) != said["software_jwks_endpoint"]:
        raise RegistrationRefused("jwks_uri is not the software_jwks_endpoint of the software statement.")


CHECKS: tuple[Callable[[Claims, Claims, float], None], ...] = (
    _check_issuer,
    _check_audience,
    _check_times,
    _check_identifier,
    _check_keys,
)


def _take_up(said: Claims, row: SoftwareStatement | None, *, now: datetime) -> SoftwareStatement:
    """Put what another directory says now into the rows of its TPP and software; make them the first time."""
    tpp = row.tpp if row else TPP.objects.filter(pk=said["org_id"]).first()
    tpp = tpp or TPP(pk=said["org_id"], name=said["org_name"], roles=said["software_roles"], created_at=now)
    row = row or SoftwareStatement(pk=said["software_id"], tpp=tpp, created_at=now)
    tpp.name, row.client_name = said["org_name"], said["software_client_name"]
    row.roles, row.redirect_uris = list(said["software_roles"]), list(said["software_redirect_uris"])
    try:
        tpp.clean_fields()
        row.clean_fields(exclude=["tpp", "jwks"])
    except ValidationError:
        raise InvalidSoftwareStatement("The software statement holds a value that this bank cannot keep.") from None
    tpp.save()
    row.save()
    return row


def _check_is_newest(said: Claims) -> None:
    issued_at = datetime.fromtimestamp(said["iat"], tz=UTC)
    used = Registration.objects.filter(
        client__software_statement_id=said["software_id"], statement_issued_at__gt=issued_at
    )
    if used.exists():
        raise InvalidSoftwareStatement("A newer software statement was used already.")
