"""Where the caller's certificate is read, and whose word about it counts."""

import base64
from ipaddress import ip_network
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from structlog.testing import capture_logs

from bank import clock
from bank import settings as bank_settings
from bank.tpps import authority, certificates, presenting
from tests.calls import Socket

PROXY, STRANGER = "192.0.2.7", "198.51.100.1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return authority.load_or_make(tmp_path_factory.mktemp("keys"), now=clock.now()).certificate


@pytest.fixture
def der(certificate):
    return certificate.public_bytes(Encoding.DER)


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = (ip_network("192.0.2.0/28"), ip_network("2001:db8::1"))


def rfc9440(der):
    return f":{base64.b64encode(der).decode()}:"


def escaped(certificate):
    """As nginx writes $ssl_client_escaped_cert."""
    return quote(certificate.public_bytes(Encoding.PEM).decode(), safe="")


def request(peer, header=None, *, handshake=None):
    environ = {"REMOTE_ADDR": peer, "gunicorn.socket": Socket(handshake)}
    return environ if header is None else {**environ, "HTTP_CLIENT_CERT": header}


def test_takes_the_certificate_of_the_handshake(der):
    assert presenting.presented(request(STRANGER, handshake=der)) == der
    assert presenting.presented(request(STRANGER)) is None
    assert presenting.presented({"gunicorn.socket": object()}) is None
    assert presenting.presented({}) is None


def test_takes_a_trusted_proxys_word_in_either_spelling(certificate, der):
    assert presenting.presented(request(PROXY, rfc9440(der))) == der
    assert presenting.presented(request(PROXY, escaped(certificate))) == der


@pytest.mark.parametrize("peer", ["192.0.2.15", "2001:db8::1", "::ffff:192.0.2.7"])
def test_knows_a_trusted_proxy_by_each_of_its_addresses(der, peer):
    assert presenting.presented(request(peer, rfc9440(der))) == der


@pytest.mark.parametrize("header", [None, ""])
def test_never_takes_a_proxys_own_certificate_for_the_callers(der, header):
    assert presenting.presented(request(PROXY, header, handshake=der)) is None


@pytest.mark.parametrize("peer", [STRANGER, "192.0.2.16", "2001:db8::2", "", "unix", "192.0.2.7, 192.0.2.8"])
def test_ignores_and_logs_a_header_from_elsewhere(der, peer):
    with capture_logs() as logs:
        assert presenting.presented(request(peer, rfc9440(der))) is None
        assert presenting.presented(request(peer, rfc9440(der), handshake=b"own")) == b"own"

    assert [line["event"] for line in logs] == ["certificate.header_ignored"] * 2
    assert logs[0]["address"] == peer


def test_ignores_every_header_while_no_proxy_is_named(der, settings):
    settings.TRUSTED_PROXIES = ()

    assert presenting.presented(request(PROXY, rfc9440(der))) is None


@pytest.mark.parametrize(
    "name", ["HTTP_X_CLIENT_CERT", "HTTP_X_SSL_CLIENT_CERT", "HTTP_CLIENT_CERT_CHAIN", "SSL_CLIENT_CERT"]
)
def test_reads_no_other_header(der, name):
    assert presenting.presented({**request(PROXY), name: rfc9440(der)}) is None


MALFORMED = {  # {0} is the certificate in base64
    "no colons": "{0}",
    "an open end": ":{0}",
    "two of them": ":{0}:,:{0}:",
    "two with a space": ":{0}:, :{0}:",
    "parameters": ":{0}:;a=1",
    "wrong padding": ":{0}A:",
    "other letters": ":{0}!:",
    "base64url": ":-_-_:",
    "nothing in it": "::",
    "half of it": ":{0:.100}:",
    "a word": "NONE",
    "bytes that are no text": "\xff%ff",
    "half a PEM": "-----BEGIN%20CERTIFICATE-----%0A{0:.64}",
}


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED)
def test_reads_nothing_into_a_header_that_is_not_well_formed(der, header, now):
    found = presenting.presented(request(PROXY, header.format(base64.b64encode(der).decode())))

    assert found is not None, "a caller that showed something is not one that showed nothing"
    with pytest.raises(certificates.CertificateRefused) as caught:
        certificates.verify(found, use="transport", now=now)
    assert caught.value.reason == certificates.Reason.UNREADABLE


@pytest.mark.parametrize("listed", ["proxy.example", "192.0.2.300", "192.0.2.1/24", "0.0.0.0/0", "192.0.2.1,::/0"])
def test_does_not_start_with_proxies_that_are_no_addresses_or_everybody(monkeypatch, listed):
    monkeypatch.setenv("LOMBARD_TRUSTED_PROXIES", listed)

    with pytest.raises(SystemExit, match="LOMBARD_TRUSTED_PROXIES must"):
        bank_settings.env_networks("LOMBARD_TRUSTED_PROXIES")


def test_tells_the_callers_address_by_a_trusted_proxys_last_word():
    forwarded = {"HTTP_X_FORWARDED_FOR": "203.0.113.1, 203.0.113.9"}

    assert presenting.address({"REMOTE_ADDR": PROXY, **forwarded}) == "203.0.113.9"
    assert presenting.address({"REMOTE_ADDR": PROXY}) == PROXY
    assert presenting.address({"REMOTE_ADDR": STRANGER, **forwarded}) == STRANGER
