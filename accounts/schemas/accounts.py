"""Accounts on the wire: OBReadAccount6, v4.0.1."""

from typing import Literal

import typing_extensions as te

from bank.api.wire import (
    LEI,
    CurrencyCode,
    DateTime,
    Links,
    Max34Text,
    Max35Text,
    Max40Text,
    Max70Text,
    Max140Text,
    Max256Text,
    Max350Text,
    Meta,
    OBInternalAccountIdentification4Code,
    OBInternalFinancialInstitutionIdentification4Code,
    OBPostalAddress7,
    Wire,
)

OBInternalAccountStatus1Code = Literal["Deleted", "Disabled", "Enabled", "Pending", "ProForma"]
OBInternalAccountType1Code = Literal["Business", "Personal"]
OBExternalAccountSubType1Code = Literal[
    "CACC", "CARD", "CASH", "CHAR", "CISH", "COMM", "CPAC", "LLSV", "LOAN", "MGLD", "MOMA", "NREX", "ODFT", "ONDP",
    "OTHR", "SACC", "SLRY", "SVGS", "TAXE", "TRAN", "TRAS", "VACC", "NFCA", "MORT", "WALT",
]  # fmt: skip
OBFrequency2 = Literal["YEAR", "DAIL", "INDA", "MNTH", "QURT", "MIAN", "TEND", "MOVE", "WEEK", "NONE", "SLCT"]
OBCommunicationMethod = Literal["EMAL", "FAXI", "FILE", "ONLI", "POST"]
OBFileFormat = Literal["DPDF", "DXML", "SDSH", "WORD", "XSLT", "DCSV"]


class OBAccount6Account(te.TypedDict, closed=True):
    """How an account is identified under one scheme."""

    SchemeName: OBInternalAccountIdentification4Code
    Identification: Max256Text
    Name: te.NotRequired[Max350Text]
    LEI: te.NotRequired[LEI]
    SecondaryIdentification: te.NotRequired[Max34Text]


class OBStatementFrequencyAndFormat(te.TypedDict, closed=True):
    """When and how the account's holder gets statements."""

    Frequency: te.NotRequired[OBFrequency2]
    CommunicationMethod: te.NotRequired[OBCommunicationMethod]
    Format: te.NotRequired[OBFileFormat]
    DeliveryAddress: te.NotRequired[OBPostalAddress7]


class OBBranchAndFinancialInstitutionIdentification5(te.TypedDict, closed=True):
    """The bank that keeps an account."""

    SchemeName: OBInternalFinancialInstitutionIdentification4Code
    Identification: Max35Text
    Name: te.NotRequired[Max140Text]


class OBAccount6(te.TypedDict, closed=True):
    """An account."""

    AccountId: Max40Text
    Status: te.NotRequired[OBInternalAccountStatus1Code]
    StatusUpdateDateTime: te.NotRequired[DateTime]
    Currency: te.NotRequired[CurrencyCode]
    AccountCategory: te.NotRequired[OBInternalAccountType1Code]
    AccountTypeCode: te.NotRequired[OBExternalAccountSubType1Code]
    Description: te.NotRequired[Max35Text]
    Nickname: te.NotRequired[Max70Text]
    OpeningDate: te.NotRequired[DateTime]
    MaturityDate: te.NotRequired[DateTime]
    SwitchStatus: te.NotRequired[str]
    Account: te.NotRequired[list[OBAccount6Account]]
    StatementFrequencyAndFormat: te.NotRequired[list[OBStatementFrequencyAndFormat]]
    Servicer: te.NotRequired[OBBranchAndFinancialInstitutionIdentification5]


class OBReadAccount6Data(te.TypedDict, closed=True):
    """The accounts of a consent."""

    Account: te.NotRequired[list[OBAccount6]]


class OBReadAccount6(te.TypedDict, closed=True):
    """The answer to a request for accounts."""

    Data: OBReadAccount6Data
    Links: te.NotRequired[Links]
    Meta: te.NotRequired[Meta]


ANSWER = Wire(OBReadAccount6)
