"""Detached signatures of messages: each fault has its code, and the earlier one is told first."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey

from bank.errors import Refused
from bank.keys import jose, store
from tests.calls import base64url

BODY = b'{"Data":{"Initiation":{}}}'
ORGANISATION = "0015800001041RHAAY"
ISSUER = f"{ORGANISATION}/4dfUE3Gj5s"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = RSAKey.generate_key(2048, {"kid": "tpp", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "other", "use": "sig"})
CURVE = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
KEYS = {"tpp": KEY, "curve": CURVE}


def signature(body: bytes = BODY, *, key: RSAKey = KEY, raw: bytes | None = None, **members: Any) -> str:
    """A signature as a TPP makes it; members change the JOSE header, None takes one out."""
    header = {
        "alg": "PS256",
        "kid": "tpp",
        jose.IAT: int(NOW.timestamp()),
        jose.ISS: ISSUER,
        jose.TAN: "openbanking.sandbox.test",
        "crit": [jose.IAT, jose.ISS, jose.TAN],
    } | members
    head = base64url(raw or orjson.dumps({name: value for name, value in header.items() if value is not None}))
    seal = jws.JWSRegistry.algorithms["PS256"].sign(f"{head}.{base64url(body)}".encode(), key)
    return f"{head}..{base64url(seal)}"


def check(value: str, body: bytes = BODY) -> None:
    """Check a signature as the endpoint does."""
    jose.verify_detached(value, body, key_for=KEYS.get, issuer=ISSUER, now=NOW)


def head_of(value: str) -> str:
    return value.split("..", maxsplit=1)[0]


FAULTS: list[tuple[str, Callable[[], str], str, str | None]] = [
    ("nothing", lambda: "", "U019", None),
    ("two parts", lambda: "a.b", "U018", None),
    ("four parts", lambda: "a..b.c", "U018", None),
    ("the payload inside", lambda: signature().replace("..", f".{base64url(BODY)}."), "U018", None),
    ("an empty header", lambda: "..c2VhbA", "U018", None),
    ("no seal", lambda: head_of(signature()) + "..", "U018", None),
    ("letters that are not base64url", lambda: head_of(signature()) + "..a+b/", "U018", None),
    ("padding", lambda: head_of(signature()) + "..YQ==", "U018", None),
    ("a header that is a list", lambda: signature(raw=b"[]"), "U018", None),
    ("a header in pieces", lambda: signature(raw=b'{"alg":'), "U018", None),
    ("a header with NaN", lambda: signature(raw=b'{"alg":NaN}'), "U018", None),
    ("a header with a member twice", lambda: signature(raw=b'{"alg":"PS256","alg":"none"}'), "U018", None),
    ("a header nested 10,000 deep", lambda: signature(raw=b"[" * 5_000 + b"]" * 5_000), "U018", None),
    ("nine kilobytes", lambda: signature(kid="k" * 9_000), "U018", None),
    *[(f"no {name}", lambda name=name: signature(**{name: None}), "U017", name) for name in jose.REQUIRED_MEMBERS],
    ("RS256", lambda: signature(alg="RS256"), "U016", "alg"),
    ("ES256", lambda: signature(alg="ES256", kid="curve"), "U016", "alg"),
    ("none", lambda: signature(alg="none"), "U016", "alg"),
    ("the typ of a JWT", lambda: signature(typ="JWT"), "U016", "typ"),
    ("the cty of XML", lambda: signature(cty="application/xml"), "U016", "cty"),
    ("crit without tan", lambda: signature(crit=[jose.IAT, jose.ISS]), "U016", "crit"),
    ("crit with b64", lambda: signature(b64=True, crit=[*jose.CRITICAL, "b64"]), "U016", "crit"),
    ("crit with iat twice", lambda: signature(crit=[jose.IAT, jose.IAT, jose.ISS]), "U016", "crit"),
    ("crit that is a text", lambda: signature(crit=jose.IAT), "U016", "crit"),
    ("b64 true", lambda: signature(b64=True), "U016", "b64"),
    ("b64 false", lambda: signature(b64=False), "U016", "b64"),
    ("another member", lambda: signature(x5t="abc"), "U016", "x5t"),
    ("an unknown kid", lambda: signature(kid="nobody"), "U016", "kid"),
    ("a kid that is a number", lambda: signature(kid=7), "U016", "kid"),
    ("the kid of an elliptic key", lambda: signature(kid="curve"), "U016", "kid"),
    ("the iss of another", lambda: signature(**{jose.ISS: "0015800001041RHAAY/other"}), "U016", jose.ISS),
    (
        "the organisation alone as iss",
        lambda: signature(**{jose.ISS: ORGANISATION}),
        "U016",
        jose.ISS,
    ),
    ("another trust anchor", lambda: signature(**{jose.TAN: "openbanking.org.uk"}), "U016", jose.TAN),
    ("an iat that is a text", lambda: signature(**{jose.IAT: "1795521600"}), "U016", jose.IAT),
    ("an iat that is true", lambda: signature(**{jose.IAT: True}), "U016", jose.IAT),
    ("an iat in 61 seconds", lambda: signature(**{jose.IAT: NOW.timestamp() + 61}), "U016", jose.IAT),
    ("the seal of another key", lambda: signature(key=OTHER), "U015", None),
    ("the seal over another body", lambda: signature(BODY + b" "), "U015", None),
    ("a seal cut short", lambda: signature()[:-4], "U015", None),
]


@pytest.mark.parametrize(("make", "code", "path"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_refuses(make: Callable[[], str], code: str, path: str | None) -> None:
    with pytest.raises(Refused) as caught:
        check(make())

    fault = caught.value.faults[0]
    assert (caught.value.status, fault.code, fault.path) == (400, code, path)


ORDER: list[tuple[str, dict[str, Any]]] = [
    ("U017", {"alg": None, "typ": "JWT", "kid": "nobody", jose.ISS: "other", jose.TAN: "other"}),
    ("U016", {"kid": "nobody", jose.ISS: "other", jose.TAN: "other"}),
]


@pytest.mark.parametrize(("code", "members"), ORDER, ids=[row[0] for row in ORDER])
def test_tells_the_earlier_fault_first(code: str, members: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        check(signature(key=OTHER, **members))

    assert caught.value.faults[0].code == code


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"typ": "JOSE"},
        {"cty": "json"},
        {"cty": "application/json"},
        {"crit": [jose.TAN, jose.IAT, jose.ISS]},
        {jose.IAT: int(NOW.timestamp()) + 59},
        {jose.IAT: 1_501_497_671},
        {jose.IAT: NOW.timestamp() - 0.5},
    ],
    ids=str,
)
def test_accepts_a_header_with(members: dict[str, Any]) -> None:
    assert check(signature(**members)) is None


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"x" * 256_000], ids=["nothing", "no text", "256 kB"])
def test_signs_and_checks_bytes_as_they_are(body: bytes) -> None:
    assert check(signature(body), body) is None


def test_signs_as_the_profile_says(db: None, now: datetime) -> None:
    store.ensure(now)

    value = jose.sign_detached(BODY, now=now)

    keys = KeySet.import_key_set(store.public_jwks())
    header = orjson.loads(_decoded(head_of(value)))
    assert set(header) == {"alg", "kid", "typ", "cty", "crit", jose.IAT, jose.ISS, jose.TAN}
    assert (header["alg"], header["typ"], header[jose.ISS]) == ("PS256", "JOSE", "0015800000LMBRDQAA")
    assert header[jose.IAT] == int(now.timestamp())
    assert sorted(header["crit"]) == sorted(jose.CRITICAL)
    key = next(key for key in keys.keys if key.kid == header["kid"])
    signed = f"{head_of(value)}.{base64url(BODY)}".encode()
    assert jws.JWSRegistry.algorithms["PS256"].verify(signed, _decoded(value.split("..")[1]), key)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
