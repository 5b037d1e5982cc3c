"""The ledger in bulk: whole histories, written by COPY as the tables' owner, and the check that all of it adds up.

The rules that the triggers keep for single postings (accounts/migrations/0004_ledger_rules.py) are kept here for very
many: running balances are worked out beforehand, and verify() tries every rule on what came of it. While a load is
open no other transaction can write to the ledger; reading goes on. Foreign keys and check constraints hold as always.

A large load builds the indexes once, at its end, and has the foreign keys looked at there too, all rows at once: until
then nobody else can read the ledger either.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
import psycopg
from django.db import connections, transaction

OWNER = "owner"
CHUNK = 4_000  # transfers sent at once
TABLES = ("accounts_account", "accounts_transfer", "accounts_posting", "accounts_hold")
COPY_TRANSFERS = "copy accounts_transfer (id, kind, for_order, booked_at) from stdin"
COPY_POSTINGS = """copy accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty,
    details) from stdin"""
COPY_HOLDS = "copy accounts_hold (id, account_id, amount_minor, for_order, placed_at, counterparty, details) from stdin"
# What a large load does without until its end: every row would pay for each, and all together pay a tenth of it.
SPARED_KEYS = """
select conname, pg_get_constraintdef(oid) from pg_constraint
where conrelid = 'accounts_posting'::regclass and contype = 'f'"""
SPARED_INDEXES = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
where indrelid = 'accounts_posting'::regclass and not indisunique"""
SORTING_MEMORY = "256MB"  # for each index, and for each sort of verify()
GET_SUMS = "select booked_minor, last_booked_at from accounts_account where id = %s"
SET_SUMS = """
update accounts_account a set booked_minor = now.booked_minor, last_booked_at = nullif(now.last_at, '')::timestamptz,
    accrued_micro = now.accrued_micro, held_minor = a.held_minor + now.held_minor,
    last_held_at = greatest(a.last_held_at, nullif(now.held_at, '')::timestamptz)
from unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[])
    as now (id, booked_minor, last_at, accrued_micro, held_minor, held_at)
where a.id = now.id"""

# What must hold of the postings from a given one on, of their accounts and their transfers: each finds what breaks it.
# By min() rather than by LIMIT, which would have them planned as if something were broken and soon found.
RULES = {
    "a transfer has two postings or more, of one currency, which sum to zero": """
        select min(id) from (
            select t.id from accounts_transfer t left join accounts_posting p on p.transfer_id = t.id
                left join accounts_account a on a.id = p.account_id
            where t.booked_at >= %(since)s group by t.id
            having count(p.id) < 2 or sum(p.amount_minor) <> 0 or min(a.currency) <> max(a.currency)
        ) as broken""",
    "each balance follows from the one before, and no time goes backwards": """
        select min(account_id) from (
            select account_id, balance_minor - amount_minor as before, booked_at,
                lag(balance_minor) over account as was, lag(booked_at) over account as was_at
            from accounts_posting where id > %(after)s window account as (partition by account_id order by id)
        ) as line where before <> was or booked_at < was_at""",
    "no balance went below its limit": """
        select min(a.id) from accounts_account a join (
            select account_id, min(balance_minor) as lowest from accounts_posting
            where id > %(after)s group by account_id
        ) as line on line.account_id = a.id where line.lowest < -a.limit_minor""",
    "an account has what its newest posting says": """
        select min(a.id) from accounts_account a cross join lateral (
            select balance_minor, booked_at from accounts_posting where account_id = a.id
            order by booked_at desc, id desc limit 1
        ) as newest where (a.booked_minor, a.last_booked_at) <> (newest.balance_minor, newest.booked_at)""",
    "what is held is the sum of the open holds": """
        select min(id) from (
            select a.id from accounts_account a left join accounts_hold h on h.account_id = a.id
                and not exists (select from accounts_holdend e where e.hold_id = h.id)
            group by a.id having a.held_minor <> coalesce(sum(h.amount_minor), 0)
        ) as broken""",
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


# Plain tuples, of which millions go from process to process.
# A posting whose balance is not known yet, of an account whose postings come from several tellers: the transfer's id,
# the account's, the amount in minor units, and how its line ends.
Unsummed = tuple[str, str, int, str]
# A transfer as COPY reads it: when (in UTC as ISO 8601 writes it, which sorts as instants do), its line, the lines of
# its postings, and those that are to be summed yet.
Written = tuple[str, str, str, tuple[Unsummed, ...]]


@dataclass(slots=True)
class Sums:
    """Of one account: what is booked, and when last (as in Written; empty: never)."""

    booked_minor: int = 0
    last_at: str = ""

    def line(self, transfer_id: str, account_id: str, amount_minor: int, *, at: str, tail: str) -> str:
        """Add a posting and write it. None is dated before the account's last, whoever told it when."""
        self.booked_minor += amount_minor
        self.last_at = max(self.last_at, at)
        return f"{transfer_id}\t{account_id}\t{amount_minor}\t{self.booked_minor}\t{self.last_at}\t{tail}\n"


def written(one: Transfer, sums: dict[str, Sums]) -> Written:
    """Write a transfer, and its postings as far as their accounts are among these, whose sums move on."""
    at, lines, unsummed = one.booked_at.isoformat(), "", []
    for leg in one.legs:
        tail = f"{leg.counterparty}\t{_json(leg.details)}"
        if known := sums.get(leg.account_id):
            lines += known.line(one.transfer_id, leg.account_id, leg.amount_minor, at=at, tail=tail)
        else:
            unsummed.append((one.transfer_id, leg.account_id, leg.amount_minor, tail))
    return at, f"{one.transfer_id}\t{one.kind}\t\t{at}\n", lines, tuple(unsummed)


@dataclass
class Load:
    """An open load: rows go in, in the order of time; the sums on the accounts are written at its end."""

    raw: psycopg.Connection[Any]
    writer: ThreadPoolExecutor
    sums: dict[str, Sums] = field(default_factory=dict)
    accrued_micro: Counter[str] = field(default_factory=Counter)
    held_minor: Counter[str] = field(default_factory=Counter)
    held_at: dict[str, str] = field(default_factory=dict)  # when the newest hold was placed
    count: int = 0
    waiting: list[Written] = field(default_factory=list)
    sent: "Future[None] | None" = None

    def add(self, transfers: list[Written]) -> bool:
        """Take up transfers, none older than the last; tell whether they, and what waited, were sent."""
        self.waiting += transfers
        self.count += len(transfers)
        return len(self.waiting) >= CHUNK and self._send()

    def hold(self, holds: Iterable[Hold]) -> None:
        """Write holds that are open."""
        lines = []
        for one in holds:
            self.held_minor[one.account_id] += one.amount_minor
            placed_at = one.placed_at.isoformat()
            self.held_at[one.account_id] = max(self.held_at.get(one.account_id, ""), placed_at)
            lines.append(
                f"{one.hold_id}\t{one.account_id}\t{one.amount_minor}\t{one.for_order}\t{placed_at}"
                f"\t\t{_json(one.details)}\n"
            )
        self._wait()
        self._copy(COPY_HOLDS, "".join(lines))

    def accrue(self, account_id: str, micro: int) -> None:
        """Leave interest that has grown and is not booked, in 10⁻⁶ minor units, on an account."""
        self.accrued_micro[account_id] = micro

    def end(self) -> None:
        """Write what waits, then the sums on the accounts."""
        self._send()
        self._wait()
        held_at = self.held_at.get
        rows = [
            (name, sums.booked_minor, sums.last_at, self.accrued_micro[name], self.held_minor[name], held_at(name, ""))
            for name, sums in self.sums.items()
        ]
        self.raw.execute(SET_SUMS, [list(column) for column in zip(*rows, strict=True)] or [[]] * 6)

    def _send(self) -> bool:
        """Complete what waits and send it; meanwhile the next may be made ready."""
        transfers = "".join([line for _, line, _, _ in self.waiting])
        postings = "".join([lines + self._summed(at, unsummed) for at, _, lines, unsummed in self.waiting])
        self.waiting = []
        self._wait()
        self.sent = self.writer.submit(self._copy_both, transfers, postings)
        return True

    def _summed(self, at: str, unsummed: tuple[Unsummed, ...]) -> str:
        lines = ""
        for transfer_id, account_id, amount_minor, tail in unsummed:
            lines += self._of(account_id).line(transfer_id, account_id, amount_minor, at=at, tail=tail)
        return lines

    def _of(self, account_id: str) -> Sums:
        """The account's sums as they are now; the bank's own may have some from before."""
        found = self.sums.get(account_id)
        if found is None:
            self._wait()
            row = self.raw.execute(GET_SUMS, [account_id]).fetchone()
            assert row is not None, f"there is no account {account_id}"
            booked_minor, last_at = row
            found = self.sums[account_id] = Sums(booked_minor, last_at.astimezone(UTC).isoformat() if last_at else "")
        return found

    def _copy_both(self, transfers: str, postings: str) -> None:
        self._copy(COPY_TRANSFERS, transfers)
        self._copy(COPY_POSTINGS, postings)

    def _wait(self) -> None:
        """Wait until the connection is free; raise what went wrong on it."""
        if self.sent is not None:
            self.sent.result()
            self.sent = None

    def _copy(self, statement: str, lines: str) -> None:
        with self.raw.cursor().copy(statement) as copy:
            copy.write(lines)


@contextmanager
def load(*, is_large: bool = False, says: Callable[[str, int], None] = lambda _words, _count: None) -> Iterator[Load]:
    """Open a load in a transaction of the owner's; at its end the sums are written and verify() has its say.

    is_large: of a million rows rather than a thousand; says: told what begins when all transfers are written, since
    it may take minutes, and how many they are. Raises DoesNotAddUp; then, as with any exception, nothing of the load
    stays.
    """
    with transaction.atomic(using=OWNER), ThreadPoolExecutor(1) as writer:
        raw = connections[OWNER].connection
        raw.execute("set constraints all immediate")  # foreign keys after each COPY, lest all of them pile up
        for table in TABLES:
            raw.execute(f"alter table {table} disable trigger user")
        row = raw.execute("select coalesce(max(id), 0), now() from accounts_posting").fetchone()
        opened = Load(raw, writer)
        with _sparing(raw) if is_large else nullcontext():
            yield opened
            opened.end()
            says("building indexes and trying foreign keys", opened.count)
        for table in TABLES:
            raw.execute(f"alter table {table} enable trigger user")
        raw.execute("analyze accounts_account, accounts_transfer, accounts_posting")
        says("trying every rule of the ledger", opened.count)
        verify(raw, after=row[0] if row else 0)


def verify(raw: psycopg.Connection[Any], *, after: int = 0) -> None:
    """Try every rule of the ledger on the postings after a given one. Raises DoesNotAddUp."""
    since = raw.execute(
        "select coalesce(min(booked_at), now()) from accounts_posting where id > %s", [after]
    ).fetchone()
    assert since is not None
    for rule, statement in RULES.items():
        broken = raw.execute(statement, {"after": after, "since": since[0]}).fetchone()
        if broken and broken[0]:
            raise DoesNotAddUp(f"It does not hold that {rule}: look at {broken[0]}.")


@contextmanager
def _sparing(raw: psycopg.Connection[Any]) -> Iterator[None]:
    """Take the foreign keys and the secondary indexes of the postings away, and put them back as they were."""
    keys, indexes = raw.execute(SPARED_KEYS).fetchall(), raw.execute(SPARED_INDEXES).fetchall()
    for name, _definition in keys:
        raw.execute(f"alter table accounts_posting drop constraint {name}")
    for name, _definition in indexes:
        raw.execute(f"drop index {name}")
    yield
    raw.execute(f"set local maintenance_work_mem = '{SORTING_MEMORY}'; set local work_mem = '{SORTING_MEMORY}'")
    for _name, definition in indexes:
        raw.execute(definition)
    for name, definition in keys:
        raw.execute(f"alter table accounts_posting add constraint {name} {definition}")


def _json(details: dict[str, Any] | None) -> str:
    """Details as COPY reads them: JSON has no raw tab or line end, only its backslashes mean something there."""
    return orjson.dumps(details).decode().replace("\\", "\\\\") if details else "{}"
