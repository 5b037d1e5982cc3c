"""The double-entry ledger: the only place where money is set aside and moved.

What lives here: holds and transfers, and the statements that write them. What does not: the sums on the account and the
rules that hold whoever writes (triggers: accounts/migrations/0004_ledger_rules.py), why money moves (payments/), how it
is shown (accounts/rendering/).

Everything here happens inside the caller's transaction. Accounts are locked in the order of their ids, before the check
that the lock protects; the checks are part of the statement, so that short funds are an answer and no database error.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from accounts.models import Account, Hold
from bank import ids, numbering
from bank.money import Money
from bank.outbox import sql

SETTLEMENT_SHARDS = 16
FIND = "select id from accounts_account where identification = %s and kind = %s"
HOLDS_PAGE_ROWS = 200


class InsufficientFunds(Exception):
    """The account does not have the money, its overdraft included."""

    code = "AM04"


class AccountUnusable(Exception):
    """The account is unknown (AC01), closed (AC04), blocked (AC06), or of another currency (AM03).

    code is of OBExternalStatusReason1Code, as seen from a payment.
    """

    def __init__(self, account_id: str, *, code: str) -> None:
        self.account_id = account_id
        self.code = code
        super().__init__(f"{account_id}: {code}")


class HoldNotOpen(Exception):
    """There is no open hold for this order: it never was, or it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One account's part in a transfer: what it adds, negative for what it takes, and what its statement line says."""

    account_id: str
    amount_minor: int
    counterparty: str = ""
    details: dict[str, Any] = field(default_factory=dict)


# A row that was changed while a statement waited for its lock is looked at once more, and a join under the lock may
# then lose it: what is locked is chosen by plain values, and judged one step above.
RESERVE = """
with account as (
    select status, currency, limit_minor is null or booked_minor - held_minor + limit_minor >= %(amount)s as suffices
    from accounts_account where id = %(account)s for no key update
), hold as (
    insert into accounts_hold (id, account_id, amount_minor, for_order, placed_at, counterparty, details)
    select %(id)s, %(account)s, %(amount)s, %(order)s, %(now)s, %(counterparty)s, %(details)s::text::jsonb
    from account where status = 'Enabled' and currency = %(currency)s and suffices
)
select status, currency, suffices from account"""

RELEASE = """
insert into accounts_holdend (hold_id, outcome, transfer_id, ended_at)
select hold.id, 'released', null, %(now)s
from accounts_hold hold
where hold.for_order = %(order)s and not exists (select from accounts_holdend where hold_id = hold.id)"""

SETTLE = """
with hold as (
    select id, account_id, amount_minor, counterparty, details from accounts_hold
    where for_order = %(order)s and not exists (select from accounts_holdend where hold_id = accounts_hold.id)
), account as (
    select id, status, currency from accounts_account
    where id = any(array(select account_id from hold union all select %(creditor)s)) order by id for no key update
), ready as (
    select hold.* from hold
    where (select count(*) = 2 and count(distinct currency) = 1 from account)
        and (select status from account where id = %(creditor)s) = 'Enabled'
), ended as (
    insert into accounts_holdend (hold_id, outcome, transfer_id, ended_at)
    select id, 'posted', %(id)s, %(now)s from ready returning hold_id
), moved as (
    insert into accounts_transfer (id, kind, for_order, booked_at)
    select %(id)s, %(kind)s, %(order)s, %(now)s from ended
), posted as (
    insert into accounts_posting
        (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty, details)
    select %(id)s, account.id,
        case when account.id = ready.account_id then -ready.amount_minor else ready.amount_minor end, 0, %(now)s,
        case when account.id = ready.account_id then ready.counterparty else %(counterparty)s end,
        case when account.id = ready.account_id then ready.details else %(details)s::text::jsonb end
    from ended join ready on ready.id = ended.hold_id cross join account order by account.id
    returning id
)
select (select count(*) from hold), (select status from account where id = %(creditor)s),
    (select count(*) from posted)"""

# Credits come before debits on the same account, so that no running balance is below what the whole leads to.
TRANSFER = """
with leg as (
    select account_id, amount_minor, counterparty, details
    from unnest(%(accounts)s::text[], %(amounts)s::bigint[], %(counterparties)s::text[], %(details)s::text[]::jsonb[])
        as leg (account_id, amount_minor, counterparty, details)
), account as (
    select id, status, currency, booked_minor - held_minor + limit_minor as available_minor
    from accounts_account where id = any(%(accounts)s::text[]) order by id for no key update
), judged as (
    select id, status, currency, available_minor is null or available_minor
        + (select sum(amount_minor) from leg where leg.account_id = account.id) >= 0 as suffices
    from account
), moved as (
    insert into accounts_transfer (id, kind, for_order, booked_at)
    select %(id)s, %(kind)s, %(order)s, %(now)s
    from judged having count(*) = (select count(distinct account_id) from leg)
        and count(distinct currency) = 1 and bool_and(status = 'Enabled') and bool_and(suffices)
    returning id
), posted as (
    insert into accounts_posting
        (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty, details)
    select moved.id, account_id, amount_minor, 0, %(now)s, counterparty, details
    from moved cross join leg order by account_id, amount_minor desc
    returning id
)
select id, status, currency, suffices, (select count(*) from posted) from judged"""

OPEN_HOLDS = """
select account.held_minor, hold.id, hold.amount_minor, hold.for_order, hold.placed_at, hold.counterparty, hold.details,
    ended.hold_id is null
from accounts_account account
left join lateral (
    select * from accounts_hold
    where account_id = account.id and account.held_minor > 0
        and (placed_at, id) < (%(before)s::timestamptz, %(before_id)s::text)
    order by placed_at desc, id desc limit %(rows)s
) hold on true
left join accounts_holdend ended on ended.hold_id = hold.id
where account.id = %(account)s
order by hold.placed_at desc, hold.id desc"""


def text(details: dict[str, Any]) -> str:
    """Write a statement line's details as JSON, to be stored as they are."""
    return orjson.dumps(details).decode()


def check_usable(account_id: str, *, status: str | None, currency: str, needs: str) -> None:
    """Refuse an account that money cannot be moved on. Raises AccountUnusable."""
    if status is None:
        raise AccountUnusable(account_id, code="AC01")
    if status == Account.Status.DELETED:
        raise AccountUnusable(account_id, code="AC04")
    if status != Account.Status.ENABLED:
        raise AccountUnusable(account_id, code="AC06")
    if currency != needs:
        raise AccountUnusable(account_id, code="AM03")


def reserve(
    *, account_id: str, amount: Money, for_order: str, counterparty: str, details: dict[str, Any], now: datetime
) -> str:
    """Set money aside for an order, so that it can be posted or released later; return the hold's id.

    Locks the account. amount must be positive. An order has one hold, ever: a second is a bug (IntegrityError).
    Raises AccountUnusable, InsufficientFunds, in this order. One prepared statement.
    Source: our own; shown as a pending transaction (Transactions v4.0.1, Status PDNG).
    """
    assert connection.in_atomic_block, "the ledger moves inside a transaction"
    assert amount.minor > 0, amount
    hold_id = ids.new("hld")
    row = sql.prepared(
        RESERVE,
        {
            "id": hold_id,
            "account": account_id,
            "amount": amount.minor,
            "currency": amount.currency,
            "order": for_order,
            "counterparty": counterparty,
            "details": text(details),
            "now": now,
        },
    ).fetchone()
    status, currency, suffices = row or (None, "", False)
    check_usable(account_id, status=status, currency=currency, needs=amount.currency)
    if not suffices:
        raise InsufficientFunds(account_id)
    return hold_id


def release(*, for_order: str, now: datetime) -> None:
    """Give an order's money back: its hold ends. Raises HoldNotOpen."""
    assert connection.in_atomic_block, "the ledger moves inside a transaction"
    if sql.prepared(RELEASE, {"order": for_order, "now": now}).rowcount != 1:
        raise HoldNotOpen(for_order)


def settle(
    *,
    for_order: str,
    kind: str,
    creditor_account_id: str,
    creditor_counterparty: str,
    creditor_details: dict[str, Any],
    now: datetime,
) -> str:
    """Post an order's hold to the creditor's account and end it; return the transfer's id.

    The debtor's statement line is what reserve() was given. Locks both accounts. The creditor's account must be usable,
    of the hold's currency, and not the debtor's own; the debtor's status matters no more: its money was set aside.
    Raises HoldNotOpen, AccountUnusable, in this order. One prepared statement.
    """
    assert connection.in_atomic_block, "the ledger moves inside a transaction"
    transfer_id = ids.new("trf")
    row = sql.prepared(
        SETTLE,
        {
            "id": transfer_id,
            "order": for_order,
            "kind": kind,
            "creditor": creditor_account_id,
            "counterparty": creditor_counterparty,
            "details": text(creditor_details),
            "now": now,
        },
    ).fetchone()
    assert row is not None
    holds, status, postings = row
    if not holds:
        raise HoldNotOpen(for_order)
    if not postings:
        check_usable(creditor_account_id, status=status, currency="its own", needs="its own")
        raise AccountUnusable(creditor_account_id, code="AM03")
    assert postings == 2, postings  # noqa: PLR2004 - what leaves one account enters another
    return transfer_id


def transfer(*, kind: str, legs: Sequence[Leg], for_order: str = "", now: datetime) -> str:
    """Move money between accounts, all at once; return the transfer's id.

    The legs sum to zero and are of one currency. Locks the accounts.
    Raises AccountUnusable, InsufficientFunds (the first account in the order of ids that is not usable or runs short).
    """
    assert connection.in_atomic_block, "the ledger moves inside a transaction"
    assert sum(leg.amount_minor for leg in legs) == 0, "the legs of a transfer sum to zero"
    assert all(leg.amount_minor for leg in legs), "a leg moves something"
    transfer_id = ids.new("trf")
    rows = sql.prepared(
        TRANSFER,
        {
            "id": transfer_id,
            "kind": kind,
            "order": for_order,
            "now": now,
            "accounts": [leg.account_id for leg in legs],
            "amounts": [leg.amount_minor for leg in legs],
            "counterparties": [leg.counterparty for leg in legs],
            "details": [text(leg.details) for leg in legs],
        },
    ).fetchall()
    if rows and rows[0][4] == len(legs):
        return transfer_id
    found = {account_id: (status, currency, suffices) for account_id, status, currency, suffices, _ in rows}
    for account_id in sorted({leg.account_id for leg in legs}):
        status, currency, suffices = found.get(account_id, (None, "", False))
        check_usable(account_id, status=status, currency=currency, needs=rows[0][2] if rows else "")
        if not suffices:
            raise InsufficientFunds(account_id)
    raise AssertionError("a transfer was refused for no reason")


def settlement_account(key: str) -> str:
    """The id of the bank's own account that this key's money passes through: always the same one of sixteen."""
    return f"acc_settlement_{zlib.crc32(key.encode()) % SETTLEMENT_SHARDS:02}"


def available(account: Account) -> Money:
    """What can be spent now: booked, less holds, with the overdraft. As fresh as the row that is given."""
    assert account.limit_minor is not None, "the bank's own accounts have no limit"
    return Money(account.booked_minor - account.held_minor + account.limit_minor, account.currency)


def open_holds(account: Account) -> list[Hold]:
    """The holds that have not ended, newest first.

    Reads backwards until their sum is the account's held_minor: as far as the oldest open hold, whatever came before.
    """
    found: list[Hold] = []
    before: dict[str, Any] = {"before": "infinity", "before_id": ""}
    while True:
        rows = sql.prepared(OPEN_HOLDS, {"account": account.pk, "rows": HOLDS_PAGE_ROWS, **before}).fetchall()
        for _, hold_id, amount, order, at, counterparty, details, is_open in rows:
            if is_open and hold_id is not None:
                found.append(
                    Hold(
                        id=hold_id,
                        account=account,
                        amount_minor=amount,
                        for_order=order,
                        placed_at=at,
                        counterparty=counterparty,
                        details=orjson.loads(details),
                    )
                )
        if len(rows) < HOLDS_PAGE_ROWS or sum(hold.amount_minor for hold in found) >= rows[0][0]:
            return found
        before = {"before": rows[-1][4], "before_id": rows[-1][1]}


def find_by_identification(scheme: str, identification: str) -> str | None:
    """The id of this bank's account that is so identified; None: it is not this bank's."""
    if scheme != numbering.SORT_CODE_ACCOUNT_NUMBER:
        return None
    row = sql.prepared(FIND, [identification, Account.Kind.CUSTOMER]).fetchone()
    return None if row is None else str(row[0])
