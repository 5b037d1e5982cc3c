"""Very many customers, made up: a bank's worth of documents, each the same for the same number and seed.

They live as the town's people do, by documents of the same kind: pay comes in, rent and bills go out, cards are used.
Their accounts have numbers of their own range, one after the other, so that no two are the same.
"""

import random
from collections.abc import Iterator
from datetime import datetime
from itertools import count, islice
from typing import Any

from bank import numbering
from bank.customers.models import User
from bank.sandbox.life import document, lives, numbers, places
from bank.sandbox.life.lives import Life

NAME = "crowd-{:06}"
BATCH = 100  # customers whose statements are made together
FIRST_NUMBER = 30_000_000
CARD_RANGE = "453299"
FORENAMES = [
    "Aisha",
    "Amelia",
    "Anwen",
    "Archie",
    "Arjun",
    "Beatrice",
    "Callum",
    "Catrin",
    "Chidi",
    "Daisy",
    "Dylan",
    "Eilidh",
    "Elijah",
    "Esme",
    "Fatima",
    "Fergus",
    "Freddie",
    "Grace",
    "Gwen",
    "Hamish",
    "Harriet",
    "Hassan",
    "Isla",
    "Ivy",
    "Jaya",
    "Joshua",
    "Kofi",
    "Layla",
    "Lewis",
    "Maisie",
    "Mohammed",
    "Niamh",
    "Nikhil",
    "Olivia",
    "Oscar",
    "Poppy",
    "Rhys",
    "Rory",
    "Ruby",
    "Samir",
    "Seren",
    "Sienna",
    "Tariq",
    "Thea",
    "Uma",
    "Victor",
    "Willow",
    "Yusuf",
    "Zainab",
    "Zoe",
]
SURNAMES = [
    "Abbott",
    "Adeyemi",
    "Ahmed",
    "Baines",
    "Barrowclough",
    "Begum",
    "Blackwood",
    "Boateng",
    "Campbell",
    "Chaudhry",
    "Clegg",
    "Davies",
    "Drummond",
    "Ellis",
    "Fairbairn",
    "Fernandes",
    "Fraser",
    "Gill",
    "Greenhalgh",
    "Griffiths",
    "Hargreaves",
    "Hussain",
    "Iqbal",
    "Jenkins",
    "Kapoor",
    "Kaur",
    "Kerr",
    "Lightfoot",
    "Lloyd",
    "MacLeod",
    "Marsden",
    "Mensah",
    "Murray",
    "Nowak",
    "Okafor",
    "Ormerod",
    "Parry",
    "Patel",
    "Pritchard",
    "Ramsbottom",
    "Rees",
    "Sharma",
    "Sinclair",
    "Stirling",
    "Thwaite",
    "Trevelyan",
    "Uddin",
    "Vaughan",
    "Whitaker",
    "Wright",
]
STREETS = [
    "Alder",
    "Bramble",
    "Canal",
    "Chapel",
    "Foundry",
    "Gasworks",
    "Harbour",
    "Ironbridge",
    "Lock",
    "Market",
    "Orchard",
    "Quarry",
    "Tannery",
    "Weir",
]
EMPLOYERS = (
    ("Tidewell Engineering Ltd", "20001187654321"),
    ("Wexbridge General Hospital", "20001176543210"),
    ("Greengate Foods", "20001165432109"),
    ("Wexbridge Borough Council", "20004411803205"),
)
SAVERS, CARDS = 0.6, 0.4  # so many of the customers have a savings account, a credit card
LETTINGS = {"name": "Pemberton Lettings", "number": "20005511223344"}


def has_arrived() -> bool:
    """Tell whether a crowd is there; it comes all at once or not at all."""
    return User.objects.filter(username=NAME.format(0)).exists()


def people(customers: int, *, months: int, seed: int, now: datetime) -> list[Life]:
    """The crowd's lives, as of a day. They know nobody's accounts but their own."""
    return [lives.ready(read, arrived_on=now.date()) for read in documents(customers, months=months, seed=seed)]


def documents(customers: int, *, months: int, seed: int) -> Iterator[document.Document]:
    """So many customers with so many months behind them."""
    free = filter(numbers.is_account_number, map(str, count(FIRST_NUMBER)))
    for number in range(customers):
        yield _document(number, months=months, seed=seed, accounts=list(islice(free, 2)))


def _document(number: int, *, months: int, seed: int, accounts: list[str]) -> document.Document:
    dice = random.Random(f"{seed}/{number}")  # noqa: S311 - the same every time
    forename, surname = dice.choice(FORENAMES), dice.choice(SURNAMES)
    pay_minor = int(dice.lognormvariate(7.6, 0.35)) * 100
    has_saver, has_card = dice.random() < SAVERS, dice.random() < CARDS
    made: dict[str, Any] = {
        "customer": {
            "username": NAME.format(number),
            "password": f"{NAME.format(number)}-pays",
            "name": f"{forename} {surname}",
            "party": _party(dice, number=number, forename=forename),
        },
        "months": months,
        "seed": seed,
        "accounts": [_current(dice, accounts[0])],
        "income": [_income(dice, pay_minor)],
        "standing_orders": [_rent(dice, pay_minor)],
        "direct_debits": _direct_debits(dice, pay_minor),
        "spending": [{"account": "everyday", "per_week": dice.randint(5, 14), "keeps": "40.00", "cash": "30.00"}],
    }
    if has_saver:
        made["accounts"].append({"key": "savings", "product": "instant-saver", "identification": _id(accounts[1])})
        made["accounts"][-1] |= {"scheme": numbering.SORT_CODE_ACCOUNT_NUMBER, "statement_day": dice.randint(1, 28)}
        habit = {"account": "everyday", "to": {"account": "savings"}, "day": dice.randint(20, 28)}
        made["habits"] = [habit | {"keeps": "400.00", "at_most": "250.00", "text": "TO SAVINGS"}]
    if has_card:
        made["accounts"].append(_card(dice, number))
        made["spending"].append({"account": "card", "per_week": dice.randint(1, 5), "kinds": ["home"]})
        made["direct_debits"].append(
            {
                "account": "everyday",
                "collector": {"account": "card"},
                "reference": f"CARD{number:08}",
                "amount": "full",
                "day": dice.randint(1, 28),
            }
        )
    return made  # type: ignore[return-value] # put together in pieces; tests read it by the document's own types


def _party(dice: random.Random, *, number: int, forename: str) -> dict[str, Any]:
    address = {
        "AddressType": "HOME",
        "BuildingNumber": str(dice.randint(1, 180)),
        "StreetName": f"{dice.choice(STREETS)} {dice.choice(('Street', 'Road', 'Lane', 'Row'))}",
        "TownName": "Wexbridge",
        "PostCode": f"WX{dice.randint(1, 19)} {dice.randint(1, 9)}{dice.choice('ABDEFGH')}{dice.choice('JLNPQR')}",
        "Country": "GB",
    }
    return {"email": f"{forename.lower()}.{number}@mail.example", "addresses": [address]}


def _current(dice: random.Random, number: str) -> dict[str, Any]:
    return {
        "key": "everyday",
        "product": dice.choice(("everyday", "everyday", "plus", "basic")),
        "scheme": numbering.SORT_CODE_ACCOUNT_NUMBER,
        "identification": _id(number),
        "opens_with": f"{dice.randint(100, 3000)}.00",
        "limit": f"{dice.choice((0, 0, 250, 500, 1000))}.00",
        "statement_day": dice.randint(1, 28),
    }


def _card(dice: random.Random, number: int) -> dict[str, Any]:
    beginning = f"{CARD_RANGE}{number:09}"
    last = next(digit for digit in "0123456789" if numbers.is_card_number(beginning + digit))
    return {
        "key": "card",
        "product": "platinum-card",
        "scheme": numbering.PAN,
        "identification": beginning + last,
        "card": beginning + last,
        "limit": f"{dice.randint(2, 8) * 1000}.00",
        "is_paid_in_full": True,
        "statement_day": dice.randint(1, 28),
    }


def _income(dice: random.Random, pay_minor: int) -> dict[str, Any]:
    name, number = dice.choice(EMPLOYERS)
    return {
        "account": "everyday",
        "kind": "salary",
        "payer": {"name": name, "number": number},
        "amount": _pounds(pay_minor),
        "text": f"{name.upper()} SALARY",
        "day": dice.randint(22, 28),
    }


def _rent(dice: random.Random, pay_minor: int) -> dict[str, Any]:
    return {
        "account": "everyday",
        "to": LETTINGS,
        "amount": _pounds(pay_minor * dice.randint(28, 40) // 100),
        "reference": "RENT",
        "day": dice.randint(1, 5),
    }


def _direct_debits(dice: random.Random, pay_minor: int) -> list[dict[str, Any]]:
    """Four to six mandates, of collectors that differ; together about a fifth of the pay."""
    chosen = dice.sample(sorted(places.collectors()), dice.randint(4, 6))
    return [
        {
            "account": "everyday",
            "collector": collector,
            "reference": f"{dice.randrange(10**10):010}",
            "amount": _pounds(pay_minor * dice.randint(10, 50) // 1000),
            "day": dice.randint(1, 28),
            "varies_percent": dice.choice((0, 0, 20)),
        }
        for collector in chosen
    ]


def _id(number: str) -> str:
    return numbers.SORT_CODE + number


def _pounds(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
