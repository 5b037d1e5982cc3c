"""Statements on the wire: OBReadStatement2, v4.0.1, and the filter of the request."""

from typing import Annotated, Literal

import typing_extensions as te

from accounts.schemas.balances import OBBalanceAmount
from accounts.schemas.transactions import FilterDateTime
from bank.api import wire

OBInternalStatementType1Code = Literal["AccountClosure", "AccountOpening", "Annual", "Interim", "RegularPeriodic"]
# Lists that the standard leaves open.
OBInternalStatementAmountType1Code = str
OBInternalStatementBenefitType1Code = str
OBInternalStatementDateTimeType1Code = str
OBInternalStatementFeeFrequency1Code = str
OBInternalStatementFeeRateType1Code = str
OBInternalStatementFeeType1Code = str
OBInternalStatementInterestFrequency1Code = str
OBInternalStatementInterestRateType1Code = str
OBInternalStatementInterestType1Code = str
OBInternalStatementRateType1Code = str
OBInternalStatementValueType1Code = str

Rate = Annotated[str, wire.pattern(r"^(-?\d{1,3}){1}(\.\d{1,4}){0,1}$", max_length=40)]


class StatementBenefit(te.TypedDict, closed=True):
    """What was earned in the period."""

    Type: OBInternalStatementBenefitType1Code
    Amount: wire.OBActiveOrHistoricCurrencyAndAmount


class StatementFee(te.TypedDict, closed=True):
    """What was charged for a service."""

    Description: te.NotRequired[wire.Max128Text]
    CreditDebitIndicator: wire.OBCreditDebitCode
    Type: OBInternalStatementFeeType1Code
    Rate: te.NotRequired[float]
    RateType: te.NotRequired[OBInternalStatementFeeRateType1Code]
    Frequency: te.NotRequired[OBInternalStatementFeeFrequency1Code]
    Amount: wire.OBActiveOrHistoricCurrencyAndAmount


class StatementInterest(te.TypedDict, closed=True):
    """Interest that was paid or charged."""

    Description: te.NotRequired[wire.Max128Text]
    CreditDebitIndicator: wire.OBCreditDebitCode
    Type: OBInternalStatementInterestType1Code
    Rate: te.NotRequired[float]
    RateType: te.NotRequired[OBInternalStatementInterestRateType1Code]
    Frequency: te.NotRequired[OBInternalStatementInterestFrequency1Code]
    Amount: wire.OBActiveOrHistoricCurrencyAndAmount


class StatementAmount(te.TypedDict, closed=True):
    """A sum of the period, a limit, or what is to be paid."""

    CreditDebitIndicator: wire.OBCreditDebitCode
    Type: OBInternalStatementAmountType1Code
    Amount: OBBalanceAmount
    LocalAmount: te.NotRequired[OBBalanceAmount]


class StatementDateTime(te.TypedDict, closed=True):
    """A date that goes with the statement."""

    DateTime: wire.DateTime
    Type: OBInternalStatementDateTimeType1Code


class StatementRate(te.TypedDict, closed=True):
    """A rate of the account."""

    Rate: Rate
    Type: OBInternalStatementRateType1Code


class StatementValue(te.TypedDict, closed=True):
    """A number that is no amount."""

    Value: wire.Max40Text
    Type: OBInternalStatementValueType1Code


class StatementTotalValue(te.TypedDict, closed=True):
    """The sum of all amounts in the account's base currency."""

    Amount: wire.Amount
    Currency: wire.CurrencyCode


class OBStatement2(te.TypedDict, closed=True):
    """A statement of an account."""

    AccountId: wire.Max40Text
    StatementId: te.NotRequired[wire.Max40Text]
    StatementReference: te.NotRequired[wire.Max35Text]
    Type: OBInternalStatementType1Code
    StartDateTime: wire.DateTime
    EndDateTime: wire.DateTime
    CreationDateTime: wire.DateTime
    StatementDescription: te.NotRequired[list[wire.Max500Text]]
    StatementBenefit: te.NotRequired[list[StatementBenefit]]
    StatementFee: te.NotRequired[list[StatementFee]]
    StatementInterest: te.NotRequired[list[StatementInterest]]
    StatementAmount: te.NotRequired[list[StatementAmount]]
    StatementDateTime: te.NotRequired[list[StatementDateTime]]
    StatementRate: te.NotRequired[list[StatementRate]]
    StatementValue: te.NotRequired[list[StatementValue]]
    TotalValue: te.NotRequired[StatementTotalValue]


class OBReadDataStatement2(te.TypedDict, closed=True):
    """The statements of accounts."""

    Statement: te.NotRequired[list[OBStatement2]]


class OBReadStatement2(te.TypedDict, closed=True):
    """The answer to a request for statements."""

    Data: OBReadDataStatement2
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


class StatementsFilter(te.TypedDict, closed=True):
    """Between which dates a statement begins and ends, both included."""

    fromStatementDateTime: te.NotRequired[FilterDateTime]
    toStatementDateTime: te.NotRequired[FilterDateTime]


ANSWER = wire.Wire(OBReadStatement2)
FILTER = wire.Wire(StatementsFilter)
