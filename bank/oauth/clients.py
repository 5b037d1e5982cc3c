"""Who calls: client authentication by a signed assertion (RFC 7523) or by the TLS certificate (RFC 8705)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

import orjson
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings

from bank.keys import jose, remote
from bank.keys.store import ALGORITHMS, Key
from bank.oauth import names, profile, tokens
from bank.oauth.models import Client
from bank.oauth.refusals import InvalidClient
from bank.tpps import certificates
from bank.tpps.models import TPP, Certificate

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW_SECONDS = 10  # FAPI 2.0 section 5.3.2.1: accept clocks that are up to ten seconds ahead
ASSERTION_SECONDS_MAX = 3600  # so long a spent jti is remembered at most


@dataclass(frozen=True)
class Caller:
    """What is known of an HTTP request besides its parameters: when it came, over which certificate, from whom."""

    now: datetime
    certificate: bytes | None = None
    dpop: str | None = None  # the header
    url: str = ""  # the endpoint's, as the bank publishes it
    client: Client | None = None  # once it has authenticated
    way: profile.Way = "decided"  # of an authorization request


def key_set(client: Client, *, now: datetime) -> Mapping[str, Key]:
    """The keys that a client signs with, by kid: its own, or those of its software statement as they stand now.

    A look-up may raise remote.Outdated, which is for the request's edge (remote.with_fresh_keys).
    """
    own = client.client_jwks_uri or client.client_jwks
    return remote.keys_of(own or orjson.dumps(client.software_statement.jwks).decode(), now=now)


def accepted(registered: str) -> tuple[str, ...]:
    """The algorithms of a client's signatures: the one that it registered, or all of the bank's."""
    return (registered,) if registered else ALGORITHMS


def find(client_id: str) -> Client | None:
    """The client of this id, with its software statement and TPP. None for an unknown id or a blocked TPP."""
    if not client_id or "\0" in client_id:
        return None
    clients = Client.objects.select_related("software_statement__tpp")
    known = clients.filter(client_id=client_id, deleted_at=None)
    return known.filter(software_statement__tpp__status=TPP.Status.ACTIVE).first()


def authenticate(form: Mapping[str, str], caller: Caller) -> Client:
    """Return the client that a request proves to come from, by the one method that it registered for.

    Raises InvalidClient, whose words a TPP may read. A jti counts as spent once the transaction commits.
    """
    prove = _by_assertion if "client_assertion" in form else _by_certificate
    client = prove(form, caller)
    if caller.certificate is not None:
        check_holder(client, caller)
    return client


def check_holder(client: Client, caller: Caller) -> str:
    """Return the thumbprint of the caller's certificate, which must be the client's TPP's and believed by the bank.

    Of a client that registered for self-signed certificates it must hold a key that the client registered: nobody else
    vouches for it (RFC 8705 section 2.2). Raises InvalidClient.
    """
    if client.token_endpoint_auth_method == Client.AuthMethod.SELF_SIGNED:
        return _check_self_signed(client, caller)
    certificate = transport_certificate(caller)
    if certificate.organisation_id != client.software_statement.tpp_id:
        raise InvalidClient("The certificate belongs to another TPP.")
    if certificate.roles is not None and not certificate.roles.issuperset(client.software_statement.roles):
        raise InvalidClient("The certificate names fewer PSD2 roles than the client is registered for.")
    return certificate.thumbprint


def _by_assertion(form: Mapping[str, str], caller: Caller) -> Client:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise InvalidClient("The client_assertion_type is not known.")
    try:
        named = jose.peek(form["client_assertion"]).claims.get("sub")
        client = find(named) if isinstance(named, str) else None
        if client is None or client.token_endpoint_auth_method != Client.AuthMethod.PRIVATE_KEY_JWT:
            raise InvalidClient("The assertion names no client that authenticates so.")
        keys, algorithms = key_set(client, now=caller.now), accepted(client.token_endpoint_auth_signing_alg)
        claims = jose.verify_jwt(form["client_assertion"], keys, algorithms=algorithms).claims
    except jose.Unverified as reason:
        raise InvalidClient(str(reason)) from None
    if form.get("client_id", client.client_id) != client.client_id:
        raise InvalidClient("The client_id is not the one in the assertion.")
    for check in ASSERTION_CHECKS:
        check(claims, client, caller.now.timestamp())
    if not tokens.spend(f"assertion:{client.client_id}:{claims['jti']}", until=claims["exp"] + SKEW_SECONDS):
        raise InvalidClient("The assertion was used before.")
    return client


def _check_names(claims: dict[str, Any], client: Client, _now: float) -> None:
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidClient("iss and sub must be the client_id.")


def _check_audience(claims: dict[str, Any], client: Client, _now: float) -> None:
    policy, audience = profile.policy(client), claims.get("aud")
    if isinstance(audience, list) and not policy.assertion_audience_may_be_a_list:
        raise InvalidClient("aud must be the issuer, as a text and not in a list.")
    allowed = {settings.ISSUER, *(settings.MTLS_URL + path for path in policy.assertion_endpoints)}
    named = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(name, str) and name in allowed for name in named):
        raise InvalidClient("aud must be the issuer, or an endpoint where the profile of the client allows it.")


def _check_expiry(claims: dict[str, Any], _client: Client, now: float) -> None:
    ends = claims.get("exp")
    if not is_instant(ends) or ends <= now - SKEW_SECONDS:
        raise InvalidClient("The assertion has expired.")
    if ends > now + ASSERTION_SECONDS_MAX + SKEW_SECONDS:
        raise InvalidClient("The assertion is valid for longer than an hour.")


def _check_start(claims: dict[str, Any], _client: Client, now: float) -> None:
    for name in ("iat", "nbf"):
        starts = claims.get(name, now)
        if not is_instant(starts) or starts > now + SKEW_SECONDS:
            raise InvalidClient(f"The assertion's {name} lies in the future.")


def _check_identifier(claims: dict[str, Any], _client: Client, _now: float) -> None:
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise InvalidClient("The assertion has no jti.")


ASSERTION_CHECKS: tuple[Callable[[dict[str, Any], Client, float], None], ...] = (
    _check_names,
    _check_audience,
    _check_expiry,
    _check_start,
    _check_identifier,
)


def is_instant(value: object) -> TypeGuard[float]:
    """Tell whether a claim is a NumericDate (RFC 7519 section 2)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _by_certificate(form: Mapping[str, str], caller: Caller) -> Client:
    client = find(form.get("client_id", ""))
    if client is None or client.token_endpoint_auth_method == Client.AuthMethod.PRIVATE_KEY_JWT:
        raise InvalidClient("The client is not authenticated.")
    if client.token_endpoint_auth_method == Client.AuthMethod.SELF_SIGNED:
        _check_self_signed(client, caller)
        return client
    certificate = transport_certificate(caller)
    registered = x509.Name.from_rfc4514_string(client.tls_client_auth_subject_dn)
    if names.folded(certificate.subject) != names.folded(registered):
        raise InvalidClient("The certificate is not the one that this client is registered with.")
    return client


def _check_self_signed(client: Client, caller: Caller) -> str:
    if caller.certificate is None:
        raise InvalidClient("There is no client certificate.")
    try:
        certificate = x509.load_der_x509_certificate(caller.certificate)
        held = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidClient("The certificate cannot be read.") from None
    if not certificate.not_valid_before_utc <= caller.now <= certificate.not_valid_after_utc:
        raise InvalidClient("The certificate is not valid at this time.")
    if held not in [key.public_key for key in key_set(client, now=caller.now).values()]:
        raise InvalidClient("The certificate's key is none that this client registered.")
    return certificates.thumbprint(caller.certificate)


def transport_certificate(caller: Caller) -> certificates.VerifiedCertificate:
    """The caller's transport certificate, which the bank believes: a known organisation's. Raises InvalidClient."""
    if caller.certificate is None:
        raise InvalidClient("There is no client certificate.")
    try:
        return certificates.verify(caller.certificate, use=Certificate.Use.TRANSPORT, now=caller.now)
    except certificates.CertificateRefused as refused:
        raise InvalidClient(refused.reason.value) from None
