"""TLS as a caller sees it, with nothing hidden: one handshake of a chosen kind, and one request after it."""

import contextlib
import io
import socket
import ssl
import time
from collections.abc import Iterator
from email.message import Message
from http.client import HTTPResponse
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
START_SECONDS = 90


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
    after: SSL.Connection | None = None,
    source: str = "127.0.0.1",
) -> Iterator[SSL.Connection]:
    """A connection whose handshake is done, by a caller who takes any certificate and shows any. Raises SSL.Error.

    after: an earlier connection, whose session is to be resumed.
    """
    context = after.get_context() if after else _context(version=version, suite=suite, identity=identity)
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS, source_address=(source, 0)) as plain:
        plain.settimeout(None)  # pyOpenSSL takes a socket with a timeout for one that does not block
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, int(TIMEOUT_SECONDS).to_bytes(8, "little") + bytes(8))
        connection = SSL.Connection(context, plain)
        if after:
            connection.set_session(after.get_session())
        connection.set_tlsext_host_name(b"localhost")
        connection.set_connect_state()
        connection.do_handshake()
        yield connection


def _context(*, version: int | None, suite: str, identity: Identity | None) -> SSL.Context:
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
    return context


def send(connection: SSL.Connection, method: str, path: str, *headers: str, body: bytes = b"") -> Answer:
    """Send one request, its header lines exactly as given, and read the answer to it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    answer = HTTPResponse(_Reader(connection))  # type: ignore[arg-type] # all it wants is makefile()
    answer.begin()
    return Answer(answer.status, answer.headers, answer.read())


class _Reader(io.RawIOBase):
    """What comes out of a connection, as http.client reads it."""

    def __init__(self, connection: SSL.Connection) -> None:
        self.connection = connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # a memoryview is what comes
        try:
            return self.connection.recv_into(buffer)
        except (SSL.ZeroReturnError, SSL.SysCallError):  # the end, in one way or the other
            return 0


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
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.05)
        else:
            return
