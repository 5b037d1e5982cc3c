"""TLS for gunicorn's threads, by pyOpenSSL: ask for a client certificate, and let the application judge it.

Python's own ssl module either refuses every certificate that its CAs do not vouch for, in the handshake and without a
word, or asks for none. Here any certificate passes whose holder proves to have its key (nginx calls this
optional_no_ca); bank/tpps/certificates.py decides what it is worth. No list of CAs is sent: callers choose by
themselves.

Every wait has an end, since a peer that stands still holds one of the web process's threads.
"""

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

Result = TypeVar("Result")

# TLS 1.2: the suites of FAPI 1.0 Advanced section 8.5 that fit an RSA key, those with forward secrecy by curves alone.
CIPHERS = b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
HANDSHAKE_SECONDS = 5.0
IDLE_SECONDS = 10.0  # the longest wait for the next bytes of a request, or for room for those of an answer
REQUEST_SECONDS = 30.0  # to read a whole request, however its bytes drip
CHUNK_BYTES = 16 * 1024  # what one TLS record holds
END_OF_FILE = -1  # pyOpenSSL's number for a connection that ended, where the system has no error to report


def context(certificate_file: str, key_file: str, *, asks_for_certificate: bool) -> SSL.Context:
    """Make the server's side of TLS. With asks_for_certificate the handshake asks for one and takes any, or none."""
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    made.set_min_proto_version(SSL.TLS1_2_VERSION)
    made.set_cipher_list(CIPHERS)
    made.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION | SSL.OP_CIPHER_SERVER_PREFERENCE)
    made.set_session_id(b"mutual" if asks_for_certificate else b"plain")
    made.use_certificate_chain_file(certificate_file)
    made.use_privatekey_file(key_file)
    made.check_privatekey()
    if asks_for_certificate:
        made.set_verify(SSL.VERIFY_PEER, _let_through)
    return made


def _let_through(*_arguments: Any) -> bool:
    return True


class ByPort:
    """What gunicorn takes for an ssl.SSLContext: the port that a caller came in by says which context answers.

    A certificate that is renewed on the disk is served to the next caller, by every process, without a restart.
    """

    def __init__(self, certificate_file: str, key_file: str, *, asks_for_certificate: dict[int, bool]) -> None:
        self.files = certificate_file, key_file
        self.asks_for_certificate = asks_for_certificate
        self.written_at = 0
        self.contexts: dict[int, SSL.Context] = {}

    def wrap_socket(self, plain: socket.socket, **_options: Any) -> "Socket":
        """Begin TLS as the server; the handshake comes when gunicorn asks for it."""
        written_at = Path(self.files[0]).stat().st_mtime_ns
        if written_at != self.written_at:
            self._read(written_at)
        return Socket(plain, self.contexts[plain.getsockname()[1]])

    def _read(self, written_at: int) -> None:
        """Read the files; while somebody is still writing them, what was read before goes on."""
        try:
            self.contexts = {
                port: context(*self.files, asks_for_certificate=asks)
                for port, asks in self.asks_for_certificate.items()
            }
            self.written_at = written_at
        except SSL.Error:
            if not self.contexts:
                raise


class HungUp(ConnectionResetError):
    """The caller closed the connection without saying goodbye in TLS, as many clients do."""


class Socket:
    """What gunicorn takes for an ssl.SSLSocket: the methods it calls, each with an end to its waiting."""

    def __init__(self, plain: socket.socket, using: SSL.Context) -> None:
        self.plain = plain
        self.connection = SSL.Connection(using, plain)
        self.connection.set_accept_state()
        self.certificate: bytes | None = None
        self.timeout: float | None = None
        self.request_deadline = 0.0
        self.setblocking(True)

    def do_handshake(self) -> None:
        """Shake hands, and keep the caller's certificate (DER) if it has one. Raises OSError."""
        self.plain.setblocking(False)
        self._wait(self.connection.do_handshake, until=time.monotonic() + HANDSHAKE_SECONDS)
        peer = self.connection.get_peer_certificate(as_cryptography=True)
        self.certificate = peer.public_bytes(Encoding.DER) if peer else None

    def getpeercert(self, binary_form: bool = False) -> bytes | None:  # noqa: FBT001, FBT002, ARG002 - the signature of ssl.SSLSocket
        """The certificate whose key the caller proved to hold; DER, whatever is asked for."""
        return self.certificate

    def recv(self, size: int, _flags: int = 0) -> bytes:
        """Read what has come; nothing means that the caller has closed. Raises OSError."""
        try:
            return self._wait(self.connection.recv, size, until=min(self._until(), self.request_deadline))
        except (SSL.ZeroReturnError, HungUp):
            return b""  # what is cut off is noticed by its Content-Length

    def send(self, data: bytes) -> int:
        """Send some of it, and tell how much. Raises OSError."""
        return self._wait(self.connection.send, data[:CHUNK_BYTES], until=self._until())

    def sendall(self, data: bytes) -> None:
        """Send it all. Raises OSError."""
        for start in range(0, len(data), CHUNK_BYTES):
            self._send_whole(data[start : start + CHUNK_BYTES])

    def _send_whole(self, chunk: bytes) -> None:
        while chunk:
            chunk = chunk[self.send(chunk) :]

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - the signature of socket.socket
        """Gunicorn calls this with True when a thread takes the connection for its next request."""
        self.timeout = IDLE_SECONDS if flag else 0.0
        self.request_deadline = time.monotonic() + REQUEST_SECONDS

    def settimeout(self, seconds: float | None) -> None:
        """Bound the next waits; never to forever."""
        self.timeout = IDLE_SECONDS if seconds is None else seconds

    def gettimeout(self) -> float | None:
        """The bound on each wait, in seconds."""
        return self.timeout

    def pending(self) -> int:
        """The bytes that have come and been decrypted, and wait to be read."""
        return self.connection.pending()

    def fileno(self) -> int:
        """The socket's number, for gunicorn's selectors."""
        return self.plain.fileno()

    def getpeername(self) -> Any:
        """The caller's address."""
        return self.plain.getpeername()

    def getsockname(self) -> Any:
        """Our own address."""
        return self.plain.getsockname()

    def shutdown(self, _how: int) -> None:
        """Say goodbye in TLS and in TCP; bytes that still come in may be read."""
        with contextlib.suppress(SSL.Error):  # the caller is gone already, which is what we want
            self.connection.shutdown()
        self.plain.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Say goodbye and let go."""
        with contextlib.suppress(SSL.Error, OSError):  # as above
            self.connection.shutdown()
        self.plain.close()

    def _until(self) -> float:
        return time.monotonic() + (self.timeout or 0.0)

    def _wait(self, call: Callable[..., Result], *arguments: Any, until: float) -> Result:
        while True:
            try:
                return call(*arguments)
            except SSL.WantReadError:
                self._wait_for(select.POLLIN, until)
            except SSL.WantWriteError:
                self._wait_for(select.POLLOUT, until)
            except SSL.ZeroReturnError:
                raise
            except SSL.SysCallError as fault:
                raise (HungUp if fault.args[0] == END_OF_FILE else ConnectionResetError)(*fault.args) from fault
            except SSL.Error as fault:
                raise ssl.SSLError(str(fault)) from fault

    def _wait_for(self, event: int, until: float) -> None:
        left = until - time.monotonic()
        if self.timeout == 0.0:
            raise BlockingIOError
        poll = select.poll()
        poll.register(self.plain, event)
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError("the caller stands still")
