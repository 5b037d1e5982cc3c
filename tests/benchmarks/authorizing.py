"""The authorization server under load: tokens, pushed requests, and a call with a bound token."""

import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from bank import clock
from bank.oauth.models import Client as Registered
from bank.outbox import unit
from bank.sandbox.tpp.client import ASSERTION, Client
from bank.tpps import directory
from bank.tpps.models import SoftwareStatement
from tests.benchmarks import load

LIFETIME_SECONDS = 3000
WARM_UP = 100
P99_MS = 50
# What tests/oauth/test_statements.py holds each to, BEGIN and COMMIT apart, and what it was to be at most.
STATEMENTS = {"token": (3, 4), "par": (3, 3), "call": (2, 1)}

Row = tuple[str, str, str]
Connect = Callable[[], AbstractContextManager[Sequence[load.Connection]]]


def measure(tpp: Client, *, count: int, rounds: int, connect: Connect) -> list[Row]:
    """Rows of the table: every kind of request, so many in each round."""
    rsa, elliptic = tpp.folder.signing_key, _elliptic_key(tpp)
    access = tpp.client_credentials("payments")
    kinds = [
        ("token by private_key_jwt, PS256", "token", lambda: _token(tpp, rsa, "PS256"), 200),
        ("token by private_key_jwt, ES256", "token", lambda: _token(tpp, elliptic, "ES256"), 200),
        ("pushed request, signed, PS256", "par", lambda: _push(tpp, rsa, "PS256"), 201),
        ("whoami with a bound token", "call", lambda: load.request("GET", "/sandbox/whoami", token=access), 200),
    ]
    return [row for kind in kinds for row in _rows(*kind, count=count, rounds=rounds, connect=connect)]


def _rows(
    words: str, kind: str, make: Callable[[], bytes], expect: int, *, count: int, rounds: int, connect: Connect
) -> Iterator[Row]:
    results = []
    with connect() as fresh:
        load.run([make() for _ in range(WARM_UP)], fresh, expect=expect)
    for _ in range(rounds):
        requests = [make() for _ in range(count)]
        with connect() as fresh:
            results.append(load.run(requests, fresh, expect=expect))
    cost, aim = STATEMENTS[kind]
    yield words, f"{statistics.median(result.per_second for result in results):.0f}/s", f"{cost} statements, aim {aim}"
    slowest = statistics.median(result.p99_ms for result in results)
    yield "  p99 at 8 connections", f"{slowest:.1f} ms", f"goal {P99_MS} ms" if kind == "token" else ""


def _token(tpp: Client, key: RSAKey | ECKey, algorithm: str) -> bytes:
    form = {"grant_type": "client_credentials", "scope": "payments"}
    return _form("/oauth/token", form | _assertion(tpp, key, algorithm))


def _push(tpp: Client, key: RSAKey | ECKey, algorithm: str) -> bytes:
    now = int(time.time())
    intent = {"openbanking_intent_id": {"value": "con_01kc0w8r5t6v3q9m2n7x4b1e8d", "essential": True}}
    asked = {
        "iss": tpp.client_id,
        "aud": settings.ISSUER,
        "nbf": now,
        "exp": now + LIFETIME_SECONDS,
        "client_id": tpp.client_id,
        "response_type": "code id_token",
        "redirect_uri": tpp.identity["redirect_uri"],
        "scope": "openid payments",
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "code_challenge": secrets.token_urlsafe(32),
        "code_challenge_method": "S256",
        "claims": {"id_token": intent},
    }
    return _form("/oauth/par", {"request": _sign(asked, key, algorithm)} | _assertion(tpp, key, algorithm))


def _assertion(tpp: Client, key: RSAKey | ECKey, algorithm: str) -> dict[str, str]:
    ends = int(time.time()) + LIFETIME_SECONDS
    names = {"iss": tpp.client_id, "sub": tpp.client_id, "aud": settings.ISSUER}
    signed = _sign({**names, "exp": ends, "jti": secrets.token_urlsafe(16)}, key, algorithm)
    return {"client_assertion_type": ASSERTION, "client_assertion": signed}


def _sign(claims: dict[str, object], key: RSAKey | ECKey, algorithm: str) -> str:
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])


def _form(path: str, form: dict[str, str]) -> bytes:
    body = urlencode(form).encode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: {settings.HOST}\r\nAccept: application/json\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _elliptic_key(tpp: Client) -> ECKey:
    """A second signing key of the TPP, which the directory publishes beside the first; its client may use either."""
    key = ec.generate_private_key(ec.SECP256R1())
    with unit.work():
        Registered.objects.filter(client_id=tpp.client_id).update(token_endpoint_auth_signing_alg="")
        statement = SoftwareStatement.objects.get(pk=tpp.identity["software_id"])
        directory.issue(statement, use="signing", public_key=key.public_key(), now=clock.now())
    imported = ECKey.import_key(key, {"use": "sig", "alg": "ES256"})
    return ECKey.import_key(key, {"use": "sig", "alg": "ES256", "kid": imported.thumbprint()})
