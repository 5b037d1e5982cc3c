"""Transactions on the wire: OBReadTransaction6, v4.0.1, and the filter of the request."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import WithJsonSchema

from accounts.schemas.balances import OBBalanceType1Code
from bank.api.wire import (
    LEI,
    CurrencyCode,
    DateTime,
    ExternalCategoryPurpose1Code,
    ExternalPurpose1Code,
    Links,
    Max34Text,
    Max35Text,
    Max40Text,
    Max70Text,
    Max140Text,
    Max210Text,
    Max350Text,
    Max500Text,
    Meta,
    Min3Max4Text,
    OBActiveOrHistoricCurrencyAndAmount,
    OBBranchAndFinancialInstitutionIdentification6,
    OBCashAccount6,
    OBCreditDebitCode,
    OBInternalAccountIdentification4Code,
    OBPostalAddress7,
    OBSupplementaryData1,
    OBUltimateCreditor1,
    OBUltimateDebtor1,
    Wire,
)

# The values are read by accounts/windows.py: the zone is dropped there, which no date-time of a body allows.
FilterDateTime = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
ExternalEntryStatus1Code = Literal["BOOK", "FUTR", "INFO", "PDNG", "RJCT"]


class OBCurrencyExchange5(te.TypedDict, closed=True):
    """How an amount was converted."""

    SourceCurrency: CurrencyCode
    TargetCurrency: te.NotRequired[CurrencyCode]
    UnitCurrency: te.NotRequired[CurrencyCode]
    ExchangeRate: float
    ContractIdentification: te.NotRequired[Max35Text]
    QuotationDate: te.NotRequired[DateTime]
    InstructedAmount: te.NotRequired[OBActiveOrHistoricCurrencyAndAmount]


class OBBankTransactionCodeStructure1(te.TypedDict, closed=True):
    """What kind of transaction it is, in ISO 20022's families and sub-families."""

    Code: str
    SubCode: str


class ProprietaryBankTransactionCodeStructure1(te.TypedDict, closed=True):
    """The same in a bank's own words."""

    Code: Max35Text
    Issuer: te.NotRequired[Max35Text]


class OBExtendedProprietaryBankTransactionCode(te.TypedDict, closed=True):
    """More of a bank's own codes."""

    Code: Max35Text
    Issuer: te.NotRequired[Max35Text]
    Description: te.NotRequired[Max500Text]


class OBTransactionCashBalance(te.TypedDict, closed=True):
    """The balance after a transaction."""

    CreditDebitIndicator: OBCreditDebitCode
    Type: OBBalanceType1Code
    Amount: OBActiveOrHistoricCurrencyAndAmount


class OBMerchantDetails1(te.TypedDict, closed=True):
    """Where a card was used."""

    MerchantName: te.NotRequired[Max350Text]
    MerchantCategoryCode: te.NotRequired[Min3Max4Text]


class OBTransactionCardInstrument1(te.TypedDict, closed=True):
    """The card that was used."""

    CardSchemeName: Literal["AmericanExpress", "Diners", "Discover", "MasterCard", "VISA"]
    AuthorisationType: te.NotRequired[Literal["ConsumerDevice", "Contactless", "None", "PIN"]]
    Name: te.NotRequired[Max70Text]
    Identification: te.NotRequired[Max34Text]


class OBIntermediaryAgent(te.TypedDict, closed=True):
    """A bank between the two ends."""

    Name: te.NotRequired[Max140Text]
    SchemeName: te.NotRequired[OBInternalAccountIdentification4Code]
    Identification: te.NotRequired[Max35Text]
    LEI: te.NotRequired[LEI]
    PostalAddress: te.NotRequired[OBPostalAddress7]
    ProcessingStatus: te.NotRequired[Literal["PDNG", "RCVD", "ACSP", "ACSC", "RJCT", "UNKN", "CANC"]]


class OBTransaction6(te.TypedDict, closed=True):
    """An entry of an account, booked or pending."""

    AccountId: Max40Text
    TransactionId: te.NotRequired[Max210Text]
    TransactionReference: te.NotRequired[Max210Text]
    StatementReference: te.NotRequired[list[Max35Text]]
    CreditDebitIndicator: OBCreditDebitCode
    Status: ExternalEntryStatus1Code
    TransactionMutability: te.NotRequired[Literal["Mutable", "Immutable"]]
    BookingDateTime: DateTime
    ValueDateTime: te.NotRequired[DateTime]
    TransactionInformation: te.NotRequired[Max500Text]
    AddressLine: te.NotRequired[Max70Text]
    Amount: OBActiveOrHistoricCurrencyAndAmount
    ChargeAmount: te.NotRequired[OBActiveOrHistoricCurrencyAndAmount]
    CurrencyExchange: te.NotRequired[OBCurrencyExchange5]
    BankTransactionCode: te.NotRequired[OBBankTransactionCodeStructure1]
    ProprietaryBankTransactionCode: te.NotRequired[ProprietaryBankTransactionCodeStructure1]
    ExtendedProprietaryBankTransactionCodes: te.NotRequired[list[OBExtendedProprietaryBankTransactionCode]]
    Balance: te.NotRequired[OBTransactionCashBalance]
    MerchantDetails: te.NotRequired[OBMerchantDetails1]
    CreditorAgent: te.NotRequired[OBBranchAndFinancialInstitutionIdentification6]
    CreditorAccount: te.NotRequired[OBCashAccount6]
    DebtorAgent: te.NotRequired[OBBranchAndFinancialInstitutionIdentification6]
    DebtorAccount: te.NotRequired[OBCashAccount6]
    CardInstrument: te.NotRequired[OBTransactionCardInstrument1]
    SupplementaryData: te.NotRequired[OBSupplementaryData1]
    CategoryPurposeCode: te.NotRequired[ExternalCategoryPurpose1Code]
    PaymentPurposeCode: te.NotRequired[ExternalPurpose1Code]
    UltimateCreditor: te.NotRequired[OBUltimateCreditor1]
    UltimateDebtor: te.NotRequired[OBUltimateDebtor1]
    IntermediaryAgent1: te.NotRequired[OBIntermediaryAgent]
    IntermediaryAgent2: te.NotRequired[OBIntermediaryAgent]
    IntermediaryAgent3: te.NotRequired[OBIntermediaryAgent]


class OBReadDataTransaction6(te.TypedDict, closed=True):
    """The transactions of an account."""

    Transaction: te.NotRequired[list[OBTransaction6]]


class OBReadTransaction6(te.TypedDict, closed=True):
    """The answer to a request for transactions."""

    Data: OBReadDataTransaction6
    Links: te.NotRequired[Links]
    Meta: te.NotRequired[Meta]


class TransactionsFilter(te.TypedDict, closed=True):
    """Between which dates of booking, both included."""

    fromBookingDateTime: te.NotRequired[FilterDateTime]
    toBookingDateTime: te.NotRequired[FilterDateTime]


ANSWER = Wire(OBReadTransaction6)
FILTER = Wire(TransactionsFilter)
