"""Whose word about a certificate the bank takes, and that it is the bank who judges each."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from tests import handshakes
from tests.handshakes import Identity
from tests.proxy.conftest import ELSEWHERE, shown_by

pytestmark = pytest.mark.timeout(300)
VERSIONS = [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION]
FORGED = {  # {0} is Bob's certificate as RFC 9440 writes it, {1} as nginx does
    "as HAProxy writes it": ["Client-Cert: {0}"],
    "as nginx writes it": ["Client-Cert: {1}"],
    "in small letters": ["client-cert: {0}"],
    "twice": ["Client-Cert: {0}", "Client-Cert: {0}"],
    "with an underscore": ["Client_Cert: {0}"],
    "with an underscore too": ["Client_Cert: {0}", "Client-Cert: {0}"],
    "in a list": ["Client-Cert: , {0}"],
    "by other names": ["X-Client-Cert: {1}", "X-SSL-Client-Cert: {1}", "Ssl-Client-Cert: {1}", "SSL_CLIENT_CERT: {1}"],
    "as a chain": ["Client-Cert-Chain: {0}"],
    "from a trusted address": ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Client-Cert: {0}"],
}
forged = pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)


@pytest.fixture
def token(bob):
    return bob.client_credentials("accounts")


def claiming(headers, tpp):
    """These header lines, filled in with a TPP's certificate; the certificate is no secret."""
    certificate = x509.load_pem_x509_certificate(Path(shown_by(tpp).certificate).read_bytes())
    der, pem = (certificate.public_bytes(getattr(serialization.Encoding, name)) for name in ("DER", "PEM"))
    spellings = f":{base64.b64encode(der).decode()}:", quote(pem.decode(), safe="")
    return [line.format(*spellings) for line in headers]


@pytest.mark.parametrize("version", VERSIONS)
def test_believes_what_the_proxy_saw_in_the_handshake(bank, bob, token, version):
    answer = bank.ask(token, identity=shown_by(bob), version=version)

    assert answer.status in {400, 403}, "whom the bank knows is told that there is no such consent"


@pytest.mark.parametrize("version", VERSIONS)
def test_still_knows_the_caller_of_a_session_that_is_resumed(bank, bob, token, version):
    path = "/open-banking/v4.0/aisp/account-access-consents/con_1"
    with handshakes.shaken_hands(bank.machines, identity=shown_by(bob), version=version) as first:
        handshakes.send(first, "GET", path)

    with handshakes.shaken_hands(bank.machines, after=first) as second:
        answer = handshakes.send(second, "GET", path, f"Authorization: Bearer {token}")
        is_resumed = SSL._lib.SSL_session_reused(second._ssl)

    assert is_resumed
    assert answer.status in {400, 403}


@forged
def test_believes_no_header_that_a_caller_makes_up(bank, bob, token, headers):
    answer = bank.ask(token, *claiming(headers, bob))

    assert answer.status == 401
    assert bank.reasons(answer) == ["The connection has no client certificate."]


@forged
def test_knows_a_caller_by_the_handshake_whatever_it_claims(bank, bob, carol, token, headers):
    answer = bank.ask(token, *claiming(headers, bob), identity=shown_by(carol))

    assert answer.status == 401
    assert bank.reasons(answer) == ["The access token is bound to another certificate."]


@pytest.mark.parametrize("headers", [["Client-Cert: {0}"], ["Client-Cert: {1}"]])
def test_believes_no_header_from_elsewhere(bank, bob, carol, token, headers):
    asked = {"port": bank.own_machines, "source": ELSEWHERE}

    bare = bank.ask(token, *claiming(headers, bob), **asked)
    known = bank.ask(token, *claiming(headers, bob), identity=shown_by(carol), **asked)

    assert [bare.status, known.status] == [401, 401]
    assert bank.reasons(bare) == ["The connection has no client certificate."]
    assert bank.reasons(known) == ["The access token is bound to another certificate."]
    ignored = [line for line in bank.log.read_text().splitlines() if "certificate.header_ignored" in line]
    assert f'"address":"{ELSEWHERE}"' in ignored[-1]


def test_takes_no_certificate_of_a_proxys_for_a_callers(bank, bob, token):
    answer = bank.ask(token, identity=shown_by(bob), port=bank.own_machines)

    assert answer.status == 401
    assert bank.reasons(answer) == ["The connection has no client certificate."]


def certificate(folder, *, bits=2048, days=1):
    """A certificate that signs itself, good until so many days from now."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    until = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=20))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    (folder / "c.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form, encryption = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "c.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encryption))
    return Identity(str(folder / "c.pem"), str(folder / "c.key"))


BAD = {
    "signed by itself": lambda _bob, folder: certificate(folder),
    "expired": lambda _bob, folder: certificate(folder, days=-1),
    "not valid yet": lambda _bob, folder: certificate(folder, days=30),
    "of a weak key": lambda _bob, folder: certificate(folder, bits=1024),
    "for signing": lambda bob, _folder: shown_by(bob, "signing"),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_lets_every_certificate_through_to_the_bank_which_tells_a_reason(bank, bob, token, make, tmp_path):
    identity = make(bob, tmp_path)
    for version in VERSIONS:
        answer = bank.ask(token, identity=identity, version=version)

        assert answer.status == 401
        [reason] = bank.reasons(answer)
        assert reason.startswith("The certificate")


def test_reads_the_body_of_a_caller_whose_certificate_is_bad(bank, tmp_path):
    form = b"grant_type=client_credentials&scope=accounts&client_id=nobody"
    with handshakes.shaken_hands(bank.machines, identity=certificate(tmp_path, days=-1)) as shaken:
        answer = handshakes.send(
            shaken, "POST", "/oauth/token", "Content-Type: application/x-www-form-urlencoded", body=form
        )

    assert answer.status == 401
    assert b'"invalid_client"' in answer.body
