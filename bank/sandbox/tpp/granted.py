"""What a consent opens beside accounts, balances and transactions: each read over all accounts, told in plain words.

One row for each resource of the standard (AIS profile v4.0.1, "Permissions"); what was not granted is not asked for.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bank import numbering
from bank.sandbox.tpp.client import Client
from bank.sandbox.tpp.telling import Telling

LINES_MAX = 3
OVER = {"CANC": "canceled", "EXPI": "expired", "SUSP": "suspended"}

Item = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What is read: its last word in the path and member in the answer, what opens it, and an item in a few words."""

    path: str
    member: str
    permission: str
    name: str
    words: Callable[[Item], str]


def read(tpp: Client, *, access: str, permissions: Collection[str], tell: Telling) -> None:
    """Read every resource that these permissions open, and tell what is there. Raises Refused."""
    for resource in RESOURCES:
        if resource.permission not in permissions:
            continue
        tell.step(f"Read {resource.name}")
        with tell.in_short():
            items = _items(tpp, resource, access=access)
        tell.proved(f"{len(items)} in all" if items else "none")
        for item in items[:LINES_MAX]:
            tell.note(f"  {resource.words(item)}")
        if len(items) > LINES_MAX:
            tell.note(f"  … and {len(items) - LINES_MAX} more")


def _items(tpp: Client, resource: Resource, *, access: str) -> list[Item]:
    """All items of all pages; the customer as a party comes alone."""
    found: list[Item] = []
    for page in tpp.pages(f"/aisp/{resource.path}", token=access):
        member = page["Data"].get(resource.member, [])
        found += member if isinstance(member, list) else [member]
    return found


def _beneficiary(item: Item) -> str:
    return _who(item) + (", trusted" if item.get("BeneficiaryType") == "Trusted" else "")


def _direct_debit(item: Item) -> str:
    last = f", last {_amount(item, 'PreviousPaymentAmount')}" if "PreviousPaymentAmount" in item else ""
    on = f" on {_day(item['PreviousPaymentDateTime'])}" if "PreviousPaymentDateTime" in item else ""
    return f"{item['Name']}{last}{on}{_standing(item, 'DirectDebitStatusCode')}"


def _standing_order(item: Item) -> str:
    member = "NextPaymentAmount" if "NextPaymentAmount" in item else "FirstPaymentAmount"
    amount = f"{_amount(item, member)} " if member in item else ""
    following = f", next on {_day(item['NextPaymentDateTime'])}" if "NextPaymentDateTime" in item else ""
    return f"{amount}to {_who(item)}{following}{_standing(item, 'StandingOrderStatusCode')}"


def _scheduled_payment(item: Item) -> str:
    return f"{_amount(item, 'InstructedAmount')} to {_who(item)} on {_day(item['ScheduledPaymentDateTime'])}"


def _product(item: Item) -> str:
    kind = item.get("OtherProductType", {}).get("Name", item["ProductType"])
    return f"{item.get('ProductName', 'a product')}, {kind}"


def _offer(item: dict[str, str]) -> str:
    until = f", until {_day(item['EndDateTime'])}" if "EndDateTime" in item else ""
    return item.get("Description", item.get("OfferType", "an offer")).rstrip(".") + until


def _party(item: Item) -> str:
    told = [item.get("FullLegalName", item.get("Name", item["PartyId"])), item.get("EmailAddress", "")]
    return ", ".join(part for part in told if part)


def _statement(item: Item) -> str:
    named = item.get("StatementReference", item.get("StatementId", item["Type"]))
    return f"{named}: {_day(item['StartDateTime'])} to {_day(item['EndDateTime'])}"


RESOURCES = (
    Resource(
        path="beneficiaries",
        member="Beneficiary",
        permission="ReadBeneficiariesDetail",
        name="whom the customer pays (beneficiaries)",
        words=_beneficiary,
    ),
    Resource(
        path="direct-debits",
        member="DirectDebit",
        permission="ReadDirectDebits",
        name="who collects (direct debits)",
        words=_direct_debit,
    ),
    Resource(
        path="standing-orders",
        member="StandingOrder",
        permission="ReadStandingOrdersDetail",
        name="what the bank repeats (standing orders)",
        words=_standing_order,
    ),
    Resource(
        path="scheduled-payments",
        member="ScheduledPayment",
        permission="ReadScheduledPaymentsDetail",
        name="what is paid on a later day (scheduled payments)",
        words=_scheduled_payment,
    ),
    Resource(
        path="products",
        member="Product",
        permission="ReadProducts",
        name="on which terms the accounts are kept (products)",
        words=_product,
    ),
    Resource(
        path="offers",
        member="Offer",
        permission="ReadOffers",
        name="what the bank proposes (offers)",
        words=_offer,
    ),
    Resource(
        path="party",
        member="Party",
        permission="ReadPartyPSU",
        name="who the customer is (party)",
        words=_party,
    ),
    Resource(
        path="statements",
        member="Statement",
        permission="ReadStatementsDetail",
        name="the statements",
        words=_statement,
    ),
)


def _who(item: Item) -> str:
    """A creditor: its name and its number as people write it, as far as they are told."""
    account = item.get("CreditorAccount", {})
    number = numbering.written(account.get("Identification", ""), scheme=account.get("SchemeName", ""))
    return ", ".join(part for part in (account.get("Name", ""), number) if part) or "somebody who is not named"


def _amount(item: Item, member: str) -> str:
    return f"{item[member]['Amount']} {item[member]['Currency']}"


def _standing(item: Item, member: str) -> str:
    """A word for what goes on no more."""
    over = OVER.get(item.get(member, ""))
    return f" ({over})" if over else ""


def _day(instant: str) -> str:
    at = datetime.fromisoformat(instant)
    return f"{at.day} {at:%B %Y}"
