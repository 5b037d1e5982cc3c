"""What amounts in other currencies come to in pounds, by the rates that the bank has written down.

The pound is the bank's own currency: the standard's local one (LCUR), while an account is kept in its base currency
(BCUR). Who quotes the rates: in a sandbox bank/sandbox/life/market.py, every night.
"""

import bisect
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from accounts.models import ExchangeRate
from bank import money
from bank.money import EXPONENTS, Money

LOCAL = "GBP"
UNITS = 10_000  # a rate has four decimal places

Rates = Mapping[str, Decimal]  # by currency, what a pound buys of it


def quote(rates: Iterable[ExchangeRate]) -> None:
    """Write rates down; days that have one keep it."""
    ExchangeRate.objects.bulk_create(rates, ignore_conflicts=True)


def newest(currencies: Collection[str]) -> Rates:
    """The last rate that was quoted for each of these, if there is one. No statement where all are the bank's own."""
    foreign = set(currencies) - {LOCAL}
    if not foreign:
        return {}
    found = ExchangeRate.objects.filter(currency__in=foreign).order_by("currency", "-quoted_on").distinct("currency")
    return dict(found.values_list("currency", "per_pound"))


def on_days(currency: str, days: Collection[date]) -> dict[date, Decimal]:
    """The rate of each of these days, or the last one before it; none of a day before all rates, or of pounds."""
    if currency == LOCAL or not days:
        return {}
    found = ExchangeRate.objects.filter(currency=currency, quoted_on__lte=max(days)).order_by("quoted_on")
    quoted = list(found.values_list("quoted_on", "per_pound"))
    places = {day: bisect.bisect(quoted, day, key=lambda row: row[0]) for day in days}
    return {day: quoted[place - 1][1] for day, place in places.items() if place}


def in_pounds(amount: Money, *, per_pound: Decimal) -> Money:
    """What an amount comes to in pounds, to the penny, a half going to the even one."""
    pence = EXPONENTS[LOCAL] - EXPONENTS[amount.currency]
    numerator, denominator = amount.minor * UNITS, int(per_pound * UNITS)
    if pence >= 0:
        numerator *= 10**pence
    else:
        denominator *= 10**-pence
    return Money(money.half_even(numerator, denominator)[0], LOCAL)
