"""Parties on the wire: OBReadParty2 (one) and OBReadParty3 (those of an account), v4.0.1."""

from typing import Annotated, Literal

import typing_extensions as te

from bank.api import wire

PhoneNumber = Annotated[str, wire.pattern(r"\+[0-9]{1,3}-[0-9()+\-]{1,30}")]
OBInternalPartyType1Code = Literal["Delegate", "Joint", "Sole"]
OBInternalAccountRole1Code = str  # UK.OBIE.…, as the next
OBInternalLegalStructureType1Code = str


class RelatedAccount(te.TypedDict, closed=True):
    """The account that a party was found by."""

    Related: wire.Uri
    Id: wire.Max40Text


class OBPartyRelationships1(te.TypedDict, closed=True):
    """What a party has to do with other resources."""

    Account: te.NotRequired[RelatedAccount]


class OBParty2(te.TypedDict, closed=True):
    """A person or an organisation."""

    PartyId: wire.Max40Text
    PartyNumber: te.NotRequired[wire.Max35Text]
    PartyType: te.NotRequired[OBInternalPartyType1Code]
    Name: te.NotRequired[wire.Max350Text]
    FullLegalName: te.NotRequired[wire.Max350Text]
    LegalStructure: te.NotRequired[OBInternalLegalStructureType1Code]
    LEI: te.NotRequired[wire.LEI]
    BeneficialOwnership: te.NotRequired[bool]
    AccountRole: te.NotRequired[OBInternalAccountRole1Code]
    EmailAddress: te.NotRequired[wire.Max256Text]
    Phone: te.NotRequired[PhoneNumber]
    Mobile: te.NotRequired[PhoneNumber]
    Relationships: te.NotRequired[OBPartyRelationships1]
    Address: te.NotRequired[list[wire.OBPostalAddress7]]


class OBReadParty2Data(te.TypedDict, closed=True):
    """The party, if there is one."""

    Party: te.NotRequired[OBParty2]


class OBReadParty2(te.TypedDict, closed=True):
    """The answer to a request for one party."""

    Data: OBReadParty2Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


class OBReadParty3Data(te.TypedDict, closed=True):
    """The parties of an account."""

    Party: te.NotRequired[list[OBParty2]]


class OBReadParty3(te.TypedDict, closed=True):
    """The answer to a request for the parties of an account."""

    Data: OBReadParty3Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ONE = wire.Wire(OBReadParty2)
ALL = wire.Wire(OBReadParty3)
