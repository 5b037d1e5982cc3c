"""Purchases: a card is used and the money is set aside; the night after, the shop takes it. Cash is taken at once."""

import bisect
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from bank import ids
from bank.money import Money
from bank.sandbox.life import interest, lines, moves, places
from bank.sandbox.life.books import Event, Happening, Held, Today
from bank.sandbox.life.lives import Life, Spot, steady_id

WEEK = 7
FRIDAY = 4
ORDER_PREFIX = "crd"
REFUNDED_OF_1000 = 14


def used(today: Today) -> Iterator[Happening]:
    """What is bought on a day, from morning to evening, and the cash of the week."""
    for row in today.rows("spending"):
        spot = today.spot(row)
        if spot.ends_on < date.max and today.day >= spot.ends_on - timedelta(days=1):
            continue  # what is set aside must be taken before the account is
        keeps = today.life.minor(row, "keeps") if "keeps" in row else 0
        if keeps and spot.product.type_code != "CARD":
            keeps += spot.limit_minor  # of one's own money, not of the overdraft
        yield from _cash(today, row, spot=spot, keeps=keeps)
        whole, rest = divmod(row["per_week"], WEEK)
        for number in range(whole + (today.dice.random() * WEEK < rest)):
            purchase = _purchase(today, row, spot=spot, number=number)
            if today.free(spot) - purchase.amount_minor >= keeps:
                yield purchase


def set_aside(today: Today) -> Iterator[Held]:
    """What the document tells to be set aside for longer, such as a hotel's deposit."""
    rows = today.rows("waiting")
    for order_id, row in zip(staying_orders(today.life), rows, strict=True) if rows else ():
        spot, amount = today.spot(row), today.life.minor(row)
        if today.day == today.life.arrived_on - timedelta(days=row["days_ago"]) and today.free(spot) >= amount:
            details = lines.line("card", row["text"], CardInstrument=lines.card(spot, how="None"))
            yield Held(today.at(15, 30), order_id, spot.account_id, amount, details, stays=True)


def staying_orders(life: Life) -> list[str]:
    """The order ids of what the document tells to be set aside."""
    rows = life.document.get("waiting", [])
    return [steady_id(ORDER_PREFIX, life.username, "waiting", number) for number in range(len(rows))]


def _purchase(today: Today, row: Mapping[str, Any], *, spot: Spot, number: int) -> Held:
    """One purchase, somewhere in the town or where the customer is just now."""
    dice = today.dice
    country = _country(today, row)
    shops, sums = places.merchants(*([country] if country else row.get("kinds", ["daily"])))
    shop = shops[bisect.bisect(sums, dice.random() * sums[-1])]
    amount = shop.least + int((shop.most - shop.least) * dice.random() ** 2)
    details = lines.purchase(spot, shop, amount_minor=amount, dice=dice, day=today.day)
    if country and places.ABROAD[country] != spot.currency:
        rate = places.rate(places.ABROAD[country], today.day)
        paid = Money(amount, places.ABROAD[country])
        amount = amount * lines.RATE_DIGITS // rate
        details["CurrencyExchange"] = lines.exchange(source=paid, target=Money(amount, spot.currency), rate=rate)
    at = today.at(8 + number % 12, dice.randrange(60)).replace(second=dice.randrange(60))
    order_id = ids.made(ORDER_PREFIX, milliseconds=int(at.timestamp() * 1000), random=dice.getrandbits(ids.RANDOM_BITS))
    return Held(at, order_id, spot.account_id, amount, details)


def _country(today: Today, row: Mapping[str, Any]) -> str:
    """Where abroad the customer is on the day; empty: at home."""
    for journey in row.get("abroad", []):
        left = date(today.day.year, journey["month"], journey["day"])
        if left <= today.day < left + timedelta(days=journey["days"]):
            return str(journey["country"])
    return ""


def _cash(today: Today, row: Mapping[str, Any], *, spot: Spot, keeps: int) -> Iterator[Event]:
    if "cash" not in row or today.day.weekday() != FRIDAY:
        return
    amount = today.life.minor(row, "cash")
    if today.free(spot) - amount >= keeps:
        more = {"CardInstrument": lines.card(spot, how="PIN")}
        text = "CASH WEXBRIDGE HIGH STREET"
        yield moves.outside(spot, at=today.at(7, 40), kind="cash", text=text, amount_minor=-amount, more=more)


def taken(today: Today) -> Iterator[Event]:
    """What the shops take in the night for yesterday's purchases; now and then something is brought back."""
    now = today.at(2, 10)
    for spot in today.life.spots.values():
        for held in today.books.held.pop(spot.account_id, []):
            yield Event(
                at=now,
                kind="card",
                account_id=spot.account_id,
                amount_minor=-held.amount_minor,
                details=held.details,
                other_id=moves.settlement(spot),
                other_counterparty=spot.counterparty,
                settles=held.order_id,
            )
            now += timedelta(seconds=7)
            if "CurrencyExchange" in held.details and spot.product.foreign_percent_milli:
                yield from interest.foreign_fee(today, spot, held, at=now)
            elif int(held.order_id[-2:], 36) * 1000 // 1296 < REFUNDED_OF_1000:
                yield Event(
                    at=now,
                    kind="refund",
                    account_id=spot.account_id,
                    amount_minor=held.amount_minor,
                    details=lines.refund(held.details),
                    other_id=moves.settlement(spot),
                    other_counterparty=spot.counterparty,
                )
