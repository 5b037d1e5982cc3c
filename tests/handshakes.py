"""TLS as a caller sees it, with nothing hidden: one handshake of a chosen kind, and one request after it."""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from typing import NamedTuple

from OpenSSL import SSL

FAPI_SUITES = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"]
OTHER_SUITES = [
    "AES128-GCM-SHA256",
    "DHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
]
TIMEOUT_SECONDS = 20


class Identity(NamedTuple):
    """The names of the files with a certificate and its key."""

    certificate: str
    key: str


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Message
    body: bytes


@contextlib.contextmanager
def shaken_hands(
    port: int,
    *,
    version: int | None = None,
    suite: str = "",
    identity: Identity | None = None,
    session: SSL.Session | None = None,
    source: str = "127.0.0.1",
) -> Iterator[SSL.Connection]:
    """A connection whose handshake is done, by a caller who takes any certificate and shows any. Raises SSL.Error."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_session_cache_mode(SSL.SESS_CACHE_CLIENT)
    if version:
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
    context.set_cipher_list(f"{suite or 'DEFAULT'}:@SECLEVEL=0".encode())
    if identity:
        context.use_certificate_file(identity.certificate)
        context.use_privatekey_file(identity.key)
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS, source_address=(source, 0)) as plain:
        plain.settimeout(None)  # pyOpenSSL takes a socket with a timeout for one that does not block
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, int(TIMEOUT_SECONDS).to_bytes(8, "little") + bytes(8))
        connection = SSL.Connection(context, plain)
        if session:
            connection.set_session(session)
        connection.set_tlsext_host_name(b"localhost")
        connection.set_connect_state()
        connection.do_handshake()
        yield connection


def send(connection: SSL.Connection, method: str, path: str, *headers: str, body: bytes = b"") -> Answer:
    """Send one request, its header lines exactly as given, and read the answer until the other side closes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    received = b""
    with contextlib.suppress(SSL.ZeroReturnError, SSL.SysCallError):  # the end, in one way or the other
        while True:
            received += connection.recv(65536)
    head, _, rest = received.partition(b"\r\n\r\n")
    status, _, fields = head.partition(b"\r\n")
    return Answer(int(status.split()[1]), BytesParser().parsebytes(fields + b"\r\n\r\n"), rest)


def asks_for_certificate(port: int) -> bool:
    """Tell whether the handshake (TLS 1.2, so that it can be read) asks for a client certificate."""
    asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context._msg_callback = lambda _c, direction, _v, _t, kind, _d: asked.append((direction, int(kind)))
    with (
        socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost"),
    ):
        return ("read", int(ssl._TLSMessageType.CERTIFICATE_REQUEST)) in asked


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.05)
        else:
            return
