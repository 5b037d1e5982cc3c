"""How a software statement of the directory becomes a client of this bank."""

from datetime import datetime
from urllib.parse import urlsplit

import orjson

from bank import ids
from bank.audit import trail
from bank.oauth.models import Client
from bank.tpps.models import Certificate, Role, SoftwareStatement

GRANT_TYPES = ["authorization_code", "refresh_token", "client_credentials"]
RESPONSE_TYPES = ["code id_token", "code"]
SCOPES = {Role.AISP: "accounts", Role.PISP: "payments"}


class RegistrationRefused(Exception):
    """The software statement does not make a client of this bank; the words say why."""


def register(statement: SoftwareStatement, *, token_endpoint_auth_method: str, now: datetime) -> Client:
    """Register the client of a software statement, under the FAPI 1.0 Advanced profile.

    Its keys and, for tls_client_auth, its subject are taken over as the directory has them at this instant.
    Needs an open unit of work. Raises RegistrationRefused.
    """
    method = _auth_method(token_endpoint_auth_method)
    _check_redirect_uris(statement.redirect_uris)
    if not statement.jwks.get("keys"):
        raise RegistrationRefused("The software statement has no signing key.")
    client = Client.objects.create(
        client_id=ids.new("client"),
        name=statement.client_name,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_AUTHORIZATION_CODE,
        redirect_uris=" ".join(statement.redirect_uris),
        token_endpoint_auth_method=method,
        grant_types=GRANT_TYPES,
        response_types=RESPONSE_TYPES,
        scopes=[scope for role, scope in SCOPES.items() if role in statement.roles],
        client_jwks=orjson.dumps(statement.jwks).decode(),
        tls_client_auth_subject_dn=_subject(statement, method),
        software_statement=statement,
    )
    detail = {"software_id": statement.pk, "token_endpoint_auth_method": method.value}
    trail.record(actor="bank:directory", action="client.registered", subject=client.client_id, detail=detail, now=now)
    return client


def _auth_method(name: str) -> Client.AuthMethod:
    try:
        return Client.AuthMethod(name)
    except ValueError:
        raise RegistrationRefused("The token_endpoint_auth_method is not one that this bank has.") from None


def _check_redirect_uris(uris: list[str]) -> None:
    if not uris:
        raise RegistrationRefused("The software statement has no redirect URI.")
    for uri in uris:
        parts = urlsplit(uri)
        if parts.scheme != "https" or not parts.hostname or "#" in uri or " " in uri or "@" in parts.netloc:
            raise RegistrationRefused("A redirect URI must be an https URL without a fragment.")


def _subject(statement: SoftwareStatement, method: Client.AuthMethod) -> str:
    if method != Client.AuthMethod.TLS:
        return ""
    newest = statement.certificates.filter(use=Certificate.Use.TRANSPORT).order_by("not_before", "pk").last()
    if newest is None:
        raise RegistrationRefused("tls_client_auth needs a transport certificate.")
    return newest.subject
