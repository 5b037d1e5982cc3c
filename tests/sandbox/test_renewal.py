"""The bank's own certificate is renewed under the running web processes."""

import os
import socket
import threading

import pytest
from cryptography.x509 import load_pem_x509_certificate

from bank import clock
from bank.sandbox import tls
from bank.tpps import authority
from tests.handshakes import shaken_hands


class Server:
    """A port behind which TLS begins as in a web process, and ends after the handshake."""

    def __init__(self, folder):
        self.folder = folder
        self.issuer = authority.load_or_make(folder, now=clock.now())
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        files = str(folder / "server.pem"), str(folder / "server.key")
        self.by_port = tls.ByPort(*files, asks_for_certificate={self.port: True})

    def renew(self):
        key = authority.new_key()
        made = authority.issue_server(self.issuer, names=["localhost"], public_key=key.public_key(), now=clock.now())
        authority.write_key(self.folder / "server.key", key)
        self.write(authority.as_pem(made))

    def write(self, pem):
        path = self.folder / "server.pem"
        path.write_text(pem)
        os.utime(path, ns=(0, getattr(self, "written_at", 0) + 1))  # the clock of some file systems is coarse
        self.written_at = path.stat().st_mtime_ns

    def serves(self):
        """The serial number of the certificate that the next caller is shown."""
        threading.Thread(target=self._shake_hands, daemon=True).start()
        with shaken_hands(self.port) as connection:
            return connection.get_peer_certificate(as_cryptography=True).serial_number

    def has(self):
        return load_pem_x509_certificate((self.folder / "server.pem").read_bytes()).serial_number

    def _shake_hands(self):
        plain, _ = self.listener.accept()
        try:
            self.by_port.wrap_socket(plain).do_handshake()
        finally:
            plain.close()


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    made.renew()
    yield made
    made.listener.close()


def test_serves_a_renewed_certificate_to_the_next_caller(server):
    before = server.serves()

    server.renew()

    assert server.serves() == server.has() != before


def test_serves_the_old_certificate_while_the_new_one_is_half_written(server):
    before = server.serves()
    server.renew()
    whole = (server.folder / "server.pem").read_text()

    server.write(whole[:200])
    assert server.serves() == before

    server.write(whole)
    assert server.serves() == server.has()
