"""Other people's servers, over real HTTPS, as the tests want them: for what the bank calls by itself."""

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from bank import outbound

Reply = Callable[[BaseHTTPRequestHandler], None]


class Elsewhere(BaseHTTPRequestHandler):
    """A server whose answer the test says."""

    reply: Reply

    def do_POST(self) -> None:
        self.server.seen.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
        with contextlib.suppress(OSError):  # the bank may have hung up
            type(self).reply(self)

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers), b""))
        with contextlib.suppress(OSError):
            type(self).reply(self)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def answer(status: int, body: bytes = b"", **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def drip(handler: BaseHTTPRequestHandler) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nA: " + b"b" * 60:
        handler.wfile.write(bytes([letter]))
        time.sleep(0.05)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that nobody but who is told so believes, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("elsewhere") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "OUTBOUND_CA_FILES", [str(certificate)])
    outbound._context.cache_clear()
    yield
    outbound._context.cache_clear()


@pytest.fixture
def elsewhere(certificate: Path) -> Iterator[Callable[[Reply], tuple[str, list]]]:
    """Start servers; each tells its address and what it was sent."""
    started = []

    def start(reply: Reply) -> tuple[str, list]:
        server = HTTPServer(("127.0.0.1", 0), type("One", (Elsewhere,), {"reply": staticmethod(reply)}))
        server.seen = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        started.append(server)
        return f"https://localhost:{server.server_port}/here?a=b", server.seen

    yield start
    for server in started:
        server.shutdown()
        server.server_close()
