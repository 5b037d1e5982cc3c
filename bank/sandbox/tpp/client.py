"""The client itself: discovery, authentication, authorization, tokens, and the calls to the bank's resources.

Everything it believes it has checked: the bank's certificate, its ID tokens, its signatures over answers.
"""

import base64
import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin

import requests
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter

from bank.sandbox.tpp import dpop, signing
from bank.sandbox.tpp.folder import Folder

TIMEOUT_SECONDS = 30
CONNECTIONS_MAX = 64
LIFETIME_SECONDS = 300
SCA = "urn:openbanking:psd2:sca"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Json = dict[str, Any]
Watch = Callable[[requests.Response], None]


class Refused(Exception):
    """The bank answered otherwise than hoped; the answer stays at hand in `response`."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.interaction_id = response.headers.get("x-fapi-interaction-id", "")
        super().__init__(f"{response.request.method} {response.url}: {response.status_code} {response.text[:500]}")


class NotProven(Exception):
    """An answer that should prove something does not."""


def expect(answer: requests.Response, *, status: int) -> requests.Response:
    """Return an answer that has this status. Raises Refused."""
    if answer.status_code != status:
        raise Refused(answer)
    return answer


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """A request for a customer's approval, under way: the link to open, and what the answer must match."""

    url: str
    consent_id: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a customer's approval brought: claims is the content of the verified ID token."""

    access: str
    refresh: str
    lifetime_seconds: int
    claims: Json


class Client:
    """One TPP, talking to one bank."""

    def __init__(self, folder: str | Path, *, watch: Watch | None = None) -> None:
        self.folder = Folder(Path(folder))
        self.identity = self.folder.identity
        self.client_id = self.identity["client_id"]
        self.issuer = f"{self.identity['organisation_id']}/{self.identity['software_id']}"
        self.session = requests.Session()
        self.session.trust_env = False  # the folder alone says whom to believe
        self.session.cert = self.folder.connection
        self.session.verify = self.folder.file("ca.pem")
        if self.identity["sender_constraint"] == "dpop":
            self.session.auth = dpop.Prover(self.folder.dpop_key)
        self.session.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS_MAX))
        if watch:
            self.session.hooks["response"].append(lambda response, **_: watch(response))

    @property
    def is_hybrid(self) -> bool:
        """Tell whether an ID token comes with the code, as FAPI 1.0 Advanced has it."""
        return self.identity["profile"] == "fapi1-advanced"

    # What the bank says of itself

    @cached_property
    def discovery(self) -> Json:
        """The bank's discovery document (OpenID Connect Discovery, section 4)."""
        document: Json = expect(self._send("GET", self.identity["discovery"]), status=200).json()
        if f"{document['issuer']}/.well-known/openid-configuration" != self.identity["discovery"]:
            raise NotProven("the discovery document speaks for another issuer")
        return document

    @cached_property
    def bank_keys(self) -> KeySet:
        """The bank's public keys."""
        answer = expect(self._send("GET", self.discovery["jwks_uri"]), status=200)
        return KeySet.import_key_set(answer.json())

    def endpoint(self, name: str) -> str:
        """The URL of an endpoint, on the mutual-TLS host where the bank has one (RFC 8705, section 5)."""
        aliases = self.discovery.get("mtls_endpoint_aliases", {})
        url: str = aliases.get(name) or self.discovery[name]
        return url

    # Who we are, and what a customer allows

    def token(self, **form: str) -> Json:
        """Call the token endpoint. Raises Refused."""
        answer = self._send("POST", self.endpoint("token_endpoint"), data={**form, **self._authentication()})
        tokens: Json = expect(answer, status=200).json()
        return tokens

    def client_credentials(self, scope: str) -> str:
        """Get a token for what needs no customer: lodging and reading consents, following an order."""
        access: str = self.token(grant_type="client_credentials", scope=scope)["access_token"]
        return access

    def authorization(self, consent_id: str, *, scope: str, pushed: bool = True) -> Authorization:
        """Ask for a customer's approval of a consent: by a pushed request (RFC 9126) or by value (RFC 9101)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = self._asked(consent_id, scope=scope, state=state, nonce=nonce, verifier=verifier)
        is_plain = self.identity["profile"] == "fapi2-security"  # the others sign what they ask
        request = {name: _text(value) for name, value in asked.items()} if is_plain else {"request": self._sign(asked)}
        query = {"client_id": self.client_id}
        if self.is_hybrid:
            query |= {"response_type": "code id_token", "scope": asked["scope"]}
        if pushed:
            form = {"client_id": self.client_id, **request, **self._authentication()}
            url = self.endpoint("pushed_authorization_request_endpoint")
            answer = expect(self._send("POST", url, data=form), status=201).json()
            query["request_uri"] = answer["request_uri"]
        else:
            query |= {**request, "redirect_uri": self.identity["redirect_uri"]}
        url = f"{self.discovery['authorization_endpoint']}?{urlencode(query)}"
        return Authorization(url=url, consent_id=consent_id, state=state, nonce=nonce, verifier=verifier)

    def finish(self, authorization: Authorization, *, fragment: str) -> Tokens:
        """Check what the customer's browser brought back and turn it into tokens. Raises Refused, NotProven.

        fragment: the URL's fragment, or its query where the profile has the answer there.
        """
        values = {name: value[0] for name, value in parse_qs(fragment).items()}
        if "response" in values:
            values = self._addressed(signing.verify_jwt(values["response"], keys=self.bank_keys))
        if values.get("state") != authorization.state or values.get("iss") != self.discovery["issuer"]:
            raise NotProven("what came back does not answer what was sent: another state, or another bank")
        if "error" in values:
            raise NotProven(f"not approved: {values['error']} {values.get('error_description', '')}".strip())
        front = self._front(values, authorization=authorization) if self.is_hybrid else None
        tokens = self.token(
            grant_type="authorization_code",
            code=values["code"],
            redirect_uri=self.identity["redirect_uri"],
            code_verifier=authorization.verifier,
        )
        claims = self._identity(tokens["id_token"], authorization=authorization)
        if front is not None and front["sub"] != claims["sub"]:
            raise NotProven("the two ID tokens speak of different customers")
        return Tokens(
            access=tokens["access_token"],
            refresh=tokens["refresh_token"],
            lifetime_seconds=tokens["expires_in"],
            claims=claims,
        )

    def refresh(self, tokens: Tokens) -> str:
        """Get a new access token by the refresh token, which stays the same."""
        access: str = self.token(grant_type="refresh_token", refresh_token=tokens.refresh)["access_token"]
        return access

    def revoke(self, token: str) -> None:
        """Give a token back (RFC 7009)."""
        form = {"token": token, **self._authentication()}
        expect(self._send("POST", self.endpoint("revocation_endpoint"), data=form), status=200)

    # The bank's resources

    def get(self, path: str, *, token: str, **query: str) -> requests.Response:
        """Read a resource: a path below /open-banking/v4.0, or a whole URL that the bank gave."""
        url = path if path.startswith("https:") else self.identity["resources"] + path
        return self.checked(self._send("GET", url, params=query, headers=self.headers(token)))

    def whoami(self, *, token: str) -> requests.Response:
        """Ask what the bank sees of us."""
        return self.get(urljoin(self.identity["resources"], "/sandbox/whoami"), token=token)

    def pages(self, path: str, *, token: str, **query: str) -> Iterator[Json]:
        """Read a list to its end, following Links.Next. Raises Refused."""
        page: Json = expect(self.get(path, token=token, **query), status=200).json()
        yield page
        while following := page["Links"].get("Next"):
            page = expect(self.get(following, token=token), status=200).json()
            yield page

    def post(self, path: str, body: Json | bytes, *, token: str, key: str | None = None) -> requests.Response:
        """Create something. What moves money is signed, and named by a key so that a repetition creates nothing."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self.headers(token) | {"Content-Type": "application/json"}
        if path.startswith("/pisp/"):
            headers |= {"x-idempotency-key": key or secrets.token_urlsafe(24), "x-jws-signature": self.sign(raw)}
        return self.checked(self._send("POST", self.identity["resources"] + path, data=raw, headers=headers))

    def delete(self, path: str, *, token: str) -> requests.Response:
        """End a consent."""
        return self._send("DELETE", self.identity["resources"] + path, headers=self.headers(token))

    def sign(self, body: bytes) -> str:
        """Sign a body, as x-jws-signature carries it."""
        return signing.sign_body(
            body, key=self.folder.signing_key, issuer=self.issuer, trust_anchor=self.identity["trust_anchor"]
        )

    def checked(self, answer: requests.Response) -> requests.Response:
        """Check the bank's signature wherever the standard demands one: over every body about payments."""
        if "/pisp/" in answer.url and answer.content:
            signing.verify_body(
                answer.headers["x-jws-signature"],
                answer.content,
                keys=self.bank_keys,
                issuer=self.identity["bank_organisation_id"],
                trust_anchor=self.identity["trust_anchor"],
            )
        return answer

    # How it is done

    def _send(self, method: str, url: str, **extra: Any) -> requests.Response:
        return self.session.request(method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **extra)

    def headers(self, token: str) -> dict[str, str]:
        """What every call to a resource carries; the customer is there, so their address is told."""
        return {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "x-fapi-interaction-id": str(uuid.uuid4()),
            "x-fapi-customer-ip-address": "203.0.113.7",
        }

    def _authentication(self) -> dict[str, str]:
        """Prove who we are: by the certificate of the connection, or by a signed assertion (RFC 7523)."""
        if self.identity["token_endpoint_auth_method"] != "private_key_jwt":  # noqa: S105 - a method's name
            return {"client_id": self.client_id}
        now = int(time.time())
        assertion = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.discovery["issuer"],
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        signed = signing.sign_jwt(assertion, key=self.folder.signing_key)
        return {"client_assertion_type": ASSERTION, "client_assertion": signed}

    def _asked(self, consent_id: str, *, scope: str, state: str, nonce: str, verifier: str) -> Json:
        """What we ask of the customer."""
        intent = {"openbanking_intent_id": {"value": consent_id, "essential": True}}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "client_id": self.client_id,
            "response_type": "code id_token" if self.is_hybrid else "code",
            "redirect_uri": self.identity["redirect_uri"],
            "scope": f"openid {scope}",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "claims": {"userinfo": intent, "id_token": intent | {"acr": {"essential": True, "values": [SCA]}}},
        }
        return asked | ({"response_mode": "jwt"} if self.identity["profile"] == "fapi2-message-signing" else {})

    def _sign(self, asked: Json) -> str:
        """Sign what we ask; nothing outside it counts (FAPI 1.0 Advanced, section 5.2.2)."""
        now = int(time.time())
        times = {"nbf": now, "iat": now, "exp": now + LIFETIME_SECONDS}
        claims = {"iss": self.client_id, "aud": self.discovery["issuer"], **times, **asked}
        return signing.sign_jwt(claims, key=self.folder.signing_key, typ="oauth-authz-req+jwt")

    def _addressed(self, claims: Json) -> Json:
        """Claims of a JWT that the bank signed for us, just now. Raises NotProven."""
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims["iss"] != self.discovery["issuer"] or audience != [self.client_id] or claims["exp"] <= time.time():
            raise NotProven("a JWT is from another bank, for another client, or too old")
        return claims

    def _identity(self, id_token: str, *, authorization: Authorization) -> Json:
        """The claims of an ID token about this customer, this request and this consent."""
        claims = self._addressed(signing.verify_jwt(id_token, keys=self.bank_keys))
        self._expect(claims, nonce=authorization.nonce, openbanking_intent_id=authorization.consent_id, acr=SCA)
        return claims

    def _front(self, values: Json, *, authorization: Authorization) -> Json:
        """The ID token that came through the browser: it signs the code and the state as well."""
        claims = self._identity(values["id_token"], authorization=authorization)
        hashes = {"s_hash": authorization.state, "c_hash": values["code"]}
        self._expect(claims, **{name: signing.half_hash(value) for name, value in hashes.items()})
        return claims

    @staticmethod
    def _expect(claims: Json, **expected: str) -> None:
        for name, value in expected.items():
            if claims.get(name) != value:
                raise NotProven(f"{name} in the ID token is {claims.get(name)!r}, not {value!r}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
