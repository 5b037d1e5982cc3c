"""Balances on the wire."""

from datetime import datetime

from accounts.rendering.atoms import amount, indicator, instant
from accounts.rendering.facts import Account
from accounts.schemas.balances import OBBalanceType1Code, OBCashBalance1, OBCreditLine1
from bank.money import Money


def balances(row: Account, *, now: datetime) -> list[OBCashBalance1]:
    """What is booked, what that is once all that is pending is booked, and what can be spent, with the overdraft."""
    expected = row.booked_minor - row.held_minor
    return [
        _balance(row, kind="ITBD", minor=row.booked_minor, counts_credit_line=False, now=now),
        _balance(row, kind="XPCD", minor=expected, counts_credit_line=False, now=now),
        _balance(row, kind="ITAV", minor=expected + row.limit_minor, counts_credit_line=True, now=now),
    ]


def _balance(
    row: Account, *, kind: OBBalanceType1Code, minor: int, counts_credit_line: bool, now: datetime
) -> OBCashBalance1:
    shown: OBCashBalance1 = {
        "AccountId": row.account_id,
        "CreditDebitIndicator": indicator(minor),
        "Type": kind,
        "DateTime": instant(now),
        "Amount": {"Amount": Money(minor, row.currency).text, "Currency": row.currency},
    }
    if row.limit_minor:
        line: OBCreditLine1 = {
            "Included": counts_credit_line,
            "Type": "Pre-Agreed",
            "Amount": amount(row.limit_minor, row.currency),
        }
        shown["CreditLine"] = [line]
    return shown
