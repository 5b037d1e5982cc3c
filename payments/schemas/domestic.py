"""The standard's types of domestic payments, v4.0.1: consent, order, and their answers."""

from typing import Annotated

import typing_extensions as te
from pydantic import Field

from bank.api import wire
from payments.schemas import initiation


class OBDomestic2(te.TypedDict, closed=True):
    """Initiation: what is to be paid to whom. The same in consent and order."""

    InstructionIdentification: wire.Max35Text
    EndToEndIdentification: wire.Max35Text
    LocalInstrument: te.NotRequired[wire.OBInternalLocalInstrument1Code]
    InstructedAmount: wire.OBActiveOrHistoricCurrencyAndAmount
    DebtorAccount: te.NotRequired[initiation.DebtorAccount]
    CreditorAgent: te.NotRequired[initiation.CreditorAgent]
    CreditorAccount: initiation.CreditorAccount
    CreditorPostalAddress: te.NotRequired[wire.OBPostalAddress7]
    UltimateCreditor: te.NotRequired[wire.OBUltimateCreditor1]
    UltimateDebtor: te.NotRequired[wire.OBUltimateDebtor1]
    RegulatoryReporting: te.NotRequired[Annotated[list[initiation.OBRegulatoryReporting1], Field(max_length=10)]]
    RemittanceInformation: te.NotRequired[initiation.OBRemittanceInformation2]
    SupplementaryData: te.NotRequired[wire.OBSupplementaryData1]


class DomesticConsentData(te.TypedDict, closed=True):
    """Data of OBWriteDomesticConsent4."""

    ReadRefundAccount: te.NotRequired[initiation.YesNo]
    Initiation: OBDomestic2
    Authorisation: te.NotRequired[initiation.Authorisation]
    SCASupportData: te.NotRequired[initiation.OBSCASupportData1]


class OBWriteDomesticConsent4(te.TypedDict, closed=True):
    """Body of POST /domestic-payment-consents."""

    Data: DomesticConsentData
    Risk: initiation.OBRisk1


class DomesticConsentAnswerData(te.TypedDict, closed=True):
    """Data of OBWriteDomesticConsentResponse5."""

    ConsentId: wire.Max128Text
    CreationDateTime: wire.DateTime
    Status: initiation.OBInternalConsentStatus2Code
    StatusReason: te.NotRequired[list[wire.OBStatusReason]]
    StatusUpdateDateTime: wire.DateTime
    ReadRefundAccount: te.NotRequired[initiation.YesNo]
    CutOffDateTime: te.NotRequired[wire.DateTime]
    ExpectedExecutionDateTime: te.NotRequired[wire.DateTime]
    ExpectedSettlementDateTime: te.NotRequired[wire.DateTime]
    Charges: te.NotRequired[list[initiation.Charge]]
    Initiation: OBDomestic2
    Authorisation: te.NotRequired[initiation.Authorisation]
    SCASupportData: te.NotRequired[initiation.OBSCASupportData1]
    Debtor: te.NotRequired[initiation.OBCashAccountDebtor4]


class OBWriteDomesticConsentResponse5(te.TypedDict, closed=True):
    """Answer of POST and GET /domestic-payment-consents."""

    Data: DomesticConsentAnswerData
    Risk: initiation.OBRisk1
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


class DomesticData(te.TypedDict, closed=True):
    """Data of OBWriteDomestic2."""

    ConsentId: wire.Max128Text
    Initiation: OBDomestic2


class OBWriteDomestic2(te.TypedDict, closed=True):
    """Body of POST /domestic-payments."""

    Data: DomesticData
    Risk: initiation.OBRisk1


class DomesticAnswerData(te.TypedDict, closed=True):
    """Data of OBWriteDomesticResponse5."""

    DomesticPaymentId: wire.Max40Text
    ConsentId: wire.Max128Text
    CreationDateTime: wire.DateTime
    Status: initiation.ExternalPaymentTransactionStatus3Code
    StatusUpdateDateTime: wire.DateTime
    StatusReason: te.NotRequired[list[wire.OBStatusReason]]
    ExpectedExecutionDateTime: te.NotRequired[wire.DateTime]
    ExpectedSettlementDateTime: te.NotRequired[wire.DateTime]
    Refund: te.NotRequired[initiation.OBDomesticRefundAccount1]
    Charges: te.NotRequired[list[initiation.Charge]]
    Initiation: OBDomestic2
    MultiAuthorisation: te.NotRequired[initiation.MultiAuthorisation]
    Debtor: te.NotRequired[initiation.OBCashAccountDebtor4]


class OBWriteDomesticResponse5(te.TypedDict, closed=True):
    """Answer of POST and GET /domestic-payments."""

    Data: DomesticAnswerData
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]
