"""The two ports of the running bank, as any TLS client sees them."""

import contextlib
import socket
import ssl
import time

import pytest
import requests
from OpenSSL import SSL

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def pages(live):
    return int(live.world.environment["LOMBARD_PORT"])


@pytest.fixture(scope="module")
def machines(live):
    return int(live.world.environment["LOMBARD_MTLS_PORT"])


@contextlib.contextmanager
def shaken_hands(port, *, version=None, ciphers=None):
    """A connection whose handshake is done."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE)
    if version:
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
    if ciphers:
        context.set_cipher_list(ciphers)
    with socket.create_connection(("127.0.0.1", port)) as plain:
        connection = SSL.Connection(context, plain)
        connection.set_connect_state()
        connection.do_handshake()
        yield connection


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


@pytest.mark.parametrize("suite", [b"ECDHE-RSA-AES128-GCM-SHA256", b"ECDHE-RSA-AES256-GCM-SHA384"])
def test_speaks_tls_1_2_with_the_suites_of_fapi(machines, suite):
    with shaken_hands(machines, version=SSL.TLS1_2_VERSION, ciphers=suite) as connection:
        assert connection.get_cipher_name() == suite.decode()


@pytest.mark.parametrize(
    "suite", [b"AES128-GCM-SHA256", b"ECDHE-RSA-CHACHA20-POLY1305", b"ECDHE-RSA-AES128-SHA256", b"ECDHE-RSA-AES256-SHA"]
)
def test_refuses_other_suites_of_tls_1_2(machines, pages, suite):
    for port in (machines, pages):
        with pytest.raises(SSL.Error), shaken_hands(port, version=SSL.TLS1_2_VERSION, ciphers=suite):
            pass


def test_speaks_tls_1_3(machines):
    with shaken_hands(machines) as connection:
        assert connection.get_protocol_version_name() == "TLSv1.3"


def test_refuses_tls_1_1(machines):
    with (
        pytest.raises(SSL.Error, match="protocol version"),
        shaken_hands(machines, version=SSL.TLS1_1_VERSION, ciphers=b"ALL:@SECLEVEL=0"),
    ):
        pass


def test_names_no_authorities(machines):
    with shaken_hands(machines, version=SSL.TLS1_2_VERSION) as connection:
        assert connection.get_client_ca_list() == []


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


def test_answers_plain_http_with_nothing_and_lives_on(live, pages):
    with socket.create_connection(("127.0.0.1", pages), timeout=15) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = caller.recv(4096)

    assert not answer.startswith(b"HTTP/1.1 200")
    assert discovery(live, pages).status_code == 200


def test_asks_for_a_certificate_on_the_machines_port_alone(pages, machines):
    assert not asks(pages)
    assert asks(machines)


def asks(port):
    """Tell whether the handshake (TLS 1.2, so that it can be read) asks for a client certificate."""
    asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context._msg_callback = lambda _c, direction, _v, _t, kind, _d: asked.append((direction, int(kind)))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost"),
    ):
        return ("read", int(ssl._TLSMessageType.CERTIFICATE_REQUEST)) in asked
