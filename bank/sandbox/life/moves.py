"""Money on its way: the events of payments out, in, between accounts of this bank and between currencies.

What goes to somebody outside, or comes from there, passes through one of the bank's own accounts.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from accounts import ledger
from bank.money import Money
from bank.sandbox.life import lines
from bank.sandbox.life.books import Event
from bank.sandbox.life.lives import Spot

SETTLEMENT = {"EUR": "acc_settlement_eur", "USD": "acc_settlement_usd"}
EXCHANGE = {"GBP": "acc_exchange_gbp", "EUR": "acc_exchange_eur", "USD": "acc_exchange_usd"}
# How a payer's kind of payment arrives at an account of this bank; between one's own accounts it has a word of its own.
ARRIVES = {"instant-out": "instant-in", "direct-debit": "repayment"}
OWN = {"payment", "standing-order"}


@lru_cache(maxsize=100_000)
def _settlement(account_id: str, currency: str) -> str:
    return SETTLEMENT.get(currency) or ledger.settlement_account(account_id)


def settlement(spot: Spot) -> str:
    """The bank's own account that this account's money passes through."""
    return _settlement(spot.account_id, spot.product.currency)


def outside(
    spot: Spot,
    *,
    at: datetime,
    kind: str,
    text: str,
    amount_minor: int,
    party: dict[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Event:
    """Money from or to somebody outside; party: the other side's account, none where the line names nobody."""
    named = {} if party is None else {lines.side(amount_minor): party}
    return Event(
        at=at,
        kind=kind,
        account_id=spot.account_id,
        amount_minor=amount_minor,
        details=lines.line(kind, text, **named, **(more or {})),
        other_id=settlement(spot),
        counterparty=lines.counterparty(party) if party else "",
        other_counterparty=spot.counterparty,
    )


def pay(spot: Spot, *, to: Spot | dict[str, Any], at: datetime, kind: str, text: str, amount_minor: int) -> Event:
    """A payment out of an account; amount_minor is positive."""
    if isinstance(to, dict):
        return outside(spot, at=at, kind=kind, text=text, amount_minor=-amount_minor, party=to)
    is_own = kind in OWN and to.name == spot.name
    left, arrived = ("own-transfer", "own-receipt") if is_own else (kind, ARRIVES.get(kind, "credit"))
    return Event(
        at=at,
        kind=left,
        account_id=spot.account_id,
        amount_minor=-amount_minor,
        details=lines.line(left, text, CreditorAccount=to.shown),
        other_id=to.account_id,
        counterparty=to.counterparty,
        other_counterparty=spot.counterparty,
        other_details=lines.line(arrived, text, DebtorAccount=spot.shown),
    )


def change(spot: Spot, *, to: Spot, source: Money, target: Money, rate: int, at: datetime) -> Iterator[Event]:
    """Money changed from one own account into another, of another currency: one transfer in each."""
    terms = lines.exchange(source=source, target=target, rate=rate)
    for here, there, kind, amount in (
        (spot, to, "own-transfer", -source.minor),
        (to, spot, "own-receipt", target.minor),
    ):
        named = {lines.side(amount): there.shown}
        yield Event(
            at=at,
            kind="exchange",
            account_id=here.account_id,
            amount_minor=amount,
            details=lines.line(kind, f"{target.currency} EXCHANGE", CurrencyExchange=terms, **named),
            other_id=EXCHANGE[here.currency],
            counterparty=there.counterparty,
            other_counterparty=here.counterparty,
        )
