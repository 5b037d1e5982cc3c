"""The sandbox's directory and its certification authority."""

import ssl
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import settings

from bank.audit.models import Entry
from bank.keys import jose
from bank.outbox import unit
from bank.tpps import authority, directory
from bank.tpps.models import TPP, Certificate, TrustAnchor

KEY = authority.new_key()


def test_founds_its_authority_once(tmp_path: Path, now: datetime) -> None:
    first = authority.load_or_make(tmp_path, now=now)
    second = authority.load_or_make(tmp_path, now=now + timedelta(days=1))

    assert first.root == second.root
    assert first.certificate == second.certificate
    first.certificate.verify_directly_issued_by(first.root)
    for name in ("root.key", "issuing.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_is_trusted_by_the_bank_as_data(work: unit.Unit, now: datetime) -> None:
    ours = directory.ensure_authority(now)
    directory.ensure_authority(now)

    assert TrustAnchor.objects.get(name=directory.ANCHOR).pem == ours.pem
    assert (settings.VAR_DIR / "ca.pem").read_text() == authority.as_pem(ours.root)


def test_gives_every_tpp_ids_of_its_own(work: unit.Unit, now: datetime) -> None:
    bobs = [directory.enrol("Bob", roles=["AISP"], redirect_uris=["https://b.example/"], now=now) for _ in range(2)]

    assert len({made.tpp_id for made in bobs}) == len({made.pk for made in bobs}) == 2
    assert (len(bobs[0].tpp_id), len(bobs[0].pk)) == (18, 22)
    assert bobs[0].roles == bobs[0].tpp.roles == ["AISP"]


def test_knows_no_other_roles(work: unit.Unit, now: datetime) -> None:
    with pytest.raises(ValueError, match="BANK"):
        directory.enrol("Bob", roles=["BANK"], redirect_uris=[], now=now)


def test_puts_signing_keys_into_the_key_set_and_keeps_the_older_ones(work: unit.Unit, now: datetime) -> None:
    made = directory.enrol("Bob", roles=["AISP"], redirect_uris=[], now=now)
    keys = [KEY, authority.new_key(), ec.generate_private_key(ec.SECP256R1())]

    for key in [*keys, KEY]:
        directory.issue(made, use="signing", public_key=key.public_key(), now=now)
    directory.issue(made, use="transport", public_key=KEY.public_key(), now=now)

    made.refresh_from_db()
    members = made.jwks["keys"]
    assert [member["alg"] for member in members] == ["PS256", "ES256", "PS256"]
    assert all(member["kid"] == _thumbprint(member) for member in members)
    assert not any("d" in member for member in members)
    assert len(jose.public_keys(made.jwks)) == 3


def _thumbprint(member: dict[str, str]) -> str:
    return jose.public_keys({"keys": [member]})[member["kid"]].thumbprint()


def test_records_every_certificate(work: unit.Unit, now: datetime) -> None:
    made = directory.enrol("Bob", roles=["AISP"], redirect_uris=[], now=now)

    row = directory.issue(made, use="transport", public_key=KEY.public_key(), now=now)

    certificate = x509.load_pem_x509_certificate(row.pem.encode())
    assert row.subject == f"CN={made.pk},OU={made.tpp_id},O=Bob,C=GB"
    assert row.serial_number == str(certificate.serial_number)
    assert row.not_before <= now < row.not_after
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH in usage


def test_makes_the_banks_certificate_for_each_of_its_names(work: unit.Unit, now: datetime) -> None:
    folder = settings.VAR_DIR / "keys"
    (folder / "server.pem").unlink(missing_ok=True)

    directory.issue_server_certificate(["bank.test", "127.0.0.1"], now)

    certificate = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert alternative.get_values_for_type(x509.DNSName) == ["bank.test"]
    assert [str(address) for address in alternative.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    public_key = certificate.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    assert public_key.key_size == 2048
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "server.pem", folder / "server.key")


def test_keeps_the_banks_certificate_while_it_serves(work: unit.Unit, now: datetime) -> None:
    path = settings.VAR_DIR / "keys" / "server.pem"
    directory.issue_server_certificate(["localhost"], now)
    first = path.read_text()

    directory.issue_server_certificate(["localhost"], now + timedelta(days=300))
    assert path.read_text() == first

    directory.issue_server_certificate(["localhost", "bank.test"], now)
    assert path.read_text() != first


def test_renews_the_banks_certificate_in_its_last_month(work: unit.Unit, now: datetime) -> None:
    path = settings.VAR_DIR / "keys" / "server.pem"
    directory.issue_server_certificate(["localhost"], now)
    first = path.read_text()

    later = now + timedelta(days=380)
    directory.issue_server_certificate(["localhost"], later)

    assert path.read_text() != first
    assert Certificate.objects.filter(use="server", not_before__lte=later, not_after__gt=later).exists()


def test_tells_the_trail_of_a_block(work: unit.Unit, now: datetime) -> None:
    made = directory.enrol("Bob", roles=["AISP"], redirect_uris=[], now=now)

    directory.block(made.tpp, reason="Suspected fraud", actor="staff:sam", now=now)

    work.write()
    row = TPP.objects.get(pk=made.tpp_id)
    assert (row.status, row.blocked_reason) == ("blocked", "Suspected fraud")
    entry = Entry.objects.get(subject=made.tpp_id)
    assert (entry.actor, entry.action, entry.detail) == ("staff:sam", "tpp.blocked", {"reason": "Suspected fraud"})
