"""Products on the wire: OBReadProduct2, v4.0.1. The terms of each kind stand in a module of their own."""

from typing import Literal

import typing_extensions as te

from accounts.schemas.products.bca import OBBCAData1
from accounts.schemas.products.other import OtherProductType
from accounts.schemas.products.pca import OBPCAData1
from bank.api import wire

ProductType = Literal["BusinessCurrentAccount", "CommercialCreditCard", "Other", "PersonalCurrentAccount", "SMELoan"]


class Product(te.TypedDict, closed=True):
    """The product that an account is, with its terms."""

    AccountId: wire.Max40Text
    ProductName: te.NotRequired[wire.Max350Text]
    ProductId: te.NotRequired[wire.Max40Text]
    SecondaryProductId: te.NotRequired[wire.Max70Text]
    ProductType: ProductType
    MarketingStateId: te.NotRequired[wire.Max35Text]
    OtherProductType: te.NotRequired[OtherProductType]
    BCA: te.NotRequired[OBBCAData1]
    PCA: te.NotRequired[OBPCAData1]


class OBReadProduct2Data(te.TypedDict, closed=True):
    """The products of the accounts."""

    Product: te.NotRequired[list[Product]]


class OBReadProduct2(te.TypedDict, closed=True):
    """The answer to a request for products."""

    Data: OBReadProduct2Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadProduct2)
