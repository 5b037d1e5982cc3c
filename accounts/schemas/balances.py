"""The standard's types of balances, v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from bank.api import wire

OBBalanceType1Code = Literal["CLAV", "CLBD", "FWAV", "INFO", "ITAV", "ITBD", "OPAV", "OPBD", "PRCD", "XPCD"]
OBCreditLineType1Code = Literal["Available", "Credit", "Emergency", "Pre-Agreed", "Temporary"]
OBBalanceSubType1Code = Literal["BCUR", "LCUR"]


class OBBalanceAmount(te.TypedDict, closed=True):
    """The amount of a balance."""

    Amount: wire.Amount
    Currency: wire.CurrencyCode
    SubType: te.NotRequired[OBBalanceSubType1Code]


class OBCreditLine1(te.TypedDict, closed=True):
    """Credit that the account has, and whether the balance counts it."""

    Included: bool
    Type: te.NotRequired[OBCreditLineType1Code]
    Amount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBCashBalance1(te.TypedDict, closed=True):
    """One balance of one account."""

    AccountId: wire.Max40Text
    CreditDebitIndicator: wire.OBCreditDebitCode
    Type: OBBalanceType1Code
    DateTime: wire.DateTime
    Amount: OBBalanceAmount
    CreditLine: te.NotRequired[list[OBCreditLine1]]
    LocalAmount: te.NotRequired[OBBalanceAmount]


class OBReadDataBalance1(te.TypedDict, closed=True):
    """Data of OBReadBalance1."""

    Balance: Annotated[list[OBCashBalance1], Field(min_length=1)]
    TotalValue: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBReadBalance1(te.TypedDict, closed=True):
    """Answer of GET /accounts/{AccountId}/balances."""

    Data: OBReadDataBalance1
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]
