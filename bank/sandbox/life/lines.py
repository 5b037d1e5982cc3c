"""What statement lines say, in the standard's members: of payments, purchases, fees, interest."""

import random
from datetime import date
from functools import lru_cache
from typing import Any

from bank.money import Money
from bank.sandbox.life import places
from bank.sandbox.life.lives import Spot

CONTACTLESS_MAX_MINOR = 100_00
RATE_DIGITS = 10_000
MASTERCARD = "5"


def line(kind: str, text: str, **more: Any) -> dict[str, Any]:
    """A line of a kind."""
    code, sub_code = places.CODES[kind]
    return {"TransactionInformation": text, "BankTransactionCode": {"Code": code, "SubCode": sub_code}, **more}


def side(amount_minor: int) -> str:
    """What the other side is called: the debtor of what comes in, the creditor of what goes out."""
    return "DebtorAccount" if amount_minor > 0 else "CreditorAccount"


def counterparty(account: dict[str, str]) -> str:
    """How a posting names the other side."""
    return f"{account['SchemeName']}:{account['Identification']}"


def card(spot: Spot, *, how: str) -> dict[str, str]:
    """The card that was used; an account that is a card is known by that number."""
    number = spot.card or spot.identification
    return {
        "CardSchemeName": "MasterCard" if number.startswith(MASTERCARD) else "VISA",
        "AuthorisationType": how,
        "Identification": number,
    }


def purchase(
    spot: Spot, merchant: places.Merchant, *, amount_minor: int, dice: random.Random, day: date
) -> dict[str, Any]:
    """Something bought by card, by how one pays such amounts."""
    if merchant.online:
        how = "None"
    elif amount_minor <= CONTACTLESS_MAX_MINOR:
        how = "ConsumerDevice" if dice.random() < 0.3 else "Contactless"  # noqa: PLR2004 - three in ten by telephone
    else:
        how = "PIN"
    place = "" if merchant.online else f" {merchant.place}"
    return line(
        "card",
        f"{merchant.name.upper()}{place.upper()} ON {_spoken(day)}",
        MerchantDetails={"MerchantName": merchant.name, "MerchantCategoryCode": merchant.mcc},
        CardInstrument=card(spot, how=how),
    )


@lru_cache(maxsize=10_000)
def _spoken(day: date) -> str:
    return f"{day:%d %b}".upper()


def exchange(*, source: Money, target: Money, rate: int) -> dict[str, Any]:
    """How an amount was converted; rate: units of foreign money for a pound, in ten-thousandths."""
    return {
        "SourceCurrency": source.currency,
        "TargetCurrency": target.currency,
        "UnitCurrency": "GBP",
        "ExchangeRate": rate / RATE_DIGITS,
        "InstructedAmount": source.wire,
    }


def refund(details: dict[str, Any]) -> dict[str, Any]:
    """The line of a purchase that is given back."""
    text = f"REFUND {details['TransactionInformation']}"
    return details | line("refund", text)
