"""A TPP that the directory knows and the bank does not yet: it registers, and can be told to get any detail wrong."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from joserfc.jwk import RSAKey

from bank.audit.models import Entry
from bank.keys import jose
from bank.oauth.models import Client, Registration, SpentIdentifier
from bank.outbox import unit
from bank.tpps import directory, statements
from bank.tpps.models import TPP, SoftwareStatement
from tests import people
from tests.https import OWN, Answer, Shown
from tests.oauth import given

PATH = "/oauth/register"
CIBA = "urn:openid:params:grant-type:ciba"
METADATA, URI = "invalid_client_metadata", "invalid_redirect_uri"
STATEMENT, UNAPPROVED = "invalid_software_statement", "unapproved_software_statement"
STORED: tuple[Any, ...] = (Client, Registration, SpentIdentifier, TPP, SoftwareStatement, Entry)
REDIRECT_URIS = [people.REDIRECT_URI, "https://localhost:7450/callback"]


@dataclass(kw_only=True)
class Newcomer(given.Party):
    """Claims of the request and of the statement can be changed call by call; None leaves one out."""

    access: str = field(default="", init=False)  # the registration token, once there is one
    path: str = field(default=PATH, init=False)  # of the client, once there is one

    @property
    def statement(self) -> Any:
        return self.provider.statement

    def software_statement(self, *, key: RSAKey | None = None, **claims: Any) -> str:
        """What the directory says, signed by it or by somebody else."""
        complete = given.without(statements.claims_of(self.statement, now=self.now) | claims)
        return jose.sign_jwt(complete, algorithm="PS256", key=key or statements.key())

    def request(self, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed request that is right in everything but what is said."""
        complete = {
            "iss": self.statement.pk,
            "aud": settings.ORGANISATION_ID,
            "iat": self.seconds(),
            "exp": self.seconds(300),
            "jti": str(uuid.uuid4()),
            "redirect_uris": REDIRECT_URIS[:1],
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types": ["code id_token"],
            "software_id": self.statement.pk,
            "scope": "openid accounts payments",
            "software_statement": claims.get("software_statement") or self.software_statement(),
            "application_type": "web",
            "id_token_signed_response_alg": "PS256",
            "request_object_signing_alg": "PS256",
            "token_endpoint_auth_signing_alg": "PS256",
        }
        return self.sign(complete | claims, **(header or {}))

    def send(
        self,
        method: str = "post",
        body: str = "",
        *,
        path: str = "",
        token: str | None = None,
        identity: Shown = OWN,
        content_type: str = "application/jose",
    ) -> Answer:
        """Call the registration endpoint, or that of the client that this TPP has."""
        held = self.access if token is None else token
        headers = {"Content-Type": content_type, "Authorization": f"Bearer {held}" if held else None}
        return self.call(method.upper(), path or self.path, body, identity=identity, headers=headers)

    def register(self, **claims: Any) -> Answer:
        """Register; where it works, remember the token and the address of the client."""
        answer = self.send("post", self.request(**claims), path=PATH, token="")
        if answer.status_code == 201:
            told = orjson.loads(answer.content)
            self.access, self.path = told["registration_access_token"], f"{PATH}/{told['client_id']}"
        return answer


def told(answer: Answer, *, status: int) -> dict[str, Any]:
    """The content of an answer that every cache must forget."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    content: dict[str, Any] = orjson.loads(answer.content)
    return content


def expect_refusal(answer: Answer, code: str, words: str = "", *, status: int = 400) -> None:
    """The answer is this error, in words that every client can read."""
    body = told(answer, status=status)
    assert body["error"] == code, body
    assert words in body["error_description"], body
    assert body["error_description"].isascii()
    assert not {'"', "\\"} & set(body["error_description"])


def client_of(newcomer: Newcomer) -> Client:
    """The client that a newcomer registered."""
    return Client.objects.get(client_id=newcomer.path.rsplit("/")[-1])


def stored() -> list[int]:
    """How much there is of everything that a registration writes."""
    return [model.objects.count() for model in STORED]


def newcomer(*, now: datetime, roles: tuple[str, ...] = ("AISP", "PISP"), name: str = "Nora's Notes") -> Newcomer:
    """A new TPP of the directory."""
    with unit.work():
        statement = directory.enrol(name, roles=roles, redirect_uris=REDIRECT_URIS, now=now)
        transport = directory.issue(statement, use="transport", public_key=given.key("transport").public_key(), now=now)
        signing = directory.issue(statement, use="signing", public_key=given.key("signing").public_key(), now=now)
    statement.refresh_from_db()
    provider = people.Provider(
        statement=statement,
        client=None,
        transport=transport,
        signing=signing,
        transport_key=given.key("transport"),
        signing_key=given.key("signing"),
    )
    return Newcomer(provider=provider, now=now)
