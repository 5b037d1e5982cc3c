"""Reading the entries of accounts: what is booked, announced and refused, and before it, on the first page, open holds.

One statement a page, for one account or for all of a consent, so that a payment that settles meanwhile is neither shown
twice nor missed. What is shown of them: accounts/rendering/transactions.py.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple, cast

import orjson

from accounts import ledger, paging, windows
from accounts.models import Account
from bank.errors import Refused
from bank.outbox import sql

Status = Literal["BOOK", "PDNG", "FUTR", "RJCT"]
Row = tuple[Any, ...]


class StatementNotFound(Refused):
    """The account has no such statement, or it covers time that lies outside of the consent's window."""

    code = "U011"
    message = "There is no statement with this StatementId."


class Entry(NamedTuple):
    """A line of an account: booked, or (then without a balance) pending, announced for a coming day, or refused."""

    account_id: str
    entry_id: int  # zero for a hold
    transaction_id: str
    status: Status
    amount_minor: int
    balance_minor: int | None
    booked_at: datetime  # or when it was placed, is to be booked, was refused
    details: dict[str, Any]
    statements: tuple[str, ...] = ()  # references of the statements that list it

    @property
    def is_pending(self) -> bool:
        """Tell a hold from all others."""
        return self.status == "PDNG"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Entries, newest first, and where their neighbours are."""

    entries: list[Entry]
    newer: paging.Cursor | None = None
    older: paging.Cursor | None = None


# One bound on each end of the index, and no more: with two on the end where it begins, PostgreSQL may begin at the
# wrong one and walk through all that lies between.
POSTINGS = """
select id, transfer_id as source, amount_minor, balance_minor, booked_at as at, details, 'BOOK'::text as status
from accounts_posting
where account_id = account.id and (booked_at, id) {comparison} ({mark}, %(id)s) and booked_at {end}{side}
order by booked_at {order}, id {order} limit %(rows)s"""

UNBOOKED = """
select id, '', amount_minor, null, at, details, status
from accounts_unbooked
where account_id = account.id and ended_at is null and (at, id) {comparison} ({mark}, %(id)s) and at {end}{side}
order by at {order}, id {order} limit %(rows)s"""

# As many lines of each account as the page could take, merged. Behind them the statements that list any of them.
LINES = """
line as (
    select account.id as account_id, found.*
    from unnest(%(accounts)s::text[]) as account (id) cross join lateral ({sources}) found
    order by at {order}, id {order} limit %(rows)s
)
select account_id, id, source, amount_minor, balance_minor, at, null::timestamptz, details, status from line
union all
select account_id, 0, reference, 0, null, starts_at, ends_at, null, 'statement' from accounts_statement
where account_id = any(%(accounts)s::text[]) and ends_at > (select min(at) from line where status = 'BOOK')
    and starts_at <= (select max(at) from line where status = 'BOOK')"""

# Every account's own row: what its open holds sum to.
HOLDS = """
account as (select id, held_minor from accounts_account where id = any(%(accounts)s::text[])),
pending as (
    select hold.* from account cross join lateral (
        select * from accounts_hold where account_id = account.id order by placed_at desc, id desc limit %(holds)s
    ) hold
    where account.held_minor > 0 and not exists (select from accounts_holdend where hold_id = hold.id)
), """
HELD = """
union all select id, 0, '', held_minor, null, null, null, null, 'held' from account
union all (
    select account_id, 0, id, -amount_minor, null, placed_at, null, details, 'PDNG' from pending
    order by placed_at desc, id desc
)"""

# A statement's entries: what was booked in its time, if that lies in the window as it is shown, to the second.
COVERED = """
statement as (
    select starts_at, least(ends_at, %(until)s) as until from accounts_statement
    where id = %(statement)s and account_id = any(%(accounts)s::text[])
        and starts_at >= %(from)s and ends_at - interval '1 second' < %(until)s
), """
IS_COVERED = "\nunion all select '', 0, '', 0, null, starts_at, until, null, 'covered' from statement"

SIDES = {
    (True, True): "",
    (True, False): " and amount_minor > 0",
    (False, True): " and amount_minor < 0",
}
OLD = {"comparison": "<", "end": ">= {start}", "order": "desc", "mark": "%(at)s"}
NEW = {"comparison": ">", "end": "< {stop}", "order": "asc", "mark": "%(at)s"}
WINDOW = {"start": "%(from)s", "stop": "%(until)s"}
STATEMENT = {"start": "(select starts_at from statement)", "stop": "(select until from statement)"}
BOTH = f"({POSTINGS}) union all ({UNBOOKED})"


def _written(sources: str, *, way: dict[str, str], bounds: dict[str, str], before: str = "", after: str = "") -> Any:
    """Write a statement for each of the directions that may be seen."""
    end = way["end"].format(**bounds)
    return {
        shows: f"with {before}{LINES.format(sources=sources.format(**{**way, 'end': end, 'side': side}), **way)}{after}"
        for shows, side in SIDES.items()
    }


OLDER = _written(BOTH, way=OLD, bounds=WINDOW)
NEWER = _written(BOTH, way=NEW, bounds=WINDOW)
FIRST = _written(BOTH, way=OLD, bounds=WINDOW, before=HOLDS, after=HELD)
COVERED_OLDER = _written(POSTINGS, way=OLD, bounds=STATEMENT, before=COVERED, after=IS_COVERED)
COVERED_NEWER = _written(POSTINGS, way=NEW, bounds=STATEMENT, before=COVERED, after=IS_COVERED)
COVERED_FIRST = _written(
    POSTINGS, way=OLD | {"mark": STATEMENT["stop"]}, bounds=STATEMENT, before=COVERED, after=IS_COVERED
)


def page(
    *account_ids: str,
    window: windows.Window,
    shows: tuple[bool, bool],
    cursor: paging.Cursor | None = None,
    rows: int | None = None,
) -> Page:
    """Read a page of these accounts' entries inside a window, newest first; no cursor: the first page.

    shows: credits, debits. rows: how many, if not as many as a page has everywhere. A page towards the newer entries
    that reaches the newest is the first page: it has the pending ones again.
    """
    rows = rows or paging.PAGE_ROWS
    if cursor is None:
        return _first(account_ids, window=window, shows=shows, rows=rows)
    written = NEWER if cursor.backward else OLDER
    found, _ = _read(written[shows], account_ids, window=window, cursor=cursor, rows=rows)
    if cursor.backward and len(found) <= rows:
        return _first(account_ids, window=window, shows=shows, rows=rows)
    return _cut(found, cursor=cursor, rows=rows)


def page_of_statement(
    account_id: str,
    *,
    statement_id: str,
    window: windows.Window,
    shows: tuple[bool, bool],
    cursor: paging.Cursor | None = None,
) -> Page:
    """Read a page of the booked entries that a statement lists, newest first. Raises StatementNotFound."""
    is_backward = cursor is not None and cursor.backward
    written = COVERED_FIRST if cursor is None else COVERED_NEWER if is_backward else COVERED_OLDER
    rows = paging.PAGE_ROWS
    found, others = _read(written[shows], [account_id], window=window, cursor=cursor, rows=rows, statement=statement_id)
    if not others["covered"]:
        raise StatementNotFound
    if is_backward and len(found) <= rows:
        return page_of_statement(account_id, statement_id=statement_id, window=window, shows=shows)
    return _cut(found, cursor=cursor, rows=rows)


def _first(account_ids: tuple[str, ...], *, window: windows.Window, shows: tuple[bool, bool], rows: int) -> Page:
    found, others = _read(FIRST[shows], account_ids, window=window, rows=rows, holds=ledger.HOLDS_PAGE_ROWS)
    pending = [_entry(row) for row in others["PDNG"]]
    held = {row[0]: row[3] for row in others["held"]}
    for account_id in account_ids:
        if -sum(entry.amount_minor for entry in pending if entry.account_id == account_id) < held[account_id]:
            pending = [entry for entry in pending if entry.account_id != account_id] + _all_pending(account_id)
    pending = [entry for entry in pending if shows[1] and window.holds(entry.booked_at)]
    pending.sort(key=lambda entry: (entry.booked_at, entry.transaction_id), reverse=True)
    cut = _cut(found, cursor=None, rows=rows)
    announced = sum(entry.status == "FUTR" for entry in cut.entries)
    return replace(cut, entries=cut.entries[:announced] + pending + cut.entries[announced:])


def _all_pending(account_id: str) -> list[Entry]:
    """The open holds where an old one lies behind very many that have ended: read once more, as far as it takes."""
    return [
        Entry(
            account_id=account_id,
            entry_id=0,
            transaction_id=hold.pk,
            status="PDNG",
            amount_minor=-hold.amount_minor,
            balance_minor=None,
            booked_at=hold.placed_at,
            details=hold.details,
        )
        for hold in ledger.open_holds(Account(pk=account_id))
    ]


def _read(
    written: str,
    account_ids: tuple[str, ...] | list[str],
    *,
    window: windows.Window,
    cursor: paging.Cursor | None = None,
    rows: int,
    **more: Any,
) -> tuple[list[Entry], dict[str, list[Row]]]:
    """The lines on one side of the cursor, newest first and one more than the page takes; what else came, by its name.

    The cursor lies inside the window, as every entry it was made from does.
    """
    parameters = {
        "accounts": list(account_ids),
        "from": window.from_at,
        "until": window.until,
        "at": cursor.at if cursor else window.until,
        "id": int(cursor.key) if cursor else 0,
        "rows": rows + 1,
        **more,
    }
    others: dict[str, list[Row]] = defaultdict(list)
    for row in sql.prepared(written, parameters):
        others[row[8]].append(row)
    lines = [_entry(row) for status in ("BOOK", "FUTR", "RJCT") for row in others[status]]
    lines.sort(key=lambda entry: (entry.booked_at, entry.entry_id), reverse=True)
    return _referring(lines, statements=others["statement"]), others


def _entry(row: Row) -> Entry:
    account_id, entry_id, source, amount_minor, balance_minor, at, _, details, status = row
    named = source if status == "PDNG" else f"{source}-{entry_id}" if source else f"line-{entry_id}"
    return Entry(
        account_id=account_id,
        entry_id=entry_id,
        transaction_id=named,
        status=cast("Status", status),
        amount_minor=amount_minor,
        balance_minor=balance_minor,
        booked_at=at,
        details=orjson.loads(details),
    )


def _referring(lines: list[Entry], *, statements: list[Row]) -> list[Entry]:
    """Name in each booked entry the statements that list it, the newest first."""
    if not statements:
        return lines
    covering = defaultdict(list)
    for account_id, _, reference, *_, starts_at, ends_at, _, _ in statements:
        covering[account_id].append((starts_at, ends_at, reference))
    for found in covering.values():
        found.sort(reverse=True)
    return [
        entry._replace(
            statements=tuple(
                reference
                for starts_at, ends_at, reference in covering[entry.account_id]
                if starts_at <= entry.booked_at < ends_at
            ),
        )
        if entry.status == "BOOK"
        else entry
        for entry in lines
    ]


def _cut(found: list[Entry], *, cursor: paging.Cursor | None, rows: int) -> Page:
    """A page of what was found, which is one entry more where there are others beyond."""
    goes_on = len(found) > rows
    if cursor is not None and cursor.backward:
        kept = found[-rows:]
        return Page(entries=kept, newer=_beside(kept[0], backward=True), older=_beside(kept[-1]))
    kept = found[:rows]
    return Page(
        entries=kept,
        newer=_before(kept, cursor=cursor) if cursor else None,
        older=_beside(kept[-1]) if goes_on else None,
    )


def _before(kept: list[Entry], *, cursor: paging.Cursor) -> paging.Cursor:
    """The way back from a page, also from one whose lines have all ended since the cursor was made.

    The entry that the cursor was made from belongs to the page before.
    """
    if kept:
        return _beside(kept[0], backward=True)
    return replace(cursor, key=str(int(cursor.key) - 1), backward=True)


def _beside(entry: Entry, *, backward: bool = False) -> paging.Cursor:
    return paging.Cursor(at=entry.booked_at, key=str(entry.entry_id), backward=backward)
