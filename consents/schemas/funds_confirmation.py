"""Confirmation of funds on the wire: OBFundsConfirmationConsent1, OBFundsConfirmation1 and their answers, v4.0.1."""

import typing_extensions as te

from bank.api.wire import (
    DateTime,
    Links,
    Max34Text,
    Max35Text,
    Max40Text,
    Max128Text,
    Max256Text,
    Max350Text,
    Meta,
    OBActiveOrHistoricCurrencyAndAmount,
    OBInternalAccountIdentification4Code,
    OBProxy1,
    OBStatusReason,
    Wire,
)
from consents.schemas.account_access import OBInternalConsentStatus1Code


class OBCashAccountDebtorWithName(te.TypedDict, closed=True):
    """The account that is asked about, as the TPP names it."""

    SchemeName: OBInternalAccountIdentification4Code
    Identification: Max256Text
    Name: te.NotRequired[Max350Text]
    SecondaryIdentification: te.NotRequired[Max34Text]
    Proxy: te.NotRequired[OBProxy1]


class OBFundsConfirmationConsent1Data(te.TypedDict, closed=True):
    """Which account, until when."""

    ExpirationDateTime: te.NotRequired[DateTime]
    DebtorAccount: OBCashAccountDebtorWithName


class OBFundsConfirmationConsent1(te.TypedDict, closed=True):
    """A funds-confirmation consent as a TPP lodges it."""

    Data: OBFundsConfirmationConsent1Data


class OBFundsConfirmationConsentResponse1Data(te.TypedDict, closed=True):
    """What was asked, and what became of it."""

    ConsentId: Max128Text
    CreationDateTime: DateTime
    Status: OBInternalConsentStatus1Code
    StatusReason: te.NotRequired[list[OBStatusReason]]
    StatusUpdateDateTime: DateTime
    ExpirationDateTime: te.NotRequired[DateTime]
    DebtorAccount: OBCashAccountDebtorWithName


class OBFundsConfirmationConsentResponse1(te.TypedDict, closed=True):
    """A funds-confirmation consent as the bank shows it."""

    Data: OBFundsConfirmationConsentResponse1Data
    Links: te.NotRequired[Links]
    Meta: te.NotRequired[Meta]


class OBFundsConfirmation1Data(te.TypedDict, closed=True):
    """Under which consent, for what, how much."""

    ConsentId: Max128Text
    Reference: Max35Text
    InstructedAmount: OBActiveOrHistoricCurrencyAndAmount


class OBFundsConfirmation1(te.TypedDict, closed=True):
    """The question whether an amount is there."""

    Data: OBFundsConfirmation1Data


class OBFundsConfirmationResponse1Data(te.TypedDict, closed=True):
    """The answer, with the question."""

    FundsConfirmationId: Max40Text
    ConsentId: Max128Text
    CreationDateTime: DateTime
    FundsAvailable: bool
    Reference: Max35Text
    InstructedAmount: OBActiveOrHistoricCurrencyAndAmount


class OBFundsConfirmationResponse1(te.TypedDict, closed=True):
    """Yes or no."""

    Data: OBFundsConfirmationResponse1Data
    Links: te.NotRequired[Links]
    Meta: te.NotRequired[Meta]


CONSENT = Wire(OBFundsConfirmationConsent1)
CONSENT_ANSWER = Wire(OBFundsConfirmationConsentResponse1)
CONFIRMATION = Wire(OBFundsConfirmation1)
CONFIRMATION_ANSWER = Wire(OBFundsConfirmationResponse1)
