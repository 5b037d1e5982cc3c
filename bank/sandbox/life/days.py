"""One day of one customer's life, told in the order of time: live(). A history is nothing but its days.

What happens on a day depends on the document, the day and what the books say that morning, and on no other day: the
dice are thrown anew for each. Times are UTC. Purchases stand in cards.py, interest and fees in interest.py, transfers
in moves.py; who writes it all down: histories.py and nights.py.
"""

import random
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from bank.money import Money
from bank.sandbox.life import cards, interest, lines, moves, places
from bank.sandbox.life.books import Books, Event, Happening, Refused, Today
from bank.sandbox.life.lives import Life, Spot, steady_id

DAYS_OF_YEAR = 365
HUNDRED = 100
CARD_PAYMENT_LEAST_MINOR = 5_00


def live(life: Life, day: date, books: Books) -> Iterator[Happening]:
    """Live one day. The books are followed as it goes; end_day() is called when everybody's day is over."""
    dice = random.Random(zlib.crc32(f"{life.seed}/{day.toordinal()}".encode()))  # noqa: S311 - the same every time
    return books.follow(_day(Today(life=life, day=day, dice=dice, books=books)))


def _day(today: Today) -> Iterator[Happening]:
    if today.day == today.life.begins_on:
        yield from _opening(today)
    yield from interest.grown(today)
    yield from _income(today)
    yield from _standing_orders(today)
    yield from cards.taken(today)
    yield from _direct_debits(today)
    yield from _odd_events(today)
    yield from _announced(today)
    yield from _exchanges(today)
    yield from cards.used(today)
    yield from cards.set_aside(today)
    yield from _friends(today)
    yield from _habits(today)
    yield from _closing(today)


def is_due(row: Mapping[str, Any], day: date) -> bool:
    """Tell whether what comes on a day of the month (each, or every so many), or of the week, comes on this one."""
    if "weekday" in row:
        return bool(day.weekday() == row["weekday"])
    return bool(day.day == row["day"] and (day.year * 12 + day.month) % row.get("every_months", 1) == 0)


def mandate_id(life: Life, name: str, number: int) -> str:
    """The id of an arrangement: which row of which list of the document it is."""
    return steady_id({"direct_debits": "dd", "standing_orders": "so"}[name], life.username, name, number)


def _opening(today: Today) -> Iterator[Event]:
    for spot in today.life.spots.values():
        if amount := spot.opens_with_minor:
            kind, text = ("opening", "BALANCE FROM YOUR FORMER BANK") if amount > 0 else ("drawdown", "DRAWN DOWN")
            yield moves.outside(spot, at=today.at(0, 1), kind=kind, text=text, amount_minor=amount)


def _closing(today: Today) -> Iterator[Event]:
    """What leads to the balance that the document wants to see: on the last day of history, or of the account."""
    for spot in today.life.spots.values():
        if spot.ends_with_minor is None or today.day != min(spot.ends_on, today.life.arrived_on - timedelta(days=1)):
            continue
        amount = spot.ends_with_minor - today.booked(spot)
        if amount and amount + today.free(spot) >= 0:
            kind, text = ("credit", "FROM MY OTHER BANK") if amount > 0 else ("payment", "TO MY OTHER BANK")
            yield moves.outside(spot, at=today.at(23, 40), kind=kind, text=text, amount_minor=amount)


def _amount(today: Today, row: Mapping[str, Any]) -> int:
    """The row's amount, varied as far as it varies."""
    amount, varies = today.life.minor(row), row.get("varies_percent", 0)
    return amount * (HUNDRED + today.dice.randint(-varies, varies)) // HUNDRED if varies else amount


def _income(today: Today) -> Iterator[Event]:
    for row in today.rows("income"):
        spot = today.spot(row)
        if is_due(row, today.day) and today.day <= spot.ends_on:
            made = moves.outside(
                spot,
                at=today.at(0, 12),
                kind="instant-in" if row.get("is_instant") else row["kind"],
                text=row["text"],
                amount_minor=_amount(today, row),
                party=_stranger(today, row["payer"]),
            )
            yield _through(made, row["payer"])


def _standing_orders(today: Today) -> Iterator[Happening]:
    for number, row in enumerate(today.rows("standing_orders")):
        if not is_due(row, today.day):
            continue
        mandate = mandate_id(today.life, "standing_orders", number)
        if not _stands(today, row, mandate):
            continue
        spot, amount, now = today.spot(row), today.life.minor(row), today.at(1, 5)
        if today.free(spot) < amount:
            details = lines.line("standing-order", f"NOT PAID: {row['reference']}")
            yield Refused(now, spot.account_id, -amount, details)
        else:
            to = today.life.payee(row["to"])
            made = moves.pay(spot, to=to, at=now, kind="standing-order", text=row["reference"], amount_minor=amount)
            yield _referred(_through(made, row["to"]), row)._replace(mandate=mandate)


def _stands(today: Today, row: Mapping[str, Any], mandate: str) -> bool:
    """Tell whether a mandate or standing order still holds on the day."""
    return mandate not in today.books.ended and not today.life.is_over(row, today.day)


def _direct_debits(today: Today) -> Iterator[Happening]:
    for number, row in enumerate(today.rows("direct_debits")):
        if not is_due(row, today.day):
            continue
        mandate = mandate_id(today.life, "direct_debits", number)
        if not _stands(today, row, mandate):
            continue
        spot, now = today.spot(row), today.at(3, 30)
        to = today.life.collector(row["collector"])
        amount = _asked(today, row, of=to) if isinstance(to, Spot) else _amount(today, row)
        name = to.name if isinstance(to, Spot) else to["Name"]
        text = f"{name.upper()} {row['reference']}"
        if amount > today.free(spot):
            yield Refused(now, spot.account_id, -amount, lines.line("returned-debit", f"UNPAID: {text}"))
            yield from interest.returned(today, spot)
        elif amount > 0:
            made = moves.pay(spot, to=to, at=now, kind="direct-debit", text=text, amount_minor=amount)
            yield _referred(made, row)._replace(mandate=mandate)


def _asked(today: Today, row: Mapping[str, Any], *, of: Spot) -> int:
    """What an own card or loan asks for: all that is owed, the least that must be paid, or an instalment."""
    owed = -today.booked(of)
    if row["amount"] == "full":
        return owed
    if row["amount"] == "minimum":
        return min(owed, max(owed * of.product.minimum_percent_milli // 100_000, CARD_PAYMENT_LEAST_MINOR))
    return min(owed, today.life.minor(row))


def _odd_events(today: Today) -> Iterator[Happening]:
    for row in today.rows("odd_events"):
        if today.day != today.life.arrived_on - timedelta(days=row["days_ago"]):
            continue
        spot, amount, now = today.spot(row), today.life.minor(row), today.at(9, 40)
        more = dict(row.get("details", {}))
        if row.get("is_mutable"):
            more["TransactionMutability"] = "Mutable"
        if amount + today.free(spot) < 0:
            yield Refused(now, spot.account_id, amount, lines.line(row["kind"], row["text"], **more))
            continue
        party = _stranger(today, row["party"]) if "party" in row else None
        made = moves.outside(
            spot, at=now, kind=row["kind"], text=row["text"], amount_minor=amount, party=party, more=more
        )
        yield _through(made, row.get("party", {}))


def _announced(today: Today) -> Iterator[Event]:
    """What the document announces for days to come, when they have come."""
    for row in today.rows("unbooked"):
        spot, amount = today.spot(row), today.life.minor(row)
        if _comes(today, row) and amount + today.free(spot) >= 0:
            kind = "credit" if amount > 0 else "payment"
            yield moves.outside(spot, at=today.at(9, 50), kind=kind, text=row["text"], amount_minor=amount)
    for row in today.rows("scheduled_payments"):
        spot, amount = today.spot(row), today.life.minor(row)
        if _comes(today, row) and today.free(spot) >= amount:
            text = row.get("reference", "PAYMENT")
            to = today.life.payee(row["to"])
            made = moves.pay(spot, to=to, at=today.at(9, 55), kind="payment", text=text, amount_minor=amount)
            yield _through(made, row["to"])


def _comes(today: Today, row: Mapping[str, Any]) -> bool:
    return "in_days" in row and today.day == today.life.arrived_on + timedelta(days=row["in_days"])


def _exchanges(today: Today) -> Iterator[Event]:
    """Pounds changed into an own account's currency: two transfers, through the bank's position in each."""
    for row in today.rows("exchanges"):
        spot, to, amount = today.spot(row), today.life.spots[row["to"]], today.life.minor(row)
        if not is_due(row, today.day) or today.free(spot) < amount:
            continue
        rate = places.rate(to.currency, today.day)
        source, target = Money(amount, spot.currency), Money(amount * rate // lines.RATE_DIGITS, to.currency)
        yield from moves.change(spot, to=to, source=source, target=target, rate=rate, at=today.at(11, 20))


def _friends(today: Today) -> Iterator[Event]:
    for row in today.rows("friends"):
        spot, now = today.spot(row), today.at(19, 22)
        amount = today.life.minor(row) * today.dice.randint(50, 150) // HUNDRED
        if today.dice.random() >= row["per_year"] / DAYS_OF_YEAR or today.day > spot.ends_on:
            continue
        if today.day == today.life.arrived_on - timedelta(days=1):
            continue  # the evening's balances are as the documents say, whose life was told first
        if row.get("comes_in"):
            party = _stranger(today, row["friend"])
            made = moves.outside(spot, at=now, kind="instant-in", text=row["text"], amount_minor=amount, party=party)
            yield _through(made, row["friend"])
        elif today.free(spot) >= amount:
            to = today.life.payee(row["friend"])
            made = moves.pay(spot, to=to, at=now, kind="instant-out", text=row["text"], amount_minor=amount)
            yield _through(made, row["friend"])


def _habits(today: Today) -> Iterator[Event]:
    for row in today.rows("habits"):
        spot = today.spot(row)
        if today.day.day != row["day"] or today.day > spot.ends_on:
            continue
        amount = today.free(spot) - spot.limit_minor - today.life.minor(row, "keeps")
        if "at_most" in row:
            amount = min(amount, today.life.minor(row, "at_most"))
        if amount > 0:
            to = today.life.payee(row["to"])
            yield moves.pay(spot, to=to, at=today.at(23, 20), kind="payment", text=row["text"], amount_minor=amount)


def _through(event: Event, other: Mapping[str, Any]) -> Event:
    """Name the other side's bank on the line, where the document knows it."""
    if "bank" not in other:
        return event
    agent = {lines.side(event.amount_minor).replace("Account", "Agent"): other["bank"]}
    return event._replace(details=event.details | agent)


def _referred(event: Event, row: Mapping[str, Any]) -> Event:
    """Give the line the reference that was agreed for all payments of its kind."""
    return event._replace(details=event.details | {"TransactionReference": row["reference"]})


def _stranger(today: Today, where: Any) -> dict[str, Any]:
    """The account of somebody who is no customer of this bank: who pays in always is one."""
    found = today.life.payee(where)
    assert isinstance(found, dict), "the types of the document let strangers alone pay in"
    return found
