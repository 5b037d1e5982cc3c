"""Prepared statements, in the connection and transaction of everything else; connections that were hung up."""

import psycopg
import pytest
from django.core.signals import request_finished, request_started
from django.db import IntegrityError, OperationalError, close_old_connections, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bank.outbox import sql


def test_runs_in_the_transaction_that_is_open(db):
    with transaction.atomic():
        one = sql.prepared("select pg_current_xact_id()::text").fetchone()
        two = sql.prepared("select pg_current_xact_id()::text").fetchone()

    assert one == two


def test_is_counted_by_what_counts_queries(db):
    with CaptureQueriesContext(connection) as captured:
        sql.prepared("select %s::int", [1])

    assert [query["sql"] for query in captured.captured_queries] == ["select %s::int"]


def test_prepares_a_statement_on_the_server(db):
    sql.prepared("select %(number)s::int + %(number)s::int", {"number": 2})

    statements = sql.prepared("select statement from pg_prepared_statements").fetchall()
    assert ("select $1::int + $1::int",) in statements


def test_raises_what_djangos_own_cursors_raise(db):
    statement = "insert into django_content_type (id, app_label, model) values (%s, 'tests', %s)"
    sql.prepared(statement, [900_001, "one"])

    with pytest.raises(IntegrityError), transaction.atomic():
        sql.prepared(statement, [900_001, "two"])


def hang_up() -> None:
    """Have the server end this test's connection, as it does when it is stopped or killed."""
    pid = sql.prepared("select pg_backend_pid()").fetchone()[0]
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])


def test_opens_a_new_connection_at_the_start_of_a_request_when_the_old_one_was_hung_up(committed):
    hang_up()

    request_started.send(sender=None)

    assert sql.prepared("select 1").fetchone() == (1,)


def test_keeps_a_connection_that_is_one(committed):
    sql.prepared("select 1")
    kept = connection.connection

    request_started.send(sender=None)

    assert connection.connection is kept


@pytest.mark.parametrize("signal", [request_started, request_finished])
def test_is_all_that_looks_at_a_connection_after_other_requests_too(db, signal):
    Client().get("/login")

    assert not signal.disconnect(close_old_connections)


def go_on_after_the_end() -> None:
    with transaction.atomic():
        hang_up()
        sql.forget_hung_up()
        sql.prepared("select 1")


def test_never_leaves_a_transaction_that_has_begun(committed):
    with pytest.raises(OperationalError):
        go_on_after_the_end()

    sql.forget_hung_up()
    assert sql.prepared("select 1").fetchone() == (1,)
