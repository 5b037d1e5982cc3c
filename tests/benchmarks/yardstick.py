"""The yardstick: what this database could do at all, by pgbench: minimal payments and bare rows."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

from bank.sandbox import postgres

SCRIPT = Path(__file__).with_name("yardstick.sql")
TABLES = """
drop schema if exists yardstick cascade;
create schema yardstick;
create table yardstick.account (id int primary key, balance_minor bigint not null default 0);
create table yardstick.idempotency_key (
    client_id int not null, key text not null, body_digest bytea not null, payment_id bigint not null,
    created_at timestamptz not null default now(), primary key (client_id, key));
create table yardstick.payment (
    id bigint primary key, client_id int not null, debtor_id int not null references yardstick.account,
    creditor_id int not null references yardstick.account, amount_minor bigint not null, status text not null,
    body jsonb not null, created_at timestamptz not null default now());
create table yardstick.posting (
    id bigint generated always as identity primary key, payment_id bigint not null references yardstick.payment,
    account_id int not null references yardstick.account, amount_minor bigint not null check (amount_minor <> 0));
create index on yardstick.posting (account_id, id);
insert into yardstick.account (id) select generate_series(1, 10000);
"""

# The rows of a first page of transactions, as the bank reads them.
READING = """\\set n random(1, {accounts})
select id, transfer_id, amount_minor, balance_minor, booked_at, details from accounts_posting
where account_id = (select account_id from yardstick.reader where n = :n)
order by booked_at desc, id desc limit 101;
"""


def prepare(sockets: Path) -> None:
    """Make the yardstick's tables, in a schema of their own in the bank's database."""
    with psycopg.connect(_place(sockets), autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute("analyze yardstick.account")


def measure(sockets: Path, *, binaries: Path, seconds: int) -> float:
    """Return payments a second: as the server is (fsync on)."""
    return _run(SCRIPT, sockets, binaries=binaries, seconds=seconds)


def reading(sockets: Path, *, binaries: Path, accounts: Sequence[str], seconds: int) -> float:
    """Return how often in a second the newest 101 postings of one of these accounts can be read."""
    with psycopg.connect(_place(sockets), autocommit=True) as connection:
        connection.execute("create schema if not exists yardstick")
        connection.execute("create table yardstick.reader (n int primary key, account_id text not null)")
        connection.cursor().executemany("insert into yardstick.reader values (%s, %s)", enumerate(accounts, 1))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(READING.format(accounts=len(accounts)))
        script.flush()
        found = _run(Path(script.name), sockets, binaries=binaries, seconds=seconds)
    forget(sockets)
    return found


def _run(script: Path, sockets: Path, *, binaries: Path, seconds: int) -> float:
    """Return what pgbench does in a second: 8 clients, prepared statements."""
    done = subprocess.run(
        [
            *(str(binaries / "pgbench"), "-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", str(seconds)),
            *("-f", str(script), "-h", str(sockets), "-U", postgres.OWNER, postgres.DATABASE),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def forget(sockets: Path) -> None:
    """Drop what the yardstick made."""
    with psycopg.connect(_place(sockets), autocommit=True) as connection:
        connection.execute("drop schema if exists yardstick cascade")


def _place(sockets: Path) -> str:
    return f"host={sockets} user={postgres.OWNER} dbname={postgres.DATABASE}"
