"""Prepared statements, in the connection and transaction of everything else."""

import pytest
from django.db import IntegrityError, connection, transaction
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
