"""What the bank believes of a certificate, and for how long. What it does not believe: test_bad_certificates.py."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from bank.outbox import unit
from bank.tpps import certificates, directory
from bank.tpps.certificates import CertificateRefused
from bank.tpps.models import SoftwareStatement, TrustAnchor
from bank.tpps.reasons import Reason
from tests.tpps import forging


@pytest.fixture
def statement(work: unit.Unit, now: datetime) -> SoftwareStatement:
    """A TPP's software statement."""
    return directory.enrol("Bob's Budget", roles=["AISP"], redirect_uris=["https://tpp.example/cb"], now=now)


def issued(statement: SoftwareStatement, *, now: datetime, use: str = "transport") -> bytes:
    """A certificate of the directory, as TLS carries it."""
    row = directory.issue(statement, use=use, public_key=forging.KEY.public_key(), now=now)
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
    directory.renew(last)
    assert certificates.verify(der, use="transport", now=last)
    assert reason(der, now=last + timedelta(seconds=1)) == Reason.EXPIRED


def test_believes_nobody_after_a_revocation(statement: SoftwareStatement, now: datetime) -> None:
    der = issued(statement, now=now)
    assert certificates.verify(der, use="transport", now=now)

    directory.revoke(statement.certificates.get(), now=now)

    assert reason(der, now=now) == Reason.REVOKED


def test_believes_another_authority_while_it_is_trusted(work: unit.Unit, now: datetime) -> None:
    other = forging.another_authority("Theirs", now=now)
    der = forging.Forged(by=other, now=now, key=ec.generate_private_key(ec.SECP256R1())).der
    uses = ["transport"]
    anchor = TrustAnchor.objects.create(name="Another directory", pem=other.pem, uses=uses, trusted_since=now)
    certificates.forget()

    assert certificates.verify(der, use="transport", now=now).software_id == "software"

    TrustAnchor.objects.filter(pk=anchor.pk).update(withdrawn_at=now)
    certificates.forget()
    assert reason(der, now=now) == Reason.WITHDRAWN_AUTHORITY


def test_remembers_a_verdict_for_ten_seconds_and_no_longer(statement: SoftwareStatement, now: datetime) -> None:
    der = issued(statement, now=now)
    assert certificates.verify(der, use="transport", now=now)
    TrustAnchor.objects.update(withdrawn_at=now)  # as another process would

    assert certificates.verify(der, use="transport", now=now + timedelta(seconds=9))
    assert reason(der, now=now + timedelta(seconds=10)) == Reason.WITHDRAWN_AUTHORITY
