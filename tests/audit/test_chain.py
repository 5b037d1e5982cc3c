"""The chain over the trail: what is sealed is proved, and whatever is done to it afterwards is found.

The vandal is PostgreSQL's superuser with triggers switched off: the worst that somebody with the database can do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from bank import clock
from bank.audit import chain, tasks, trail
from bank.audit.models import Entry, Seal
from bank.outbox import unit
from bank.sandbox import postgres

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def vandal(committed: None) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(
        host=settings.DATABASES["default"]["HOST"],
        user=postgres.SUPERUSER,
        dbname=postgres.DATABASE,
        autocommit=True,
    ) as superuser:
        superuser.execute("set session_replication_role = replica")
        yield superuser


@contextmanager
def undone(vandal: psycopg.Connection[Any], *tables: str) -> Iterator[None]:
    """Put the tables back afterwards: other tests lean on the same chain."""
    for table in tables:
        vandal.execute(f"create temporary table kept_{table} as table {table}")
    try:
        yield
    finally:
        for table in tables:
            vandal.execute(f"delete from {table}")
            vandal.execute(f"insert into {table} select * from kept_{table}")
            vandal.execute(f"drop table kept_{table}")


def seal_entries(count: int, *, now: datetime) -> list[Seal]:
    """Leave some entries, seal all there are, and return the seals of ours."""
    subject = f"thing-{clock.now().timestamp()}"
    with unit.work():
        for number in range(count):
            trail.record(
                actor="staff:sam",
                action="thing.done",
                subject=subject,
                detail={"number": number, "share": 0.1},
                now=now,
            )
    tasks.seal()
    return list(Seal.objects.filter(entry__subject=subject).order_by("position"))


def test_seals_every_entry_in_the_order_of_their_ids(now: datetime) -> None:
    seals = seal_entries(3, now=now)

    assert [seal.entry_id for seal in seals] == sorted(seal.entry_id for seal in seals)
    assert seals[2].position - seals[0].position == 2
    verdict = chain.verify()
    assert (verdict.holds, verdict.sealed, verdict.unsealed) == (True, seals[-1].position, 0)
    assert verdict.head == bytes(seals[-1].digest).hex()


def test_names_the_unsealed_tail(now: datetime) -> None:
    tasks.seal()
    with unit.work():
        trail.record(actor="staff:sam", action="thing.done", subject="late", now=now)
        trail.record(actor="staff:sam", action="thing.done", subject="later", now=now + timedelta(seconds=1))

    verdict = chain.verify()

    assert (verdict.holds, verdict.unsealed, verdict.unsealed_since) == (True, 2, now)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "'staff:tess'"),
        ("action", "'thing.undone'"),
        ("subject", "'another thing'"),
        ("detail", """'{"share": 0.10, "number": 1}'"""),
        ("detail", """'{"share": 0.1, "number": 2}'"""),
        ("interaction_id", "'made-up'"),
        ("at", "at - interval '1 microsecond'"),
    ],
)
def test_finds_a_changed_entry(vandal: psycopg.Connection[Any], now: datetime, column: str, value: str) -> None:
    victim = seal_entries(3, now=now)[1]

    with undone(vandal, "audit_entry"):
        vandal.execute(f"update audit_entry set {column} = {value} where id = {victim.entry_id}")
        verdict = chain.verify()

    assert verdict.bad_position == victim.position
    assert verdict.why == f"entry {victim.entry_id} or its seal was changed"
    assert chain.verify().holds


@pytest.mark.parametrize(
    ("vandalism", "why"),
    [
        ("delete from audit_entry where id = {entry}", "the entry that was sealed here is gone"),
        ("delete from audit_seal where position = {position}", "the seal at position {position} is missing"),
        (
            "delete from audit_seal where position = {position}; delete from audit_entry where id = {entry}",
            "the seal at position {position} is missing",
        ),
        (
            "update audit_seal set digest = sha256('') where position = {position}",
            "entry {entry} or its seal was changed",
        ),
        (
            "update audit_seal set sealed_at = sealed_at - interval '1 day' where position = {position}",
            "entry {entry} or its seal was changed",
        ),
    ],
)
def test_finds_what_was_removed_and_seals_that_were_changed(
    vandal: psycopg.Connection[Any], now: datetime, vandalism: str, why: str
) -> None:
    victim = seal_entries(3, now=now)[1]
    names = {"entry": victim.entry_id, "position": victim.position}

    with undone(vandal, "audit_seal", "audit_entry"):
        vandal.execute(vandalism.format(**names))
        verdict = chain.verify()

    assert (verdict.bad_position, verdict.why) == (victim.position, why.format(**names))


def test_finds_two_entries_that_changed_places(vandal: psycopg.Connection[Any], now: datetime) -> None:
    first, second, _ = seal_entries(3, now=now)

    with undone(vandal, "audit_seal"):
        vandal.execute(
            "update audit_seal set entry_id = case entry_id when %s then -1 else %s end where entry_id in (%s, %s)",
            [first.entry_id, first.entry_id, first.entry_id, second.entry_id],
        )
        vandal.execute("update audit_seal set entry_id = %s where entry_id = -1", [second.entry_id])
        verdict = chain.verify()

    assert verdict.bad_position == first.position


def test_finds_a_cut_end_by_a_head_that_was_noted(vandal: psycopg.Connection[Any], now: datetime) -> None:
    last = seal_entries(3, now=now)[-1]
    noted = (last.position, bytes(last.digest).hex())
    assert chain.verify(noted=noted).holds

    with undone(vandal, "audit_seal", "audit_entry"):
        vandal.execute("delete from audit_seal where position = %s", [last.position])
        vandal.execute("delete from audit_entry where id = %s", [last.entry_id])
        without, verdict = chain.verify(), chain.verify(noted=noted)

    assert without.holds
    assert verdict.bad_position == last.position
    assert not chain.verify(noted=(last.position, "00" * 32)).holds


def test_seals_one_at_a_time(now: datetime) -> None:
    tasks.seal()
    with psycopg.connect(
        **connections["default"].get_connection_params() | {"cursor_factory": psycopg.Cursor}
    ) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [chain.SEALER])
        with unit.work():
            trail.record(actor="staff:sam", action="thing.done", subject="waits", now=now)
        with unit.work():
            sealed_meanwhile = chain.seal(now)

    tasks.seal()

    assert sealed_meanwhile == 0
    assert chain.verify().unsealed == 0


def test_seals_an_entry_that_was_committed_after_younger_ones(now: datetime) -> None:
    tasks.seal()
    with psycopg.connect(**connections["default"].get_connection_params() | {"cursor_factory": psycopg.Cursor}) as slow:
        slow.execute(
            "insert into audit_entry (at, actor, action, subject, detail, interaction_id)"
            " values (%s, 'staff:sam', 'thing.done', 'slow', '{}', '')",
            [now],
        )
        seal_entries(1, now=now)
    late = Entry.objects.filter(subject="slow").latest("id")

    tasks.seal()

    assert Seal.objects.filter(entry=late).exists()
    assert chain.verify().holds


def test_seals_what_was_committed_very_late_when_everything_is_asked_for(now: datetime) -> None:
    tasks.seal()
    much_later = clock.now() + 2 * chain.LATECOMER
    with psycopg.connect(**connections["default"].get_connection_params() | {"cursor_factory": psycopg.Cursor}) as slow:
        slow.execute(
            "insert into audit_entry (at, actor, action, subject, detail, interaction_id)"
            " values (%s, 'staff:sam', 'thing.done', 'very slow', '{}', '')",
            [now],
        )
        seal_entries(1, now=now)
    with unit.work():
        assert chain.seal(much_later) == 0

    with unit.work():
        assert chain.seal(much_later, everything=True) == 1
    assert chain.verify().holds


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("statement", ["update {} set {} = now()", "delete from {}", "truncate {} cascade"])
def test_refuses_the_application_every_change(now: datetime, table: str, statement: str) -> None:
    seal_entries(1, now=now)
    column = "at" if table == "audit_entry" else "sealed_at"

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column))


@pytest.mark.parametrize("statement", ["update audit_entry set actor = ''", "delete from audit_seal"])
def test_refuses_even_the_owner_while_the_triggers_stand(now: datetime, statement: str) -> None:
    seal_entries(1, now=now)

    with (
        pytest.raises(DatabaseError, match="Cannot update or delete rows"),
        transaction.atomic(using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_command_tells_the_head_and_takes_it_back(now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    last = seal_entries(2, now=now)[-1]
    head = f"{last.position}:{bytes(last.digest).hex()}"

    call_command("audit", "verify")
    told = capsys.readouterr().out
    call_command("audit", "verify", head=head)

    assert told == f"{last.position} sealed entries hold. Head {head}\n"


def test_the_command_fails_with_the_place_where_the_chain_breaks(
    vandal: psycopg.Connection[Any], now: datetime
) -> None:
    victim = seal_entries(2, now=now)[0]

    with undone(vandal, "audit_entry"):
        vandal.execute("delete from audit_entry where id = %s", [victim.entry_id])
        with pytest.raises(CommandError, match=f"breaks at position {victim.position}: the entry"):
            call_command("audit", "verify")
