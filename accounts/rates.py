"""What amounts in other currencies come to in pounds, by the rates that the bank has written down.

The pound is the bank's own currency: the standard's local one (LCUR), while an account is kept in its base currency
(BCUR). Who quotes the rates: in a sandbox bank/sandbox/life/market.py, every night.
"""

import bisect
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import ExchangeRate
from bank import money
from bank.money import EXPONENTS, Money
from bank.outbox import sql

LOCAL = "GBP"
UNITS = 10_000  # a rate has four decimal places
HOLDS_FOR = timedelta(days=31)  # what was quoted longer ago tells nothing of a day
NEWEST = """
select wanted.currency, newest.per_pound from unnest(%(currencies)s::text[]) as wanted (currency)
cross join lateral (
    select per_pound from accounts_exchangerate
    where currency = wanted.currency order by quoted_on desc limit 1
) newest"""

Rates = Mapping[str, Decimal]  # by currency, what a pound buys of it


def quote(rates: Iterable[ExchangeRate]) -> None:
    """Write rates down; days that have one keep it."""
    ExchangeRate.objects.bulk_create(rates, ignore_conflicts=True)


def newest(currencies: Collection[str]) -> Rates:
    """The last rate that was quoted for each of these, if there is one. No statement where all are the bank's own."""
    foreign = set(currencies) - {LOCAL}
    if not foreign:
        return {}
    return dict(sql.prepared(NEWEST, {"currencies": sorted(foreign)}))


def on_days(currency: str, days: Collection[date]) -> dict[date, Decimal]:
    """The rate of each of these days, or the last of the month before it; none where there is none, or of pounds."""
    if currency == LOCAL or not days:
        return {}
    found = ExchangeRate.objects.filter(currency=currency, quoted_on__range=(min(days) - HOLDS_FOR, max(days)))
    quoted = list(found.order_by("quoted_on").values_list("quoted_on", "per_pound"))
    places = {day: bisect.bisect(quoted, day, key=lambda row: row[0]) - 1 for day in days}
    return {
        day: quoted[place][1] for day, place in places.items() if place >= 0 and day - quoted[place][0] <= HOLDS_FOR
    }


def in_pounds(amount: Money, *, per_pound: Decimal) -> Money:
    """What an amount comes to in pounds, to the penny, a half going to the even one."""
    pence = EXPONENTS[LOCAL] - EXPONENTS[amount.currency]
    numerator, denominator = amount.minor * UNITS, int(per_pound * UNITS)
    if pence >= 0:
        numerator *= 10**pence
    else:
        denominator *= 10**-pence
    return Money(money.half_even(numerator, denominator)[0], LOCAL)
