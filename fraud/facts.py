"""What a rule may know about a payment: facts, read from the ledger by one statement.

The contract of every fact: only what happened before the instant of screening counts, windows are half-open
[now - w, now), the payment that is being screened is left out (its own hold is known by for_order), and how far back or
how many rows a fact looks is bounded, so that a busy account costs what a quiet one does. Judging: fraud/rules.py.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bank.money import Money
from bank.outbox import sql

# A quarter holds three rents and three salaries: enough to know a habit, short enough to follow its change.
PAST = timedelta(days=90)
PAST_PAYMENTS_MAX = 500
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# More than the velocity rule's highest threshold; how many more there are changes nothing.
RECENT_PAYMENTS_MAX = 200

STATEMENT = """
with past as (
    select -amount_minor as minor, counterparty, booked_at from accounts_posting
    where account_id = %(account_id)s and amount_minor < 0 and booked_at >= %(past)s and booked_at < %(now)s
    order by booked_at desc, id desc limit %(past_max)s
), recent as (
    select hold.amount_minor, hold.placed_at, hold.counterparty, ending.outcome
    from accounts_hold hold left join accounts_holdend ending on ending.hold_id = hold.id
    where hold.account_id = %(account_id)s and hold.for_order <> %(for_order)s
      and hold.placed_at >= %(day)s and hold.placed_at < %(now)s
    order by hold.placed_at desc, hold.id desc limit %(recent_max)s
)
select
    (select count(*) from past),
    (select percentile_disc(0.5) within group (order by minor) from past),
    (select percentile_disc(0.95) within group (order by minor) from past),
    (select max(minor) from past where counterparty = %(counterparty)s and booked_at < %(day)s),
    (select booked_at from accounts_posting
     where account_id = %(account_id)s and counterparty = %(counterparty)s and amount_minor < 0 and booked_at < %(now)s
     order by booked_at limit 1),
    (select count(*) from recent where placed_at >= %(hour)s),
    (select count(*) from recent),
    (select coalesce(sum(amount_minor), 0)::bigint from recent
     where counterparty = %(counterparty)s and outcome is distinct from 'released'),
    account.booked_minor - account.held_minor + account.limit_minor + coalesce(own.amount_minor, 0),
    mark.reason
from accounts_account account
left join accounts_hold own on own.for_order = %(for_order)s and own.account_id = account.id
    and not exists (select from accounts_holdend ended where ended.hold_id = own.id)
left join fraud_payeemark mark on mark.counterparty = %(counterparty)s
where account.id = %(account_id)s
"""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that the rules see of one payment. Amounts are minor units of its currency."""

    amount_minor: int
    currency: str
    counterparty: str
    payee_name: str
    past_payments: int  # that went out in the 90 days before, at most 500
    usual_minor: int | None  # their median; None: there are none
    high_minor: int | None  # the amount that 95 of 100 of them do not exceed
    payee_high_minor: int | None  # the most that this payee got of them in one payment, until a day ago
    payee_paid_since: str | None  # when this account first paid this payee, ISO 8601; None: never
    payments_last_hour: int
    payments_last_day: int
    payee_last_day_minor: int  # set aside for or paid to this payee in the day before, this payment left out
    available_minor: int | None  # what could be spent before this payment, overdraft included; None: no limit
    mark: str | None  # why the bank no longer trusts the payee

    def as_json(self) -> dict[str, Any]:
        """The facts as they are stored beside a decision; Facts(**stored) is the same facts again."""
        return asdict(self)


def gather(
    *, for_order: str, account_id: str, amount: Money, counterparty: str, payee_name: str, now: datetime
) -> Facts:
    """Read the facts of a payment from the ledger, as it stood at `now`."""
    parameters: dict[str, str | int | datetime] = {
        "account_id": account_id,
        "for_order": for_order,
        "counterparty": counterparty,
        "now": now,
        "past": now - PAST,
        "day": now - DAY,
        "hour": now - HOUR,
        "past_max": PAST_PAYMENTS_MAX,
        "recent_max": RECENT_PAYMENTS_MAX,
    }
    row = sql.prepared(STATEMENT, parameters).fetchone()
    assert row is not None, f"there is no account {account_id}"
    past, usual, high, payee_high, paid_since, last_hour, last_day, payee_last_day, available, mark = row
    return Facts(
        amount_minor=amount.minor,
        currency=amount.currency,
        counterparty=counterparty,
        payee_name=payee_name,
        past_payments=past,
        usual_minor=usual,
        high_minor=high,
        payee_high_minor=payee_high,
        payee_paid_since=paid_since and paid_since.isoformat(),
        payments_last_hour=last_hour,
        payments_last_day=last_day,
        payee_last_day_minor=payee_last_day,
        available_minor=available,
        mark=mark,
    )
