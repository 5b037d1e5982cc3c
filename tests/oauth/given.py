"""A TPP that talks to the authorization server, and can be told to get any detail wrong."""

import base64
import functools
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey

from bank import ids
from bank.customers.models import User
from bank.keys import store
from bank.oauth import decisions, requests
from bank.outbox import unit
from bank.tpps import authority
from bank.tpps.models import Certificate
from consents import lifecycle
from tests import calls, https, people
from tests.https import OWN, Answer, Identity, Shown
from tests.oauth import proofs

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCA, CA = "urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"
VERIFIER = "v" * 64
CHALLENGE = calls.base64url(hashlib.sha256(VERIFIER.encode()).digest())
TOKEN, PAR, REVOKE, INTROSPECT = "/oauth/token", "/oauth/par", "/oauth/revoke", "/oauth/introspect"


@functools.cache
def key(_name: str) -> rsa.RSAPrivateKey:
    """A key that the whole run shares: making one takes longer than a test."""
    return authority.new_key()


def without(values: dict[str, Any]) -> dict[str, Any]:
    """Values, less those that are None."""
    return {name: value for name, value in values.items() if value is not None}


def der(certificate: Certificate) -> bytes:
    """A certificate as TLS carries it."""
    return x509.load_pem_x509_certificate(certificate.pem.encode()).public_bytes(Encoding.DER)


@dataclass(kw_only=True)
class Party:
    """One registered TPP. Claims and parameters can be changed call by call; None leaves one out."""

    provider: people.Provider
    now: datetime
    browser: https.Browser = field(default_factory=https.Browser)
    prover: proofs.Prover | None = None  # of its key, if its tokens are bound to one

    @property
    def client(self) -> Any:
        return self.provider.client

    @property
    def client_id(self) -> str:
        return self.provider.client.client_id

    @property
    def kid(self) -> str:
        return self.provider.statement.jwks["keys"][0]["kid"]

    @property
    def identity(self) -> Identity:
        return Identity(der(self.provider.transport), self.provider.transport_key)

    def seconds(self, offset: int = 0) -> int:
        return int(self.now.timestamp()) + offset

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Sign claims with the TPP's key: PS256 unless the header says otherwise."""
        return self.sign_raw(orjson.dumps(without(claims)), **header)

    def sign_raw(self, payload: bytes, **header: Any) -> str:
        """Sign bytes that need not be claims."""
        complete = without({"alg": "PS256", "kid": self.kid} | header)
        signer = RSAKey.import_key(self.provider.signing_key)
        parts = [calls.base64url(orjson.dumps(complete)), calls.base64url(payload)]
        seal = jws.JWSRegistry.algorithms[complete["alg"]].sign(".".join(parts).encode(), signer)
        return ".".join([*parts, calls.base64url(seal)])

    def assertion(self, *, header: dict[str, Any] | None = None, **claims: Any) -> dict[str, str]:
        """The form fields of private_key_jwt."""
        complete = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": settings.ISSUER,
            "iat": self.seconds(),
            "exp": self.seconds(60),
            "jti": secrets.token_urlsafe(16),
        }
        signed = self.sign(complete | claims, **(header or {}))
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}

    def proof(self) -> dict[str, str]:
        """How this client proves who it is."""
        signs = self.client.token_endpoint_auth_method == "private_key_jwt"
        return self.assertion() if signs else {"client_id": self.client_id}

    @property
    def is_fapi1(self) -> bool:
        return bool(self.client.profile == "fapi1-advanced")

    def request_object(self, consent_id: str = "con_0", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed request object that is right in everything but what is said."""
        complete = {
            "iss": self.client_id,
            "aud": settings.ISSUER,
            "nbf": self.seconds(),
            "exp": self.seconds(300),
            "client_id": self.client_id,
            **self.asked(consent_id),
        }
        return self.sign(complete | claims, **({"typ": "oauth-authz-req+jwt"} | (header or {})))

    def asked(self, consent_id: str = "con_0") -> dict[str, Any]:
        """The authorization parameters of a right request about a consent; of a log-in alone, if there is none."""
        intent = {"openbanking_intent_id": {"value": consent_id, "essential": True}} if consent_id else {}
        return {
            "response_type": "code id_token" if self.is_fapi1 else "code",
            "redirect_uri": people.REDIRECT_URI,
            "scope": "openid accounts" if consent_id else "openid",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "claims": {"id_token": intent | {"acr": {"essential": True, "values": [SCA]}}},
        } | ({"response_mode": "jwt"} if self.client.authorization_signed_response_alg else {})

    def form(self, consent_id: str = "con_0", **parameters: Any) -> dict[str, str]:
        """The same as plain parameters. None leaves one out."""
        asked = without(self.asked(consent_id) | parameters)
        return {
            name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in asked.items()
        }

    def post(
        self,
        path: str,
        form: dict[str, str] | str,
        *,
        identity: Shown = OWN,
        content_type: str | None = https.FORM,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Post a form over the TPP's certificate, another one, or none, with a proof of its key unless headers say."""
        body = form if isinstance(form, str) else urlencode(form)
        if headers is None and self.prover is not None:
            headers = {"DPoP": self.prover.proof("POST", settings.MTLS_URL + path)}
        sent = {"Content-Type": content_type} | (headers or {})
        return self.call("POST", path, body, identity=identity, headers=sent)

    def call(self, method: str, path: str, body: str = "", *, identity: Shown = OWN, headers: Any = None) -> Answer:
        """Send anything to the machines' port over the TPP's certificate, another one, or none."""
        shown = self.identity if identity == OWN else identity
        return https.ask(method, path, body, identity=shown, headers=headers)

    def token(self, *, identity: Shown = OWN, headers: dict[str, str] | None = None, **form: str) -> Answer:
        """Call the token endpoint, authenticated unless the form says how."""
        proof = {} if "client_assertion" in form or "client_id" in form else self.proof()
        return self.post(TOKEN, proof | form, identity=identity, headers=headers)

    def redeem(self, code: str, **form: Any) -> Answer:
        """Turn a code into tokens."""
        complete = {"code": code, "redirect_uri": people.REDIRECT_URI, "code_verifier": VERIFIER} | form
        return self.token(grant_type="authorization_code", **without(complete))

    def push(self, request: str | None, **form: str) -> Answer:
        """Push a request object, with other fields beside it."""
        return self.post(PAR, self.proof() | without({"request": request}) | form)

    def ask(self, consent_id: str = "con_0", **parameters: Any) -> Answer:
        """Push a request as this client does it, signed or plain."""
        if self.is_fapi1 or self.client.require_signed_request_object:
            return self.push(self.request_object(consent_id, **parameters))
        return self.post(PAR, self.proof() | self.form(consent_id, **parameters))

    def pushed(self, consent_id: str = "con_0", **parameters: Any) -> str:
        """Have a request kept; return its request_uri."""
        answer = self.ask(consent_id, **parameters)
        assert answer.status_code == 201, answer.content
        uri: str = answer.json()["request_uri"]
        return uri

    def visit(self, **query: str | None) -> Answer:
        """Open /oauth/authorize as the customer's browser does: nobody's certificate."""
        sent = without({"client_id": self.client_id} | query)
        return self.browser.get(f"/oauth/authorize?{urlencode(sent)}")

    def open(self, consent_id: str, **claims: Any) -> str:
        """Have a request opened; return the reference that the pages get. FAPI 2 clients push it first."""
        if self.is_fapi1:
            answer = self.visit(request=self.request_object(consent_id, **claims))
        else:
            answer = self.visit(request_uri=self.pushed(consent_id, **claims))
        assert answer.status_code == 303, answer.content
        assert answer["Location"].startswith("/login?request="), answer["Location"]
        return answer["Location"].removeprefix("/login?request=")

    def lodge(self, *, kind: str = "account-access", **more: Any) -> str:
        """A consent of this TPP that awaits its customer."""
        with unit.work():
            return lifecycle.lodge(
                consent_id=ids.new("con"),
                kind=kind,
                client_pk=self.client.pk,
                data={"Permissions": ["ReadAccountsBasic"], "Initiation": {}},
                risk={},
                actor="bank:tests",
                now=self.now,
                permissions=["ReadAccountsBasic"],
                **more,
            ).pk

    def approved(self, *, customer: User | None = None, consent_id: str | None = None, **claims: Any) -> dict[str, str]:
        """Let a customer approve a consent, or a log-in alone if its id is empty; return what the browser brings."""
        alice = customer or people.customer(now=self.now)
        lodged = self.lodge() if consent_id is None else consent_id
        reference = self.open(lodged, **claims)
        with unit.work():
            row = requests.load(reference, now=self.now, lock=True)
            if lodged:
                account = people.account(alice, now=self.now)
                consent = lifecycle.lock(lodged)
                lifecycle.authorise(consent, customer=alice, accounts=[account], actor="customer:alice", now=self.now)
            location = decisions.approve(
                row, user=alice, consent_id=lodged or None, auth_time=self.now, acr=SCA, now=self.now
            )
        return brought_back(location) | {"consent_id": lodged}


def error_page(answer: Answer) -> Answer:
    """The page that a refused visit leads to, as the browser then shows it."""
    assert answer.status_code == 303, answer.content
    assert answer["Location"].startswith("/oauth/error?reason="), answer["Location"]
    page = https.Browser().get(answer["Location"])
    assert page.status_code == 400
    return page


def told(brought: dict[str, str]) -> dict[str, Any]:
    """What an answer tells, whether it is signed or not."""
    return claims_of(brought["response"]) if "response" in brought else brought


def brought_back(location: str) -> dict[str, str]:
    """What a redirect carries, in its fragment or its query."""
    parts = urlsplit(location)
    return {name: values[0] for name, values in parse_qs(parts.fragment or parts.query).items()}


def party(*, now: datetime, auth_method: str = "private_key_jwt", name: str = "Bob's Budget", **more: Any) -> Party:
    """A new TPP, registered."""
    with unit.work():
        provider = people.tpp(
            name,
            now=now,
            auth_method=auth_method,
            transport_key=key("transport"),
            signing_key=key("signing"),
            **more,
        )
    prover = proofs.Prover(now=now) if more.get("dpop_bound_access_tokens") else None
    return Party(provider=provider, now=now, prover=prover)


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT that the bank signed, checked with its published keys."""
    keys = KeySet.import_key_set(store.public_jwks())
    signed = jws.deserialize_compact(token, keys, algorithms=["PS256", "ES256"])
    claims: dict[str, Any] = orjson.loads(signed.payload)
    return claims


def half(value: str) -> str:
    """c_hash, s_hash and at_hash of a value."""
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()


def elliptic_key() -> ECKey:
    """A P-256 key of nobody's."""
    return ECKey.generate_key("P-256")


def header_of(token: str) -> dict[str, Any]:
    """The JOSE header of a JWT."""
    return jws.extract_compact(token.encode()).headers()
