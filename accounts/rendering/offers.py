"""Offers on the wire."""

from typing import cast

from accounts.models import Offer
from accounts.rendering.atoms import amount_of, instant, present
from accounts.rendering.facts import Account
from accounts.schemas.offers import Offer as WireOffer


def offer(row: Offer, *, of: Account) -> WireOffer:
    """What the bank proposes to the account's holder."""
    shown = {
        "AccountId": of.account_id,
        "OfferId": row.pk,
        "OfferType": row.kind,
        "Description": row.description,
        "StartDateTime": instant(row.starts_at),
        "EndDateTime": instant(row.ends_at),
        "Rate": row.rate,
        "Value": row.value,
        "Term": row.term,
        "URL": row.url,
        "Amount": amount_of(row.amount_minor, of.currency),
        "Fee": amount_of(row.fee_minor, of.currency),
    }
    return cast("WireOffer", present(shown))
