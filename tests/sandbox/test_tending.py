"""The commands by which a TPP's certificates and statements are looked after."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from django.core.management import CommandError, call_command

from bank.outbox import unit
from bank.sandbox import enrolment, tending
from bank.tpps import authority, directory, statements
from bank.tpps.models import SoftwareStatement
from tests.oauth import given

NAME = "tended"


@pytest.fixture
def folder(db: None, now: datetime) -> Iterator[Path]:
    """The folder of a TPP that was made long ago, when its certificates were new."""
    made = enrolment.folder_of(NAME)
    made.mkdir(parents=True)
    with unit.work():
        row = directory.enrol(NAME, roles=["AISP"], redirect_uris=[enrolment.REDIRECT_URI], now=now)
        (made / "tpp.json").write_text(json.dumps({"software_id": row.pk, "name": NAME}))
        issuer, key = directory.ensure_authority(now), given.key("redirect").public_key()
        redirect = authority.issue_server(issuer, names=["localhost"], public_key=key, now=now)
        (made / "redirect.pem").write_text(authority.as_pem(redirect))
        (made / "ca.pem").write_text(authority.as_pem(issuer.root))
    for use in ("transport", "signing"):
        told("issue", NAME, "--use", use)
    yield made
    shutil.rmtree(made)


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("tpp", *arguments, stdout=out)
    return out.getvalue()


def software() -> SoftwareStatement:
    return SoftwareStatement.objects.get(client_name=NAME)


def certificate(folder: Path, use: str = "transport") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{use}.pem").read_bytes())


def test_issues_a_certificate_over_a_new_key_into_the_folder(folder: Path) -> None:
    key = load_pem_private_key((folder / "signing.key").read_bytes(), None)
    member = software().jwks["keys"][0]

    assert certificate(folder, "signing").public_key() == key.public_key()
    assert json.loads((folder / "tpp.json").read_text())["signing_kid"] == member["kid"]
    assert (folder / "signing.key").stat().st_mode & 0o777 == 0o600


def test_issues_a_certificate_over_the_key_of_a_signing_request(folder: Path, tmp_path: Path) -> None:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    path = tmp_path / "request.pem"
    path.write_bytes(request.sign(given.key("csr"), hashes.SHA256()).public_bytes(Encoding.PEM))

    pem = told("issue", NAME, "--use", "transport", "--csr", str(path), "--shape", "eidas")

    made = x509.load_pem_x509_certificate(pem.encode())
    assert made.public_key() == given.key("csr").public_key()
    assert certificate(folder) != made


def test_lists_shows_and_signs(folder: Path, now: datetime) -> None:
    row = software()

    assert f"{row.pk}  {row.tpp_id}  AISP" in told("list")
    shown = told("show", NAME)
    assert shown == told("show", row.pk)
    assert all(one.pk in shown for one in row.certificates.all())
    assert statements.verify(told("statement", NAME).strip(), now=now)["software_id"] == row.pk


def test_renews_over_the_same_keys(folder: Path) -> None:
    before = {use: certificate(folder, use) for use in ("transport", "signing", "redirect")}

    told("renew", NAME)

    for use, old in before.items():
        new = certificate(folder, use)
        assert new.public_key() == old.public_key()
        assert new.serial_number != old.serial_number
        assert new.subject == old.subject
    assert len(software().jwks["keys"]) == 1


def test_renews_in_the_last_month_alone(folder: Path, now: datetime) -> None:
    before = certificate(folder)

    assert not any(NAME in words for words in tending.renew_due(now + timedelta(days=360)))
    assert certificate(folder) == before

    assert any(NAME in words for words in tending.renew_due(now + timedelta(days=370)))
    assert certificate(folder).not_valid_after_utc > now + timedelta(days=700)


def test_revokes_and_withdraws(folder: Path) -> None:
    told("revoke", NAME, "--use", "signing")
    assert {one.use for one in software().certificates.exclude(revoked_at=None)} == {"signing"}
    assert software().jwks == {"keys": []}

    told("revoke", NAME, "--statement")
    assert not software().certificates.filter(revoked_at=None).exists()
    with pytest.raises(CommandError, match="withdrawn"):
        told("statement", NAME)


def test_knows_nobody_of_another_name(db: None) -> None:
    with pytest.raises(CommandError, match="no TPP named nobody"):
        told("show", "nobody")
