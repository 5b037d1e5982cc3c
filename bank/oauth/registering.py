"""Registration as the UK has it: a TPP registers, reads, changes and deletes its clients by requests that it signs.

What a request must be to be believed: bank/oauth/registration_requests.py. What it may ask: bank/oauth/registration.py.
Source: UK Dynamic Client Registration v3.3, "Endpoints"; RFC 7591 section 3; RFC 7592 section 2.
"""

import hmac
import re
from datetime import UTC
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from oauthlib.oauth2.rfc6749.errors import InvalidTokenError

from bank.keys import jose
from bank.oauth import clients, registration, registration_requests, tokens, views
from bank.oauth.backends import Reply
from bank.oauth.clients import Caller
from bank.oauth.models import AccessToken, Client, Registration, digest
from bank.oauth.refusals import InvalidClient, InvalidRequest
from bank.oauth.registration import InvalidSoftwareStatement, RegistrationRefused
from bank.oauth.registration_requests import JWT_CLAIMS, PATH, Asked

MEDIA_TYPES = ("application/jose", "application/jwt")
REQUEST_BYTES_MAX = 64 * 1024
TOKEN = re.compile(r"Bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE | re.ASCII)


class Registrations(views.MachineEndpoint):
    """POST /oauth/register."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Register a client."""
        return self.respond(request, lambda caller: create(request, caller))


class Registered(views.MachineEndpoint):
    """GET, PUT and DELETE /oauth/register/{client_id}: for the client itself."""

    http_method_names = ("get", "put", "delete")

    def get(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """Tell what a client is registered as."""
        return self.respond(request, lambda caller: read(request, caller, client_id))

    def put(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """Register a client anew, under its id."""
        return self.respond(request, lambda caller: change(request, caller, client_id))

    def delete(self, request: HttpRequest, client_id: str) -> HttpResponse:
        """End a client."""
        return self.respond(request, lambda caller: end(request, caller, client_id))


def create(request: HttpRequest, caller: Caller) -> Reply:
    """Register the client that a signed request describes. Raises OAuthError."""
    certificate = clients.transport_certificate(caller)
    with transaction.atomic():  # a refusal leaves nothing behind, not even a spent jti
        asked = registration_requests.believe(_signed(request), certificate=certificate, now=caller.now)
        client = registration.register(
            asked.statement, now=caller.now, subject=certificate.subject, follows=asked.jwks_uri, **asked.metadata
        )
        _keep(client, asked)
        token = tokens.new_value()
        Client.objects.filter(pk=client.pk).update(registration_token_checksum=digest(token))
    return {}, _told(client, token=token), 201


def read(request: HttpRequest, caller: Caller, client_id: str) -> Reply:
    """Tell what a client is registered as. Raises OAuthError."""
    client, token = _authenticated(request, caller, client_id)
    return {}, _told(client, token=token), 200


def change(request: HttpRequest, caller: Caller, client_id: str) -> Reply:
    """Register a client anew, as a signed request describes it now. Raises OAuthError."""
    client, token = _authenticated(request, caller, client_id)
    certificate = clients.transport_certificate(caller)
    with transaction.atomic():
        asked = registration_requests.believe(_signed(request), certificate=certificate, now=caller.now)
        if asked.statement.pk != client.software_statement_id:
            raise InvalidSoftwareStatement("The software statement is of other software than this client.")
        if asked.metadata.get("client_id", client_id) != client_id:
            raise RegistrationRefused("client_id is not the one in the address.")
        client.software_statement = asked.statement
        registration.update(
            client, now=caller.now, subject=certificate.subject, follows=asked.jwks_uri, **asked.metadata
        )
        _keep(client, asked)
    return {}, _told(client, token=token), 200


def end(request: HttpRequest, caller: Caller, client_id: str) -> Reply:
    """Delete a client. Raises OAuthError."""
    client, _token = _authenticated(request, caller, client_id)
    registration.delete(client, now=caller.now)
    return {}, "", 204


def _signed(request: HttpRequest) -> str:
    if request.content_type not in MEDIA_TYPES:
        raise InvalidRequest("The body must be a signed JWT, as application/jose or application/jwt.")
    try:
        body = request.body
    except views.UNREADABLE:
        raise InvalidRequest("The body cannot be read.") from None
    if len(body) > REQUEST_BYTES_MAX or not body.isascii():
        raise InvalidRequest("The body is longer than 64 kB, or is not a compact JWT.")
    return body.decode().strip()


def _authenticated(request: HttpRequest, caller: Caller, client_id: str) -> tuple[Client, str]:
    """The client that a request is about and proves to come from, and its registration token if it came with that.

    Two kinds of token count: the one that the registration brought (RFC 7592), and an access token of the client's own
    credentials (the UK's way). A token that is used for a client that does not exist is revoked. Raises InvalidClient,
    InvalidTokenError.
    """
    certificate, value = clients.transport_certificate(caller), _token(request)
    own = AccessToken.objects.filter(
        token_checksum=digest(value),
        cnf__contains={"x5t#S256": certificate.thumbprint},
        authorization=None,
        expires__gt=caller.now,
    )
    client = clients.find(client_id)
    if client is None:
        own.delete()
        raise InvalidTokenError("The client is not known.")
    if client.software_statement.tpp_id != certificate.organisation_id:
        raise InvalidClient("The certificate belongs to another TPP.")
    if hmac.compare_digest(digest(value), client.registration_token_checksum or "none"):
        return client, value
    if not own.filter(application=client).exists():
        raise InvalidTokenError(
            "The token is neither the registration token of this client nor an access token of its."
        )
    return client, ""


def _token(request: HttpRequest) -> str:
    match = TOKEN.fullmatch(request.META.get("HTTP_AUTHORIZATION", ""))
    if match is None:
        raise InvalidTokenError("The Authorization header holds no bearer token.")
    return match[1]


def _keep(client: Client, asked: Asked) -> None:
    Registration.objects.update_or_create(
        client=client,
        defaults={
            "software_statement": asked.token,
            "statement_issued_at": asked.issued_at,
            "application_type": asked.metadata.get("application_type") or "web",  # null is as good as none
        },
    )


def _told(client: Client, *, token: str) -> str:
    """A client as its answers tell it: what the directory says of it, then what it is registered as."""
    kept = Registration.objects.filter(client=client).first()
    said: dict[str, Any] = jose.peek(kept.software_statement).claims if kept else {}
    answer = {
        **{name: value for name, value in said.items() if name not in JWT_CLAIMS},
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created.astimezone(UTC).timestamp()),
        **({"registration_access_token": token} if token else {}),
        "registration_client_uri": f"{settings.MTLS_URL}{PATH}/{client.client_id}",
        **registration.described(client),
        **({"software_statement": kept.software_statement, "application_type": kept.application_type} if kept else {}),
    }
    return orjson.dumps(answer).decode()
