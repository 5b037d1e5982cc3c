"""Prepared statements for the paths where every millisecond counts.

Django binds parameters on the client and prepares nothing; a hot statement goes through prepared() instead, in the same
connection and the same transaction. What Django's own tools count (assertNumQueries), they count here as well.
"""

import re
import select
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.abc import Transformer as Adapter
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus, abc

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?s|%%")
Row = tuple[Any, ...]


class Result:
    """The rows that a statement brought, and how many it touched."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Row], *, rowcount: int) -> None:
        self._rows = iter(rows)
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def fetchone(self) -> Row | None:
        """The next row; None after the last."""
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        """The rows that are left."""
        return list(self._rows)


Statement = tuple[str, Sequence[Any] | Mapping[str, Any]]
Sent = tuple[bytes, Sequence[Any]]  # as the server knows it, with what stands for its placeholders


def prepared(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Result:
    """Run one statement, prepared by the server and kept so for as long as the connection lives.

    JSON columns come back as text and go in as text; lists go in as arrays, with a cast in the statement.
    Raises django.db.Error as Django's own cursors do.
    """
    connection = _connection()
    with connection.wrap_database_errors:
        return _run(connection.connection, *_sent(connection, sql, params))


def together(statements: Sequence[Statement], *, commits: bool = False) -> list[Result]:
    """Run prepared statements in one round trip, none of which needs to know what another brought.

    With commits, COMMIT goes with them: they are the transaction's last. What fails fails all of them, and is raised as
    prepared() raises it; the transaction is then to be rolled back.
    """
    connection = _connection()
    with connection.wrap_database_errors:
        sent = [_sent(connection, sql, params) for sql, params in statements]
        return _run_together(connection.connection, sent, commits=commits)


def _connection() -> Any:
    connection = connections[DEFAULT_DB_ALIAS]  # once: django.db.connection looks it up at every attribute
    connection.ensure_connection()
    return connection


def _sent(connection: Any, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> Sent:
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0"})
    text, names = _numbered(sql)
    return text, [params[name] for name in names] if isinstance(params, Mapping) else params


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with the server's placeholders ($1), and the names of what goes into them, if they have names."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${names.setdefault(found[1] or str(len(names)), len(names) + 1)}"

    return PLACEHOLDER.sub(number, sql).encode(), tuple(names)


def _run(connection: psycopg.Connection[Any], text: bytes, values: Sequence[Any]) -> Result:
    """Run a statement by libpq itself: psycopg's cursor does the same at twice the processor time."""
    server = connection.pgconn
    if not connection.autocommit and server.transaction_status == TransactionStatus.IDLE:
        return _run_together(connection, [(text, values)])[0]
    adapter, name, dumped = _ready(connection, text, values)
    return _loaded(adapter, _check(server.exec_prepared(name, dumped, adapter.formats), server))


def _run_together(
    connection: psycopg.Connection[Any], statements: Sequence[Sent], *, commits: bool = False
) -> list[Result]:
    """Send all statements, then read what all of them brought: libpq's pipeline mode, for one exchange."""
    server = connection.pgconn
    begins = not connection.autocommit and server.transaction_status == TransactionStatus.IDLE
    ready = [_ready(connection, text, values) for text, values in statements]
    server.enter_pipeline_mode()
    try:
        if begins:
            server.send_query_params(b"begin", None)
        for adapter, name, dumped in ready:
            server.send_query_prepared(name, dumped, adapter.formats)
        if commits:
            server.send_query_params(b"commit", None)
        server.pipeline_sync()
        results = _results(server)
    finally:
        if server.status == ConnStatus.OK:
            server.exit_pipeline_mode()
    checked = [_check(result, server) for result in results]
    return [_loaded(adapter, result) for (adapter, *_), result in zip(ready, checked[begins:], strict=False)]


def _results(server: abc.PGconn) -> list[abc.PGresult]:
    """Everything that the server answers to an exchange, up to its end. Waits without holding Python's lock."""
    poll = select.poll()
    poll.register(server.socket, select.POLLIN | select.POLLOUT)
    while server.flush():
        poll.poll()
        server.consume_input()
    poll.modify(server.socket, select.POLLIN)
    results: list[abc.PGresult] = []
    while True:
        while server.is_busy():
            poll.poll()
            server.consume_input()
        result = server.get_result()
        if result is None:  # a statement's results end
            if server.status == ConnStatus.BAD:
                raise psycopg.OperationalError(server.get_error_message())
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)


def _ready(
    connection: psycopg.Connection[Any], text: bytes, values: Sequence[Any]
) -> tuple[Adapter, bytes, Sequence[Any]]:
    """What a statement needs to be sent: its adapter, its name at the server, its values as the server reads them.

    What Python's values become and what comes back is psycopg's affair here too. A statement is prepared once for each
    combination of types that its values have.
    """
    adapter = Transformer(connection)
    dumped: Any = adapter.dump_sequence(values, [PyFormat.AUTO] * len(values))  # None is fine, whatever the stub says
    known: dict[tuple[bytes, Any], bytes] = connection.__dict__.setdefault("statements_of_lombard", {})
    name = known.get((text, adapter.types))
    if name is None:
        name = b"lombard_%d" % len(known)
        _check(connection.pgconn.prepare(name, text, adapter.types), connection.pgconn)
        known[text, adapter.types] = name
    return adapter, name, dumped


def _loaded(adapter: Adapter, result: abc.PGresult) -> Result:
    adapter.set_pgresult(result)
    rowcount = result.command_tuples
    return Result(adapter.load_rows(0, result.ntuples, tuple), rowcount=-1 if rowcount is None else rowcount)


def _check(result: abc.PGresult, server: abc.PGconn) -> abc.PGresult:
    """Raise what went wrong, as psycopg names it."""
    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return result
    if server.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise psycopg.errors.error_from_result(result)


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
