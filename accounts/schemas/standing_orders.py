"""Standing orders on the wire: OBReadStandingOrder6, v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from accounts.schemas import beneficiaries, direct_debits, scheduled_payments
from bank.api import instructions, wire

ExternalDocumentType1Code = Annotated[
    Literal[
        "AROI", "BOLD", "CINV", "CMCN", "CNFA", "CONT", "CREN", "DEBN", "DISP", "DNFA", "HIRI", "INVS", "MSIN", "PROF",
        "PUOR", "QUOT", "SBIN", "SOAC", "SPRR", "TISH", "TSUT", "USAR", "VCHR",
    ],
    Field(json_schema_extra={"minLength": 1, "maxLength": 4}),
]  # fmt: skip


class OBReferredDocumentInformation(te.TypedDict, closed=True):
    """A document that is paid. More codes and a longer issuer than in payment initiation."""

    Code: te.NotRequired[ExternalDocumentType1Code]
    Issuer: te.NotRequired[wire.Max140Text]
    Number: te.NotRequired[wire.Max35Text]
    RelatedDate: te.NotRequired[wire.DateTime]
    LineDetails: te.NotRequired[list[wire.Max2048Text]]


class OBRemittanceInformationStructured(te.TypedDict, closed=True):
    """What is paid, for machines."""

    ReferredDocumentInformation: te.NotRequired[list[OBReferredDocumentInformation]]
    ReferredDocumentAmount: te.NotRequired[wire.Amount]
    CreditorReferenceInformation: te.NotRequired[instructions.CreditorReferenceInformation]
    Invoicer: te.NotRequired[wire.Max256Text]
    Invoicee: te.NotRequired[wire.Max256Text]
    TaxRemittance: te.NotRequired[wire.Max140Text]
    AdditionalRemittanceInformation: te.NotRequired[Annotated[list[wire.Max140Text], Field(max_length=3)]]


class OBRemittanceInformation2(te.TypedDict, closed=True):
    """What is paid."""

    Structured: te.NotRequired[list[OBRemittanceInformationStructured]]
    Unstructured: te.NotRequired[list[wire.Max140Text]]


class OBStandingOrder6(te.TypedDict, closed=True):
    """A payment that the bank repeats for the customer."""

    AccountId: wire.Max40Text
    StandingOrderId: te.NotRequired[wire.Max40Text]
    NextPaymentDateTime: te.NotRequired[wire.DateTime]
    LastPaymentDateTime: te.NotRequired[wire.DateTime]
    NumberOfPayments: te.NotRequired[wire.Max35Text]
    StandingOrderStatusCode: te.NotRequired[direct_debits.ExternalMandateStatus1Code]
    FirstPaymentAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]
    NextPaymentAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]
    LastPaymentAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]
    FinalPaymentAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]
    CreditorAgent: te.NotRequired[scheduled_payments.OBBranchAndFinancialInstitutionIdentification5Creditor]
    CreditorAccount: te.NotRequired[beneficiaries.OBCashAccount5]
    MandateRelatedInformation: te.NotRequired[instructions.OBMandateRelatedInformation1]
    RemittanceInformation: te.NotRequired[OBRemittanceInformation2]
    SupplementaryData: te.NotRequired[wire.OBSupplementaryData1]


class OBReadStandingOrder6Data(te.TypedDict, closed=True):
    """The standing orders of the accounts."""

    StandingOrder: te.NotRequired[list[OBStandingOrder6]]


class OBReadStandingOrder6(te.TypedDict, closed=True):
    """The answer to a request for standing orders."""

    Data: OBReadStandingOrder6Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadStandingOrder6)
