"""The bank over real HTTPS, inside the test's process: the sandbox's own web server, and callers of it.

Everything between a test and the views is what a TPP meets: TCP, the handshake with its certificate, HTTP. The server's
threads work on the connection of the test that calls, if that has a transaction open: so the bank sees what the test
made, the test sees what the bank made, and all of it is rolled back. Tests that commit are served over connections of
the server's own, many at a time.
"""

import contextlib
import functools
import json
import os
import select
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import structlog
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from gunicorn.config import Config

from bank import clock, wsgi
from bank.sandbox import threads, tls, web
from bank.tpps import authority
from tests import environment

# The web process keeps its loggers with their output (bank/sandbox/web.py); here a test may have one of its own.
structlog.configure(cache_logger_on_first_use=False)

PAGES, MACHINES = settings.ISSUER, settings.MTLS_URL
FORM = "application/x-www-form-urlencoded"
READ_TO_THE_END_BYTES = 60_000  # of a body that the bank refuses; behind a longer one it hangs up
KEPT = 4  # connections that stay open for the next request
TIMEOUT_SECONDS = 60


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: Message, content: bytes) -> None:
        self.status_code = status
        self.headers = headers
        self.content = content

    def __getitem__(self, name: str) -> str:
        if (value := self.headers[name]) is None:
            raise KeyError(name)
        return str(value)

    def __contains__(self, name: str) -> bool:
        return name in self.headers

    def json(self) -> Any:
        """The body, which must be JSON. Raises ValueError."""
        return json.loads(self.content)


@dataclass(frozen=True)
class Identity:
    """A certificate (DER) and the private key to it, without which nobody can show one."""

    der: bytes
    key: Any

    @property
    def pem(self) -> bytes:
        """Both, as Python's TLS reads them from a file."""
        return ssl.DER_cert_to_PEM_cert(self.der).encode() + _pem(self.key)


@functools.lru_cache(maxsize=64)
def _pem(key: Any) -> bytes:
    written: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written


OWN: Literal["own"] = "own"
Shown = Identity | Literal["own"] | None  # the certificate that a caller shows: its own, another one, or none


class Worker(threads.Worker):
    """The sandbox's web process as a thread."""

    def init_signals(self) -> None:
        """Leave the signals to the tests' own process."""


class Bank:
    """A running web server, made at the first request of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lent: Any = None  # the database connection of the test that calls just now
        self.borrowed = threading.Lock()
        configuration = self._configuration()
        log = web.Logger(configuration)
        log.error_log.handlers.clear()  # it would write where the first test's output went
        log.error_log.propagate = True
        doors = [environment.PAGES, environment.MACHINES]
        for door in doors:
            door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as gunicorn's own
        worker = Worker(1, os.getppid(), doors, self, TIMEOUT_SECONDS, configuration, log)
        threading.Thread(target=worker.init_process, name="bank", daemon=True).start()

    def _configuration(self) -> Config:
        """The sandbox's, but for the certificate, which here no test renews, and for the log, which is the tests'."""
        made = Config()
        for name in (made.settings.keys() & vars(web).keys()) - {"logconfig_dict", "logger_class"}:
            made.set(name, getattr(web, name))
        by_port = tls.ByPort(*self._files(), asks_for_certificate={settings.PORT: False, settings.MTLS_PORT: True})
        made.set("ssl_context", lambda _config, _default: by_port)
        return made

    def _files(self) -> tuple[str, str]:
        now = clock.now() - settings.CLOCK_AHEAD  # callers go by their own clock
        issuer, key = authority.load_or_make(self.folder, now=now), authority.new_key()
        names = [str(urlsplit(url).hostname) for url in (PAGES, MACHINES)]
        certificate = authority.issue_server(issuer, names=names, public_key=key.public_key(), now=now)
        files = self.folder / "server.pem", self.folder / "server.key"
        files[0].write_text(authority.as_pem(certificate) + authority.as_pem(issuer.certificate))
        authority.write_key(files[1], key)
        return str(files[0]), str(files[1])

    def wsgi(self) -> Callable[..., Iterable[bytes]]:
        """What gunicorn asks its application for."""
        return self._serve

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        """Answer by the bank's own application, on the connection that is lent or on one for this request."""
        lent = self.lent
        with self.borrowed if lent else contextlib.nullcontext():
            if lent:
                connections[DEFAULT_DB_ALIAS] = lent
            try:
                with contextlib.closing(wsgi.application(environ, start_response)) as answer:
                    yield from answer
            finally:
                if lent:
                    del connections[DEFAULT_DB_ALIAS]
                else:
                    connections.close_all()

    @contextlib.contextmanager
    def lending(self) -> Iterator[None]:
        """Lend this thread's connection to the server for a request, if a transaction is open on it."""
        own = connections[DEFAULT_DB_ALIAS]
        if not own.in_atomic_block:
            yield
            return
        own.inc_thread_sharing()
        self.lent = own
        try:
            yield
        finally:
            with self.borrowed:  # the server may still be closing the request
                self.lent = None
            own.dec_thread_sharing()


@functools.cache
def bank() -> Bank:
    """The bank of this process."""
    return Bank(environment.VAR / "https")


class Connection(HTTPSConnection):
    """To this process's bank, which listens on ports of its own under the names that it publishes."""

    def __init__(self, base: str, identity: Identity | None) -> None:
        context = ssl.create_default_context(cafile=bank().folder / "root.pem")
        if identity is not None:
            with tempfile.NamedTemporaryFile(dir=bank().folder) as file:
                file.write(identity.pem)
                file.flush()
                context.load_cert_chain(file.name)
        super().__init__(urlsplit(base).netloc, timeout=TIMEOUT_SECONDS, context=context)
        door = environment.PAGES if base == PAGES else environment.MACHINES
        plain = socket.create_connection(door.getsockname(), TIMEOUT_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = context.wrap_socket(plain, server_hostname=self.host)

    def is_over(self) -> bool:
        """Tell whether the bank has hung up, as it does after a silence: nothing else is to be read between answers."""
        unread = select.poll()
        unread.register(self.sock, select.POLLIN)
        return bool(unread.poll(0))

    def connect(self) -> None:
        """Refuse to connect behind the caller's back."""
        raise ConnectionError("the bank has closed this connection")


class Connections:
    """Those that wait for their caller's next request: a few, the longest unused of which gives way."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, Identity | None], Connection] = {}
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def one(self, base: str, identity: Identity | None) -> Iterator[Connection]:
        """A connection to one of the bank's doors by a holder of a certificate, or by nobody in particular."""
        with self.lock:
            connection = self.waiting.pop((base, identity), None)
        if connection and connection.is_over():
            connection.close()
            connection = None
        connection = connection or Connection(base, identity)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._keep((base, identity), connection)

    def _keep(self, key: tuple[str, Identity | None], connection: Connection) -> None:
        with self.lock:
            given_up = [self.waiting.pop(key)] if key in self.waiting else []
            if connection.sock is not None:
                self.waiting[key] = connection
            if len(self.waiting) > KEPT:
                given_up.append(self.waiting.pop(next(iter(self.waiting))))
        for other in given_up:
            other.close()


_connections = Connections()


def ask(
    method: str,
    path: str,
    body: bytes | str = b"",
    *,
    base: str = MACHINES,
    identity: Identity | None = None,
    headers: Mapping[str, str | None] | None = None,
) -> Answer:
    """Send one request to one of the bank's doors, and read the answer. A header that is None is left out."""
    raw = body.encode() if isinstance(body, str) else body
    ends = {"Connection": "close"} if len(raw) > READ_TO_THE_END_BYTES else {}
    sent = {name: value for name, value in {**(headers or {}), **ends}.items() if value is not None}
    with _connections.one(base, identity) as connection, bank().lending():
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            connection.request(method, path, raw or None, sent)  # the bank may answer before it has read all, and go
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


class Browser:
    """A customer's browser, which has no certificate: it keeps cookies, and follows nothing by itself."""

    def __init__(self) -> None:
        self.cookies = SimpleCookie()

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Open a page."""
        return self._ask("GET", path, "", headers or {})

    def post(self, path: str, form: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a form, as pages of the bank's own do."""
        said = {"Content-Type": FORM, "Origin": PAGES, "Referer": f"{PAGES}{path}"} | dict(headers or {})
        return self._ask("POST", path, urlencode(form, doseq=True), said)

    def _ask(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        held = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        answer = ask(method, path, body, base=PAGES, headers={"Cookie": held or None, **headers})
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(line)
        return answer
