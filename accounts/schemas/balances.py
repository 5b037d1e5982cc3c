"""Balances on the wire: OBReadBalance1, v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from bank.api.wire import (
    Amount,
    CurrencyCode,
    DateTime,
    Links,
    Max40Text,
    Meta,
    OBActiveOrHistoricCurrencyAndAmount,
    OBCreditDebitCode,
    Wire,
)

OBBalanceType1Code = Literal["CLAV", "CLBD", "FWAV", "INFO", "ITAV", "ITBD", "OPAV", "OPBD", "PRCD", "XPCD"]


class OBBalanceAmount(te.TypedDict, closed=True):
    """An amount in the currency of the account (BCUR) or in one of the customer's choice (LCUR)."""

    Amount: Amount
    Currency: CurrencyCode
    SubType: te.NotRequired[Literal["BCUR", "LCUR"]]


class OBCreditLine1(te.TypedDict, closed=True):
    """What the bank lends on the account, and whether the balance counts it in."""

    Included: bool
    Type: te.NotRequired[Literal["Available", "Credit", "Emergency", "Pre-Agreed", "Temporary"]]
    Amount: te.NotRequired[OBActiveOrHistoricCurrencyAndAmount]


class OBCashBalance1(te.TypedDict, closed=True):
    """One balance of an account."""

    AccountId: Max40Text
    CreditDebitIndicator: OBCreditDebitCode
    Type: OBBalanceType1Code
    DateTime: DateTime
    Amount: OBBalanceAmount
    CreditLine: te.NotRequired[list[OBCreditLine1]]
    LocalAmount: te.NotRequired[OBBalanceAmount]


class OBReadBalance1Data(te.TypedDict, closed=True):
    """The balances of an account, each of another type."""

    Balance: Annotated[list[OBCashBalance1], Field(min_length=1)]
    TotalValue: te.NotRequired[OBActiveOrHistoricCurrencyAndAmount]


class OBReadBalance1(te.TypedDict, closed=True):
    """The answer to a request for balances."""

    Data: OBReadBalance1Data
    Links: te.NotRequired[Links]
    Meta: te.NotRequired[Meta]


ANSWER = Wire(OBReadBalance1)
