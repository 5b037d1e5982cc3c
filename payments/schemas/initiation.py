"""What several payment types have in common, as published: accounts, remittance, risk, parts of answers."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import Field

from bank.api import instructions, wire

YesNo = Literal["No", "Yes"]
AuthorisationType = Literal["Any", "Single", "Multiple"]
ExternalDocumentType1Code = Annotated[
    Literal[
        "CINV", "CNFA", "CONT", "CREN", "DEBN", "DISP", "DNFA", "HIRI", "INVS", "MSIN", "PROF", "PUOR", "QUOT", "SBIN",
        "SPRR", "TISH",
    ],
    Field(json_schema_extra={"minLength": 1, "maxLength": 4}),
]  # fmt: skip
OBInternalExtendedAccountType1Code = Literal[
    "Business", "BusinessSavingsAccount", "Charity", "Collection", "Corporate", "Ewallet", "Government", "Investment",
    "ISA", "JointPersonal", "Pension", "Personal", "PersonalSavingsAccount", "Premier", "Wealth",
]  # fmt: skip
# The last six are of version 3: published again in 4.0.1 for old data only, and refused on anything new (U002).
PaymentContextCode = Literal[
    "BillingGoodsAndServicesInAdvance", "BillingGoodsAndServicesInArrears", "EcommerceMerchantInitiatedPayment",
    "FaceToFacePointOfSale", "TransferToSelf", "TransferToThirdParty",
    "BillPayment", "EcommerceGoods", "EcommerceServices", "PartyToParty", "PispPayee", "Other",
]  # fmt: skip
OBInternalChargeBearerType1Code = Literal["BorneByCreditor", "BorneByDebtor", "FollowingServiceLevel", "Shared"]
OBInternalPaymentChargeType1Code = str
OBInternalConsentStatus2Code = Literal["AWAU", "RJCT", "AUTH", "COND"]
ExternalPaymentTransactionStatus1Code = Literal[
    "CANC", "RCVD", "ACTC", "PATC", "PDNG", "RJCT", "INFA", "INCO", "ACCP", "ACFC", "ACSP", "ACWC", "ACSC", "BLCK",
    "ACCC", "ACWP",
]  # fmt: skip
ExternalPaymentTransactionStatus3Code = Literal[
    "RCVD", "PDNG", "ACTC", "PATC", "ACCP", "ACFC", "ACSP", "ACWC", "ACSC", "BLCK", "ACCC", "ACWP", "RJCT",
]  # fmt: skip


class DebtorAccount(te.TypedDict, closed=True):
    """The account to pay from, where the TPP knows it."""

    SchemeName: wire.OBInternalAccountIdentification4Code
    Identification: wire.Max256Text
    Name: te.NotRequired[wire.Max350Text]
    SecondaryIdentification: te.NotRequired[wire.Max34Text]
    Proxy: te.NotRequired[wire.OBProxy1]


class CreditorAccount(te.TypedDict, closed=True):
    """The account to pay to."""

    SchemeName: wire.OBInternalAccountIdentification4Code
    Identification: wire.Max256Text
    Name: wire.Max350Text
    SecondaryIdentification: te.NotRequired[wire.Max34Text]
    Proxy: te.NotRequired[wire.OBProxy1]


class CreditorAgent(te.TypedDict, closed=True):
    """The creditor's bank."""

    SchemeName: te.NotRequired[wire.OBInternalFinancialInstitutionIdentification4Code]
    Identification: te.NotRequired[wire.Max35Text]
    Name: te.NotRequired[wire.Max140Text]
    LEI: te.NotRequired[wire.LEI]
    PostalAddress: te.NotRequired[wire.OBPostalAddress7]


class OBRegulatoryAuthority2(te.TypedDict, closed=True):
    """Who is reported to."""

    Name: te.NotRequired[wire.Max140Text]
    CountryCode: te.NotRequired[wire.Country]


class OBStructuredRegulatoryReporting3(te.TypedDict, closed=True):
    """One thing that is reported."""

    Type: te.NotRequired[wire.Max35Text]
    Date: te.NotRequired[wire.DateTime]
    Country: te.NotRequired[wire.Country]
    Amount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]
    Information: te.NotRequired[list[wire.Max35Text]]


class OBRegulatoryReporting1(te.TypedDict, closed=True):
    """What is reported to an authority about the payment."""

    DebitCreditReportingIndicator: te.NotRequired[Literal["CRED", "DEBT", "BOTH"]]
    Authority: te.NotRequired[OBRegulatoryAuthority2]
    Details: te.NotRequired[list[OBStructuredRegulatoryReporting3]]


class OBReferredDocumentInformation(te.TypedDict, closed=True):
    """A document that is paid."""

    Code: te.NotRequired[ExternalDocumentType1Code]
    Issuer: te.NotRequired[wire.Max35Text]
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


class Authorisation(te.TypedDict, closed=True):
    """What the TPP asks of the authorisation."""

    AuthorisationType: AuthorisationType
    CompletionDateTime: te.NotRequired[wire.DateTime]


class OBSCASupportData1(te.TypedDict, closed=True):
    """What the TPP knows of the customer's authentication; advice, echoed."""

    RequestedSCAExemptionType: te.NotRequired[
        Literal[
            "BillPayment",
            "ContactlessTravel",
            "EcommerceGoods",
            "EcommerceServices",
            "Kiosk",
            "Parking",
            "PartyToParty",
        ]
    ]
    AppliedAuthenticationApproach: te.NotRequired[
        Annotated[Literal["CA", "SCA"], Field(json_schema_extra={"maxLength": 40})]
    ]
    ReferencePaymentOrderId: te.NotRequired[wire.Max40Text]


class OBRisk1(te.TypedDict, closed=True):
    """What the TPP tells about the payment's risk; the same in consent and order."""

    PaymentContextCode: te.NotRequired[PaymentContextCode]
    MerchantCategoryCode: te.NotRequired[wire.Min3Max4Text]
    MerchantCustomerIdentification: te.NotRequired[wire.Max70Text]
    ContractPresentIndicator: te.NotRequired[bool]
    BeneficiaryPrepopulatedIndicator: te.NotRequired[bool]
    PaymentPurposeCode: te.NotRequired[wire.ExternalPurpose1Code]
    CategoryPurposeCode: te.NotRequired[wire.ExternalCategoryPurpose1Code]
    BeneficiaryAccountType: te.NotRequired[OBInternalExtendedAccountType1Code]
    DeliveryAddress: te.NotRequired[wire.OBPostalAddress7]


class Charge(te.TypedDict, closed=True):
    """A charge that the bank makes; this bank makes none for domestic payments."""

    ChargeBearer: OBInternalChargeBearerType1Code
    Type: OBInternalPaymentChargeType1Code
    Amount: wire.OBActiveOrHistoricCurrencyAndAmount


class OBCashAccountDebtor4(te.TypedDict, closed=True):
    """Who pays, as the bank knows it."""

    SchemeName: te.NotRequired[str]
    Identification: te.NotRequired[str]
    Name: te.NotRequired[str]
    SecondaryIdentification: te.NotRequired[str]
    LEI: te.NotRequired[wire.LEI]


class RefundAccount(te.TypedDict, closed=True):
    """Where a refund would go: the account that was paid from."""

    SchemeName: wire.OBInternalAccountIdentification4Code
    Identification: wire.Max256Text
    Name: wire.Max350Text
    SecondaryIdentification: te.NotRequired[wire.Max34Text]


class OBDomesticRefundAccount1(te.TypedDict, closed=True):
    """What ReadRefundAccount asks for."""

    Account: RefundAccount


class MultiAuthorisation(te.TypedDict, closed=True):
    """How far an order is that several must authorise; no account of this bank needs that."""

    Status: Literal["AUTH", "AWAF", "RJCT"]
    NumberRequired: te.NotRequired[int]
    NumberReceived: te.NotRequired[int]
    LastUpdateDateTime: te.NotRequired[wire.DateTime]
    ExpirationDateTime: te.NotRequired[wire.DateTime]


class FundsAvailableResult(te.TypedDict, closed=True):
    """Whether the money is there at this moment."""

    FundsAvailableDateTime: wire.DateTime
    FundsAvailable: bool


class FundsConfirmationData(te.TypedDict, closed=True):
    """Data of OBWriteFundsConfirmationResponse1."""

    FundsAvailableResult: te.NotRequired[FundsAvailableResult]
    SupplementaryData: te.NotRequired[wire.OBSupplementaryData1]


class OBWriteFundsConfirmationResponse1(te.TypedDict, closed=True):
    """Answer of GET …/funds-confirmation."""

    Data: FundsConfirmationData
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


class StatusDetail(te.TypedDict, closed=True):
    """How a status came about."""

    LocalInstrument: te.NotRequired[wire.OBInternalLocalInstrument1Code]
    Status: ExternalPaymentTransactionStatus1Code
    StatusReason: te.NotRequired[wire.Max4Text]
    StatusReasonDescription: te.NotRequired[wire.Max256Text]


class OBWritePaymentDetails1(te.TypedDict, closed=True):
    """One status that a payment went through."""

    PaymentTransactionId: wire.Max210Text
    Status: ExternalPaymentTransactionStatus1Code
    StatusUpdateDateTime: wire.DateTime
    StatusDetail: te.NotRequired[StatusDetail]


class PaymentDetailsData(te.TypedDict, closed=True):
    """Data of OBWritePaymentDetailsResponse1."""

    PaymentStatus: te.NotRequired[list[OBWritePaymentDetails1]]


class OBWritePaymentDetailsResponse1(te.TypedDict, closed=True):
    """Answer of GET …/payment-details."""

    Data: PaymentDetailsData
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]
