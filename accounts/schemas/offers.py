"""Offers on the wire: OBReadOffer1, v4.0.1."""

from typing import Literal

import typing_extensions as te

from accounts.schemas.products import atoms
from bank.api import wire


class Offer(te.TypedDict, closed=True):
    """What the bank proposes to an account's holder."""

    AccountId: wire.Max40Text
    OfferId: te.NotRequired[wire.Max40Text]
    OfferType: te.NotRequired[Literal["BalanceTransfer", "LimitIncrease", "MoneyTransfer", "Other", "PromotionalRate"]]
    Description: te.NotRequired[wire.Max500Text]
    StartDateTime: te.NotRequired[wire.DateTime]
    EndDateTime: te.NotRequired[wire.DateTime]
    Rate: te.NotRequired[atoms.Rate]
    Value: te.NotRequired[int]
    Term: te.NotRequired[wire.Max500Text]
    URL: te.NotRequired[wire.Max256Text]
    Amount: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]
    Fee: te.NotRequired[wire.OBActiveOrHistoricCurrencyAndAmount]


class OBReadOffer1Data(te.TypedDict, closed=True):
    """The offers to the accounts."""

    Offer: te.NotRequired[list[Offer]]


class OBReadOffer1(te.TypedDict, closed=True):
    """The answer to a request for offers."""

    Data: OBReadOffer1Data
    Links: te.NotRequired[wire.Links]
    Meta: te.NotRequired[wire.Meta]


ANSWER = wire.Wire(OBReadOffer1)
