"""The sandbox: everything the bank needs, started in order, watched, and stopped in the reverse order.

`manage.py sandbox` calls run(). What is printed when the bank is ready stands in bank/sandbox/welcome.py, the
processes' own life in bank/sandbox/children.py, PostgreSQL's in bank/sandbox/postgres.py.
"""

import contextlib
import os
import signal
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator
from http import HTTPStatus
from types import FrameType
from typing import NoReturn
from urllib.error import URLError
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from bank import clock
from bank.outbox import unit
from bank.sandbox import enrolment, lock, postgres, tending
from bank.sandbox.children import Child
from bank.sandbox.life import seeding
from bank.tpps import directory

Say = Callable[[str], None]

LOOK_SECONDS = 0.25
READY_SECONDS = 180.0
FAILURES_MAX = 3  # while starting; later it is tried for ever
FREE_PORT_SECONDS = 5.0  # what processes of a killed sandbox may need to end


class CannotStart(Exception):
    """The sandbox cannot start; the message is one sentence for the person at the terminal."""


class Supervisor:
    """One run of the sandbox."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.began_at = time.monotonic()
        self.server: postgres.Server | None = None
        self.children: list[Child] = []
        self.patience_seconds = 0.0

    def run(self, *, welcome: Callable[[], None]) -> None:
        """Start everything, call welcome when the bank answers, and watch until somebody ends it.

        Raises CannotStart, lock.AlreadyRunning, postgres.PostgresError.
        """
        signal.signal(signal.SIGINT, _interrupt)  # a shell that starts us in the background had it ignored
        signal.signal(signal.SIGTERM, _interrupt)
        with self._held_lock(), self._stopped_at_the_end():
            self._check_ports()
            self._start_postgres()
            self._prepare()
            self._start_children()
            self._wait_until_ready()
            lock.leave_note(settings.VAR_DIR, reached_by())
            self.progress(f"the bank is open: {settings.ISSUER}")
            welcome()
            self._watch()

    def progress(self, words: str) -> None:
        """Say how far we are, and after how many seconds."""
        self.say(f"[{time.monotonic() - self.began_at:5.1f} s] {words}")

    @contextlib.contextmanager
    def _held_lock(self) -> Iterator[None]:
        holder = lock.Lock(settings.VAR_DIR)
        holder.take(about=settings.ISSUER)
        if lock.note(settings.VAR_DIR).exists():  # the last one was killed; its processes may still be ending
            lock.note(settings.VAR_DIR).unlink()
            self.patience_seconds = FREE_PORT_SECONDS
        yield

    @contextlib.contextmanager
    def _stopped_at_the_end(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            self.say("")
        finally:
            self._stop()

    def _check_ports(self) -> None:
        flags = {settings.PORT: ("--port", "PORT"), settings.MTLS_PORT: ("--mtls-port", "MTLS_PORT")}
        if len(flags) == 1:
            raise CannotStart("The browsers' port and the mutual-TLS port must differ: see --port and --mtls-port.")
        for port, (flag, variable) in flags.items():
            hint = f"choose another with {flag} (or make run {variable}=…)"
            _check_free(port, hint=hint, patience_seconds=self.patience_seconds)

    def _start_postgres(self) -> None:
        if settings.OWNER_URL or settings.APP_URL:
            self.progress("PostgreSQL is yours (DATABASE_URL)")
            return
        self.server = postgres.Server(settings.VAR_DIR)
        self.server.start()
        self.progress(f"PostgreSQL runs, its data in {self.server.home}")

    def _prepare(self) -> None:
        """Bring the database to this version; at the first start fill it."""
        call_command("setup", verbosity=0)
        now = clock.now()
        with unit.work():
            directory.issue_server_certificate(settings.PUBLIC_NAMES, now)
        self.progress("tables, rights, keys and certificates are in place")
        if not seeding.has_arrived():
            call_command("seed", verbosity=0)
            self.progress("customers and their accounts are made")
        self.progress(f"a TPP is enrolled: {enrolment.ensure_ready_made(now)}")
        for words in tending.renew_due(now):
            self.progress(f"renewed: {words}")
        if settings.CLOCK_AHEAD:
            self.progress(f"THE BANK'S CLOCK IS {settings.CLOCK_AHEAD.days} DAYS AHEAD (LOMBARD_CLOCK_AHEAD_DAYS)")
        connections.close_all()

    def _start_children(self) -> None:
        logs, environment = settings.VAR_DIR / "log", for_children()
        for name, arguments in {
            "web": ["gunicorn", "--config", "python:bank.sandbox.web", "bank.wsgi:application"],
            "worker": _worker("celery", threads=2),
            "caller": _worker("calls", threads=4),
            # No file: everything that recurs does so often enough to be forgotten between runs.
            "beat": ["celery", "-A", "bank", "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile="],
        }.items():
            child = Child(name, arguments, environment, settings.BASE_DIR, logs / f"{name}.log")
            child.start()
            self.children.append(child)
        self.progress("web, workers and beat are starting")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        trusting = ssl.create_default_context(cafile=str(settings.VAR_DIR / "ca.pem"))
        if settings.CLOCK_AHEAD:  # Python's ssl knows this machine's time alone: at that the bank's certificate is new
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        while not _answers(trusting):
            self._watch_once()
            if time.monotonic() > deadline or max(child.failures for child in self.children) >= FAILURES_MAX:
                raise CannotStart(f"The bank does not get ready; the logs in {settings.VAR_DIR / 'log'} say why.")
            time.sleep(0.1)

    def _watch(self) -> NoReturn:
        while True:
            self._watch_once()
            time.sleep(LOOK_SECONDS)

    def _watch_once(self) -> None:
        if self.server and not self.server.is_running():
            self.progress(f"PostgreSQL ended; its words are in {self.server.log}; it starts again")
            self.server.start()
        for child in self.children:
            if words := child.watch():
                self.progress(words)

    def _stop(self) -> None:
        """Stop what runs, each when it has done what it is doing; the database last.

        What the web processes still take while the worker ends waits in the outbox for the next start.
        """
        signal.signal(signal.SIGINT, self._hurry)
        signal.signal(signal.SIGTERM, self._hurry)
        lock.note(settings.VAR_DIR).unlink(missing_ok=True)
        if self.children:
            self.progress(f"stopping {', '.join(child.name for child in self.children)}")
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.wait()
        if self.server:
            self.progress("stopping PostgreSQL")
            self.server.stop()
        self.progress("stopped")

    def _hurry(self, _number: int, _frame: FrameType | None) -> None:
        for child in self.children:
            child.kill()


def _worker(queue: str, *, threads: int) -> list[str]:
    """The command of a worker that serves one queue. It is alone, and has nobody to tell or hear news from."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    name = f"{queue}@%h"
    return ["celery", "-A", "bank", "worker", "-Q", queue, "-n", name, "--concurrency", str(threads), *quiet]


def reached_by() -> dict[str, str]:
    """The settings by which other commands find this sandbox; bank/settings.py reads them."""
    place = settings.DATABASES["default"]
    facts = {
        "LOMBARD_ADDRESS": settings.ADDRESS,
        "LOMBARD_HOST": settings.HOST,
        "LOMBARD_PORT": str(settings.PORT),
        "LOMBARD_MTLS_PORT": str(settings.MTLS_PORT),
        "LOMBARD_ISSUER": settings.ISSUER,
        "LOMBARD_MTLS_URL": settings.MTLS_URL,
        "LOMBARD_NAMES": ",".join(settings.NAMES),
        "LOMBARD_CLOCK_AHEAD_DAYS": str(settings.CLOCK_AHEAD.days),
        "BROKER_URL": settings.CELERY_BROKER_URL,
    }
    if settings.OWNER_URL or settings.APP_URL:
        login = f"{quote(place['USER'], safe='')}:{quote(place['PASSWORD'], safe='')}"
        query = urlencode({"host": place["HOST"], **place["PARAMETERS"]})
        facts["LOMBARD_APP_DATABASE_URL"] = f"postgresql://{login}@:{place['PORT']}/{quote(place['NAME'])}?{query}"
    return facts


def for_children() -> dict[str, str]:
    """The environment of web, workers and beat: ours, with every setting spelled out and without the owner's log-in.

    Where they call TPPs they believe the sandbox's own directory too, which gives `tpp new` a server's certificate.
    """
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    believed = [*settings.OUTBOUND_CA_FILES, str(settings.VAR_DIR / "ca.pem")]
    own = {"LOMBARD_VAR": str(settings.VAR_DIR), "LOMBARD_OUTBOUND_CA_FILES": ",".join(believed)}
    return environment | reached_by() | own | {"PYTHONUNBUFFERED": "1"}


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _check_free(port: int, *, hint: str, patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            with socket.create_server((settings.ADDRESS, port)):
                return
        except OSError as fault:
            if time.monotonic() > deadline:
                why = os.strerror(fault.errno or 0)
                raise CannotStart(
                    f"Port {port} of {settings.ADDRESS} cannot be had ({why}): stop the program that has it, or {hint}."
                ) from fault
            time.sleep(0.2)


def _answers(trusting: ssl.SSLContext) -> bool:
    """Tell whether the bank answers by name, over TLS that callers trust; a proxy before it may not be up yet."""
    try:
        with urllib.request.urlopen(
            f"https://{settings.HOST}:{settings.PORT}/.well-known/openid-configuration", timeout=5, context=trusting
        ) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError):
        return False
