"""Making statements: what an account's statement covers, and the sums that the ledger gives it.

What else a statement tells (fees, interest, dates): accounts/particulars.py. How it is shown to a TPP:
accounts/rendering/statements.py; as a document: accounts/documents.py. Statements are kept as they were made.

A statement is made a while after its end, so that no entry that is booked just before it is missed.
Source: Statements v4.0.1.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import orjson
from django.db import connection
from django.db.models import Q

from accounts import particulars, rates, windows
from accounts.models import Account, Statement
from bank.outbox import sql

GRACE = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
REFERENCES = {
    Statement.Kind.CLOSURE: "CLOSING",
    Statement.Kind.OPENING: "OPENING",
    Statement.Kind.ANNUAL: "ANNUAL",
    Statement.Kind.INTERIM: "INTERIM",
    Statement.Kind.REGULAR: "STATEMENT",
}

# For each period: the balance before it, and its entries in groups of one kind. That no statement was made of it yet is
# read under the account's lock.
SUMS = """
select period.starts_at, period.ends_at, coalesce(before.balance_minor, 0), coalesce(inside.groups, '[]')
from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) as period (starts_at, ends_at)
left join lateral (
    select balance_minor from accounts_posting
    where account_id = %(account)s and booked_at < period.starts_at
    order by booked_at desc, id desc limit 1
) before on true
left join lateral (
    select json_agg(json_build_object('code', code, 'own', own, 'credits_minor', credits_minor,
        'debits_minor', debits_minor, 'credits', credits, 'debits', debits) order by code, own) as groups
    from (
        select coalesce(details -> 'BankTransactionCode' ->> 'SubCode', '') as code,
            coalesce(details -> 'ProprietaryBankTransactionCode' ->> 'Code', '') as own,
            coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)::bigint as credits_minor,
            coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)::bigint as debits_minor,
            count(*) filter (where amount_minor > 0) as credits, count(*) filter (where amount_minor < 0) as debits
        from accounts_posting
        where account_id = %(account)s and booked_at >= period.starts_at and booked_at < period.ends_at
        group by 1, 2
    ) found
) inside on true
where not exists (
    select from accounts_statement
    where account_id = %(account)s and kind = %(kind)s and starts_at = period.starts_at
)
order by period.starts_at"""

# The newest end of a period of each account, against what was made of it so far.
DUE = """
select account.id
from accounts_account account
cross join lateral (
    select (account.statement_day - 1) * interval '1 day'
        + case when account.statement_day <= %(day)s then %(month)s::timestamptz else %(month_before)s end as ends_at
) latest
where account.statement_day is not null and account.status <> 'Deleted' and account.opened_at < latest.ends_at
    and not exists (
        select from accounts_statement
        where account_id = account.id and kind = 'RegularPeriodic' and accounts_statement.ends_at >= latest.ends_at
    )
limit %(rows)s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a statement covers, from starts_at to just before ends_at, and when it was or will be made."""

    starts_at: datetime
    ends_at: datetime
    made_at: datetime


def make(account_id: str, *, starts_at: datetime, ends_at: datetime, kind: str, now: datetime) -> Statement | None:
    """Make the statement of a time that is over, and keep it; None: there is one already. In a transaction.

    kind is of Statement.Kind. What is charged or paid for is told from the lines' own codes: BankTransactionCode with
    the SubCode CHRG for fees, INTR for interest; which of the standard's fees it is stands as the Code of
    ProprietaryBankTransactionCode (`Monthly`, `ReturnedPayment`, `CashAdvance`, …: particulars.FEES).
    """
    period = Period(starts_at=starts_at, ends_at=ends_at, made_at=now)
    return next(iter(make_each(account_id, periods=[period], kind=kind)), None)


def make_each(account_id: str, *, periods: Sequence[Period], kind: str = Statement.Kind.REGULAR) -> list[Statement]:
    """Make the statements of several periods of an account at once, and keep them; those that exist are left out.

    In a transaction; locks the account. Three statements, and one for rates of a currency, however many periods.
    """
    assert connection.in_atomic_block, "statements are made inside a transaction"
    assert all(period.starts_at < period.ends_at for period in periods), "a statement covers time"
    account = Account.objects.select_for_update(of=("self",), no_key=True).select_related("product").get(pk=account_id)
    parameters = {
        "account": account_id,
        "kind": str(kind),
        "starts": [period.starts_at for period in periods],
        "ends": [period.ends_at for period in periods],
    }
    made_at = {period.starts_at: period.made_at for period in periods}
    market = rates.on_days(account.currency, {shown_end(period.ends_at).date() for period in periods})
    return Statement.objects.bulk_create(
        _drawn(
            account,
            Period(starts_at=starts_at, ends_at=ends_at, made_at=made_at[starts_at]),
            kind=Statement.Kind(kind),
            opening_minor=opening_minor,
            groups=[particulars.Group(**group) for group in orjson.loads(groups)],
            per_pound=market.get(shown_end(ends_at).date()),
        )
        for starts_at, ends_at, opening_minor, groups in sql.prepared(SUMS, parameters)
    )


def _drawn(
    account: Account,
    period: Period,
    *,
    kind: Statement.Kind,
    opening_minor: int,
    groups: list[particulars.Group],
    per_pound: Decimal | None,
) -> Statement:
    credits_minor = sum(group.credits_minor for group in groups)
    debits_minor = sum(group.debits_minor for group in groups)
    statement = Statement(
        id=_id(account.pk, kind=kind, starts_at=period.starts_at),
        account=account,
        kind=kind,
        reference=f"{REFERENCES[kind]} {shown_end(period.ends_at):%Y-%m-%d}",
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        created_at=period.made_at,
        opening_minor=opening_minor,
        credits_minor=credits_minor,
        debits_minor=debits_minor,
        closing_minor=opening_minor + credits_minor - debits_minor,
        entries=sum(group.credits + group.debits for group in groups),
        per_pound=per_pound,
    )
    next_at = None
    if kind == Statement.Kind.REGULAR and account.statement_day:
        next_at = next_end(period.ends_at, day=account.statement_day)
    statement.details = particulars.tell(statement, account=account, groups=groups, next_at=next_at)
    return statement


def _id(account_id: str, *, kind: str, starts_at: datetime) -> str:
    """The same for the same statement, also of a bank that is made anew."""
    digest = hashlib.sha256(f"{account_id} {kind} {starts_at.isoformat()}".encode()).digest()
    return f"stm_{base64.b32encode(digest).decode().lower()[:26]}"


def shown_end(ends_at: datetime) -> datetime:
    """The last second that a statement covers: what is shown as its end."""
    return ends_at - SECOND


def inside(window: windows.Window) -> Q:
    """Which statements lie wholly in a window, by their ends as they are shown."""
    found = Q(starts_at__gte=window.from_at)
    return found if window.until >= windows.LAST - SECOND else found & Q(ends_at__lt=window.until + SECOND)


def next_end(after: datetime, *, day: int) -> datetime:
    """When the regular period ends that goes on at an instant: the next first moment (UTC) of this day of a month."""
    assert 1 <= day <= 28, day  # noqa: PLR2004 - every month has it
    end = after.replace(day=day, hour=0, minute=0, second=0, microsecond=0)
    if end <= after:
        end = (end.replace(day=1) + timedelta(days=32)).replace(day=day)
    return end


def regular_periods(account: Account, *, since: datetime | None, now: datetime) -> list[Period]:
    """The regular periods of an account that are over; since: the end of the last one that was told of, if any was.

    The first begins when the account is opened.
    """
    assert account.statement_day is not None, "an account without statements has no periods"
    starts_at, periods = since or account.opened_at, []
    while (ends_at := next_end(starts_at, day=account.statement_day)) <= now - GRACE:
        periods.append(Period(starts_at=starts_at, ends_at=ends_at, made_at=now))
        starts_at = ends_at
    return periods


def make_due(account_id: str, *, now: datetime) -> list[Statement]:
    """Make the regular statements of an account that are due and were not made yet. In a transaction."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    if account.statement_day is None or account.status == Account.Status.DELETED:
        return []
    return make_each(account_id, periods=regular_periods(account, since=_last_end(account_id), now=now))


def close(account_id: str, *, now: datetime) -> Statement | None:
    """Make the last statement of an account that is being closed: of all since the last regular one. In a transaction.

    Nothing may be booked on the account any more. None: it was made already.
    """
    opened_at = Account.objects.values_list("opened_at", flat=True).get(pk=account_id)
    ends_at = now.replace(microsecond=0) + SECOND
    starts_at = _last_end(account_id) or opened_at
    return make(account_id, starts_at=starts_at, ends_at=ends_at, kind=Statement.Kind.CLOSURE, now=now)


def _last_end(account_id: str) -> datetime | None:
    regular = Statement.objects.filter(account_id=account_id, kind=Statement.Kind.REGULAR)
    return regular.order_by("-ends_at").values_list("ends_at", flat=True).first()


def due(*, now: datetime, rows: int) -> list[str]:
    """The ids of accounts with a regular statement that is due, at most so many."""
    at = now - GRACE
    month = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    parameters = {
        "day": at.day,
        "month": month,
        "month_before": (month - timedelta(days=1)).replace(day=1),
        "rows": rows,
    }
    return [account_id for (account_id,) in sql.prepared(DUE, parameters)]
