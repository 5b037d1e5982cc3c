"""What the accounts are, and what the bank proposes for them. Source: Products and Offers v4.0.1."""

from dataclasses import replace

from accounts import permissions
from accounts.models import Offer, Product
from accounts.rendering import offers, products
from accounts.resources.row import MAY_BE_MISSING, Found, Reading, Resource
from accounts.schemas.offers import ANSWER as OFFERS
from accounts.schemas.products import ANSWER as PRODUCTS


def read_products(reading: Reading) -> Found:
    """The product of each account."""
    rows = Product.objects.in_bulk({account.product_id for account in reading.accounts if account.product_id})
    return Found(
        items=[
            products.product(rows[account.product_id], of=account) for account in reading.accounts if account.product_id
        ]
    )


def read_offers(reading: Reading) -> Found:
    """The offers that are not over."""
    lasting = Offer.objects.filter(ends_at__gt=reading.now)
    return Found(items=reading.each(lasting, lambda row, account: offers.offer(row, of=account)))


ACCOUNT_PRODUCT = Resource(
    path="accounts/<str:AccountId>/product",
    operation_id="GetAccountsAccountIdProduct",
    member="Product",
    permissions=permissions.PRODUCTS,
    answers=PRODUCTS,
    read=read_products,
    also=MAY_BE_MISSING,
)
ACCOUNT_OFFERS = Resource(
    path="accounts/<str:AccountId>/offers",
    operation_id="GetAccountsAccountIdOffers",
    member="Offer",
    permissions=permissions.OFFERS,
    answers=OFFERS,
    read=read_offers,
    also=MAY_BE_MISSING,
)
ROWS = (
    ACCOUNT_PRODUCT,
    replace(ACCOUNT_PRODUCT, path="products", operation_id="GetProducts"),
    ACCOUNT_OFFERS,
    replace(ACCOUNT_OFFERS, path="offers", operation_id="GetOffers"),
)
