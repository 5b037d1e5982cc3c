"""DPoP proofs: everything that makes one bad, and what must not (RFC 9449 section 4.3)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey

from bank import clock
from bank.oauth import dpop, tasks
from bank.oauth.models import SpentIdentifier
from tests.oauth.proofs import Prover, ath, rsa

URL = "https://localhost:7444/oauth/token"
TOKEN = "an-access-token"


@pytest.fixture
def bob(db: None, now: datetime) -> Prover:
    """A TPP with a key on P-256."""
    return Prover(now=now)


def good(bob: Prover, **changed: Any) -> str:
    return bob.proof("POST", URL, access_token=TOKEN, **changed)


def changed_payload(bob: Prover) -> str:
    parts, others = good(bob).split("."), good(bob).split(".")
    return ".".join([parts[0], others[1], parts[2]])


def of_another_key(bob: Prover) -> str:
    return good(bob, header={"jwk": Prover(now=bob.now).public()})


def with_key(key: Any, **header: Any) -> Callable[[Prover], str]:
    return lambda bob: good(Prover(now=bob.now, key=key), header=header)


FAULTS: dict[str, tuple[Callable[[Prover], str | None], str]] = {
    "nothing": (lambda _: None, "missing"),
    "an empty header": (lambda _: "", "missing"),
    "two headers": (lambda bob: f"{good(bob)},{good(bob)}", "more than one"),
    "two headers with a blank": (lambda bob: f"{good(bob)}, {good(bob)}", "more than one"),
    "no JWT": (lambda _: "proof", "not a signed JWT"),
    "three dots": (lambda _: "...", "not a signed JWT"),
    "letters that are not ASCII": (lambda _: "ä.ö.ü", "not a signed JWT"),
    "no typ": (lambda bob: good(bob, header={"typ": None}), "typ"),
    "another typ": (lambda bob: good(bob, header={"typ": "JWT"}), "typ"),
    "no alg": (lambda bob: good(bob, header={"alg": None}), "not a signed JWT"),
    "RS256": (with_key(rsa(), alg="RS256"), "algorithm"),
    "PS512": (with_key(rsa(), alg="PS512"), "algorithm"),
    "none": (lambda bob: good(bob, header={"alg": "none"}), ""),
    "HS256": (with_key(OctKey.import_key("k" * 32), alg="HS256"), "algorithm"),
    "no jwk": (lambda bob: good(bob, header={"jwk": None}), "jwk"),
    "a jwk that is a text": (lambda bob: good(bob, header={"jwk": "key"}), "jwk"),
    "an empty jwk": (lambda bob: good(bob, header={"jwk": {}}), "jwk"),
    "a jwk of no known kind": (lambda bob: good(bob, header={"jwk": {"kty": "XX", "n": 7}}), "jwk"),
    "a jwk with a number for x": (lambda bob: good(bob, header={"jwk": bob.public() | {"x": 7}}), "jwk"),
    "a jwk that is not on its curve": (lambda bob: good(bob, header={"jwk": bob.public() | {"x": "AAAA"}}), "jwk"),
    "a private jwk": (lambda bob: good(bob, header={"jwk": dict(bob.key.as_dict(private=True))}), "public"),
    "a jwk on another curve": (
        lambda bob: good(bob, header={"jwk": dict(ECKey.generate_key("P-384").as_dict(private=False))}),
        "jwk",
    ),
    "an Edwards jwk": (
        lambda bob: good(bob, header={"jwk": dict(OKPKey.generate_key("Ed25519").as_dict(private=False))}),
        "jwk",
    ),
    "a weak jwk": (lambda bob: good(Prover(now=bob.now, key=rsa(1024))), "2048"),
    "an RSA jwk under ES256": (lambda bob: good(bob, header={"jwk": rsa().as_dict(private=False)}), "key"),
    "another jwk": (of_another_key, "signature"),
    "a changed payload": (changed_payload, "signature"),
    "crit": (lambda bob: good(bob, header={"crit": ["exp"], "exp": 1}), "extensions"),
    "no jti": (lambda bob: good(bob, jti=None), "jti"),
    "an empty jti": (lambda bob: good(bob, jti=""), "jti"),
    "a jti that is a number": (lambda bob: good(bob, jti=7), "jti"),
    "no htm": (lambda bob: good(bob, htm=None), "htm"),
    "another htm": (lambda bob: good(bob, htm="PUT"), "htm"),
    "an htm in lower case": (lambda bob: good(bob, htm="post"), "htm"),
    "no htu": (lambda bob: good(bob, htu=None), "htu"),
    "an htu that is a list": (lambda bob: good(bob, htu=[URL]), "htu"),
    "an htu that is a path": (lambda bob: good(bob, htu="/oauth/token"), "htu"),
    "an htu with another path": (lambda bob: good(bob, htu=f"{URL}/"), "htu"),
    "an htu with another path by case": (lambda bob: good(bob, htu=URL.replace("token", "Token")), "htu"),
    "an htu on another host": (lambda bob: good(bob, htu=URL.replace("localhost", "other.example")), "htu"),
    "an htu at another port": (lambda bob: good(bob, htu=URL.replace(":7444", "")), "htu"),
    "an htu without TLS": (lambda bob: good(bob, htu=URL.replace("https", "http")), "htu"),
    "an htu with a name and password": (lambda bob: good(bob, htu=URL.replace("//", "//a:b@")), "htu"),
    "an htu with a port that is none": (lambda bob: good(bob, htu=URL.replace("7444", "74440000")), "htu"),
    "an htu with half a bracket": (lambda bob: good(bob, htu="https://[::1/oauth/token"), "htu"),
    "no iat": (lambda bob: good(bob, iat=None), "iat"),
    "an iat that is a text": (lambda bob: good(bob, iat=str(int(bob.now.timestamp()))), "iat"),
    "an iat that is true": (lambda bob: good(bob, iat=True), "iat"),
    "an iat without end": (lambda bob: good(bob, iat=1e308), "iat"),
    "an iat an hour ago": (lambda bob: good(bob, iat=int(bob.now.timestamp()) - 3600), "iat"),
    "an iat in an hour": (lambda bob: good(bob, iat=int(bob.now.timestamp()) + 3600), "iat"),
    "an iat 61 seconds ago": (lambda bob: good(bob, iat=int(bob.now.timestamp()) - 61), "iat"),
    "an iat in 61 seconds": (lambda bob: good(bob, iat=int(bob.now.timestamp()) + 61), "iat"),
    "no ath": (lambda bob: good(bob, ath=None), "ath"),
    "another ath": (lambda bob: good(bob, ath=ath("another-token")), "ath"),
    "an ath that is the token": (lambda bob: good(bob, ath=TOKEN), "ath"),
}

MERITS: dict[str, Callable[[Prover], str]] = {
    "nothing out of the way": good,
    "a query and a fragment in htu": lambda bob: good(bob, htu=f"{URL}?a=b#c"),
    "a host and scheme in upper case": lambda bob: good(bob, htu=URL.replace("https://localhost", "HTTPS://LOCALHOST")),
    "an escape in htu that need not be one": lambda bob: good(bob, htu=URL.replace("token", "%74oken")),
    "more claims": lambda bob: good(bob, foo="bar", nonce="of nobody's", exp=1),
    "more in the header": lambda bob: good(bob, header={"kid": "a", "x": 1}),
    "more in the jwk": lambda bob: good(bob, header={"jwk": bob.public() | {"kid": "a", "use": "sig", "alg": "ES256"}}),
    "an iat of 60 seconds ago": lambda bob: good(bob, iat=int(bob.now.timestamp()) - 60),
    "an iat in 10 seconds": lambda bob: good(bob, iat=int(bob.now.timestamp()) + 10),
    "an iat with a fraction": lambda bob: good(bob, iat=bob.now.timestamp() + 0.5),
}


def check(bob: Prover, header: str | None, *, url: str = URL) -> str:
    return dpop.verify(header, method="POST", url=url, now=bob.now, access_token=TOKEN)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("fault", FAULTS)
def test_refuses_a_proof_with(bob, fault):
    make, word = FAULTS[fault]
    spent = SpentIdentifier.objects.count()

    with pytest.raises(dpop.InvalidDpopProof) as refused:
        check(bob, make(bob))

    assert refused.value.error == "invalid_dpop_proof"
    assert refused.value.status_code == 400
    assert word in refused.value.description
    assert refused.value.description.isascii()
    assert SpentIdentifier.objects.count() == spent


@pytest.mark.parametrize("merit", MERITS)
def test_accepts_a_proof_with(bob, merit):
    assert check(bob, MERITS[merit](bob)) == bob.jkt


def test_accepts_an_rsa_key(bob):
    rita = Prover(now=bob.now, key=rsa())

    assert check(bob, good(rita)) == rita.jkt


def test_takes_the_port_of_https_as_read(bob):
    proof = bob.proof("POST", "https://bank.example:443/oauth/token", access_token=TOKEN)

    assert check(bob, proof, url="https://bank.example/oauth/token") == bob.jkt


def test_asks_for_no_ath_where_there_is_no_token(bob):
    assert dpop.verify(bob.proof("POST", URL), method="POST", url=URL, now=bob.now) == bob.jkt


def test_refuses_a_proof_that_was_used_before(bob):
    proof = good(bob)
    check(bob, proof)

    with pytest.raises(dpop.InvalidDpopProof, match="used before"):
        check(bob, proof)


def test_lets_two_keys_use_the_same_jti(bob):
    carol = Prover(now=bob.now)

    assert check(bob, good(bob, jti="1")) == bob.jkt
    assert check(bob, good(carol, jti="1")) == carol.jkt


def test_remembers_a_proof_for_as_long_as_it_would_be_taken(bob, monkeypatch):
    late = bob.now + timedelta(seconds=60)
    proof = good(bob, iat=int(bob.now.timestamp()))
    check(bob, proof)
    monkeypatch.setattr(clock, "now", lambda: late)

    tasks.purge()

    with pytest.raises(dpop.InvalidDpopProof, match="used before"):
        dpop.verify(proof, method="POST", url=URL, now=late, access_token=TOKEN)


@pytest.mark.parametrize(
    ("text", "expected"), [("a" * 43, True), ("a" * 42, False), ("a" * 42 + "=", False), ("ä" * 43, False), ("", False)]
)
def test_knows_what_can_be_a_thumbprint(text, expected):
    assert dpop.is_thumbprint(text) is expected
