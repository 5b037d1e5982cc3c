"""JWTs of others, and the keys they are checked with."""

import hashlib
import hmac
from datetime import datetime
from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from bank.keys import jose, store

RSA = RSAKey.generate_key(2048)
CURVE = ECKey.generate_key("P-256")


def public(key: Any, **members: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": "k", **members}


def weak_key() -> RSAKey:
    with pytest.warns(SecurityWarning):
        return RSAKey.generate_key(1024)


@pytest.mark.parametrize(
    "member", [public(RSA), public(RSA, use="sig", alg="PS256"), public(CURVE)], ids=["RSA", "all", "EC"]
)
def test_takes_keys_that_are_strong_enough(member: dict[str, Any]) -> None:
    assert list(jose.public_keys({"keys": [member]})) == ["k"]


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    "member",
    [
        public(weak_key()),
        public(RSA, use="enc"),
        public(ECKey.generate_key("P-384")),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "k"},
        {"kty": "RSA", "kid": "k"},
        RSA.as_dict(private=False) | {"kid": 7},
        RSA.as_dict(private=False),
        "rubbish",
    ],
    ids=["1024 bits", "for encryption", "P-384", "symmetric", "empty", "a kid of another type", "no kid", "rubbish"],
)
def test_leaves_out(member: Any) -> None:
    assert jose.public_keys({"keys": [member]}) == {}


def test_refuses_what_is_no_key_set() -> None:
    with pytest.raises(ValueError, match="list of keys"):
        jose.public_keys({"keys": "rubbish"})


@pytest.mark.parametrize("algorithm", ["PS256", "ES256"])
def test_checks_what_it_signed(db: None, now: datetime, algorithm: str) -> None:
    store.ensure(now)

    token = jose.sign_jwt({"a": "b"}, algorithm=algorithm, typ="JWT")

    checked = jose.verify_jwt(token, jose.public_keys(store.public_jwks()))
    assert checked.claims == {"a": "b"}
    assert (checked.header["alg"], checked.header["typ"]) == (algorithm, "JWT")


def test_does_not_take_a_public_key_for_a_shared_secret() -> None:
    secret = RSA.as_bytes(encoding="PEM", private=False)
    head, payload = (jose._encode(part).decode() for part in (b'{"alg":"HS256","kid":"k"}', b"{}"))
    seal = jose._encode(hmac.new(secret, f"{head}.{payload}".encode(), hashlib.sha256).digest()).decode()

    with pytest.raises(jose.Unverified, match="algorithm"):
        jose.verify_jwt(f"{head}.{payload}.{seal}", {"k": RSA})


def test_does_not_use_a_key_for_the_other_algorithm() -> None:
    token = jws.serialize_compact({"alg": "PS256", "kid": "k"}, b"{}", RSA, algorithms=["PS256"])

    with pytest.raises(jose.Unverified, match="does not go"):
        jose.verify_jwt(token, {"k": CURVE})


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "e30.e30.", "e30.e30.a", "null.null.null", "W10.e30.e30", "\0.\0.\0"]
)
def test_refuses_rubbish(token: str) -> None:
    with pytest.raises(jose.Unverified):
        jose.verify_jwt(token, {"k": RSA})
    with pytest.raises(jose.Unverified):
        jose.peek(token + "x")
