"""The two ports of the running bank, as any TLS client sees them."""

import socket
import time

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL

from tests.handshakes import FAPI_SUITES, OTHER_SUITES, asks_for_certificate, send, shaken_hands

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def pages(live):
    return int(live.world.environment["LOMBARD_PORT"])


@pytest.fixture(scope="module")
def machines(live):
    return int(live.world.environment["LOMBARD_MTLS_PORT"])


def discovery(live, port, **options):
    url = f"https://localhost:{port}/.well-known/openid-configuration"
    return requests.get(url, verify=live.world.var / "ca.pem", timeout=10, **options)


def test_answers_on_both_ports_under_a_certificate_that_the_ca_vouches_for(live, pages, machines):
    answers = [discovery(live, port) for port in (pages, machines)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Strict-Transport-Security" not in answers[0].headers


def test_lets_a_caller_in_who_has_no_certificate(machines):
    with shaken_hands(machines) as connection:
        assert connection.get_peer_certificate() is not None


def test_lets_a_caller_in_whom_no_authority_vouches_for(live, machines, self_signed):
    answer = discovery(live, machines, cert=self_signed)

    assert answer.status_code == 200


@pytest.mark.parametrize("suite", FAPI_SUITES)
def test_speaks_tls_1_2_with_the_suites_of_fapi(machines, suite):
    with shaken_hands(machines, version=SSL.TLS1_2_VERSION, suite=suite) as connection:
        assert connection.get_cipher_name() == suite


@pytest.mark.parametrize("suite", OTHER_SUITES)
def test_refuses_other_suites_of_tls_1_2(machines, pages, suite):
    for port in (machines, pages):
        with (
            pytest.raises(SSL.Error, match="handshake failure"),
            shaken_hands(port, version=SSL.TLS1_2_VERSION, suite=suite),
        ):
            pass


def test_speaks_tls_1_3(machines):
    with shaken_hands(machines) as connection:
        assert connection.get_protocol_version_name() == "TLSv1.3"


def test_refuses_tls_1_1(machines):
    with (
        pytest.raises(SSL.Error, match="protocol version"),
        shaken_hands(machines, version=SSL.TLS1_1_VERSION),
    ):
        pass


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_names_no_authorities(machines, version):
    with shaken_hands(machines, version=version) as connection:
        assert connection.get_client_ca_list() == []


def test_shows_an_rsa_certificate_with_every_public_name(machines, pages):
    for port in (machines, pages):
        with shaken_hands(port) as connection:
            certificate = connection.get_peer_certificate(as_cryptography=True)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

        assert isinstance(certificate.public_key(), rsa.RSAPublicKey)
        assert names.get_values_for_type(x509.DNSName) == ["localhost"]
        assert [str(found) for found in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_puts_every_machine_endpoint_on_the_machines_host(live, pages, machines):
    document = discovery(live, pages).json()
    endpoints = {name: url for name, url in document.items() if name.endswith("_endpoint")}

    assert endpoints.pop("authorization_endpoint").startswith(f"https://localhost:{pages}/")
    assert {url.rpartition("/oauth/")[0] for url in endpoints.values()} == {f"https://localhost:{machines}"}
    assert document["mtls_endpoint_aliases"] == endpoints


def test_answers_while_many_callers_are_silent(live, machines):
    silent = [socket.create_connection(("127.0.0.1", machines)) for _ in range(60)]
    began_at = time.monotonic()

    answer = discovery(live, machines)

    assert answer.status_code == 200
    assert time.monotonic() - began_at < 5
    for connection in silent:
        connection.close()


def test_lets_go_of_a_caller_who_stops_in_the_middle_of_the_handshake(machines):
    with socket.create_connection(("127.0.0.1", machines), timeout=15) as caller:
        caller.sendall(b"\x16\x03\x01\x02\x00\x01")
        began_at = time.monotonic()

        while caller.recv(1024):
            pass

        assert time.monotonic() - began_at < 10


UNREADABLE = [
    ("<script>", "/"),
    ("GET", "/ HTTP/9.9"),
    ("GET", "/" + 9000 * "x"),
    ("GET", "/", "script : x"),
    ("GET", "/", "script"),
]


@pytest.mark.parametrize("lines", UNREADABLE)
def test_answers_in_json_what_it_cannot_read(machines, lines):
    with shaken_hands(machines) as connection:
        answer = send(connection, *lines)

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["x-fapi-interaction-id"]
    assert b"script" not in answer.body


def test_answers_plain_http_with_nothing_and_lives_on(live, pages):
    with socket.create_connection(("127.0.0.1", pages), timeout=15) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = caller.recv(4096)

    assert not answer.startswith(b"HTTP/1.1 200")
    assert discovery(live, pages).status_code == 200


def test_asks_for_a_certificate_on_the_machines_port_alone(pages, machines):
    assert not asks_for_certificate(pages)
    assert asks_for_certificate(machines)
