"""Accounts on the wire: OBReadAccount6, v4.0.1."""

from typing import Literal

import typing_extensions as te

from bank.api import wire

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

    SchemeName: wire.OBInternalAccountIdentification4Code
    Identification: wire.Max256Text
    Name: te.NotRequired[wire.Max350Text]
    LEI: te.NotRequired[wire.LEI]
    SecondaryIdentification: te.NotRequired[wire.Max34Text]


class OBStatementFrequencyAndFormat(te.TypedDict, closed=True):
    """When and how the account's holder gets statements."""

    Frequency: te.NotRequired[OBFrequency2]
    CommunicationMethod: te.NotRequired[OBCommunicationMethod]
    Format: te.NotRequired[OBFileFormat]
    DeliveryAddress: te.NotRequired[wire.OBPostalAddress7]


class OBBranchAndFinancialInstitutionIdentification5(te.TypedDict, closed=True):
    """The bank that keeps an account."""

    SchemeName: wire.OBInternalFinancialInstitutionIdentification4Code
    Identification: wire.Max35Text
    Name: te.NotRequired[wire.Max140Text]


class OBAccount6(te.TypedDict, closed=True):
    """An account."""

    AccountId: wire.Max40Text
    Status: te.NotRequired[OBInternalAccountStatus1Code]
    StatusUpdateDateTime: te.NotRequired[wire.DateTime]
    Currency: te.NotRequired[wire.CurrencyCode]
    AccountCategory: te.NotRequired[OBInternalAccountType1Code]
    AccountTypeCode: te.NotRequired[OBExternalAccountSubType1Code]
    Description: te.NotRequired[wire.Max35Text]
    Nickname: te.NotRequired[wire.Max70Text]
    OpeningDate: te.NotRequired[wire.DateTime]
    MaturityDate: te.NotRequired[wire.DateTime]
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
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadAccount6)
