"""All signatures of the client: assertions, request objects, and the detached ones over bodies both ways."""

import base64
import hashlib
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey
from joserfc.registry import HeaderParameter

IAT = "http://openbanking.org.uk/iat"
ISS = "http://openbanking.org.uk/iss"
TAN = "http://openbanking.org.uk/tan"
CRITICAL = [IAT, ISS, TAN]
CLOCK_SKEW_SECONDS = 60


class BadSignature(Exception):
    """Something that the bank should have signed is not signed by it, or says something else than it should."""


class Registry(jws.JWSRegistry):
    """joserfc's rules, with room for the standard's long header names."""

    max_header_length = 4096
    max_payload_length = 4 * 1024 * 1024


REGISTRY = Registry(
    header_registry={
        IAT: HeaderParameter("issued at", "int"),
        ISS: HeaderParameter("issuer", "str"),
        TAN: HeaderParameter("trust anchor", "str"),
    },
    algorithms=["PS256"],
)


def sign_jwt(claims: Mapping[str, Any], *, key: RSAKey, typ: str = "JWT") -> str:
    """Sign claims with PS256, naming the key."""
    return jwt.encode({"alg": "PS256", "kid": key.kid, "typ": typ}, dict(claims), key, algorithms=["PS256"])


def verify_jwt(token: str, *, keys: KeySet) -> dict[str, Any]:
    """Return the claims of a token that one of these keys signed. Raises joserfc's errors."""
    return dict(jwt.decode(token, keys, algorithms=["PS256", "ES256"]).claims)


def sign_body(body: bytes, *, key: RSAKey, issuer: str, trust_anchor: str) -> str:
    """Return x-jws-signature: a detached signature over exactly these bytes.

    issuer is `{organisation id}/{software statement id}`.
    Source: Read/Write API profile v4.0.1, "Message signing".
    """
    header = {
        "alg": "PS256",
        "kid": key.kid,
        IAT: int(time.time()),
        ISS: issuer,
        TAN: trust_anchor,
        "crit": CRITICAL,
    }
    return jws.detach_content(jws.serialize_compact(header, body, key, registry=REGISTRY))


def verify_body(signature: str, body: bytes, *, keys: KeySet, issuer: str, trust_anchor: str) -> None:
    """Check the bank's detached signature over the raw bytes of its answer. Raises BadSignature or joserfc's errors."""
    header = jws.deserialize_compact(signature, keys, registry=REGISTRY, payload=body).headers()
    expected = {ISS: issuer, TAN: trust_anchor}
    for name, value in expected.items():
        if header.get(name) != value:
            raise BadSignature(f"{name} is {header.get(name)!r}, not {value!r}")
    if set(header["crit"]) != set(CRITICAL) or header[IAT] > time.time() + CLOCK_SKEW_SECONDS:
        raise BadSignature("the signature's header is not as the standard has it")


def half_hash(value: str) -> str:
    """The left half of a SHA-256, as s_hash and c_hash carry it (OpenID Connect Core, section 3.3.2.11)."""
    digest = hashlib.sha256(value.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
