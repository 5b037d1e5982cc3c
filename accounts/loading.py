"""The ledger in bulk: whole histories, written by COPY as the tables' owner, and the check that all of it adds up.

The rules that the triggers keep for single postings (accounts/migrations/0004_ledger_rules.py) are kept here for very
many: running balances are worked out beforehand, and verify() tries every rule on what came of it. While a load is
open no other transaction can write to the ledger; reading goes on. Foreign keys and check constraints hold as always.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import orjson
import psycopg
from django.db import connections, transaction

OWNER = "owner"
CHUNK = 4_000  # transfers between two looks at what the other side has done
TABLES = ("accounts_account", "accounts_transfer", "accounts_posting", "accounts_hold")
COPY_TRANSFERS = "copy accounts_transfer (id, kind, for_order, booked_at) from stdin"
COPY_POSTINGS = """copy accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty,
    details) from stdin"""
COPY_HOLDS = "copy accounts_hold (id, account_id, amount_minor, for_order, placed_at, counterparty, details) from stdin"
SUMS = "select id, booked_minor, last_booked_at from accounts_account where id = any(%s)"
SET_SUMS = """
update accounts_account set booked_minor = %s, last_booked_at = %s, accrued_micro = %s, held_minor = held_minor + %s
where id = %s"""

# What must hold of the postings from a given one on, of their accounts and their transfers: each finds what breaks it.
RULES = {
    "the postings of a transfer sum to zero": """
        select transfer_id from accounts_posting where id > %(after)s
        group by transfer_id having sum(amount_minor) <> 0 or count(*) < 2 limit 1""",
    "a transfer is of one currency": """
        select p.transfer_id from accounts_posting p join accounts_account a on a.id = p.account_id
        where p.id > %(after)s group by p.transfer_id having count(distinct a.currency) <> 1 limit 1""",
    "a transfer has postings": """
        select t.id from accounts_transfer t where t.booked_at >= %(since)s
            and not exists (select from accounts_posting p where p.transfer_id = t.id) limit 1""",
    "each balance follows from the one before, and no time goes backwards": """
        select account_id from (
            select account_id, balance_minor - amount_minor as before, booked_at,
                lag(balance_minor) over account as was, lag(booked_at) over account as was_at
            from accounts_posting where id > %(after)s window account as (partition by account_id order by id)
        ) as line where before <> was or booked_at < was_at limit 1""",
    "no balance went below its limit": """
        select p.account_id from accounts_posting p join accounts_account a on a.id = p.account_id
        where p.id > %(after)s and a.limit_minor is not null and p.balance_minor < -a.limit_minor limit 1""",
    "an account has what its newest posting says": """
        select a.id from accounts_account a cross join lateral (
            select balance_minor, booked_at from accounts_posting where account_id = a.id
            order by booked_at desc, id desc limit 1
        ) as newest where (a.booked_minor, a.last_booked_at) <> (newest.balance_minor, newest.booked_at) limit 1""",
    "what is held is the sum of the open holds": """
        select a.id from accounts_account a left join accounts_hold h on h.account_id = a.id
            and not exists (select from accounts_holdend e where e.hold_id = h.id)
        group by a.id having a.held_minor <> coalesce(sum(h.amount_minor), 0) limit 1""",
}


class DoesNotAddUp(Exception):
    """A rule of the ledger does not hold: it says which, and where."""


class Leg(NamedTuple):
    """One side of a transfer; details: what its statement line says."""

    account_id: str
    amount_minor: int
    counterparty: str
    details: dict[str, Any] | None


class Transfer(NamedTuple):
    """A transfer to be written; at least two legs, which sum to zero."""

    transfer_id: str
    kind: str
    booked_at: datetime
    legs: tuple[Leg, ...]


class Hold(NamedTuple):
    """Money that is still set aside when the load ends."""

    hold_id: str
    account_id: str
    amount_minor: int
    for_order: str
    placed_at: datetime
    details: dict[str, Any]


@dataclass(slots=True)
class _Sums:
    booked_minor: int
    last_at: datetime | None
    accrued_micro: int = 0
    held_minor: int = 0


@dataclass
class Load:
    """An open load: rows go in, in the order of time; the sums on the accounts are written at its end."""

    raw: psycopg.Connection[Any]
    writer: ThreadPoolExecutor
    sums: dict[str, _Sums] = field(default_factory=dict)
    count: int = 0
    sent: "Future[None] | None" = None

    def write(self, transfers: Iterable[Transfer]) -> Iterator[int]:
        """Write a stream of transfers of whatever length; tell after every few thousand how many there are so far."""
        stream = iter(transfers)
        while chunk := list(islice(stream, CHUNK)):
            lines = [_transfer_line(one) for one in chunk]
            postings = [self._posting_line(one, leg) for one in chunk for leg in one.legs]
            self._wait()
            self.sent = self.writer.submit(self._send, lines, postings)  # and meanwhile the next are made ready
            self.count += len(chunk)
            yield self.count
        self._wait()

    def know(self, account_ids: Iterable[str]) -> None:
        """Read the sums of many accounts at once, instead of one by one when each is met."""
        with self.raw.cursor() as cursor:
            cursor.execute(SUMS, [list(account_ids)])
            for account_id, booked_minor, last_at in cursor:
                self.sums[account_id] = _Sums(booked_minor, last_at)

    def hold(self, holds: Iterable[Hold]) -> None:
        """Write holds that are open."""
        lines = []
        for one in holds:
            self._of(one.account_id).held_minor += one.amount_minor
            lines.append(
                f"{one.hold_id}\t{one.account_id}\t{one.amount_minor}\t{one.for_order}\t{one.placed_at.isoformat()}"
                f"\t\t{_json(one.details)}\n"
            )
        self._copy(COPY_HOLDS, lines)

    def accrue(self, account_id: str, micro: int) -> None:
        """Leave interest that has grown and is not booked, in 10⁻⁶ minor units, on an account."""
        self._of(account_id).accrued_micro = micro

    def end(self) -> None:
        """Write the sums on the accounts."""
        with self.raw.cursor() as cursor:
            cursor.executemany(
                SET_SUMS,
                [(s.booked_minor, s.last_at, s.accrued_micro, s.held_minor, name) for name, s in self.sums.items()],
            )

    def _posting_line(self, one: Transfer, leg: Leg) -> str:
        sums = self._of(leg.account_id)
        sums.booked_minor += leg.amount_minor
        if sums.last_at is None or one.booked_at > sums.last_at:
            sums.last_at = one.booked_at
        return (
            f"{one.transfer_id}\t{leg.account_id}\t{leg.amount_minor}\t{sums.booked_minor}"
            f"\t{sums.last_at.isoformat()}\t{leg.counterparty}\t{_json(leg.details)}\n"
        )

    def _of(self, account_id: str) -> _Sums:
        """The account's sums as they are now; the bank's own may have some from before."""
        found = self.sums.get(account_id)
        if found is None:
            self._wait()
            self.know([account_id])
            found = self.sums[account_id]
        return found

    def _send(self, transfers: list[str], postings: list[str]) -> None:
        self._copy(COPY_TRANSFERS, transfers)
        self._copy(COPY_POSTINGS, postings)

    def _wait(self) -> None:
        """Wait until the connection is free; raise what went wrong on it."""
        if self.sent is not None:
            self.sent.result()
            self.sent = None

    def _copy(self, statement: str, lines: list[str]) -> None:
        with self.raw.cursor().copy(statement) as copy:
            copy.write("".join(lines))


@contextmanager
def load() -> Iterator[Load]:
    """Open a load in a transaction of the owner's; at its end the sums are written and verify() has its say.

    Raises DoesNotAddUp; then, as with any exception, nothing of the load stays.
    """
    with transaction.atomic(using=OWNER), ThreadPoolExecutor(1) as writer:
        raw = connections[OWNER].connection
        raw.execute("set constraints all immediate")  # foreign keys after each COPY, lest all of them pile up
        for table in TABLES:
            raw.execute(f"alter table {table} disable trigger user")
        row = raw.execute("select coalesce(max(id), 0), now() from accounts_posting").fetchone()
        opened = Load(raw, writer)
        yield opened
        opened.end()
        for table in TABLES:
            raw.execute(f"alter table {table} enable trigger user")
        raw.execute("analyze accounts_account, accounts_transfer, accounts_posting")
        verify(raw, after=row[0] if row else 0)


def verify(raw: psycopg.Connection[Any], *, after: int = 0) -> None:
    """Try every rule of the ledger on the postings after a given one. Raises DoesNotAddUp."""
    since = raw.execute(
        "select coalesce(min(booked_at), now()) from accounts_posting where id > %s", [after]
    ).fetchone()
    assert since is not None
    for rule, statement in RULES.items():
        broken = raw.execute(statement, {"after": after, "since": since[0]}).fetchone()
        if broken:
            raise DoesNotAddUp(f"It does not hold that {rule}: look at {broken[0]}.")


def _transfer_line(one: Transfer) -> str:
    return f"{one.transfer_id}\t{one.kind}\t\t{one.booked_at.isoformat()}\n"


def _json(details: dict[str, Any] | None) -> str:
    """Details as COPY reads them: JSON has no raw tab or line end, only its backslashes mean something there."""
    return orjson.dumps(details).decode().replace("\\", "\\\\") if details else "{}"
