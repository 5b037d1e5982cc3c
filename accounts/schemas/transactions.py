"""The standard's types of transactions, v4.0.1."""

from typing import Literal

import typing_extensions as te

from accounts.schemas.balances import OBBalanceType1Code
from bank.api import wire

ExternalEntryStatus1Code = Literal["BOOK", "FUTR", "INFO", "PDNG", "RJCT"]
OBInternalTransactionMutability1Code = Literal["Mutable", "Immutable"]
ProcessingStatus = Literal["PDNG", "RCVD", "ACSP", "ACSC", "RJCT", "UNKN", "CANC"]


class OBReadTransactionQuery(te.TypedDict, closed=True):
    """Query of GET /accounts/{AccountId}/transactions."""

    fromBookingDateTime: te.NotRequired[wire.DateTime]
    toBookingDateTime: te.NotRequired[wire.DateTime]


class OBCurrencyExchange5(te.TypedDict, closed=True):
    """How one currency became another."""

    SourceCurrency: wire.CurrencyCode
    TargetCurrency: te.NotRequired[wire.CurrencyCode]
    UnitCurrency: te.NotRequired[wire.CurrencyCode]
    ExchangeRate: float
    ContractIdentification: te.NotRequired[wire.Max35Text]
    QuotationDate: te.NotRequired[wire.DateTime]
    InstructedAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBBankTransactionCodeStructure1(te.TypedDict, closed=True):
    """What kind of entry it is, in ISO 20022's domain and family."""

    Code: str
    SubCode: str


class ProprietaryBankTransactionCodeStructure1(te.TypedDict, closed=True):
    """What kind of entry it is, in the bank's own words."""

    Code: wire.Max35Text
    Issuer: te.NotRequired[wire.Max35Text]


class OBExtendedProprietaryBankTransactionCode(te.TypedDict, closed=True):
    """What kind of entry it is, in somebody's words, with a description."""

    Code: wire.Max35Text
    Issuer: te.NotRequired[wire.Max35Text]
    Description: te.NotRequired[wire.Max500Text]


class OBTransactionCashBalance(te.TypedDict, closed=True):
    """The balance after the entry."""

    CreditDebitIndicator: wire.OBCreditDebitCode
    Type: OBBalanceType1Code
    Amount: wire.OBActiveOrHistoricCurrencyAndAmount


class OBMerchantDetails1(te.TypedDict, closed=True):
    """The merchant of a card payment."""

    MerchantName: te.NotRequired[wire.Max350Text]
    MerchantCategoryCode: te.NotRequired[wire.Min3Max4Text]


class OBTransactionCardInstrument1(te.TypedDict, closed=True):
    """The card that was used."""

    CardSchemeName: Literal["AmericanExpress", "Diners", "Discover", "MasterCard", "VISA"]
    AuthorisationType: te.NotRequired[Literal["ConsumerDevice", "Contactless", "None", "PIN"]]
    Name: te.NotRequired[wire.Max70Text]
    Identification: te.NotRequired[wire.Max34Text]


class OBIntermediaryAgent(te.TypedDict, closed=True):
    """A bank between the two banks."""

    Name: te.NotRequired[wire.Max140Text]
    SchemeName: te.NotRequired[wire.OBInternalAccountIdentification4Code]
    Identification: te.NotRequired[wire.Max35Text]
    LEI: te.NotRequired[wire.LEI]
    PostalAddress: te.NotRequired[wire.OBPostalAddress7]
    ProcessingStatus: te.NotRequired[ProcessingStatus]


class OBTransaction6(te.TypedDict, closed=True):
    """One entry on an account, booked or pending."""

    AccountId: wire.Max40Text
    TransactionId: te.NotRequired[wire.Max210Text]
    TransactionReference: te.NotRequired[wire.Max210Text]
    StatementReference: te.NotRequired[list[wire.Max35Text]]
    CreditDebitIndicator: wire.OBCreditDebitCode
    Status: ExternalEntryStatus1Code
    TransactionMutability: te.NotRequired[OBInternalTransactionMutability1Code]
    BookingDateTime: wire.DateTime
    ValueDateTime: te.NotRequired[wire.DateTime]
    TransactionInformation: te.NotRequired[wire.Max500Text]
    AddressLine: te.NotRequired[wire.Max70Text]
    Amount: wire.OBActiveOrHistoricCurrencyAndAmount
    ChargeAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]
    CurrencyExchange: te.NotRequired[OBCurrencyExchange5]
    BankTransactionCode: te.NotRequired[OBBankTransactionCodeStructure1]
    ProprietaryBankTransactionCode: te.NotRequired[ProprietaryBankTransactionCodeStructure1]
    ExtendedProprietaryBankTransactionCodes: te.NotRequired[list[OBExtendedProprietaryBankTransactionCode]]
    Balance: te.NotRequired[OBTransactionCashBalance]
    MerchantDetails: te.NotRequired[OBMerchantDetails1]
    CreditorAgent: te.NotRequired[wire.OBBranchAndFinancialInstitutionIdentification6]
    CreditorAccount: te.NotRequired[wire.OBCashAccount6]
    DebtorAgent: te.NotRequired[wire.OBBranchAndFinancialInstitutionIdentification6]
    DebtorAccount: te.NotRequired[wire.OBCashAccount6]
    CardInstrument: te.NotRequired[OBTransactionCardInstrument1]
    SupplementaryData: te.NotRequired[wire.OBSupplementaryData1]
    CategoryPurposeCode: te.NotRequired[wire.ExternalCategoryPurpose1Code]
    PaymentPurposeCode: te.NotRequired[wire.ExternalPurpose1Code]
    UltimateCreditor: te.NotRequired[wire.OBUltimateCreditor1]
    UltimateDebtor: te.NotRequired[wire.OBUltimateDebtor1]
    IntermediaryAgent1: te.NotRequired[OBIntermediaryAgent]
    IntermediaryAgent2: te.NotRequired[OBIntermediaryAgent]
    IntermediaryAgent3: te.NotRequired[OBIntermediaryAgent]


class OBReadDataTransaction6(te.TypedDict, closed=True):
    """Data of OBReadTransaction6."""

    Transaction: te.NotRequired[list[OBTransaction6]]


class OBReadTransaction6(te.TypedDict, closed=True):
    """Answer of GET /accounts/{AccountId}/transactions."""

    Data: OBReadDataTransaction6
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]
