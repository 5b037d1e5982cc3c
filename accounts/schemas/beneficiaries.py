"""Beneficiaries on the wire: OBReadBeneficiary5, v4.0.1."""

from typing import Literal

import typing_extensions as te

from bank.api import wire


class OBCashAccount5(te.TypedDict, closed=True):
    """An account that money is sent to."""

    SchemeName: wire.OBInternalAccountIdentification4Code
    Identification: wire.Max256Text
    Name: te.NotRequired[wire.Max350Text]
    SecondaryIdentification: te.NotRequired[wire.Max34Text]
    Proxy: te.NotRequired[wire.OBProxy1]


class OBBeneficiary5(te.TypedDict, closed=True):
    """Somebody whom the customer pays."""

    AccountId: te.NotRequired[wire.Max40Text]
    BeneficiaryId: te.NotRequired[wire.Max40Text]
    BeneficiaryType: te.NotRequired[Literal["Trusted", "Ordinary"]]
    Reference: te.NotRequired[wire.Max35Text]
    SupplementaryData: te.NotRequired[wire.OBSupplementaryData1]
    CreditorAgent: te.NotRequired[wire.OBBranchAndFinancialInstitutionIdentification6]
    CreditorAccount: te.NotRequired[OBCashAccount5]


class OBReadBeneficiary5Data(te.TypedDict, closed=True):
    """The beneficiaries of the accounts."""

    Beneficiary: te.NotRequired[list[OBBeneficiary5]]


class OBReadBeneficiary5(te.TypedDict, closed=True):
    """The answer to a request for beneficiaries."""

    Data: OBReadBeneficiary5Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadBeneficiary5)
