"""What happened on the cast's accounts in the ninety days before the sandbox opened.

Salaries, rent, direct debits, cards, cash, interest: the same story at every opening, told by its distance from today,
and written through the ledger like everything else. Who is paid stands in town.py; bank transaction codes are
ISO 20022's, as the standard asks.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from accounts import ledger
from bank.sandbox import cast, town

DAYS = 90
CONTACTLESS_BELOW_MINOR = 50_00
SCHEME = ledger.SORT_CODE_ACCOUNT_NUMBER
INTEREST_ACCOUNT = "acc_internal_interest"
CARDS = {
    cast.ALICE_CURRENT: "4539571147283906",
    cast.BOB_CURRENT: "4539148803436467",
    cast.CAROL_CURRENT: "4539682995824395",
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened on an account; other is the second account of this bank that it happened on, if any."""

    at: datetime
    holding: cast.Holding
    amount_minor: int
    kind: str
    counterparty: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    other: cast.Holding | None = None
    other_details: dict[str, Any] = field(default_factory=dict)


def code(family: str, sub_family: str) -> dict[str, str]:
    """ISO 20022's bank transaction code, as the standard shows it."""
    return {"Code": family, "SubCode": sub_family}


def days(until: date) -> Iterator[date]:
    """The days of the story, oldest first, today included."""
    return (until - timedelta(days=back) for back in range(DAYS, -1, -1))


def regular(today: date) -> Iterator[Event]:
    """Salaries, rent and direct debits."""
    for day, row in itertools.product(days(today), town.REGULARS):
        if day.day != row.day:
            continue
        side = "DebtorAccount" if row.amount_minor > 0 else "CreditorAccount"
        yield Event(
            at=datetime.combine(day, row.at, tzinfo=UTC),
            holding=row.holding,
            amount_minor=row.amount_minor,
            kind=row.kind,
            counterparty=f"{SCHEME}:{row.party.identification}",
            details={
                "TransactionInformation": row.line,
                "BankTransactionCode": code(*row.code),
                side: row.party.account,
            },
        )


def purchases(today: date) -> Iterator[Event]:
    """Cards: Alice uses hers most days, Bob every other day; once a week there is cash."""
    for holding, chance in ((cast.ALICE_CURRENT, 0.9), (cast.BOB_CURRENT, 0.5)):
        dice = random.Random(holding.account_id)  # noqa: S311 - a story must be the same every time
        for day, hour in itertools.product(days(today), (8, 13, 18)):
            at = datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), tzinfo=UTC)
            merchant = dice.choices(town.MERCHANTS, weights=[row.weight for row in town.MERCHANTS])[0]
            amount = dice.randint(merchant.from_minor, merchant.to_minor)
            if dice.random() < chance * 0.6:
                yield purchase(holding, merchant=merchant, amount_minor=amount, at=at)
        for day in days(today):
            if day.weekday() == 4:  # noqa: PLR2004 - Friday
                yield cash(holding, at=datetime.combine(day, time(17, 40, dice.randrange(60)), tzinfo=UTC))


def purchase(holding: cast.Holding, *, merchant: town.Merchant, amount_minor: int, at: datetime) -> Event:
    """Something bought by card."""
    return Event(
        at=at,
        holding=holding,
        amount_minor=-amount_minor,
        kind="card",
        details={
            "TransactionInformation": f"{merchant.name.upper()} WEXBRIDGE",
            "BankTransactionCode": code("CCRD", "POSD"),
            "MerchantDetails": {"MerchantName": merchant.name, "MerchantCategoryCode": merchant.category_code},
            "CardInstrument": {
                "CardSchemeName": "VISA",
                "AuthorisationType": "Contactless" if amount_minor < CONTACTLESS_BELOW_MINOR else "PIN",
                "Identification": CARDS[holding],
            },
        },
    )


def cash(holding: cast.Holding, *, at: datetime) -> Event:
    """Cash from a machine."""
    return Event(
        at=at,
        holding=holding,
        amount_minor=-20_00,
        kind="cash",
        details={
            "TransactionInformation": "CASH WEXBRIDGE HIGH STREET",
            "BankTransactionCode": code("CCRD", "CWDL"),
            "CardInstrument": {
                "CardSchemeName": "VISA",
                "AuthorisationType": "PIN",
                "Identification": CARDS[holding],
            },
        },
    )


def between(today: date) -> Iterator[Event]:
    """What the cast pays each other and their own savings, and the interest that savings bear."""
    for day in days(today):
        if day.day == 26:  # noqa: PLR2004 - the day after Alice's salary
            yield own_transfer(at=datetime.combine(day, time(1, 10), tzinfo=UTC), amount_minor=150_00)
        if day.day == 10:  # noqa: PLR2004 - Bob's share of what he and Alice eat together
            yield shared_meal(at=datetime.combine(day, time(19, 22, 41), tzinfo=UTC), amount_minor=24_50)
        if (day + timedelta(days=1)).day == 1:
            at = datetime.combine(day, time(23, 30), tzinfo=UTC)
            line = {"TransactionInformation": "GROSS INTEREST", "BankTransactionCode": code("MCOP", "INTR")}
            yield Event(at=at, holding=cast.ALICE_SAVINGS, amount_minor=21_04, kind="interest", details=line)


def own_transfer(*, at: datetime, amount_minor: int) -> Event:
    """Alice puts something aside."""
    return inside(
        payer=cast.ALICE_CURRENT,
        payee=cast.ALICE_SAVINGS,
        at=at,
        amount_minor=amount_minor,
        codes=(code("ICDT", "BOOK"), code("RCDT", "BOOK")),
        line="RAINY DAY",
    )


def shared_meal(*, at: datetime, amount_minor: int) -> Event:
    """Bob pays Alice back."""
    return inside(
        payer=cast.BOB_CURRENT,
        payee=cast.ALICE_CURRENT,
        at=at,
        amount_minor=amount_minor,
        codes=(code("IRCT", "DMCT"), code("RRCT", "DMCT")),
        line="YOUR HALF OF DINNER",
    )


def inside(
    *,
    payer: cast.Holding,
    payee: cast.Holding,
    at: datetime,
    amount_minor: int,
    codes: tuple[dict[str, str], dict[str, str]],
    line: str,
) -> Event:
    """A payment between two accounts of this bank; codes are the payer's and the payee's."""
    names = {holding: person.full_name for person in cast.CUSTOMERS for holding in person.holdings}
    accounts = {
        holding: {"SchemeName": SCHEME, "Identification": holding.identification, "Name": names[holding]}
        for holding in (payer, payee)
    }
    return Event(
        at=at,
        holding=payer,
        amount_minor=-amount_minor,
        kind="payment",
        counterparty=f"{SCHEME}:{payee.identification}",
        details={
            "TransactionInformation": line,
            "BankTransactionCode": codes[0],
            "CreditorAccount": accounts[payee],
        },
        other=payee,
        other_details={
            "TransactionInformation": line,
            "BankTransactionCode": codes[1],
            "DebtorAccount": accounts[payer],
        },
    )


def openings(events: list[Event], *, at: datetime) -> Iterator[Event]:
    """What each account started with, so that it ends with what its holding says and never stood below zero.

    Where both cannot be, just after pay day, it ends with more.
    """
    for person in cast.CUSTOMERS:
        for holding in person.holdings:
            sums = [0, *itertools.accumulate(moves(events, holding=holding))]
            yield Event(
                at=at,
                holding=holding,
                amount_minor=max(holding.balance_minor - sums[-1], -min(sums)),
                kind="opening",
                details={
                    "TransactionInformation": "BALANCE FROM YOUR FORMER BANK",
                    "BankTransactionCode": code("RCDT", "DMCT"),
                },
            )


def moves(events: list[Event], *, holding: cast.Holding) -> Iterator[int]:
    """What the events add to one account, in their order."""
    for event in events:
        if event.holding == holding:
            yield event.amount_minor
        elif event.other == holding:
            yield -event.amount_minor


def tell(*, now: datetime) -> list[Event]:
    """The whole story up to now, in its order."""
    today = now.date()
    events = itertools.chain(regular(today), purchases(today), between(today))
    told = sorted((event for event in events if opened_at(now) < event.at < now), key=lambda event: event.at)
    return [*openings(told, at=opened_at(now)), *told]


def opened_at(now: datetime) -> datetime:
    """When the accounts were opened: the morning on which the story starts."""
    return datetime.combine(now.date() - timedelta(days=DAYS), time(0, 1), tzinfo=UTC)


def write(event: Event) -> None:
    """Book an event. What comes from outside or goes there passes through an account of the bank's own."""
    outside = INTEREST_ACCOUNT if event.kind == "interest" else ledger.settlement_account(event.holding.account_id)
    legs = [
        ledger.Leg(
            account_id=event.holding.account_id,
            amount_minor=event.amount_minor,
            counterparty=event.counterparty,
            details=event.details,
        ),
        ledger.Leg(
            account_id=event.other.account_id if event.other else outside,
            amount_minor=-event.amount_minor,
            counterparty=f"{SCHEME}:{event.holding.identification}",
            details=event.other_details,
        ),
    ]
    ledger.transfer(kind=event.kind, legs=legs, now=event.at)
