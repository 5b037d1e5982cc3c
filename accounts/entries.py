"""Reading an account's entries: postings, and before them, on the first page, the holds that are still open.

One statement a page, so that a payment that settles meanwhile is neither shown twice nor missed. What is shown of them:
accounts/rendering/.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from accounts import ledger, paging, windows
from accounts.models import Account
from bank.outbox import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of an account: a posting, or a pending hold (then without a balance)."""

    entry_id: int  # zero for a hold
    transaction_id: str
    amount_minor: int
    balance_minor: int | None
    booked_at: datetime
    details: dict[str, Any]

    @property
    def is_pending(self) -> bool:
        """Tell a hold from a posting."""
        return self.balance_minor is None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Entries, newest first, and where their neighbours are."""

    entries: list[Entry]
    newer: paging.Cursor | None = None
    older: paging.Cursor | None = None


# One bound on each end of the index, and no more: with two on the end where it begins, PostgreSQL may begin at the
# wrong one and walk through all that lies between.
POSTINGS = """
select id, transfer_id, amount_minor, balance_minor, booked_at, details
from accounts_posting
where account_id = %(account)s and (booked_at, id) {comparison} (%(at)s, %(id)s) and booked_at {end}{side}
order by booked_at {order}, id {order} limit %(rows)s"""

# The account's own row comes first: what its open holds sum to.
FIRST_PAGE = """
with account as (select held_minor from accounts_account where id = %(account)s),
pending as (
    select hold.* from (
        select * from accounts_hold where account_id = %(account)s
        order by placed_at desc, id desc
        limit (select case when held_minor > 0 then %(holds)s::integer else 0 end from account)
    ) hold
    where not exists (select from accounts_holdend where hold_id = hold.id)
)
(select 0, '', held_minor, 0::bigint, null::timestamptz, null::jsonb from account)
union all (select 0, id, -amount_minor, null, placed_at, details from pending order by placed_at desc, id desc)
union all ({postings})"""

SIDES = {
    (True, True): "",
    (True, False): " and amount_minor > 0",
    (False, True): " and amount_minor < 0",
}
OLD = {"comparison": "<", "end": ">= %(from)s", "order": "desc"}
NEW = {"comparison": ">", "end": "< %(until)s", "order": "asc"}
OLDER = {shows: POSTINGS.format(**OLD, side=side) for shows, side in SIDES.items()}
NEWER = {shows: POSTINGS.format(**NEW, side=side) for shows, side in SIDES.items()}
FIRST = {shows: FIRST_PAGE.format(postings=postings) for shows, postings in OLDER.items()}


def page(
    account_id: str, *, window: windows.Window, shows: tuple[bool, bool], cursor: paging.Cursor | None = None
) -> Page:
    """Read a page of an account's entries inside a window, newest first; shows: credits, debits; no cursor: the first.

    A page towards the newer entries that reaches the newest is the first page: it has the pending ones again.
    """
    if cursor is None:
        return _first(account_id, window=window, shows=shows)
    found = _postings(account_id, window=window, shows=shows, cursor=cursor)
    goes_on = len(found) > paging.PAGE_ROWS
    if not cursor.backward:
        kept = found[: paging.PAGE_ROWS]
        return Page(entries=kept, newer=_before(kept) if kept else None, older=_after(kept) if goes_on else None)
    if not goes_on:
        return _first(account_id, window=window, shows=shows)
    kept = found[: paging.PAGE_ROWS][::-1]
    return Page(entries=kept, newer=_before(kept), older=_after(kept))


def _first(account_id: str, *, window: windows.Window, shows: tuple[bool, bool]) -> Page:
    parameters = {
        "account": account_id,
        "from": window.from_at,
        "at": window.until,
        "id": 0,
        "rows": paging.PAGE_ROWS + 1,  # one more tells whether there is another page
        "holds": ledger.HOLDS_PAGE_ROWS,
    }
    (_, _, held_minor, *_), *rows = sql.prepared(FIRST[shows], parameters)
    booked = [_entry(row) for row in rows if row[3] is not None]
    pending = [_entry(row) for row in rows if row[3] is None]
    if sum(-entry.amount_minor for entry in pending) < held_minor:
        pending = _all_pending(account_id)
    kept = booked[: paging.PAGE_ROWS]
    return Page(
        entries=[entry for entry in pending if shows[1] and window.holds(entry.booked_at)] + kept,
        older=_after(kept) if len(booked) > paging.PAGE_ROWS else None,
    )


def _all_pending(account_id: str) -> list[Entry]:
    """The open holds where an old one lies behind very many that have ended: read once more, as far as it takes."""
    return [
        Entry(
            entry_id=0,
            transaction_id=hold.pk,
            amount_minor=-hold.amount_minor,
            balance_minor=None,
            booked_at=hold.placed_at,
            details=hold.details,
        )
        for hold in ledger.open_holds(Account(pk=account_id))
    ]


def _postings(
    account_id: str, *, window: windows.Window, shows: tuple[bool, bool], cursor: paging.Cursor
) -> list[Entry]:
    """The postings on one side of the cursor, which lies inside the window, as every entry it was made from does."""
    statement = (NEWER if cursor.backward else OLDER)[shows]
    parameters = {
        "account": account_id,
        "from": window.from_at,
        "until": window.until,
        "at": cursor.at,
        "id": cursor.entry_id,
        "rows": paging.PAGE_ROWS + 1,
    }
    return [_entry(row) for row in sql.prepared(statement, parameters)]


def _entry(row: tuple[Any, ...]) -> Entry:
    entry_id, source_id, amount_minor, balance_minor, booked_at, details = row
    return Entry(
        entry_id=entry_id,
        transaction_id=f"{source_id}-{entry_id}" if entry_id else source_id,
        amount_minor=amount_minor,
        balance_minor=balance_minor,
        booked_at=booked_at,
        details=orjson.loads(details),
    )


def _before(entries: list[Entry]) -> paging.Cursor:
    return paging.Cursor(at=entries[0].booked_at, entry_id=entries[0].entry_id, backward=True)


def _after(entries: list[Entry]) -> paging.Cursor:
    return paging.Cursor(at=entries[-1].booked_at, entry_id=entries[-1].entry_id)
