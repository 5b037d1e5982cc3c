"""Every signature that the bank makes or checks, on two algorithms: PS256 and ES256.

Compact JWTs (ID tokens, request objects, client assertions) and the detached signatures of messages that the
Read/Write API profile asks for. Which claims a JWT must hold is said where it is used: bank/oauth/clients.py and
bank/oauth/request_objects.py.
"""

import base64
import functools
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from bank.errors import Refused
from bank.keys import store
from bank.keys.store import ALGORITHMS, RSA_BITS, Key

SKEW_SECONDS = 60  # how far ahead of ours the clock of whoever signed a message may be
NAMESPACE = "http://openbanking.org.uk/"
IAT, ISS, TAN = NAMESPACE + "iat", NAMESPACE + "iss", NAMESPACE + "tan"
CRITICAL = (IAT, ISS, TAN)
REQUIRED_MEMBERS = ("alg", "kid", IAT, ISS, TAN, "crit")
OPTIONAL_MEMBERS = ("typ", "cty")
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


class Registry(jws.JWSRegistry):
    """joserfc's limits, raised: a header of the profile has more than its 512 bytes."""

    max_header_length = 8192
    max_payload_length = 1 << 20


REGISTRY = Registry(algorithms=ALGORITHMS, strict_check_header=False)


class Unverified(Exception):
    """A JWT that is not one, or is not signed by who it should be. What that means to the caller, the caller says."""


class SignatureMissing(Refused):
    """The operation needs x-jws-signature and there is none."""

    code = "U019"
    message = "The x-jws-signature header is missing."


class SignatureMalformed(Refused):
    """The header is not a detached JWS."""

    code = "U018"
    message = "The x-jws-signature header is not a detached JWS."


class SignatureClaimMissing(Refused):
    """A member that the JOSE header must have is not there; the path names it."""

    code = "U017"
    message = "A member of the JOSE header is missing."


class SignatureClaimInvalid(Refused):
    """A member of the JOSE header has a value it may not have, or may not be there."""

    code = "U016"
    message = "A member of the JOSE header is not acceptable."


class SignatureInvalid(Refused):
    """The signature was not made over this body with this key."""

    code = "U015"
    message = "The signature does not fit the body."


@dataclass(frozen=True)
class Token:
    """A JWT taken apart."""

    header: dict[str, Any]
    claims: dict[str, Any]


def public_keys(jwks: Mapping[str, Any]) -> dict[str, Key]:
    """The keys of a key set that signatures can be checked with, by kid.

    Left out: keys for encryption, without a kid, of other kinds than RSA of at least 2048 bits and P-256.
    Raises ValueError where the set is none.
    """
    members = jwks.get("keys")
    if not isinstance(members, list):
        raise ValueError("a key set has a list of keys")  # noqa: TRY004 - a wrong value of a document, not of a call
    usable = (member for member in members if isinstance(member, dict) and member.get("use", "sig") == "sig")
    named = (member for member in usable if isinstance(member.get("kid"), str))
    return {member["kid"]: key for member in named if (key := _public_key(member)) is not None}


@functools.lru_cache(maxsize=1024)
def key_set(text: str) -> Mapping[str, Key]:
    """public_keys() of a key set that was taken, kept by its text: a changed set is another text. No text: no keys."""
    jwks = orjson.loads(text) if text else {}
    return public_keys(jwks) if jwks else {}


def _public_key(member: dict[str, Any]) -> Key | None:
    try:
        key: Key = RSAKey.import_key(member) if member.get("kty") == "RSA" else ECKey.import_key(member)
    except (JoseError, ValueError, TypeError):
        return None
    raw = key.public_key
    strong = isinstance(raw, rsa.RSAPublicKey) and raw.key_size >= RSA_BITS
    right_curve = isinstance(raw, ec.EllipticCurvePublicKey) and isinstance(raw.curve, ec.SECP256R1)
    return key if strong or right_curve else None


def sign_jwt(claims: Mapping[str, Any], *, algorithm: str, typ: str = "JWT", key: Key | None = None) -> str:
    """Sign claims with the bank's current key of this algorithm, or with the key of somebody else that is given."""
    key = key or store.current(algorithm)
    header = {"alg": algorithm, "kid": key.kid, "typ": typ}
    return jws.serialize_compact(header, orjson.dumps(claims), key, registry=REGISTRY)


def peek(token: str) -> Token:
    """Take a JWT apart without believing it, to learn whose keys to check it with. Raises Unverified."""
    return _token(_parse(token))


def verify_jwt(token: str, keys: Mapping[str, Key], *, algorithms: Collection[str] = ALGORITHMS) -> Token:
    """Check that a JWT was signed by one of these keys, with one of these algorithms. Claims are the caller's to check.

    Raises Unverified, whose words a TPP may read.
    """
    signature = _parse(token)
    _check_header(signature, algorithms)
    key = keys.get(str(signature.headers().get("kid")))
    if key is None:
        raise Unverified("The kid names no signing key of this client.")
    return _checked(signature, key)


def verify_by_own_key(token: str) -> tuple[Token, Key]:
    """Check that a JWT was signed by the key in its own header: it proves that its sender holds that key, no more.

    Raises Unverified, whose words a TPP may read.
    """
    signature = _parse(token)
    _check_header(signature, ALGORITHMS)
    member = signature.headers().get("jwk")
    if not isinstance(member, dict):
        raise Unverified("The header has no jwk.")
    if not PRIVATE_MEMBERS.isdisjoint(member):
        raise Unverified("The jwk in the header is not a public key.")
    key = _public_key(member)
    if key is None:
        raise Unverified("The jwk in the header is neither an RSA key of at least 2048 bits nor one on P-256.")
    return _checked(signature, key), key


def _check_header(signature: jws.CompactSignature, algorithms: Collection[str]) -> None:
    header = signature.headers()
    if header.get("alg") not in algorithms or header.get("alg") not in ALGORITHMS:
        raise Unverified("The signature algorithm is not accepted.")
    if "crit" in header or "b64" in header:
        raise Unverified("The header asks for extensions that are not known.")


def _checked(signature: jws.CompactSignature, key: Key) -> Token:
    try:
        valid = jws.validate_compact(signature, key, registry=REGISTRY)
    except JoseError:
        raise Unverified("The key does not go with the algorithm.") from None
    if not valid:
        raise Unverified("The signature is wrong.")
    return _token(signature)


def _parse(token: str) -> jws.CompactSignature:
    try:
        signature = jws.extract_compact(token.encode(), registry=REGISTRY)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise Unverified("This is not a signed JWT.") from None
    if not isinstance(signature.headers(), dict):
        raise Unverified("This is not a signed JWT.")
    return signature


def _token(signature: jws.CompactSignature) -> Token:
    try:
        claims = orjson.loads(signature.payload)
    except orjson.JSONDecodeError:
        claims = None
    if not isinstance(claims, dict):
        raise Unverified("The JWT holds no claims.")
    return Token(header=signature.headers(), claims=claims)


def sign_detached(body: bytes, *, now: datetime) -> str:
    """Sign the bytes of an answer; returns the value of its x-jws-signature header.

    Source: Read/Write API profile v4.0.1, "Message signing".
    """
    key = store.current("PS256")
    header = {
        "alg": "PS256",
        "kid": key.kid,
        "typ": "JOSE",
        "cty": "application/json",
        IAT: int(now.timestamp()),
        ISS: settings.ORGANISATION_ID,
        TAN: settings.TRUST_ANCHOR,
        "crit": CRITICAL,
    }
    protected = _encode(orjson.dumps(header))
    signature = Registry.algorithms["PS256"].sign(protected + b"." + _encode(body), key)
    return (protected + b".." + _encode(signature)).decode()


def verify_detached(
    signature: str, body: bytes, *, key_for: Callable[[str], Key | None], issuer: str, now: datetime
) -> None:
    """Check a request's x-jws-signature over the bytes of its body, in the order that the profile's codes have.

    key_for finds a signing key of the calling client by kid; issuer is its `{organisation id}/{software id}`.
    Raises SignatureMissing, SignatureMalformed, SignatureClaimMissing, SignatureClaimInvalid, SignatureInvalid.
    Source: Read/Write API profile v4.0.1, "Message signing" (v3.1.4 and later: b64 must not be there).
    """
    if not signature:
        raise SignatureMissing
    protected, sealed = _split(signature)
    header = _header(protected)
    for member in REQUIRED_MEMBERS:
        if member not in header:
            raise SignatureClaimMissing(f"The JOSE header has no member {member}.", path=member)
    _check_form(header)
    key = key_for(header["kid"]) if isinstance(header["kid"], str) else None
    if not isinstance(key, RSAKey):
        _unacceptable("kid")
    if header[ISS] != issuer:
        _unacceptable(ISS)
    _check_trust(header, now)
    if not Registry.algorithms["PS256"].verify(protected.encode() + b"." + _encode(body), _decode(sealed), key):
        raise SignatureInvalid


def _split(signature: str) -> tuple[str, str]:
    parts = signature.split(".")
    if len(parts) != 3 or parts[1] or len(signature) > Registry.max_header_length:  # noqa: PLR2004 - a compact JWS has three
        raise SignatureMalformed
    return parts[0], parts[2]


def _header(protected: str) -> dict[str, Any]:
    try:
        header = json.loads(_decode(protected), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SignatureMalformed from None
    if not isinstance(header, dict):
        raise SignatureMalformed
    return header


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _check_form(header: dict[str, Any]) -> None:
    if header["alg"] != "PS256":
        _unacceptable("alg")
    if header.get("typ", "JOSE") != "JOSE":
        _unacceptable("typ")
    if header.get("cty", "json") not in ("json", "application/json"):
        _unacceptable("cty")
    critical = header["crit"]
    names_all = isinstance(critical, list) and len(critical) == len(CRITICAL) and all(n in critical for n in CRITICAL)
    if not names_all:
        _unacceptable("crit")
    for member in header:
        if member not in REQUIRED_MEMBERS and member not in OPTIONAL_MEMBERS:
            _unacceptable(member)


def _check_trust(header: dict[str, Any], now: datetime) -> None:
    if header[TAN] != settings.TRUST_ANCHOR:
        _unacceptable(TAN)
    issued = header[IAT]
    if isinstance(issued, bool) or not isinstance(issued, int | float) or issued > now.timestamp() + SKEW_SECONDS:
        _unacceptable(IAT)


def _unacceptable(member: str) -> NoReturn:
    raise SignatureClaimInvalid(f"The JOSE header's member {member[:80]} is not acceptable.", path=member[:80])


def _encode(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def _decode(text: str) -> bytes:
    if not BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise SignatureMalformed
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
