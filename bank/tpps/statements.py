"""Software statements: what a directory says of a TPP's application, signed, and which of them this bank believes.

The sandbox's directory signs with a key of its own, in VAR_DIR/keys beside its authority's. Whose statements count is
data, as with certificates (TrustAnchor). What a registration makes of one: bank/oauth/registering.py.
"""

import functools
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from joserfc.jwk import KeyParameters, RSAKey

from bank.keys import jose, store
from bank.tpps import authority
from bank.tpps.models import Role, SoftwareStatement, TrustAnchor

ISSUER = "Lombard sandbox directory"
LIFETIME = timedelta(minutes=30)  # a statement is fetched to register at once; the standard sets no end of its own
SKEW = timedelta(seconds=10)
ACTIVE = "Active"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
REQUIRED = ("iat", "jti", "software_id", "org_id", "org_name", "software_client_name")
REQUIRED_LISTS = ("software_redirect_uris", "software_roles")


class Reason(StrEnum):
    """Why a software statement does not count, in the order in which it is found out."""

    UNREADABLE = "The software statement is not a signed JWT."
    UNKNOWN_ISSUER = "The software statement was issued by a directory that this bank does not trust."
    WRONG_ALGORITHM = "The software statement is not signed with PS256 or ES256."
    UNKNOWN_KEY = "The software statement names no signing key of its directory."
    BAD_SIGNATURE = "The software statement's signature is wrong."
    INCOMPLETE = "The software statement lacks a claim, or has one of the wrong type."
    FROM_THE_FUTURE = "The software statement was issued in the future."
    EXPIRED = "The software statement is too old: ask the directory for a new one."
    NOT_ACTIVE = "The software statement's organisation is not active in its directory."
    WRONG_MODE = "The software statement is of another mode (live or test) than this bank."
    NO_ROLES = "The software statement has no role."
    UNKNOWN_ROLE = "The software statement has a role that this bank does not know."
    UNAUTHORISED_ROLE = "The software statement has a role that its organisation's authorisations do not cover."
    NO_REDIRECT_URI = "The software statement has no redirect URI."
    BAD_REDIRECT_URI = "The software statement has a redirect URI that is not an https URL, or has a fragment."
    BAD_KEY_SET_ADDRESS = "The software statement's software_jwks_endpoint is not an https URL."
    WITHDRAWN = "The software statement was withdrawn by its directory."


class StatementRefused(Exception):
    """The bank does not believe a software statement."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


def key() -> RSAKey:
    """The key that the sandbox's directory signs with; made at first need."""
    path = settings.VAR_DIR / "keys" / "directory.key"
    if not path.exists():
        authority.write_key(path, authority.new_key())
    return _read(path.read_bytes())


@functools.lru_cache(maxsize=2)
def _read(pem: bytes) -> RSAKey:
    parameters: KeyParameters = {"use": "sig", "alg": "PS256"}
    found = RSAKey.import_key(pem, parameters)
    found.ensure_kid()
    return found


def jwks() -> dict[str, Any]:
    """The key set of the sandbox's directory, as it publishes it."""
    return {"keys": [key().as_dict(private=False)]}


def jwks_url(statement: SoftwareStatement) -> str:
    """Where the directory publishes the keys of an application."""
    return f"{settings.ISSUER}/directory/{statement.tpp_id}/{statement.pk}.jwks"


def sign(statement: SoftwareStatement, *, now: datetime) -> str:
    """What the directory says of an application at this instant, signed: a new statement, with a jti of its own."""
    return jose.sign_jwt(claims_of(statement, now=now), algorithm="PS256", key=key())


def claims_of(statement: SoftwareStatement, *, now: datetime) -> dict[str, Any]:
    """The claims of a software statement.

    Source: Open Banking Directory specification, "Software Statement Assertion" (names of claims).
    """
    tpp = statement.tpp
    return {
        "iss": ISSUER,
        "iat": int(now.timestamp()),
        "jti": secrets.token_urlsafe(16),
        "software_environment": "sandbox",
        "software_mode": "Test",
        "software_id": statement.pk,
        "software_client_id": statement.pk,
        "software_client_name": statement.client_name,
        "software_redirect_uris": statement.redirect_uris,
        "software_roles": statement.roles,
        "software_jwks_endpoint": jwks_url(statement),
        "org_status": ACTIVE,
        "org_id": tpp.pk,
        "org_name": tpp.name,
        "organisation_competent_authority_claims": {
            "authority_id": "FCAGBR",
            "registration_id": tpp.pk,
            "status": ACTIVE,
            "authorisations": [{"member_state": "GB", "roles": tpp.roles}],
        },
    }


def verify(token: str, *, now: datetime) -> dict[str, Any]:
    """The claims of a software statement, if the bank believes it at this instant.

    That it is used once is the caller's to see to, by iss and jti, until iat + LIFETIME. Raises StatementRefused with
    the first Reason that applies.
    """
    claims = _signed(token, now=now)
    _check_form(claims)
    _check_time(claims, now=now)
    if claims.get("org_status", ACTIVE) != ACTIVE:
        raise StatementRefused(Reason.NOT_ACTIVE)
    if not settings.SANDBOX and str(claims.get("software_mode", "Live")).lower() != "live":
        raise StatementRefused(Reason.WRONG_MODE)
    _check_roles(claims)
    _check_addresses(claims)
    if SoftwareStatement.objects.filter(pk=claims["software_id"], withdrawn_at__isnull=False).exists():
        raise StatementRefused(Reason.WITHDRAWN)
    return claims


def _signed(token: str, *, now: datetime) -> dict[str, Any]:
    try:
        seen = jose.peek(token)
    except jose.Unverified:
        raise StatementRefused(Reason.UNREADABLE) from None
    keys = jose.public_keys({"keys": _keys_of(seen.claims.get("iss"), now=now)})
    if seen.header.get("alg") not in store.ALGORITHMS:
        raise StatementRefused(Reason.WRONG_ALGORITHM)
    if seen.header.get("kid") not in keys:
        raise StatementRefused(Reason.UNKNOWN_KEY)
    try:
        return jose.verify_jwt(token, keys).claims
    except jose.Unverified:
        raise StatementRefused(Reason.BAD_SIGNATURE) from None


def _keys_of(issuer: object, *, now: datetime) -> list[Any]:
    anchors = TrustAnchor.objects.filter(issuer=issuer) if isinstance(issuer, str) and issuer else []
    trusted = [a for a in anchors if a.trusts(now) and TrustAnchor.Use.STATEMENTS in a.uses]
    if not trusted:
        raise StatementRefused(Reason.UNKNOWN_ISSUER)
    return [member for anchor in trusted for member in anchor.jwks.get("keys", [])]


def _check_form(claims: Mapping[str, Any]) -> None:
    complete = all(claims.get(name) for name in REQUIRED)
    texts = all(isinstance(claims.get(name), str) for name in REQUIRED if name != "iat")
    lists = all(_is_list_of_texts(claims.get(name)) for name in REQUIRED_LISTS)
    instants = all(_is_instant(claims[name]) for name in ("iat", "exp") if name in claims)
    if not (complete and texts and lists and instants):
        raise StatementRefused(Reason.INCOMPLETE)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(member, str) for member in value)


def _is_instant(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_time(claims: Mapping[str, Any], *, now: datetime) -> None:
    if claims["iat"] > (now + SKEW).timestamp():
        raise StatementRefused(Reason.FROM_THE_FUTURE)
    ends = min(claims["iat"] + LIFETIME.total_seconds(), claims.get("exp", float("inf")))
    if ends + SKEW.total_seconds() <= now.timestamp():
        raise StatementRefused(Reason.EXPIRED)


def _check_roles(claims: Mapping[str, Any]) -> None:
    roles = claims["software_roles"]
    if not roles:
        raise StatementRefused(Reason.NO_ROLES)
    if not set(roles) <= set(Role.values):
        raise StatementRefused(Reason.UNKNOWN_ROLE)
    if not set(roles) <= _authorised(claims.get("organisation_competent_authority_claims"), otherwise=roles):
        raise StatementRefused(Reason.UNAUTHORISED_ROLE)


def _authorised(authority_claims: object, *, otherwise: Collection[str]) -> set[str]:
    """The roles that the organisation's regulator lets it have; a directory may leave them out altogether."""
    if not isinstance(authority_claims, dict) or not isinstance(authority_claims.get("authorisations"), list):
        return set(otherwise)
    states = [state for state in authority_claims["authorisations"] if isinstance(state, dict)]
    return {role for state in states for role in state.get("roles", []) if isinstance(role, str)}


def _check_addresses(claims: Mapping[str, Any]) -> None:
    uris = claims["software_redirect_uris"]
    if not uris:
        raise StatementRefused(Reason.NO_REDIRECT_URI)
    if not all(is_address(uri) for uri in uris):
        raise StatementRefused(Reason.BAD_REDIRECT_URI)
    keys = claims.get("software_jwks_endpoint")
    if not isinstance(keys, str) or not is_address(keys):
        raise StatementRefused(Reason.BAD_KEY_SET_ADDRESS)


def is_address(text: str) -> bool:
    """Tell whether a text is an https URL that a customer, or the bank, may be sent to."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    host, clean = parts.hostname, "#" not in text and " " not in text and "@" not in parts.netloc
    return parts.scheme == "https" and bool(host) and clean and (settings.SANDBOX or host not in LOOPBACK)
