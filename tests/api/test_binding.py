"""What an access token is bound to, and that it counts for nobody else: a certificate, or a DPoP key.

Source: RFC 8705 section 3, RFC 9449 sections 7.1 and 7.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import settings

from bank.audit.models import Entry
from bank.oauth.models import Client, SpentIdentifier
from bank.tpps import certificates
from tests import calls
from tests.https import Answer
from tests.oauth.given import key
from tests.oauth.proofs import Prover, ath
from tests.remote import Remote

from . import paths

pytestmark = pytest.mark.urls("tests.api.paths")
NOTES = f"{calls.PISP}/notes"
NOTE = {"Data": {"Text": "hello"}}
URL = "https://localhost:7444" + NOTES
DPOP = 'DPoP realm="open-banking", error="{}", algs="PS256 ES256"'
BEARER = 'Bearer realm="open-banking", error="invalid_token"'


@dataclass(kw_only=True)
class Holder:
    """A TPP with a key, and a token that is bound to it; it has no certificate."""

    caller: Remote
    prover: Prover
    token: str

    def proof(self, **changed: Any) -> str:
        return self.prover.proof("POST", URL, **({"access_token": self.token} | changed))

    def call(self, proof: str | None, *, scheme: str = "DPoP", path: str = NOTES, **more: Any) -> Answer:
        headers = {"Authorization": f"{scheme} {self.token}", "DPoP": proof} | more
        return self.caller.call("POST", path, NOTE, **({"der": None} | headers))


@pytest.fixture
def bob(bob: calls.Caller) -> Remote:
    return Remote.like(bob)


@pytest.fixture
def holder(bob: Remote) -> Holder:
    prover = Prover(now=bob.now)
    return Holder(caller=bob, prover=prover, token=bob.token("payments", jkt=prover.jkt))


def words(answer: Answer) -> str:
    """Why a call was refused, as the trail has it."""
    return str(Entry.objects.get(interaction_id=answer["x-fapi-interaction-id"]).detail["words"])


MERITS: dict[str, Callable[[Holder], Answer]] = {
    "no certificate": lambda bob: bob.call(bob.proof()),
    "a certificate": lambda bob: bob.call(bob.proof(), der="own"),
    "a certificate that nobody vouches for": lambda bob: bob.call(bob.proof(), der=b"made up"),
    "the scheme in upper case": lambda bob: bob.call(bob.proof(), scheme="DPOP"),
    "the scheme in lower case": lambda bob: bob.call(bob.proof(), scheme="dpop"),
    "a query in the address": lambda bob: bob.call(bob.proof(), path=f"{NOTES}?a=b"),
    "an htu with a query": lambda bob: bob.call(bob.proof(htu=f"{URL}?c=d")),
}

FAULTS: dict[str, Callable[[Holder], Answer]] = {
    "no proof": lambda bob: bob.call(None),
    "two proofs": lambda bob: bob.call(f"{bob.proof()},{bob.proof()}"),
    "a proof for another method": lambda bob: bob.call(bob.proof(htm="PUT")),
    "a proof for the token endpoint": lambda bob: bob.call(bob.proof(htu="https://localhost:7444/oauth/token")),
    "a proof for the pages' port": lambda bob: bob.call(bob.proof(htu=URL.replace("7444", "7443"))),
    "a proof of an hour ago": lambda bob: bob.call(bob.proof(iat=int(bob.prover.now.timestamp()) - 3600)),
    "a proof without ath": lambda bob: bob.call(bob.proof(access_token=None)),
    "a proof for another token": lambda bob: bob.call(bob.proof(ath=ath("another"))),
    "a proof that is not signed": lambda bob: bob.call(bob.proof(header={"alg": "none"})),
}


@pytest.mark.parametrize("merit", MERITS)
def test_takes_a_token_of_a_key_with(holder, merit):
    answer = MERITS[merit](holder)

    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize("fault", FAULTS)
def test_refuses_a_token_of_a_key_with(holder, fault):
    spent = SpentIdentifier.objects.count()

    answer = FAULTS[fault](holder)

    assert answer.status_code == 401
    assert answer.content == b""
    assert answer["WWW-Authenticate"] == DPOP.format("invalid_dpop_proof")
    assert not Entry.objects.filter(interaction_id=answer["x-fapi-interaction-id"]).exists()
    assert SpentIdentifier.objects.count() == spent


def test_tells_a_known_caller_what_was_wrong_with_its_proof(holder):
    answer = holder.call(holder.proof(htm="PUT"), der="own")

    assert words(answer) == "The htm of the proof is not the method of the request."


def test_refuses_a_proof_that_was_used_before(holder):
    proof = holder.proof()
    assert holder.call(proof).status_code == 201

    again = holder.call(proof)

    assert again.status_code == 401
    assert again["WWW-Authenticate"] == DPOP.format("invalid_dpop_proof")


def test_refuses_the_proof_of_another_key(holder):
    thief = Prover(now=holder.prover.now)

    answer = holder.call(thief.proof("POST", URL, access_token=holder.token), der="own")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == DPOP.format("invalid_token")
    assert words(answer) == "The access token is bound to another key."


@pytest.mark.parametrize("der", ["own", None])
def test_refuses_a_token_of_a_key_as_a_bearer_token(holder, der):
    answer = holder.call(holder.proof(), scheme="Bearer", der=der)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == DPOP.format("invalid_token")


def test_refuses_a_token_of_a_certificate_under_the_scheme_of_keys(holder):
    holder.token = holder.caller.token("payments")

    answer = holder.call(holder.proof(), der="own")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == BEARER
    assert words(answer) == "The access token is bound to a certificate: it needs the scheme Bearer."


def test_says_in_the_scheme_of_keys_that_a_scope_is_missing(holder):
    holder.token = holder.caller.token("accounts", jkt=holder.prover.jkt)

    answer = holder.call(holder.proof())

    assert answer.status_code == 403
    assert answer["WWW-Authenticate"] == DPOP.format("insufficient_scope")


def test_names_the_thief_and_not_the_owner_of_a_stolen_token(bob, own_token, now):
    mallory = Remote.like(calls.caller(now=now, name="Mallory Money"))

    answer = mallory.call("POST", NOTES, NOTE, token=own_token)

    entry = Entry.objects.get(interaction_id=answer["x-fapi-interaction-id"])
    assert entry.actor == f"tpp:{mallory.provider.statement.pk}"


def test_says_which_schemes_it_takes_where_there_is_no_token(bob):
    answer = bob.call("POST", NOTES, NOTE)

    assert answer["WWW-Authenticate"] == 'Bearer realm="open-banking", DPoP realm="open-banking", algs="PS256 ES256"'


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "DPoP", "Bearer a b", "Bearer a, DPoP b", "Bearer " + "a" * 5000]
)
def test_refuses_what_holds_no_token(bob, header):
    answer = bob.call("POST", NOTES, NOTE, Authorization=header)

    assert answer.status_code == 401
    assert words(answer) == "The Authorization header does not hold a Bearer or a DPoP token."


def test_refuses_a_token_in_the_address(bob, own_token):
    answer = bob.call("POST", f"{NOTES}?access_token={own_token}", NOTE)

    assert answer.status_code == 401


def test_refuses_the_token_of_a_client_that_was_deleted(bob, own_token, now):
    Client.objects.filter(pk=bob.provider.client.pk).update(deleted_at=now)

    answer = bob.call("POST", NOTES, NOTE, token=own_token)

    assert answer.status_code == 401
    assert words(answer) == "The client of the access token was deleted."


def self_signed(now: datetime, *, days: int = 30) -> bytes:
    """A certificate that vouches for itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bob's own")])
    signer: rsa.RSAPrivateKey = key("transport")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(signer.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(days=60))
    made = builder.not_valid_after(now + timedelta(days=days)).sign(signer, hashes.SHA256())
    return made.public_bytes(Encoding.DER)


def test_takes_a_self_signed_certificate_of_a_client_that_authenticates_so(bob, now):
    der = self_signed(now)
    Client.objects.filter(pk=bob.provider.client.pk).update(token_endpoint_auth_method="self_signed_tls_client_auth")
    token = bob.token("payments", bound_to=certificates.thumbprint(der))

    assert bob.call("POST", NOTES, NOTE, token=token, der=der, key=key("transport")).status_code == 201
    assert bob.call("POST", NOTES, NOTE, token=token).status_code == 401  # the directory's certificate is another one


@pytest.mark.parametrize(("method", "days"), [("private_key_jwt", 30), ("self_signed_tls_client_auth", -1)])
def test_refuses_any_other_self_signed_certificate(bob, now, method, days):
    der = self_signed(now, days=days)
    Client.objects.filter(pk=bob.provider.client.pk).update(token_endpoint_auth_method=method)
    token = bob.token("payments", bound_to=certificates.thumbprint(der))

    assert bob.call("POST", NOTES, NOTE, token=token, der=der, key=key("transport")).status_code == 401


def test_compares_a_proof_with_the_address_that_the_bank_publishes(holder, monkeypatch):
    monkeypatch.setattr(settings, "MTLS_URL", "https://bank.example")

    assert holder.call(holder.proof(htu=f"https://bank.example:443{NOTES}")).status_code == 201
    assert holder.call(holder.proof()).status_code == 401


def test_makes_nothing_of_what_it_refuses(holder):
    holder.call(None)

    assert paths.MADE == []
