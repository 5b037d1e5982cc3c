"""Who the customers are that stand behind the accounts and the consent. Source: Parties v4.0.1."""

from django.conf import settings
from django.urls import reverse

from accounts import permissions
from accounts.models import Holder, Party
from accounts.rendering import parties
from accounts.resources.row import MAY_BE_MISSING, Found, Reading, Resource
from accounts.schemas.parties import ALL, ONE, OBParty2


def read_parties(reading: Reading) -> Found:
    """Everybody who holds the account or acts on it."""
    holders = _holders(reading)
    return Found(items=[shown for row in holders if (shown := _shown(row, among=holders, reading=reading))])


def read_party(reading: Reading) -> Found:
    """The owner: the customer who authorised, where that is an owner, or else the first."""
    holders = _holders(reading)
    owners = [row for row in holders if row.role in parties.OWNERS]
    owners.sort(key=lambda row: row.customer_id != reading.access.customer_id)
    found = [shown for row in owners if (shown := _shown(row, among=holders, reading=reading))]
    return Found(items=found[:1])


def read_customer(reading: Reading) -> Found:
    """The person who authorised the consent."""
    rows = Party.objects.filter(customer=reading.access.customer_id).select_related("customer")
    return Found(items=[parties.customer(row) for row in rows])


def _holders(reading: Reading) -> list[Holder]:
    (account,) = reading.accounts
    rows = Holder.objects.filter(account=account.account_id).select_related("customer__party").order_by("id")
    return list(rows)


def _shown(row: Holder, *, among: list[Holder], reading: Reading) -> OBParty2 | None:
    """A holder as a party; none where the bank knows nothing of them but their name."""
    (account,) = reading.accounts
    party = getattr(row.customer, "party", None)
    if party is None:
        return None
    url = settings.MTLS_URL + reverse("GetAccountsAccountId", args=[account.account_id])
    return parties.holder(row, party, of=account, kind=parties.party_type(row, among=among), url=url)


ROWS = (
    Resource(
        path="accounts/<str:AccountId>/parties",
        operation_id="GetAccountsAccountIdParties",
        member="Party",
        permissions=permissions.PARTIES,
        answers=ALL,
        read=read_parties,
        also=MAY_BE_MISSING,
    ),
    Resource(
        path="accounts/<str:AccountId>/party",
        operation_id="GetAccountsAccountIdParty",
        member="Party",
        permissions=permissions.PARTIES,
        answers=ONE,
        read=read_party,
        also=MAY_BE_MISSING,
        is_single=True,
    ),
    Resource(
        path="party",
        operation_id="GetParty",
        member="Party",
        permissions=permissions.CUSTOMER,
        answers=ONE,
        read=read_customer,
        also=MAY_BE_MISSING,
        is_single=True,
    ),
)
