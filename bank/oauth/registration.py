"""How a software statement of a directory becomes a client of this bank: what it may ask for, and what it gets.

Rules alone: each settles some columns of the client from what was asked and what the statement allows. Who may ask, and
how the signed request is read: bank/oauth/registering.py.
Source: RFC 7591 section 2; UK Dynamic Client Registration v3.3, "OBClientRegistrationRequest1".
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import orjson
import typing_extensions as te
from cryptography import x509
from django.conf import settings
from pydantic import Field, TypeAdapter, ValidationError, with_config

from bank import ids
from bank.audit import trail
from bank.keys import jose, remote
from bank.oauth import names, profile
from bank.oauth.models import AccessToken, Authorization, AuthorizationRequest, Client, RefreshToken
from bank.oauth.refusals import OAuthError
from bank.tpps.models import Certificate, Role, SoftwareStatement

CIBA: Final = "urn:openid:params:grant-type:ciba"
GRANT_TYPES = ["authorization_code", "refresh_token", "client_credentials", CIBA]
RESPONSE_TYPES = ["code id_token", "code"]
SCOPES = {Role.AISP: "accounts", Role.PISP: "payments", Role.CBPII: "fundsconfirmations"}
USUAL_GRANT_TYPES = GRANT_TYPES[:3]
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class RegistrationRefused(OAuthError):
    """What is asked does not make a client of this bank; the words say why (RFC 7591 section 3.2.2)."""

    error = "invalid_client_metadata"


class InvalidRedirectUri(RegistrationRefused):
    """A redirect URI is not one, or is not the software statement's."""

    error = "invalid_redirect_uri"


class InvalidSoftwareStatement(RegistrationRefused):
    """The software statement cannot be believed, or not for this caller."""

    error = "invalid_software_statement"


class UnapprovedSoftwareStatement(RegistrationRefused):
    """The software statement is genuine, and this bank takes no client of it."""

    error = "unapproved_software_statement"


Text = Annotated[str, Field(max_length=256, pattern=r"^[\x20-\x7e]*$")]
Address = Annotated[str, Field(max_length=500, pattern=r"^https://[\x21-\x7e]+$")]
Algorithm = Literal["PS256", "ES256"]
Several = Field(min_length=1, max_length=16)


@with_config(extra="ignore")  # RFC 7591 section 2: what a server does not know, it leaves
class Metadata(te.TypedDict, total=False):
    """What a client may say of itself: the UK's data dictionary in its order, then RFC 9126, 9449, 9101, JARM, CIBA."""

    client_id: Text
    redirect_uris: Annotated[list[str], Several]
    token_endpoint_auth_method: Literal["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"]
    grant_types: Annotated[
        list[Literal["authorization_code", "refresh_token", "client_credentials", "urn:openid:params:grant-type:ciba"]],
        Several,
    ]
    response_types: Annotated[list[Literal["code", "code id_token"]], Field(max_length=16)]
    software_id: Text
    scope: Text
    application_type: Literal["web", "mobile", "native"]
    id_token_signed_response_alg: Algorithm
    request_object_signing_alg: Algorithm
    token_endpoint_auth_signing_alg: Algorithm
    tls_client_auth_subject_dn: Annotated[str, Field(min_length=1, max_length=512)]
    jwks_uri: Text
    jwks: dict[str, Any]
    profile: Literal["fapi1-advanced", "fapi2-security", "fapi2-message-signing"]
    require_pushed_authorization_requests: bool
    dpop_bound_access_tokens: bool
    require_signed_request_object: bool
    authorization_signed_response_alg: Algorithm
    backchannel_token_delivery_mode: Literal["poll", "ping"]
    backchannel_client_notification_endpoint: Address
    backchannel_authentication_request_signing_alg: Algorithm
    backchannel_user_code_parameter: Literal[False]
    backchannel_user_code_parameter_supported: Literal[False]


Columns = dict[str, Any]
ADAPTER = TypeAdapter(Metadata)
ALIKE = (  # members that are columns of the same name
    "token_endpoint_auth_method",
    "profile",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "require_signed_request_object",
    "request_object_signing_alg",
    "token_endpoint_auth_signing_alg",
    "authorization_signed_response_alg",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
)


def read(claims: Mapping[str, Any]) -> Metadata:
    """What of a request is about the client. Raises RegistrationRefused, naming the first member that is wrong."""
    try:
        return ADAPTER.validate_python(
            {name: value for name, value in claims.items() if value is not None}, strict=True
        )
    except ValidationError as error:
        member = str(error.errors(include_url=False, include_input=False)[0]["loc"][0])
        refused = InvalidRedirectUri if member == "redirect_uris" else RegistrationRefused
        raise refused(f"{member} is malformed, or has a value that this bank does not offer.") from None


def register(
    statement: SoftwareStatement,
    *,
    now: datetime,
    subject: x509.Name | None = None,
    follows: str = "",
    **wanted: Any,
) -> Client:
    """Register the client of a software statement; wanted is its Metadata.

    subject: the name in the caller's certificate, which tls_client_auth may go by. follows: where the software's keys
    are published, unless the statement's row holds them. Needs an open unit of work, and the statement locked where two
    may come at once. Raises RegistrationRefused and its kinds.
    """
    columns = settle(read(wanted), statement, subject=subject, follows=follows)
    if statement.clients.filter(deleted_at=None).exists():
        raise InvalidSoftwareStatement("This software statement has a client already: update or delete that one.")
    client = Client.objects.create(
        client_id=ids.new("client"),
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_AUTHORIZATION_CODE,
        software_statement=statement,
        **columns,
    )
    _record(client, "client.registered", actor="bank:directory", now=now)
    return client


def update(
    client: Client, *, now: datetime, subject: x509.Name | None = None, follows: str = "", **wanted: Any
) -> None:
    """Make a client what is asked now; what is not asked again has never been asked (RFC 7592 section 2.2)."""
    for name, value in settle(read(wanted), client.software_statement, subject=subject, follows=follows).items():
        setattr(client, name, value)
    client.save()
    _record(client, "client.updated", actor=f"tpp:{client.client_id}", now=now)


def delete(client: Client, *, now: datetime) -> None:
    """End a client and everything that it was ever allowed (RFC 7592 section 2.3). Its row stays, for the trail."""
    for authorization in Authorization.objects.filter(client=client, revoked_at=None):
        authorization.revoke(now=now)
    AccessToken.objects.filter(application=client).delete()
    RefreshToken.objects.filter(application=client, revoked=None).update(revoked=now)
    AuthorizationRequest.objects.filter(client=client).delete()
    Client.objects.filter(pk=client.pk).update(deleted_at=now, registration_token_checksum="")
    _record(client, "client.deleted", actor=f"tpp:{client.client_id}", now=now)


def settle(wanted: Metadata, statement: SoftwareStatement, *, subject: x509.Name | None, follows: str) -> Columns:
    """The columns of a client, each rule's in its turn. Raises RegistrationRefused and its kinds."""
    columns: Columns = {"name": statement.client_name, "tls_client_auth_subject_dn": ""}
    for rule in RULES:
        columns |= rule(wanted, statement)
    columns |= _keys(wanted, statement, follows=follows)
    if columns["token_endpoint_auth_method"] == Client.AuthMethod.TLS:
        columns["tls_client_auth_subject_dn"] = _subject(wanted, statement, presented=subject)
    return columns


def described(client: Client) -> dict[str, Any]:
    """A client's metadata, as its answers tell them: what it registered as, whether it asked for it or not."""
    keys = {"jwks": orjson.loads(client.client_jwks)} if client.client_jwks else {}
    told = {
        "redirect_uris": client.redirect_uris.split(" "),
        "grant_types": client.grant_types,
        "response_types": client.response_types,
        "software_id": client.software_statement_id,
        "client_name": client.name,
        "scope": " ".join(["openid", *client.scopes]),
        "id_token_signed_response_alg": client.algorithm,
        "subject_type": "pairwise",
        "tls_client_auth_subject_dn": client.tls_client_auth_subject_dn,
        "tls_client_certificate_bound_access_tokens": not client.dpop_bound_access_tokens,
        "jwks_uri": client.client_jwks_uri,
        **keys,
        **{name: getattr(client, name) for name in ALIKE},
    }
    told["request_object_signing_alg"] = client.request_object_signing_alg or "PS256"
    return {name: value for name, value in told.items() if value not in ("", None)}


def _redirect_uris(wanted: Metadata, statement: SoftwareStatement) -> Columns:
    uris = wanted.get("redirect_uris") or statement.redirect_uris
    if not uris:
        raise InvalidRedirectUri("The software statement has no redirect URI.")
    for uri in uris:
        _check_redirect_uri(uri)
        if uri not in statement.redirect_uris:
            raise InvalidRedirectUri("A redirect URI is not one of the software statement's.")
    return {"redirect_uris": " ".join(dict.fromkeys(uris))}


def _check_redirect_uri(uri: str) -> None:
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        raise InvalidRedirectUri("A redirect URI is not a URL.") from None
    plain = uri.isascii() and uri.isprintable() and " " not in uri
    if parts.scheme != "https" or not host or not plain or "#" in uri or "@" in parts.netloc:
        raise InvalidRedirectUri("A redirect URI must be an https URL without a fragment.")
    if host in LOOPBACK and not settings.SANDBOX:
        raise InvalidRedirectUri("A redirect URI must not lead to the customer's own machine.")


def _auth_method(wanted: Metadata, _statement: SoftwareStatement) -> Columns:
    method = wanted.get("token_endpoint_auth_method")
    if method is None:
        raise RegistrationRefused("token_endpoint_auth_method is missing.")
    return {"token_endpoint_auth_method": Client.AuthMethod(method)}


def _types(wanted: Metadata, _statement: SoftwareStatement) -> Columns:
    grants = list(dict.fromkeys(wanted.get("grant_types", USUAL_GRANT_TYPES)))
    offered = list(profile.POLICIES[_profile(wanted)].response_modes)
    asked = wanted.get("response_types", offered if "authorization_code" in grants else [])
    responses = [name for name in RESPONSE_TYPES if name in asked]
    if not set(responses) <= set(offered):
        raise RegistrationRefused("A client of this profile cannot use one of these response_types.")
    if bool(responses) != ("authorization_code" in grants):
        raise RegistrationRefused("response_types go with the grant type authorization_code, and it with them.")
    if grants == ["refresh_token"]:
        raise RegistrationRefused("With refresh_token as its only grant type a client never gets a token.")
    return {"grant_types": grants, "response_types": responses}


def _scopes(wanted: Metadata, statement: SoftwareStatement) -> Columns:
    allowed = [scope for role, scope in SCOPES.items() if role in statement.roles]
    asked = wanted.get("scope", "").split()
    if not set(asked) <= profile.OPEN_SCOPES.union(allowed):
        raise RegistrationRefused("scope holds more than the roles of the software statement give.")
    return {"scopes": [scope for scope in allowed if not asked or scope in asked]}


def _software(wanted: Metadata, statement: SoftwareStatement) -> Columns:
    if wanted.get("software_id", statement.pk) != statement.pk:
        raise RegistrationRefused("software_id is not the one of the software statement.")
    return {}


def _keys(wanted: Metadata, statement: SoftwareStatement, *, follows: str) -> Columns:
    """A client's keys are its software statement's; a self-signed certificate alone may have no home there."""
    if "jwks" in wanted:
        if wanted.get("token_endpoint_auth_method") != "self_signed_tls_client_auth":
            raise RegistrationRefused("Keys come from the software statement, never by value: leave jwks out.")
        return {"client_jwks": _key_set(wanted["jwks"]), "client_jwks_uri": ""}
    if not follows and not statement.jwks.get("keys"):
        raise RegistrationRefused("The software statement has no signing key.")
    return {"client_jwks": "", "client_jwks_uri": follows}


def _key_set(jwks: dict[str, Any]) -> str:
    text = orjson.dumps(jwks).decode()
    try:
        usable = jose.public_keys(jwks)
    except (ValueError, TypeError):
        usable = {}
    if not usable or len(text) > remote.BYTES_MAX or "\\u0000" in text:
        raise RegistrationRefused("jwks is not a set of public keys with at least one that can sign.")
    if any(not jose.PRIVATE_MEMBERS.isdisjoint(member) for member in jwks["keys"] if isinstance(member, dict)):
        raise RegistrationRefused("jwks holds a private key. Take it for lost.")
    return text


def _policies(wanted: Metadata, _statement: SoftwareStatement) -> Columns:
    name = _profile(wanted)
    if wanted.get("dpop_bound_access_tokens") and not profile.POLICIES[name].may_use_dpop:
        raise RegistrationRefused("dpop_bound_access_tokens needs a profile of FAPI 2, for example fapi2-security.")
    if wanted.get("authorization_signed_response_alg") and name == Client.Profile.FAPI2:
        raise RegistrationRefused("authorization_signed_response_alg needs the profile fapi2-message-signing.")
    return {
        "profile": name,
        "algorithm": wanted.get("id_token_signed_response_alg", "PS256"),
        "request_object_signing_alg": wanted.get("request_object_signing_alg", ""),
        "token_endpoint_auth_signing_alg": wanted.get("token_endpoint_auth_signing_alg", ""),
        "authorization_signed_response_alg": wanted.get("authorization_signed_response_alg", ""),
        "dpop_bound_access_tokens": wanted.get("dpop_bound_access_tokens", False),
        "require_signed_request_object": wanted.get("require_signed_request_object", False),
        "require_pushed_authorization_requests": wanted.get("require_pushed_authorization_requests"),
    }


def _backchannel(wanted: Metadata, _statement: SoftwareStatement) -> Columns:
    mode = wanted.get("backchannel_token_delivery_mode", "")
    endpoint = wanted.get("backchannel_client_notification_endpoint", "")
    if bool(mode) != (CIBA in wanted.get("grant_types", [])):
        raise RegistrationRefused(f"backchannel_token_delivery_mode goes with the grant type {CIBA}, and it with it.")
    if (mode == Client.Delivery.PING) != bool(endpoint):
        raise RegistrationRefused("backchannel_client_notification_endpoint goes with the delivery mode ping alone.")
    return {"backchannel_token_delivery_mode": mode, "backchannel_client_notification_endpoint": endpoint}


RULES: tuple[Callable[[Metadata, SoftwareStatement], Columns], ...] = (
    _redirect_uris,
    _auth_method,
    _types,
    _software,
    _scopes,
    _policies,
    _backchannel,
)


def _profile(wanted: Metadata) -> Client.Profile:
    return Client.Profile(wanted.get("profile", Client.Profile.FAPI1))


def _subject(wanted: Metadata, statement: SoftwareStatement, *, presented: x509.Name | None) -> str:
    """The name by which tls_client_auth will know the client, as RFC 4514 writes it.

    What is asked must be the name of the certificate that the caller shows, or of one that the directory issued to it.
    """
    issued = statement.certificates.filter(use=Certificate.Use.TRANSPORT, revoked_at=None).order_by("-not_before", "pk")
    known = [x509.load_pem_x509_certificate(certificate.pem.encode()).subject for certificate in issued]
    if presented is not None:
        known.insert(0, presented)
    asked = wanted.get("tls_client_auth_subject_dn")
    if asked is None and presented is not None:
        raise RegistrationRefused("tls_client_auth needs tls_client_auth_subject_dn.")
    for name in known:
        if asked is None or names.names(asked, name):
            return name.rfc4514_string()
    raise RegistrationRefused(
        "tls_client_auth needs a transport certificate."
        if asked is None
        else "tls_client_auth_subject_dn is not the subject of a transport certificate of this software statement."
    )


def _record(client: Client, action: str, *, actor: str, now: datetime) -> None:
    detail = {"software_id": client.software_statement_id, "metadata": described(client)}
    trail.record(actor=actor, action=action, subject=client.client_id, detail=detail, now=now)
