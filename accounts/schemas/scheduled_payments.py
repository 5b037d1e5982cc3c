"""Scheduled payments on the wire: OBReadScheduledPayment3, v4.0.1. Standing orders name their creditors alike."""

from typing import Literal

import typing_extensions as te

from accounts.schemas import beneficiaries
from bank.api import wire


class OBBranchAndFinancialInstitutionIdentification5Creditor(te.TypedDict, closed=True):
    """The creditor's bank, by its code."""

    SchemeName: wire.OBInternalFinancialInstitutionIdentification4Code
    Identification: wire.Max35Text
    Name: te.NotRequired[wire.Max140Text]
    LEI: te.NotRequired[wire.LEI]
    PostalAddress: te.NotRequired[wire.OBPostalAddress7]


class OBScheduledPayment3(te.TypedDict, closed=True):
    """One payment on a later day."""

    AccountId: wire.Max40Text
    ScheduledPaymentId: te.NotRequired[wire.Max40Text]
    ScheduledPaymentDateTime: wire.DateTime
    ScheduledType: Literal["Arrival", "Execution"]
    Reference: te.NotRequired[wire.Max35Text]
    DebtorReference: te.NotRequired[wire.Max35Text]
    InstructedAmount: wire.OBActiveOrHistoricCurrencyAndAmount
    CreditorAgent: te.NotRequired[OBBranchAndFinancialInstitutionIdentification5Creditor]
    CreditorAccount: te.NotRequired[beneficiaries.OBCashAccount5]


class OBReadScheduledPayment3Data(te.TypedDict, closed=True):
    """The scheduled payments of the accounts."""

    ScheduledPayment: te.NotRequired[list[OBScheduledPayment3]]


class OBReadScheduledPayment3(te.TypedDict, closed=True):
    """The answer to a request for scheduled payments."""

    Data: OBReadScheduledPayment3Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadScheduledPayment3)
