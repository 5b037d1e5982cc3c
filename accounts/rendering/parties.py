"""Parties on the wire: of an account with what they are to it, or the customer alone."""

from collections.abc import Sequence
from typing import Any, cast

from accounts.models import Holder, Party
from accounts.rendering.atoms import present
from accounts.rendering.facts import Account
from accounts.schemas.parties import OBInternalPartyType1Code, OBParty2

OWNERS = frozenset({"UK.OBIE.Principal", "UK.OBIE.SecondaryOwner"})  # everybody else acts for them


def customer(row: Party) -> OBParty2:
    """A customer, without a word of any account."""
    return cast("OBParty2", present(_known(row)))


def holder(row: Holder, party: Party, *, of: Account, kind: OBInternalPartyType1Code, url: str) -> OBParty2:
    """A party to an account. url: where the account is found."""
    shown = {
        **_known(party),
        "PartyType": kind,
        "AccountRole": row.role,
        "BeneficialOwnership": party.has_beneficial_ownership and row.role in OWNERS,
        "Relationships": {"Account": {"Related": url, "Id": of.account_id}},
    }
    return cast("OBParty2", present(shown))


def party_type(row: Holder, *, among: Sequence[Holder]) -> OBInternalPartyType1Code:
    """What a holder is beside the others of the account: who is no owner is a delegate."""
    if row.role not in OWNERS:
        return "Delegate"
    return "Joint" if sum(other.role in OWNERS for other in among) > 1 else "Sole"


def _known(row: Party) -> dict[str, Any]:
    return {
        "PartyId": row.pk,
        "PartyNumber": row.number,
        "Name": row.customer.full_name,
        "FullLegalName": row.full_legal_name,
        "LegalStructure": row.legal_structure,
        "LEI": row.lei,
        "EmailAddress": row.email,
        "Phone": row.phone,
        "Mobile": row.mobile,
        "Address": row.addresses,
    }
