"""Balances on the wire."""

from datetime import datetime

from accounts.rendering.atoms import amount, indicator, instant
from accounts.rendering.facts import Account
from accounts.schemas.balances import OBBalanceType1Code, OBCashBalance1, OBCreditLine1

CARDS = frozenset({"CARD", "CHAR"})
PAID_BACK = frozenset({"LOAN", "MORT"})  # nothing can be spent from what is owed


def balances(row: Account, *, now: datetime) -> list[OBCashBalance1]:
    """What is booked, what that is once all that is pending is booked, and what can be spent, with the credit line."""
    expected = row.booked_minor - row.held_minor
    booked = _balance(row, kind="ITBD", minor=row.booked_minor, now=now)
    awaited = _balance(row, kind="XPCD", minor=expected, now=now)
    if row.type_code in PAID_BACK:
        return [booked, awaited]
    available = _balance(row, kind="ITAV", minor=expected + row.limit_minor, now=now)
    found = [booked, awaited, available]
    if row.limit_minor:
        for shown in found:
            shown["CreditLine"] = [_line(row, is_included=shown is available)]
    return found


def _balance(row: Account, *, kind: OBBalanceType1Code, minor: int, now: datetime) -> OBCashBalance1:
    value = amount(minor, row.currency)
    return {
        "AccountId": row.account_id,
        "CreditDebitIndicator": indicator(minor),
        "Type": kind,
        "DateTime": instant(now),
        "Amount": {"Amount": value["Amount"], "Currency": value["Currency"]},
    }


def _line(row: Account, *, is_included: bool) -> OBCreditLine1:
    return {
        "Included": is_included,
        "Type": "Credit" if row.type_code in CARDS else "Pre-Agreed",
        "Amount": amount(row.limit_minor, row.currency),
    }
