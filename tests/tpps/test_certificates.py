"""What the bank believes of a certificate, and the reason where it does not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bank.outbox import unit
from bank.tpps import authority, certificates, directory
from bank.tpps.certificates import CertificateRefused, Reason
from bank.tpps.models import SoftwareStatement, TrustAnchor

TRANSPORT_KEY = authority.new_key()
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mallory")])


@pytest.fixture
def statement(work: unit.Unit, now: datetime) -> SoftwareStatement:
    """A TPP's software statement."""
    return directory.enrol("Bob's Budget", roles=["AISP"], redirect_uris=["https://tpp.example/cb"], now=now)


def issued(statement: SoftwareStatement, *, now: datetime, use: str = "transport") -> bytes:
    """A certificate of the directory, as TLS carries it."""
    row = directory.issue(statement, use=use, public_key=TRANSPORT_KEY.public_key(), now=now)
    return x509.load_pem_x509_certificate(row.pem.encode()).public_bytes(Encoding.DER)


def reason(der: bytes, *, now: datetime, use: str = "transport") -> Reason:
    """Why a certificate is refused."""
    with pytest.raises(CertificateRefused) as caught:
        certificates.verify(der, use=use, now=now)
    return caught.value.reason


def test_names_whom_it_believes(statement: SoftwareStatement, now: datetime) -> None:
    der = issued(statement, now=now)

    verified = certificates.verify(der, use="transport", now=now)

    assert (verified.organisation_id, verified.software_id) == (statement.tpp_id, statement.pk)
    assert verified.thumbprint == statement.certificates.get().thumbprint
    assert len(verified.thumbprint) == 43


@pytest.mark.parametrize("use", ["transport", "signing"])
def test_believes_a_certificate_for_its_own_use_alone(statement: SoftwareStatement, now: datetime, use: str) -> None:
    der = issued(statement, now=now, use=use)
    other = {"transport": "signing", "signing": "transport"}[use]

    assert certificates.verify(der, use=use, now=now).software_id == statement.pk
    assert reason(der, now=now, use=other) == Reason.WRONG_USE


def test_believes_a_certificate_from_its_first_instant_to_its_last(statement: SoftwareStatement, now: datetime) -> None:
    der = issued(statement, now=now)
    certificate = x509.load_der_x509_certificate(der)
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc

    assert reason(der, now=first - timedelta(seconds=1)) == Reason.NOT_YET_VALID
    assert certificates.verify(der, use="transport", now=now)
    assert certificates.verify(der, use="transport", now=last)
    assert reason(der, now=last + timedelta(seconds=1)) == Reason.EXPIRED


def test_believes_nobody_after_a_revocation(statement: SoftwareStatement, now: datetime) -> None:
    der = issued(statement, now=now)
    assert certificates.verify(der, use="transport", now=now)

    directory.revoke(statement.certificates.get(), now=now)

    assert reason(der, now=now) == Reason.REVOKED


def self_signed(now: datetime, folder: Path) -> bytes:
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).serial_number(7)
    builder = builder.public_key(TRANSPORT_KEY.public_key()).not_valid_before(now - timedelta(1))
    return builder.not_valid_after(now + timedelta(1)).sign(TRANSPORT_KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def of_another_directory(now: datetime, folder: Path) -> bytes:
    """Issued by an authority that calls itself just like ours."""
    other = authority.load_or_make(folder, now=now)
    made = authority.issue_transport(other, subject=NAME, public_key=TRANSPORT_KEY.public_key(), now=now)
    return made.public_bytes(Encoding.DER)


def of_a_tpp_that_plays_authority(now: datetime, folder: Path) -> bytes:
    """Signed with the key of a TPP's own certificate, which is no authority's."""
    ours = directory.ensure_authority(now)
    tpp_key = authority.new_key()
    own = authority.issue_transport(ours, subject=NAME, public_key=tpp_key.public_key(), now=now)
    pretended = authority.Authority(root=ours.root, certificate=own, key=tpp_key)
    made = authority.issue_transport(pretended, subject=NAME, public_key=TRANSPORT_KEY.public_key(), now=now)
    return made.public_bytes(Encoding.DER)


STRANGERS = [self_signed, of_another_directory, of_a_tpp_that_plays_authority]


@pytest.mark.parametrize("make", STRANGERS)
def test_does_not_believe(
    work: unit.Unit, now: datetime, tmp_path: Path, make: Callable[[datetime, Path], bytes]
) -> None:
    assert reason(make(now, tmp_path), now=now) == Reason.UNKNOWN_AUTHORITY


def test_does_not_believe_a_weak_key(work: unit.Unit, now: datetime) -> None:
    ours = directory.ensure_authority(now)
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    made = authority.issue_transport(ours, subject=NAME, public_key=weak, now=now)

    assert reason(made.public_bytes(Encoding.DER), now=now) == Reason.WEAK_KEY


def test_does_not_believe_the_banks_own_certificate_for_a_tpp(work: unit.Unit, now: datetime) -> None:
    ours = directory.ensure_authority(now)
    server = authority.issue_server(ours, names=["localhost"], public_key=TRANSPORT_KEY.public_key(), now=now)

    assert reason(server.public_bytes(Encoding.DER), now=now) == Reason.WRONG_USE


def test_believes_another_authority_while_it_is_trusted(work: unit.Unit, now: datetime, tmp_path: Path) -> None:
    other = authority.load_or_make(tmp_path, now=now)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = authority.issue_transport(other, subject=NAME, public_key=key, now=now).public_bytes(Encoding.DER)
    anchor = TrustAnchor.objects.create(name="Another directory", pem=other.pem, trusted_since=now)
    certificates.forget()

    assert certificates.verify(der, use="transport", now=now).software_id == "Mallory"

    TrustAnchor.objects.filter(pk=anchor.pk).update(withdrawn_at=now)
    certificates.forget()
    assert reason(der, now=now) == Reason.UNKNOWN_AUTHORITY


@pytest.mark.parametrize("der", [b"", b"rubbish", b"\x30\x03\x02\x01\x01"])
def test_cannot_read(work: unit.Unit, now: datetime, der: bytes) -> None:
    assert reason(der, now=now) == Reason.UNREADABLE
