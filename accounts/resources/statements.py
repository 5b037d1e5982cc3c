"""Statements: of an account, of all that a consent covers, one alone, and its document. Source: Statements v4.0.1."""

from dataclasses import replace

from django.db.models import Q

from accounts import documents, entries, paging, permissions, statements, windows
from accounts.models import Statement
from accounts.rendering import statements as rendering
from accounts.resources import pages
from accounts.resources.row import MAY_BE_MISSING, Found, Reading, Resource
from accounts.schemas.statements import ANSWER, FILTER, OBStatement2


def read_statements(reading: Reading) -> Found:
    """One page of the accounts' statements, newest first: those wholly inside the window and the request's filter."""
    place = pages.place(reading, query=FILTER)
    wanted = windows.filtered(place.query, from_name="fromStatementDateTime", to_name="toStatementDateTime")
    found, newer, older = _page(
        Q(account__in=[account.account_id for account in reading.accounts])
        & statements.inside(pages.window(reading).meet(wanted)),
        cursor=pages.cursor(reading, place),
    )
    return Found(items=_shown(found, reading), links=pages.links(place, newer=newer, older=older))


def _page(
    wanted: Q, *, cursor: paging.Cursor | None
) -> tuple[list[Statement], paging.Cursor | None, paging.Cursor | None]:
    """The rows on one side of the cursor, newest first, and the cursors of the neighbouring pages."""
    if cursor is not None and cursor.backward:
        found = Statement.objects.filter(
            wanted, Q(ends_at__gt=cursor.at) | Q(ends_at=cursor.at, id__gt=cursor.key), ends_at__gte=cursor.at
        )
        nearest = list(found.order_by("ends_at", "id")[: paging.PAGE_ROWS + 1])
        if len(nearest) <= paging.PAGE_ROWS:
            return _page(wanted, cursor=None)
        kept = nearest[: paging.PAGE_ROWS][::-1]
        return kept, _beside(kept[0], backward=True), _beside(kept[-1])
    found = Statement.objects.filter(wanted)
    if cursor is not None:
        found = found.filter(Q(ends_at__lt=cursor.at) | Q(ends_at=cursor.at, id__lt=cursor.key), ends_at__lte=cursor.at)
    rows = list(found.order_by("-ends_at", "-id")[: paging.PAGE_ROWS + 1])
    kept = rows[: paging.PAGE_ROWS]
    newer = _beside(kept[0], backward=True) if cursor and kept else None
    return kept, newer, _beside(kept[-1]) if len(rows) > paging.PAGE_ROWS else None


def _beside(row: Statement, *, backward: bool = False) -> paging.Cursor:
    return paging.Cursor(at=row.ends_at, key=row.pk, backward=backward)


def read_statement(reading: Reading) -> Found:
    """One statement. Raises StatementNotFound."""
    found = Statement.objects.filter(_asked(reading))[:1]
    if not found:
        raise entries.StatementNotFound
    return Found(items=_shown(list(found), reading))


def read_file(reading: Reading) -> Found:
    """A statement's document. Raises StatementNotFound."""
    return Found(items=[documents.of(_asked(reading), now=reading.now)])


def _asked(reading: Reading) -> Q:
    (account,) = reading.accounts
    return Q(pk=reading.statement_id, account=account.account_id) & statements.inside(pages.window(reading))


def _shown(found: list[Statement], reading: Reading) -> list[OBStatement2]:
    accounts = {account.account_id: account for account in reading.accounts}
    held = reading.access.permissions
    return [rendering.statement(row, of=accounts[row.account_id], held=held) for row in found]


OF_ACCOUNT = Resource(
    path="accounts/<str:AccountId>/statements",
    operation_id="GetAccountsAccountIdStatements",
    member="Statement",
    permissions=permissions.STATEMENTS,
    answers=ANSWER,
    query=FILTER,
    read=read_statements,
    also=MAY_BE_MISSING,
)
ONE = "accounts/<str:AccountId>/statements/<str:StatementId>"
ROWS = (
    OF_ACCOUNT,
    replace(OF_ACCOUNT, path="statements", operation_id="GetStatements"),
    Resource(
        path=ONE,
        operation_id="GetAccountsAccountIdStatementsStatementId",
        member="Statement",
        permissions=permissions.STATEMENTS,
        answers=ANSWER,
        read=read_statement,
        also=MAY_BE_MISSING,
    ),
    Resource(
        path=f"{ONE}/file",
        operation_id="GetAccountsAccountIdStatementsStatementIdFile",
        member="File",
        permissions=permissions.STATEMENT_FILES,
        answers=None,
        media=documents.MEDIA,
        read=read_file,
        also=MAY_BE_MISSING,
    ),
)
