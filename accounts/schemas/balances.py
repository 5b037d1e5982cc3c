"""Balances on the wire: OBReadBalance1, v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from bank.api import wire

OBBalanceType1Code = Literal["CLAV", "CLBD", "FWAV", "INFO", "ITAV", "ITBD", "OPAV", "OPBD", "PRCD", "XPCD"]


class OBBalanceAmount(te.TypedDict, closed=True):
    """An amount in the currency of the account (BCUR) or in one of the customer's choice (LCUR)."""

    Amount: wire.Amount
    Currency: wire.CurrencyCode
    SubType: te.NotRequired[Literal["BCUR", "LCUR"]]


class OBCreditLine1(te.TypedDict, closed=True):
    """What the bank lends on the account, and whether the balance counts it in."""

    Included: bool
    Type: te.NotRequired[Literal["Available", "Credit", "Emergency", "Pre-Agreed", "Temporary"]]
    Amount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBCashBalance1(te.TypedDict, closed=True):
    """One balance of an account."""

    AccountId: wire.Max40Text
    CreditDebitIndicator: wire.OBCreditDebitCode
    Type: OBBalanceType1Code
    DateTime: wire.DateTime
    Amount: OBBalanceAmount
    CreditLine: te.NotRequired[list[OBCreditLine1]]
    LocalAmount: te.NotRequired[OBBalanceAmount]


class OBReadBalance1Data(te.TypedDict, closed=True):
    """The balances of an account, each of another type."""

    Balance: Annotated[list[OBCashBalance1], Field(min_length=1)]
    TotalValue: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBReadBalance1(te.TypedDict, closed=True):
    """The answer to a request for balances."""

    Data: OBReadBalance1Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadBalance1)
