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
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus, abc
from psycopg.types.string import TextLoader

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
Sent = tuple[bytes, Sequence[Any]]  # with the server's placeholders, and what stands for them
Ready = tuple[bytes, Any, Any]  # its name at the server, its values as the server reads them, their formats


def prepared(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Result:
    """Run one statement, prepared by the server and kept so for as long as the connection lives.

    JSON columns come back as text and go in as text; lists go in as arrays, with a cast in the statement.
    Raises django.db.Error as Django's own cursors do.
    """
    connection = _connection()
    with connection.wrap_database_errors:
        return _run(_session(connection.connection), *_sent(connection, sql, params))


def together(statements: Sequence[Statement], *, commits: bool = False) -> list[Result]:
    """Run prepared statements in one round trip, none of which needs to know what another brought.

    With commits, COMMIT goes with them: they are the transaction's last. What fails fails all of them, and is raised as
    prepared() raises it; the transaction is then to be rolled back.
    """
    connection = _connection()
    with connection.wrap_database_errors:
        sent = [_sent(connection, sql, params) for sql, params in statements]
        return _run_together(_session(connection.connection), sent, commits=commits)


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


class Session:
    """What is kept beside a connection for as long as it lives: the statements that its server knows, and an adapter.

    What Python's values become and what comes back is psycopg's affair, in its own way but for JSON: Django's way with
    instants costs ten times as much.
    """

    adapters = AdaptersMap(psycopg.adapters)

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.server = connection.pgconn
        self._adapter = Transformer(self)
        self._names: dict[tuple[bytes, Any], bytes] = {}

    def begins(self) -> bool:
        """Tell whether the next statement is to open a transaction."""
        return not self.connection.autocommit and self.server.transaction_status == TransactionStatus.IDLE

    def ready(self, text: bytes, values: Sequence[Any]) -> Ready:
        """What is sent for a statement. Prepared once for each combination of types that its values have."""
        adapter = self._adapter
        dumped: Any = adapter.dump_sequence(values, [PyFormat.AUTO] * len(values))  # may hold None, unlike the stub
        name = self._names.get((text, adapter.types))
        if name is None:
            name = b"lombard_%d" % len(self._names)
            _check(self.server.prepare(name, text, adapter.types), self.server)
            self._names[text, adapter.types] = name
        return name, dumped, adapter.formats

    def loaded(self, result: abc.PGresult) -> Result:
        """What a statement brought."""
        self._adapter.set_pgresult(result)
        rowcount = result.command_tuples
        return Result(self._adapter.load_rows(0, result.ntuples, tuple), rowcount=-1 if rowcount is None else rowcount)


for _json in ("json", "jsonb"):
    Session.adapters.register_loader(_json, TextLoader)


def _session(connection: psycopg.Connection[Any]) -> Session:
    found: Session | None = connection.__dict__.get("session_of_lombard")
    if found is None:
        found = connection.__dict__["session_of_lombard"] = Session(connection)
    return found


def _run(session: Session, text: bytes, values: Sequence[Any]) -> Result:
    """Run a statement by libpq itself: psycopg's cursor does the same at twice the processor time."""
    if session.begins():
        return _run_together(session, [(text, values)])[0]
    return session.loaded(_check(session.server.exec_prepared(*session.ready(text, values)), session.server))


def _run_together(session: Session, statements: Sequence[Sent], *, commits: bool = False) -> list[Result]:
    """Send all statements, then read what all of them brought: libpq's pipeline mode, for one exchange."""
    server, begins = session.server, session.begins()
    ready = [session.ready(text, values) for text, values in statements]
    server.enter_pipeline_mode()
    try:
        if begins:
            server.send_query_params(b"begin", None)
        for statement in ready:
            server.send_query_prepared(*statement)
        if commits:
            server.send_query_params(b"commit", None)
        server.pipeline_sync()
        results = _results(server)
    finally:
        if server.status == ConnStatus.OK:
            server.exit_pipeline_mode()
    for result in results:
        _check(result, server)
    return [session.loaded(result) for result in results[begins : begins + len(ready)]]


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


def _check(result: abc.PGresult, server: abc.PGconn) -> abc.PGresult:
    """Raise what went wrong, as psycopg names it."""
    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return result
    if server.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise psycopg.errors.error_from_result(result)


def forget_hung_up(**_facts: Any) -> None:
    """Drop a connection that failed, or at whose other end nobody is any more: the next statement opens a new one.

    To be called before a request's or a task's first statement; costs a look at the socket, nothing is sent. Nothing is
    ever repeated: a transaction that has begun keeps its connection, and fails with it.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.connection is None or connection.in_atomic_block:
        return
    connection.close_if_unusable_or_obsolete()
    if connection.connection is not None and _is_hung_up(connection.connection):
        connection.close()


def _is_hung_up(connection: psycopg.Connection[Any]) -> bool:
    if connection.closed:
        return True
    # To an idle connection the server says nothing but that it ends. (Or that its settings changed: then, too, a new
    # connection does no harm.)
    looked = select.poll()
    looked.register(connection.fileno(), select.POLLIN)
    return bool(looked.poll(0))
