"""Prepared statements for the paths where every millisecond counts.

Django binds parameters on the client and prepares nothing; a hot statement goes through prepared() instead, in the same
connection and the same transaction. What Django's own tools count (assertNumQueries), they count here as well.
"""

import select
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def prepared(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run one statement, prepared by the server and kept so, and return its cursor.

    JSON columns come back as text and go in as text; lists go in as arrays, with a cast in the statement.
    Raises django.db.Error as Django's own cursors do.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # once: django.db.connection looks it up at every attribute
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0"})
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(sql, params, prepare=True)


def forget_hung_up(**_facts: Any) -> None:
    """Drop a connection at whose other end nobody is any more, so that the next statement opens a new one.

    To be called before a request's or a task's first statement; costs a look at the socket, nothing is sent. Nothing is
    ever repeated: a transaction that has begun keeps its connection, and fails with it.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.connection is not None and not connection.in_atomic_block and _is_hung_up(connection.connection):
        connection.close()


def _is_hung_up(connection: psycopg.Connection[Any]) -> bool:
    if connection.closed:
        return True
    # To an idle connection the server says nothing but that it ends. (Or that its settings changed: then, too, a new
    # connection does no harm.)
    looked = select.poll()
    looked.register(connection.fileno(), select.POLLIN)
    return bool(looked.poll(0))
