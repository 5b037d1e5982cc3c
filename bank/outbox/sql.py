"""Prepared statements for the paths where every millisecond counts.

Django binds parameters on the client and prepares nothing; a hot statement goes through prepared() instead, in the same
connection and the same transaction. What Django's own tools count (assertNumQueries), they count here as well.
"""

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
