"""Balances on the wire."""

from collections.abc import Sequence

from accounts import rates
from accounts.rendering.atoms import amount, base_amount, indicator, instant, local_amount
from accounts.rendering.facts import Account
from accounts.schemas.balances import OBBalanceType1Code, OBCashBalance1, OBCreditLine1
from bank.api import wire
from bank.money import Money

CARDS = frozenset({"CARD", "CHAR"})
PAID_BACK = frozenset({"LOAN", "MORT"})  # nothing can be spent from what is owed


def balances(row: Account, *, market: rates.Rates) -> list[OBCashBalance1]:
    """What is booked, what that is once all that is pending is booked, and what can be spent, with the credit line."""
    expected = row.booked_minor - row.held_minor
    booked = _balance(row, kind="ITBD", minor=row.booked_minor, market=market)
    awaited = _balance(row, kind="XPCD", minor=expected, market=market)
    if row.type_code in PAID_BACK:
        return [booked, awaited]
    available = _balance(row, kind="ITAV", minor=expected + row.limit_minor, market=market)
    found = [booked, awaited, available]
    if row.limit_minor:
        for shown in found:
            shown["CreditLine"] = [_line(row, is_included=shown is available)]
    return found


def total(rows: Sequence[Account], *, market: rates.Rates) -> wire.OBActiveOrHistoricCurrencyAndAmount | None:
    """What is booked on all accounts together: in their currency, where that is one, else in pounds.

    None where there is no account, where a rate is missing, and where more is owed than there is: it has no sign.
    """
    currencies = {row.currency for row in rows}
    if len(currencies) == 1:
        sums = [Money(row.booked_minor, row.currency) for row in rows]
    elif currencies and currencies <= {rates.LOCAL, *market}:
        sums = [_in_pounds(Money(row.booked_minor, row.currency), market=market) for row in rows]
    else:
        return None
    minor = sum(one.minor for one in sums)
    return None if minor < 0 else amount(minor, sums[0].currency)


def _in_pounds(booked: Money, *, market: rates.Rates) -> Money:
    return booked if booked.currency == rates.LOCAL else rates.in_pounds(booked, per_pound=market[booked.currency])


def _balance(row: Account, *, kind: OBBalanceType1Code, minor: int, market: rates.Rates) -> OBCashBalance1:
    """One balance: as of the last movement, so that what has not changed is told in the same words."""
    shown: OBCashBalance1 = {
        "AccountId": row.account_id,
        "CreditDebitIndicator": indicator(minor),
        "Type": kind,
        "DateTime": instant(row.moved_at),
        "Amount": base_amount(minor, row.currency),
    }
    if row.currency in market:
        shown["LocalAmount"] = local_amount(minor, row.currency, per_pound=market[row.currency])
    return shown


def _line(row: Account, *, is_included: bool) -> OBCreditLine1:
    return {
        "Included": is_included,
        "Type": "Credit" if row.type_code in CARDS else "Pre-Agreed",
        "Amount": amount(row.limit_minor, row.currency),
    }
