"""What a TPP that comes from outside does at the directory's desk, until it has all that it registers with."""

from datetime import datetime
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import HttpResponse
from django.test import Client

from bank.audit.models import Entry
from bank.keys import jose
from bank.outbox import unit
from bank.tpps import certificates, directory, statements
from tests.oauth import given

ENROLMENT = {"name": "Bob's Budget", "roles": ["AISP", "PISP"], "redirect_uris": ["https://tpp.example/cb"]}


def csr(key: Any = None, *, subject: x509.Name | None = None) -> str:
    """A signing request over a key, signed with it."""
    signer = key or given.key("self-service")
    named = x509.CertificateSigningRequestBuilder().subject_name(subject or x509.Name([]))
    request = named.sign(signer, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


class Bob:
    """A TPP without anything but its keys."""

    def __init__(self) -> None:
        answer = self.call("post", "tpps", ENROLMENT, token="")
        assert answer.status_code == 201, answer.content
        self.told = answer.json()
        self.organisation = f"tpps/{self.told['organisation_id']}"
        self.software = f"{self.organisation}/software/{self.told['software_id']}"

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> HttpResponse:
        given_token = self.told["directory_token"] if token is None else token
        headers = {"Authorization": f"Bearer {given_token}"} if given_token else {}
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        return Client(enforce_csrf_checks=True).generic(
            method.upper(), f"/directory/{path}", raw, content_type="application/json", secure=True, headers=headers
        )

    def certificate(self, use: str = "transport", **more: str) -> dict[str, Any]:
        answer = self.call("post", f"{self.software}/certificates", {"use": use, "csr": csr()} | more)
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture
def bob(db: None, now: datetime) -> Bob:
    with unit.work():
        directory.ensure_authority(now)
    return Bob()


def test_gives_a_tpp_all_that_it_registers_with(bob: Bob, now: datetime) -> None:
    transport, signing = bob.certificate(), bob.certificate("signing", shape="eidas")
    answer = bob.call("post", f"{bob.software}/statement")

    said = statements.verify(answer.json()["software_statement"], now=now)
    assert (said["org_id"], said["software_id"]) == (bob.told["organisation_id"], bob.told["software_id"])
    for made, use in ((transport, "transport"), (signing, "signing")):
        der = x509.load_pem_x509_certificate(made["certificate"].encode()).public_bytes(Encoding.DER)
        seen = certificates.verify(der, use=use, now=now)
        assert (seen.organisation_id, seen.software_id) == (said["org_id"], said["software_id"])
        assert seen.roles == {"AISP", "PISP"}
    keys = Client().get(said["software_jwks_endpoint"].removeprefix("https://localhost:7443"), secure=True)
    assert keys["Content-Type"] == "application/jwk-set+json"
    assert list(jose.public_keys(keys.json())) == [signing["kid"]]


def test_publishes_what_it_signs_with_and_what_it_revoked(bob: Bob, now: datetime) -> None:
    made = bob.certificate()
    path = f"{bob.software}/certificates/{made['thumbprint']}"
    ca = x509.load_pem_x509_certificates(Client().get("/directory/ca.pem", secure=True).content)

    assert bob.call("delete", path).status_code == 204

    answer = Client().get("/directory/crl", secure=True)
    found = x509.load_der_x509_crl(answer.content)
    certificate = x509.load_pem_x509_certificate(made["certificate"].encode())
    assert answer["Content-Type"] == "application/pkix-crl"
    assert found.is_signature_valid(ca[1].public_key())  # type: ignore[arg-type] # an RSA key
    assert found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value.endswith("/directory/crl")
    assert Entry.objects.get(subject=made["thumbprint"], action="certificate.revoked").actor.startswith("tpp:")
    assert bob.call("post", f"{path}/renewal").status_code == 400


def test_renews_over_the_same_key_or_a_new_one(bob: Bob, now: datetime) -> None:
    made = bob.certificate("signing", shape="eidas")
    path = f"{bob.software}/certificates/{made['thumbprint']}/renewal"

    same, other = (bob.call("post", path, body).json() for body in (None, {"csr": csr(given.key("other"))}))

    assert same["kid"] == made["kid"] != other["kid"]
    assert same["thumbprint"] != made["thumbprint"]
    assert same["subject"] == other["subject"] == made["subject"]
    told = bob.call("get", bob.organisation).json()["software"][0]
    assert len(told["certificates"]) == 3


def test_takes_the_key_of_a_revoked_certificate_from_the_key_set(bob: Bob) -> None:
    made = bob.certificate("signing")
    bob.call("post", f"{bob.software}/certificates/{made['thumbprint']}/renewal")
    keys = f"/directory/{bob.told['organisation_id']}/{bob.told['software_id']}.jwks"

    bob.call("delete", f"{bob.software}/certificates/{made['thumbprint']}")
    assert len(Client().get(keys, secure=True).json()["keys"]) == 1  # the renewed one is over it

    for row in bob.call("get", bob.organisation).json()["software"][0]["certificates"]:
        bob.call("delete", f"{bob.software}/certificates/{row['thumbprint']}")
    assert Client().get(keys, secure=True).json() == {"keys": []}


def test_signs_nothing_for_software_that_was_withdrawn(bob: Bob, now: datetime) -> None:
    token = bob.call("post", f"{bob.software}/statement").json()["software_statement"]

    assert bob.call("delete", bob.software).status_code == 204

    assert bob.call("post", f"{bob.software}/statement").status_code == 400
    assert bob.call("post", f"{bob.software}/certificates", {"use": "transport", "csr": csr()}).status_code == 400
    with pytest.raises(statements.StatementRefused) as caught:
        statements.verify(token, now=now)
    assert caught.value.reason == statements.Reason.WITHDRAWN


def test_takes_up_more_software_of_a_tpp(bob: Bob) -> None:
    body = {"name": "Another app", "redirect_uris": ["https://127.0.0.1:8000/cb"]}
    answer = bob.call("post", f"{bob.organisation}/software", body)

    assert answer.status_code == 201
    assert answer.json()["organisation_id"] == bob.told["organisation_id"]
    assert len(bob.call("get", bob.organisation).json()["software"]) == 2


def test_lets_nobody_else_in(bob: Bob) -> None:
    mallory = Bob()
    for path, method in (
        (bob.organisation, "get"),
        (bob.software, "delete"),
        (f"{bob.software}/statement", "post"),
        (f"{bob.software}/certificates", "post"),
    ):
        for token in ("", "x", "x" * 43, mallory.told["directory_token"]):
            answer = bob.call(method, path, token=token)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    crossed = f"{mallory.organisation}/software/{bob.told['software_id']}/statement"
    assert mallory.call("post", crossed).status_code == 400


WRONG: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "x" * 141},
    {"name": "Bob\u202e"},
    {"name": "Bob\0"},
    {"name": 7},
    {"roles": []},
    {"roles": ["BANK"]},
    {"roles": "AISP"},
    {"redirect_uris": []},
    {"redirect_uris": ["http://tpp.example/"]},
    {"redirect_uris": ["https://tpp.example/#x"]},
    {"redirect_uris": ["https://me@tpp.example/"]},
    {"redirect_uris": ["https://[/"]},
    {"more": True},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_enrols_nobody_by_a_body_that_is_wrong(bob: Bob, wrong: dict[str, Any]) -> None:
    answer = bob.call("post", "tpps", ENROLMENT | wrong, token="")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"].isascii()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"name": 1', b"[" * 100_000])
def test_enrols_nobody_by_a_body_that_is_none(bob: Bob, body: bytes) -> None:
    assert bob.call("post", "tpps", body, token="").status_code == 400


def test_issues_nothing_over_a_key_that_is_weak_or_not_proved(bob: Bob) -> None:
    forged = x509.load_pem_x509_csr(csr().encode()).public_bytes(Encoding.DER)
    broken = forged[:-4] + bytes(4)
    pem = x509.load_der_x509_csr(broken).public_bytes(Encoding.PEM).decode()
    weak = csr(rsa.generate_private_key(public_exponent=65537, key_size=1024))
    for wrong in (pem, weak, csr(ec.generate_private_key(ec.SECP384R1())), "rubbish", ""):
        answer = bob.call("post", f"{bob.software}/certificates", {"use": "transport", "csr": wrong})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    answer = bob.call("post", f"{bob.software}/certificates", {"use": "server", "csr": csr()})
    assert answer.status_code == 400
