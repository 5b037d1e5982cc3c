"""Transactions on the wire: OBReadTransaction6, v4.0.1, and the filter of the request."""

from typing import Annotated, Literal

import typing_extensions as te
from pydantic import WithJsonSchema

from accounts.schemas import balances
from bank.api import wire

# The values are read by accounts/windows.py: the zone is dropped there, which no date-time of a body allows.
FilterDateTime = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
ExternalEntryStatus1Code = Literal["BOOK", "FUTR", "INFO", "PDNG", "RJCT"]


class OBCurrencyExchange5(te.TypedDict, closed=True):
    """How an amount was converted."""

    SourceCurrency: wire.CurrencyCode
    TargetCurrency: te.NotRequired[wire.CurrencyCode]
    UnitCurrency: te.NotRequired[wire.CurrencyCode]
    ExchangeRate: float
    ContractIdentification: te.NotRequired[wire.Max35Text]
    QuotationDate: te.NotRequired[wire.DateTime]
    InstructedAmount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBBankTransactionCodeStructure1(te.TypedDict, closed=True):
    """What kind of transaction it is, in ISO 20022's families and sub-families."""

    Code: str
    SubCode: str


class ProprietaryBankTransactionCodeStructure1(te.TypedDict, closed=True):
    """The same in a bank's own words."""

    Code: wire.Max35Text
    Issuer: te.NotRequired[wire.Max35Text]


class OBExtendedProprietaryBankTransactionCode(te.TypedDict, closed=True):
    """More of a bank's own codes."""

    Code: wire.Max35Text
    Issuer: te.NotRequired[wire.Max35Text]
    Description: te.NotRequired[wire.Max500Text]


class OBTransactionCashBalance(te.TypedDict, closed=True):
    """The balance after a transaction."""

    CreditDebitIndicator: wire.OBCreditDebitCode
    Type: balances.OBBalanceType1Code
    Amount: wire.OBActiveOrHistoricCurrencyAndAmount


class OBMerchantDetails1(te.TypedDict, closed=True):
    """Where a card was used."""

    MerchantName: te.NotRequired[wire.Max350Text]
    MerchantCategoryCode: te.NotRequired[wire.Min3Max4Text]


class OBTransactionCardInstrument1(te.TypedDict, closed=True):
    """The card that was used."""

    CardSchemeName: Literal["AmericanExpress", "Diners", "Discover", "MasterCard", "VISA"]
    AuthorisationType: te.NotRequired[Literal["ConsumerDevice", "Contactless", "None", "PIN"]]
    Name: te.NotRequired[wire.Max70Text]
    Identification: te.NotRequired[wire.Max34Text]


class OBIntermediaryAgent(te.TypedDict, closed=True):
    """A bank between the two ends."""

    Name: te.NotRequired[wire.Max140Text]
    SchemeName: te.NotRequired[wire.OBInternalAccountIdentification4Code]
    Identification: te.NotRequired[wire.Max35Text]
    LEI: te.NotRequired[wire.LEI]
    PostalAddress: te.NotRequired[wire.OBPostalAddress7]
    ProcessingStatus: te.NotRequired[Literal["PDNG", "RCVD", "ACSP", "ACSC", "RJCT", "UNKN", "CANC"]]


class OBTransaction6(te.TypedDict, closed=True):
    """An entry of an account, booked or pending."""

    AccountId: wire.Max40Text
    TransactionId: te.NotRequired[wire.Max210Text]
    TransactionReference: te.NotRequired[wire.Max210Text]
    StatementReference: te.NotRequired[list[wire.Max35Text]]
    CreditDebitIndicator: wire.OBCreditDebitCode
    Status: ExternalEntryStatus1Code
    TransactionMutability: te.NotRequired[Literal["Mutable", "Immutable"]]
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
    """The transactions of an account."""

    Transaction: te.NotRequired[list[OBTransaction6]]


class OBReadTransaction6(te.TypedDict, closed=True):
    """The answer to a request for transactions."""

    Data: OBReadDataTransaction6
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


class TransactionsFilter(te.TypedDict, closed=True):
    """Between which dates of booking, both included."""

    fromBookingDateTime: te.NotRequired[FilterDateTime]
    toBookingDateTime: te.NotRequired[FilterDateTime]


ANSWER = wire.Wire(OBReadTransaction6)
FILTER = wire.Wire(TransactionsFilter)
