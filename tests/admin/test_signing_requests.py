"""What staff do at the desk with a TPP's signing request: one brings it, another agrees, a certificate is issued."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from django.db import DatabaseError, transaction
from django.test import Client

from bank.audit.models import Entry
from bank.customers.models import User
from bank.tpps import certificates
from bank.tpps.models import CertificateRequest
from tests import people
from tests.admin.conftest import LogIn, World
from tests.admin.test_decisions import ask, decide, waiting
from tests.oauth import given
from tests.sandbox.test_self_service import csr
from tests.tpps import forging

BRING = "/admin/tpps/certificaterequest/do/bring/"
BROUGHT = "Nothing is issued until"


def software(world: World) -> Any:
    return world.tpp.software_statements.get()


def bring(browser: Client, world: World, **more: str) -> str:
    """Bring a signing request; return what the page that follows says."""
    fields = {"software": software(world).pk, "use": "transport", "shape": "open-banking", "csr": csr()} | more
    answer = browser.post(BRING, fields, secure=True, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def requests_of(world: World) -> Any:
    return CertificateRequest.objects.filter(software_statement__tpp=world.tpp)


def page_of(browser: Client, request: CertificateRequest) -> str:
    answer = browser.get(f"/admin/tpps/certificaterequest/{request.pk}/change/", secure=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("wanted", [("transport", "open-banking"), ("signing", "eidas")])
def test_two_people_issue_a_certificate_that_is_believed(
    sam: Client, tess: Client, world: World, now: datetime, wanted: tuple[str, str]
) -> None:
    key, (use, shape) = given.key("self-service"), wanted
    assert BROUGHT in bring(sam, world, use=use, shape=shape)
    request = requests_of(world).get()
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for part in ("RSA, 2048 bits", hashlib.sha256(der).hexdigest(), "Issue this certificate"):
        assert part in page_of(tess, request)

    ask(sam, "tpps.issue", request.pk, "They read out the key's SHA-256 by telephone")
    assert "You asked for this yourself" in decide(sam, waiting())
    request.refresh_from_db()
    assert request.issued is None
    assert "Approved, and done." in decide(tess, waiting())

    request.refresh_from_db()
    seen = certificates.verify(given.der(request.issued), use=use, now=now)
    assert (seen.organisation_id, seen.software_id) == (world.tpp.pk, software(world).pk)
    assert request.issued.read().public_key() == key.public_key()
    assert request.issued.pem.strip() in page_of(sam, request)
    assert (
        Entry.objects.get(subject=request.issued.pk, action="certificate.issued").actor
        == f"staff:{world.tess.username}"
    )
    assert "was issued over this request already" in ask(sam, "tpps.issue", request.pk)


def test_who_brought_it_does_not_decide_even_if_somebody_else_asked(sam: Client, tess: Client, world: World) -> None:
    bring(sam, world)
    request = requests_of(world).get()
    ask(tess, "tpps.issue", request.pk)

    assert "You brought this signing request yourself" in decide(sam, waiting())

    request.refresh_from_db()
    assert request.issued is None


def test_names_the_software_that_staff_chose_whatever_the_request_calls_itself(
    sam: Client, tess: Client, world: World
) -> None:
    bring(sam, world, csr=csr(subject=forging.name((NameOID.COMMON_NAME, "another-software"))))
    request = requests_of(world).get()
    assert "CN=another-software" in page_of(tess, request)

    ask(sam, "tpps.issue", request.pk)
    decide(tess, waiting())

    request.refresh_from_db()
    named = request.issued.read().subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [one.value for one in named] == [software(world).pk]


def with_a_broken_signature() -> str:
    der = x509.load_pem_x509_csr(csr().encode()).public_bytes(Encoding.DER)
    return x509.load_der_x509_csr(der[:-1] + bytes([der[-1] ^ 1])).public_bytes(Encoding.PEM).decode()


def of_a_small_key() -> str:
    return csr(rsa.generate_private_key(public_exponent=65537, key_size=1024))


def of_another_curve() -> str:
    return csr(ec.generate_private_key(ec.SECP384R1()))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("csr", lambda: "rubbish", "The csr cannot be read."),
        ("csr", with_a_broken_signature, "not signed with its own key"),
        ("csr", of_a_small_key, "at least 2048 bits"),
        ("csr", of_another_curve, "or P-256"),
        ("software", lambda: "nobody", "knows no software of this id"),
        ("software", lambda: "no\x00body", "Null characters"),
        ("use", lambda: "server", "Select a valid choice"),
    ],
)
def test_keeps_nothing_that_no_certificate_could_be_issued_over(
    sam: Client, world: World, name: str, value: Callable[[], str], words: str
) -> None:
    assert words in bring(sam, world, **{name: value()})
    assert not requests_of(world).exists()


def test_issues_nothing_for_software_that_was_withdrawn(sam: Client, tess: Client, world: World, now: datetime) -> None:
    bring(sam, world)
    request = requests_of(world).get()
    ask(sam, "tpps.issue", request.pk)
    world.tpp.software_statements.update(withdrawn_at=now)

    assert "statement is withdrawn" in decide(tess, waiting())
    assert "statement was withdrawn" in bring(sam, world)

    assert [one.issued for one in requests_of(world)] == [None]


def test_offers_it_on_the_page_of_the_software(sam: Client, world: World) -> None:
    page = sam.get(f"/admin/tpps/softwarestatement/{software(world).pk}/change/", secure=True).content.decode()

    assert f"{BRING}?software={software(world).pk}" in page


def test_nobody_puts_another_key_in_between(sam: Client, world: World) -> None:
    bring(sam, world)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        requests_of(world).update(csr=csr(given.key("other")))


def test_lets_nobody_bring_one_without_permission(world: World, log_in: LogIn, now: datetime) -> None:
    newcomer = log_in(
        User.objects.make(username="newcomer", password=people.PASSWORD, full_name="New", kind="staff", now=now)
    )

    assert newcomer.post(BRING, {}, secure=True).status_code == 403
