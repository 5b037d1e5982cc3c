"""What the product's terms do to an account: interest that grows each day and is booked each month, and fees.

Interest grows in whole 10⁻⁶ minor units on each day's closing balance, by the tiers for what the bank owes and by one
rate for what is owed to it; whole minor units are booked on the first of the month, and the rest goes on growing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bank.sandbox.life import lines
from bank.sandbox.life.books import MICRO, Event, Held, Today
from bank.sandbox.life.lives import Spot, months_before

INTEREST_ACCOUNT = "acc_internal_interest"
FEE_ACCOUNT = "acc_internal_fees"
MICRO_PER_DAY = 10  # minor units at 10⁻³ percent a year, in 10⁻⁶ minor units a year: 10⁶ / (10³ · 100)
DAYS_OF_YEAR = 365
PERCENT_MILLI = 100_000


def grown(today: Today) -> Iterator[Event]:
    """Let interest grow on yesterday's balance; on the first of the month book it, and take the product's fee."""
    for spot in today.life.spots.values():
        if spot.currency != "GBP" or today.day > spot.ends_on:
            continue
        sums = today.books.sums[spot.account_id]
        if sums.booked:
            sums.accrued_micro += growth_micro(spot, sums.booked)
        if today.day.day == 1:
            yield from _booked(today, spot)
            yield from _monthly(today, spot)


def _monthly(today: Today, spot: Spot) -> Iterator[Event]:
    """The product's fee of the month that is over, once it costs something, and what it pays back."""
    product, begins_on = spot.product, today.life.begins_on
    fee = product.monthly_fee_minor
    if fee and today.free(spot) >= fee and today.day > months_before(begins_on, -product.fee_free_months):
        text = f"MONTHLY FEE {product.row['name'].upper()}"
        yield charge(spot, at=today.at(0, 6), fee_minor=fee, text=text, own="Monthly")
    if product.cashback_minor and today.day > begins_on:
        text = f"CASHBACK {product.row['name'].upper()}"
        yield _named(
            _with_bank(spot, at=today.at(0, 7), kind="cashback", text=text, amount_minor=product.cashback_minor),
            own="Cashback",
        )


def growth_micro(spot: Spot, balance_minor: int) -> int:
    """A day's interest on a balance, in 10⁻⁶ minor units: what the bank owes, negative for what it is owed."""
    product = spot.product
    if balance_minor < 0:
        owed = max(-balance_minor - product.debit_free_minor, 0)
        return 0 if spot.is_paid_in_full else -(owed * product.debit_rate_milli * MICRO_PER_DAY // DAYS_OF_YEAR)
    micro = 0
    for tier in product.tiers:
        part = min(balance_minor, tier.to_minor or balance_minor) - tier.from_minor
        micro += max(part, 0) * tier.rate_milli * MICRO_PER_DAY // DAYS_OF_YEAR
    return micro


def _booked(today: Today, spot: Spot) -> Iterator[Event]:
    """The whole minor units of what has grown; an account that has no room for them pays later."""
    sums = today.books.sums[spot.account_id]
    whole = abs(sums.accrued_micro) // MICRO * (1 if sums.accrued_micro > 0 else -1)
    if not whole or today.free(spot) + whole < 0:
        return
    sums.accrued_micro -= whole * MICRO
    until = f"TO {today.day - timedelta(days=1):%d %b %Y}".upper()
    kind, text = ("interest", f"GROSS INTEREST {until}") if whole > 0 else ("overdraft-interest", f"INTEREST {until}")
    yield _with_bank(spot, at=today.at(0, 5), kind=kind, text=text, amount_minor=whole)


def charge(spot: Spot, *, at: datetime, fee_minor: int, text: str, own: str) -> Event:
    """A fee; own: which of the standard's fees it is, as accounts/particulars.py reads it."""
    return _named(_with_bank(spot, at=at, kind="fee", text=text, amount_minor=-fee_minor), own=own)


def _named(event: Event, *, own: str) -> Event:
    code = {"ProprietaryBankTransactionCode": {"Code": own, "Issuer": "Lombard"}}
    return event._replace(details=event.details | code)


def returned(today: Today, spot: Spot) -> Iterator[Event]:
    """What the product takes for a direct debit that was not paid, if there is that much."""
    fee = spot.product.returned_payment_fee_minor
    if fee and today.free(spot) >= fee:
        yield charge(spot, at=today.at(3, 31), fee_minor=fee, text="RETURNED PAYMENT FEE", own="ReturnedPayment")


def foreign_fee(today: Today, spot: Spot, held: Held, *, at: datetime) -> Iterator[Event]:
    """What the product takes for a purchase in another currency."""
    fee = held.amount_minor * spot.product.foreign_percent_milli // PERCENT_MILLI
    if fee and today.free(spot) >= fee:
        yield charge(spot, at=at, fee_minor=fee, text="NON-STERLING TRANSACTION FEE", own="ForeignTransaction")


def _with_bank(spot: Spot, *, at: datetime, kind: str, text: str, amount_minor: int) -> Event:
    return Event(
        at=at,
        kind="interest" if kind == "overdraft-interest" else kind,
        account_id=spot.account_id,
        amount_minor=amount_minor,
        details=lines.line(kind, text),
        other_id=INTEREST_ACCOUNT if "interest" in kind else FEE_ACCOUNT,
        other_counterparty=spot.counterparty,
    )
