"""What a pound buys, day by day: the town's market quotes it, and the bank writes it down (accounts/rates.py)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max

from accounts import rates
from accounts.models import ExchangeRate
from bank.sandbox.life import lines, places

DAYS_BACK = 10 * 366  # as long as a customer's history may be


def quote(*, now: datetime) -> None:
    """Quote every day up to today that was not quoted yet, for as long as a history may be. In a transaction."""
    today = now.date()
    newest = dict(ExchangeRate.objects.values_list("currency").annotate(Max("quoted_on")))
    rates.quote(
        ExchangeRate(
            currency=currency,
            quoted_on=(day := today - timedelta(days=ago)),
            per_pound=Decimal(places.rate(currency, day)) / lines.RATE_DIGITS,
        )
        for currency in places.MID_RATES
        for ago in range(_missing(newest.get(currency), today=today))
    )


def _missing(newest: date | None, *, today: date) -> int:
    """How many days have no rate yet, of those up to today."""
    return DAYS_BACK if newest is None else max((today - newest).days, 0)
