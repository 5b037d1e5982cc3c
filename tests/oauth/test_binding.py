"""What codes and tokens are bound to: a certificate or a key, from the pushed request to the refresh."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from joserfc.jwk import RSAKey

from bank.oauth.models import AccessToken, AuthorizationRequest, Grant
from bank.tpps import authority
from tests.https import Identity
from tests.oauth import given, proofs
from tests.oauth.given import Party

FAPI2 = {"profile": "fapi2-security"}
TOKEN_URL = settings.MTLS_URL + given.TOKEN


@pytest.fixture
def carol(db: None, now: datetime) -> Party:
    """A FAPI 2 client whose tokens are bound to a key."""
    return given.party(now=now, name="Carol's Cash", dpop_bound_access_tokens=True, **FAPI2)


@pytest.fixture
def dave(db: None, now: datetime) -> Party:
    """A FAPI 2 client that has not registered for keys, and may use one all the same."""
    return given.party(now=now, name="Dave's Deposits", **FAPI2)


def proof(prover: proofs.Prover, **claims: Any) -> dict[str, str]:
    return {"DPoP": prover.proof("POST", TOKEN_URL, **claims)}


def test_binds_a_token_to_the_key_of_the_proof(carol: Party) -> None:
    answer = carol.token(grant_type="client_credentials", identity=None)

    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP"), answer.content
    assert AccessToken.objects.get(application=carol.client).cnf == {"jkt": carol.prover.jkt}


def test_binds_to_the_certificate_or_the_key_as_a_client_wants_that_registered_for_neither(dave: Party) -> None:
    key = proofs.Prover(now=dave.now)

    by_certificate = dave.token(grant_type="client_credentials").json()
    by_key = dave.token(grant_type="client_credentials", headers=proof(key)).json()

    assert (by_certificate["token_type"], by_key["token_type"]) == ("Bearer", "DPoP")


def test_lets_no_fapi_1_client_bind_its_tokens_to_a_key(bob: Party) -> None:
    answer = bob.token(grant_type="client_credentials", headers=proof(proofs.Prover(now=bob.now)))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


FAULTS: dict[str, dict[str, Any]] = {
    "another address": {"htu": settings.MTLS_URL + given.PAR},
    "another method": {"htm": "GET"},
    "no jti": {"jti": None},
    "an iat an hour ago": {"iat": 1},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_refuses_a_proof_with(carol: Party, fault: str) -> None:
    answer = carol.token(grant_type="client_credentials", headers=proof(carol.prover, **FAULTS[fault]))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof"), answer.content
    assert not AccessToken.objects.filter(application=carol.client).exists()


def test_refuses_a_proof_that_was_used_at_another_request(carol: Party) -> None:
    once = proof(carol.prover)

    first, second = (carol.token(grant_type="client_credentials", headers=once) for _ in range(2))

    assert (first.status_code, second.status_code, second.json()["error"]) == (200, 400, "invalid_dpop_proof")


@pytest.mark.parametrize("named", [True, False])
def test_binds_a_code_to_the_key_of_the_pushed_request(carol: Party, named: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """The request may name the key as well as prove it; both bind alike."""
    code = carol.approved(**({"dpop_jkt": carol.prover.jkt} if named else {}))["code"]
    thief = proofs.Prover(now=carol.now)

    stolen = carol.redeem(code, headers=proof(thief))

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_dpop_proof")
    assert Grant.objects.get(application=carol.client).dpop_jkt == carol.prover.jkt
    assert carol.redeem(code).status_code == 200


def test_binds_a_code_to_a_key_that_is_only_named(dave: Party) -> None:
    key = proofs.Prover(now=dave.now)
    code = dave.approved(dpop_jkt=key.jkt)["code"]

    without, with_it = dave.redeem(code), dave.redeem(code, headers=proof(key))

    assert (without.status_code, without.json()["error"]) == (400, "invalid_dpop_proof")
    assert with_it.json()["token_type"] == "DPoP"


@pytest.mark.parametrize("jkt", ["short", "ä" * 43, "a" * 44])
def test_refuses_a_key_that_cannot_be_one(dave: Party, jkt: str) -> None:
    answer = dave.ask(dpop_jkt=jkt)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert not AuthorizationRequest.objects.filter(client=dave.client).exists()


def test_refreshes_for_a_new_key(carol: Party) -> None:
    first = carol.redeem(carol.approved()["code"]).json()
    fresh = proofs.Prover(now=carol.now)

    again = carol.token(grant_type="refresh_token", refresh_token=first["refresh_token"], headers=proof(fresh))

    assert again.status_code == 200, again.content
    assert again.json()["refresh_token"] == first["refresh_token"]
    newest = AccessToken.objects.filter(application=carol.client).latest("pk")
    assert newest.cnf == {"jkt": fresh.jkt}


# Certificates that nobody has signed but the TPP


def self_signed(key: rsa.RSAPrivateKey, *, now: datetime, days: int = 30) -> Identity:
    """A certificate that a TPP made for itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Erin's Exchange")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now - timedelta(days=40))
    made = builder.not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256())
    return Identity(made.public_bytes(Encoding.DER), key)


@pytest.fixture
def erin(db: None, now: datetime) -> Party:
    """A FAPI 2 client that authenticates by a certificate of its own making."""
    jwk = RSAKey.import_key(given.key("erin").public_key(), {"kid": "own", "use": "sig"}).as_dict(private=False)
    method = "self_signed_tls_client_auth"
    return given.party(now=now, name="Erin's Exchange", auth_method=method, jwks={"keys": [jwk]}, **FAPI2)


def test_knows_a_client_by_the_key_of_its_own_certificate(erin: Party) -> None:
    first = erin.token(grant_type="client_credentials", identity=self_signed(given.key("erin"), now=erin.now))
    renewed = erin.token(
        grant_type="client_credentials", identity=self_signed(given.key("erin"), now=erin.now, days=60)
    )

    assert (first.status_code, renewed.status_code) == (200, 200), first.content
    bound = {token.cnf["x5t#S256"] for token in AccessToken.objects.filter(application=erin.client)}
    assert len(bound) == 2


def test_refuses_a_certificate_that_is_not_the_clients_own(erin: Party) -> None:
    shown = {
        "none": None,
        "of another key": self_signed(authority.new_key(), now=erin.now),
        "of the past": self_signed(given.key("erin"), now=erin.now, days=-1),
        "of the directory": erin.identity,
    }

    for what, identity in shown.items():
        answer = erin.token(grant_type="client_credentials", identity=identity)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), what
