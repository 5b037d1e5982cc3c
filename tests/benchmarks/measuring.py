"""The rounds, and the table of what came out."""

import argparse
import json
import os
import secrets
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from bank import clock
from bank.outbox import unit
from bank.sandbox import enrolment, postgres, supervisor
from bank.sandbox.children import Child
from bank.sandbox.tpp.client import Client
from bank.tpps import directory
from tests.benchmarks import authorizing, load, preparing, reading, yardstick

Say = Callable[[str], None]
CONNECTIONS = 8
PAYERS = 100
WARM_UP = 300
GOAL, AIM = 0.12, 0.20
ORDERS = "/open-banking/v4.0/pisp/domestic-payments"
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 60


def run(options: argparse.Namespace, *, say: Say) -> None:
    """Start a bank, measure it, print the table, stop it."""
    server = postgres.Server(settings.VAR_DIR)
    say("starting a bank of its own: PostgreSQL with fsync on, the web processes of the sandbox")
    server.start()
    web = worker = None
    try:
        tpp = _prepare()
        web = _child("web", "gunicorn", "--config", "python:bank.sandbox.web", "bank.wsgi:application")
        _wait_until_ready()
        rows = _payments(options, server, tpp, say)
        rows += _reads(options, server, tpp, say)
        rows += _authorization(options, tpp, say)
        worker = _child(
            "worker", "celery", "-A", "bank", "worker", "-Q", "celery", "--concurrency", "2", "--without-mingle"
        )
        rows += _settlement(worker, say)
        say(_table(rows))
    finally:
        for child in (web, worker):
            if child:
                child.ask_to_end()
                child.wait()
        connections.close_all()
        server.stop()


Row = tuple[str, str, str]


def _prepare() -> Client:
    call_command("setup", verbosity=0)
    now = clock.now()
    with unit.work():
        directory.issue_server_certificate([settings.HOST, *settings.NAMES], now)
    return Client(enrolment.ensure_ready_made(now))


def _child(name: str, *arguments: str, **more: str) -> Child:
    logs = settings.VAR_DIR / "log"
    environment = supervisor.for_children() | more
    child = Child(name, list(arguments), environment, settings.BASE_DIR, logs / f"{name}.log")
    child.start()
    return child


def _wait_until_ready(url: str = f"{settings.ISSUER}/.well-known/openid-configuration") -> None:
    trusting = load.trusting(settings.VAR_DIR)
    while True:
        try:
            urllib.request.urlopen(url, context=trusting).close()
        except urllib.error.URLError:
            time.sleep(LOOK_SECONDS)
        else:
            return


def _payments(options: argparse.Namespace, server: postgres.Server, tpp: Client, say: Say) -> list[Row]:
    """Signed payments, alternated with pgbench."""
    count = options.posts * options.rounds + WARM_UP
    say(f"making and signing {count} approved payments")
    requests = list(_signed_orders(count, tpp))
    yardstick.prepare(server.sockets)
    with _connections(tpp) as fresh:
        load.run(requests[:WARM_UP], fresh, expect=201)
    yardstick.measure(server.sockets, binaries=server.binaries, seconds=2)
    possible, ours = [], []
    for number in range(options.rounds):
        start = WARM_UP + number * options.posts
        possible.append(yardstick.measure(server.sockets, binaries=server.binaries, seconds=options.seconds))
        with _connections(tpp) as fresh:
            before = _processor_seconds()
            ours.append(load.run(requests[start : start + options.posts], fresh, expect=201))
            spent = {name: _processor_seconds()[name] - seconds for name, seconds in before.items()}
        used = ", ".join(f"{name} {1000 * seconds / options.posts:.2f}" for name, seconds in sorted(spent.items()))
        say(
            f"round {number + 1}: pgbench {possible[-1]:.0f}/s, POST {ours[-1].per_second:.0f}/s"
            f" (ratio {ours[-1].per_second / possible[-1]:.3f}); processor ms a request: {used}"
        )
    yardstick.forget(server.sockets)
    ratios = [mine.per_second / its for mine, its in zip(ours, possible, strict=True)]
    return [
        ("pgbench, payment of 5 prepared statements", _median(possible, "{:.0f}/s"), ""),
        ("POST domestic-payments", _median([mine.per_second for mine in ours], "{:.0f}/s"), ""),
        ("  p50 at 8 connections", _median([mine.p50_ms for mine in ours], "{:.1f} ms"), ""),
        ("  p99", _median([mine.p99_ms for mine in ours], "{:.1f} ms"), ""),
        ("  ratio to pgbench", _median(ratios, "{:.3f}"), f"goal {GOAL}, aim {AIM}"),
    ]


def _reads(options: argparse.Namespace, server: postgres.Server, tpp: Client, say: Say) -> list[Row]:
    """Transactions of short and long histories, and of a crowd."""
    say(f"loading histories of up to {options.history:,} rows, and a crowd with {options.crowd:,} in all")
    return reading.measure(
        tpp,
        long=options.history,
        crowd_rows=options.crowd,
        requests=options.reads,
        server=server,
        connect=lambda count=CONNECTIONS: _connections(tpp, count=count),
        bare=lambda: _bare(tpp),
    )


@contextmanager
def _bare(tpp: Client) -> Iterator[Callable[[], AbstractContextManager[Sequence[load.Connection]]]]:
    """The same server with nothing behind it, on a port of its own."""
    port, pages = settings.MTLS_PORT + 2, settings.PORT + 2
    ports = {"LOMBARD_PORT": str(pages), "LOMBARD_MTLS_PORT": str(port)}
    child = _child(
        "bare", "gunicorn", "--config", "python:bank.sandbox.web", "tests.benchmarks.bare:application", **ports
    )
    try:
        _wait_until_ready(f"https://{settings.HOST}:{pages}/1")
        yield lambda: _connections(tpp, port=port)
    finally:
        child.ask_to_end()
        child.wait()


def _authorization(options: argparse.Namespace, tpp: Client, say: Say) -> list[Row]:
    """Tokens, pushed requests and calls with a bound token."""
    say(f"making and signing requests for tokens, {options.rounds} rounds of {options.posts // 2} of each kind")
    return authorizing.measure(tpp, count=options.posts // 2, rounds=options.rounds, connect=lambda: _connections(tpp))


def _settlement(worker: Child, say: Say) -> list[Row]:
    """How fast one worker screens what the rounds have left to do, settling on the side what passes."""
    say("letting the worker do what waits")
    waiting, began = _screenings_waiting(), time.monotonic()
    while _screenings_waiting() == waiting:
        worker.watch()
        assert time.monotonic() - began < PATIENCE_SECONDS, f"the worker does nothing; {settings.VAR_DIR}/log says why"
        time.sleep(LOOK_SECONDS)
    first, started = _screenings_waiting(), time.monotonic()
    time.sleep(10)
    rate = (first - _screenings_waiting()) / (time.monotonic() - started)
    return [("screened by one worker of two threads", f"{rate:.0f} orders/s", f"first after {started - began:.1f} s")]


def _screenings_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from outbox_message where kind = 'payments.screen'")
        found: int = cursor.fetchone()[0]
    return found


def _signed_orders(count: int, tpp: Client) -> Iterator[bytes]:
    now = clock.now()
    client, cnf = preparing.client_of(tpp.identity)
    holder = preparing.customer(now=now)
    payers = [preparing.account(holder, now=now) for _ in range(PAYERS)]
    payee = preparing.account(preparing.customer(now=now), now=now)
    for made in preparing.payments(count, client=client, cnf=cnf, payers=payers, payee=payee, now=now):
        order = {"Data": {"ConsentId": made.consent_id, **made.data}, "Risk": made.risk}
        body = json.dumps(order).encode()
        extra = {"x-idempotency-key": secrets.token_hex(16), "x-jws-signature": tpp.sign(body)}
        yield load.request("POST", ORDERS, token=made.token, body=body, extra=extra)


@contextmanager
def _connections(
    tpp: Client, *, count: int = CONNECTIONS, port: int = settings.MTLS_PORT
) -> Iterator[Sequence[load.Connection]]:
    made = [load.Connection(tpp.folder.path, host=settings.HOST, port=port) for _ in range(count)]
    yield made
    for one in made:
        one.close()


def _processor_seconds() -> dict[str, float]:
    """Seconds of processor time so far of the web processes, of PostgreSQL and of the client, where Linux tells."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent = {"client": sum(os.times()[:2]), "web": 0.0, "database": 0.0}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = stat.read_text().split("(", 1)[1].rsplit(")", 1)
            command = stat.with_name("cmdline").read_text()
        except OSError:
            continue  # it ended while we looked
        seconds = sum(map(int, rest.split()[11:13])) / ticks
        if name == "postgres":
            spent["database"] += seconds
        elif "gunicorn" in command or "gunicorn" in name:
            spent["web"] += seconds
    return spent


def _median(values: Sequence[float], form: str) -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return f"{form.format(statistics.median(values))} ({low} to {high})"


def _table(rows: Sequence[Row]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n" + "\n".join(lines)
