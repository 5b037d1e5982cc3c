"""Reading accounts under load: short and long histories, first and deep pages, beside what the machine could do."""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from accounts import paging
from accounts.models import Account, Holder
from bank import clock
from bank.sandbox import postgres
from bank.sandbox.tpp.client import Client
from tests.benchmarks import crowd, history, load, preparing, yardstick

HISTORIES = (100, 10_000)
ROWS_EACH = 1_000  # of the crowd
READS = 200
FLAT = 1.3
MEGABYTE = 1024 * 1024

Row = tuple[str, str, str]
Connect = Callable[..., AbstractContextManager[Sequence[load.Connection]]]
Web = Callable[[], AbstractContextManager[Connect]]


class Reading:
    """A consent to read an account, and requests that use it."""

    def __init__(self, tpp: Client, *, chosen: Account, now: datetime) -> None:
        client, cnf = preparing.client_of(tpp.identity)
        holder = Holder.objects.select_related("customer").get(account=chosen).customer
        self.approved = preparing.account_access(client, cnf, holder=holder, chosen=chosen, now=now)
        self.path = f"/open-banking/v4.0/aisp/accounts/{chosen.pk}/transactions"

    def first(self, **query: str) -> bytes:
        """Ask for the newest page, or that of a filter."""
        path = f"{self.path}?{urlencode(query)}" if query else self.path
        return load.request("GET", path, token=self.approved.token)

    def deep(self, at: datetime) -> bytes:
        """Ask for the page that begins there."""
        place = paging.Place(consent_id=self.approved.consent_id, path=self.path, query={})
        path = place.link(paging.Cursor(at=at, key="0"))
        return load.request("GET", path, token=self.approved.token)


def measure(
    tpp: Client, *, long: int, crowd_rows: int, requests: int, server: postgres.Server, connect: Connect, bare: Web
) -> list[Row]:
    """Rows of the table."""
    now = clock.now()
    members = crowd.load(customers=crowd_rows // ROWS_EACH, rows=crowd_rows, sockets=str(server.sockets), now=now)
    return [
        *_histories(tpp, long=long, member=members[0], now=now, connect=connect),
        *_throughput(tpp, members[:100], requests=requests, server=server, now=now, connect=connect, bare=bare),
    ]


def _histories(tpp: Client, *, long: int, member: Account, now: datetime, connect: Connect) -> list[Row]:
    """One page of each history in turn, over one connection: the median of each beside the shortest's."""
    asked: dict[str, bytes] = {}
    for rows in (*HISTORIES, long):
        chosen = preparing.account(preparing.customer(now=now), now=now, balance_minor=0)
        history.load(chosen.pk, rows=rows)
        reading = Reading(tpp, chosen=chosen, now=now)
        asked[f"at {rows:,} rows"] = reading.first()
    middle = now - timedelta(minutes=long // 2)
    days = {"fromBookingDateTime": f"{middle - timedelta(days=2):%Y-%m-%d}", "toBookingDateTime": f"{middle:%Y-%m-%d}"}
    asked["in its middle, by cursor"] = reading.deep(middle)
    asked["in its middle, by dates"] = reading.first(**days)
    asked[f"among {ROWS_EACH:,} of a crowd's"] = Reading(tpp, chosen=member, now=now).first()
    times: dict[str, list[float]] = {name: [] for name in asked}
    with connect(count=1) as (alone,):
        for number in range(READS + 10):
            for name, request in asked.items():
                began = time.perf_counter()
                status, body = alone.send(request)
                spent = (time.perf_counter() - began) * 1000
                assert status == 200, body
                assert len(json.loads(body)["Data"]["Transaction"]) == 100
                if number >= 10:
                    times[name].append(spent)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    shortest = next(iter(medians.values()))
    return [
        (f"GET 100 transactions, p50 {name}", f"{p50:.2f} ms", f"{p50 / shortest:.2f} of the first, goal within {FLAT}")
        for name, p50 in medians.items()
    ]


def _throughput(
    tpp: Client,
    members: Sequence[Account],
    *,
    requests: int,
    server: postgres.Server,
    now: datetime,
    connect: Connect,
    bare: Web,
) -> list[Row]:
    """So many pages of many customers at once, beside pgbench's reading of the rows and a bare answer of that size."""
    readings = [Reading(tpp, chosen=member, now=now) for member in members]
    asked = [readings[number % len(readings)].first() for number in range(requests)]
    with connect() as fresh:
        load.run(asked[: len(readings) * 4], fresh, expect=200)
        _, body = fresh[0].send(asked[0])
    before = _memory()
    with connect() as fresh:
        ours = load.run(asked, fresh, expect=200)
    grown = (_memory() - before) / MEGABYTE
    possible = yardstick.reading(
        server.sockets, binaries=server.binaries, accounts=[member.pk for member in members], seconds=10
    )
    with bare() as connect_bare, connect_bare() as fresh:
        plain = [load.request("GET", f"/{len(body)}", token="-")] * requests
        load.run(plain[:200], fresh, expect=200)
        least = load.run(plain, fresh, expect=200)
    return [
        ("GET 100 transactions at 8 connections", f"{ours.per_second:.0f}/s", "statements: token 1, data 2, count 1"),
        ("  p99", f"{ours.p99_ms:.1f} ms", ""),
        (f"  pgbench, the same rows: {possible:.0f}/s", f"ratio {ours.per_second / possible:.3f}", ""),
        (
            f"  bare HTTPS, {len(body):,} bytes: {least.per_second:.0f}/s",
            f"ratio {ours.per_second / least.per_second:.3f}",
            "",
        ),
        (f"  memory of the web processes over {requests:,} requests", f"{grown:+.1f} MB", ""),
    ]


def _memory() -> int:
    """Bytes of memory that belong to the web processes, what they share counted in parts."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/smaps_rollup"):
        try:
            if "bank.wsgi" not in status.with_name("cmdline").read_text():
                continue
            lines = status.read_text().splitlines()
        except OSError:
            continue  # it ended while we looked, or is somebody else's
        found += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return found
