"""Every night the day that is over is lived for everybody, through the ledger, as all that happens in a bank does.

One customer's day is one transaction: it is lived once, whoever asks and however often, and days that were missed are
made up for one after the other. What the ledger refuses (an account that was frozen meanwhile, money that a TPP spent)
does not happen.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import structlog
from django.db import connection

from accounts import ledger
from accounts.models import Account, DirectDebit, Mandate, ScheduledPayment, StandingOrder, Unbooked
from bank.money import Money
from bank.outbox import handlers, unit
from bank.sandbox.life import agreements, cards, days, lives, seeding
from bank.sandbox.life.books import Books, Event, Held, Refused, Sums
from bank.sandbox.life.lives import Life
from bank.sandbox.models import Resident

log = structlog.get_logger(__name__)

DAYS_AT_ONCE = 7
STAYS_DAYS = 14  # then what was set aside for longer is let go
# Each account as it stood when the day began, and what may be spent of it now.
SUMS = """
select account.id, account.status, account.accrued_micro,
    account.booked_minor - account.held_minor + account.limit_minor, coalesce(newest.balance_minor, 0)
from accounts_account account
left join lateral (
    select balance_minor from accounts_posting
    where account_id = account.id and booked_at < %(day)s order by booked_at desc, id desc limit 1
) newest on true
where account.id = any(%(accounts)s)"""
HELD = """
select placed_at, for_order, account_id, amount_minor, details from accounts_hold hold
where account_id = any(%(accounts)s) and placed_at >= %(since)s and for_order like %(orders)s
    and not exists (select from accounts_holdend where hold_id = hold.id)
order by placed_at, id"""


def waiting(*, until: date, rows: int) -> list[int]:
    """Whose life has not come as far as a day; at most so many."""
    found = Resident.objects.filter(lived_until__lt=until).order_by("lived_until", "pk")
    return list(found.values_list("pk", flat=True)[:rows])


@handlers.handler("sandbox.live")
def live_on(*, customer_pk: int, now: datetime) -> None:
    """Live a week of somebody who has just come, and go on with the next; the lock on what it moves stays short."""
    until = now.date() - timedelta(days=1)
    if all(live_next(customer_pk, until=until) for _ in range(DAYS_AT_ONCE)):
        unit.put(kind="sandbox.live", payload={"customer_pk": customer_pk}, due_at=now, now=now)


def live_next(customer_pk: int, *, until: date) -> date | None:
    """Live a customer's next day, if that is no later than until; return it, none if there was nothing to live.

    In a unit of work. Somebody whose life is being lived just now is left alone.
    """
    found = Resident.objects.select_for_update(skip_locked=True).filter(pk=customer_pk, lived_until__lt=until)
    resident = found.first()
    if resident is None:
        return None
    day = resident.lived_until + timedelta(days=1)
    life = _life(resident)
    books = _books(life, day)
    life = _without_ended(life, day, books)
    _happen(life, day, books)
    _keep(life, day, books)
    _announce(life, day, until=until)
    resident.lived_until = day
    resident.save(update_fields=["lived_until"])
    return day


def _life(resident: Resident) -> Life:
    life = lives.ready(resident.document, arrived_on=resident.arrived_on)
    life.others.update(seeding.accounts_of(lives.acquaintances(life)))
    return life


def _books(life: Life, day: date) -> Books:
    """The books of the morning: sums from the ledger, what shops have not taken yet, mandates that are no more."""
    books = Books()
    names = [spot.account_id for spot in life.spots.values()]
    began_at = lives.at(day, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"day": began_at, "accounts": names})
        for account_id, status, accrued_micro, free, booked in cursor.fetchall():
            books.open(account_id, Sums(booked=booked, free=free, accrued_micro=accrued_micro))
            if status != Account.Status.ENABLED:
                books.closed.add(account_id)
        since = began_at - timedelta(days=STAYS_DAYS)
        cursor.execute(HELD, {"accounts": names, "since": since, "orders": f"{cards.ORDER_PREFIX}\\_%"})
        staying = set(cards.staying_orders(life))
        for at, order_id, account_id, amount, details in cursor.fetchall():
            if order_id not in staying:
                held = Held(at, order_id, account_id, amount, _read(details))
                books.held.setdefault(account_id, []).append(held)
    for model in (DirectDebit, StandingOrder):
        ended = model._default_manager.filter(account_id__in=names).exclude(status=Mandate.ACTIVE)
        books.ended.update(ended.values_list("pk", flat=True))
    return books


def _read(details: Any) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(details) if isinstance(details, str | bytes) else details
    return read


def _without_ended(life: Life, day: date, books: Books) -> Life:
    """The life on the accounts that are still in use."""
    yesterday = day - timedelta(days=1)
    spots = {
        key: replace(spot, ends_on=min(spot.ends_on, yesterday)) if spot.account_id in books.closed else spot
        for key, spot in life.spots.items()
    }
    return replace(life, spots=spots)


def _happen(life: Life, day: date, books: Books) -> None:
    """Live the day, and write down what happens."""
    for order_id in cards.staying_orders(life):
        if day == life.arrived_on + timedelta(days=STAYS_DAYS):
            _try(lambda name=order_id: ledger.release(for_order=name, now=lives.at(day, 0, 10)))
    refused, paid = [], {}
    for happening in days.live(life, day, books):
        if isinstance(happening, Refused):
            refused.append(happening)
        elif _try(lambda what=happening: _write(life, what)) and isinstance(happening, Event) and happening.mandate:
            paid[happening.mandate] = happening.at, happening.amount_minor
    agreements.note_use(paid, using="default")
    agreements.write_lines(list(agreements.refused(refused)), using="default")


def _try(write: Any) -> bool:
    """Write, unless the ledger refuses; tell which."""
    try:
        write()
    except (ledger.AccountUnusable, ledger.InsufficientFunds, ledger.HoldNotOpen) as refusal:
        log.info("life.refused", why=str(refusal), kind=type(refusal).__name__)
        return False
    return True


def _write(life: Life, happening: Event | Held) -> None:
    """Write one thing that happens. Raises what the ledger raises."""
    if isinstance(happening, Held):
        currency = next(s.currency for s in life.spots.values() if s.account_id == happening.account_id)
        ledger.reserve(
            account_id=happening.account_id,
            amount=Money(happening.amount_minor, currency),
            for_order=happening.order_id,
            counterparty="",
            details=happening.details,
            now=happening.at,
        )
    elif happening.settles:
        ledger.settle(
            for_order=happening.settles,
            kind=happening.kind,
            creditor_account_id=happening.other_id,
            creditor_counterparty=happening.other_counterparty,
            creditor_details={},
            now=happening.at,
        )
    else:
        ledger.transfer(kind=happening.kind, legs=list(_legs(happening)), now=happening.at)


def _legs(event: Event) -> Iterator[ledger.Leg]:
    yield ledger.Leg(
        account_id=event.account_id,
        amount_minor=event.amount_minor,
        counterparty=event.counterparty,
        details=event.details,
    )
    yield ledger.Leg(
        account_id=event.other_id,
        amount_minor=-event.amount_minor,
        counterparty=event.other_counterparty,
        details=event.other_details or {},
    )


def _keep(life: Life, day: date, books: Books) -> None:
    """Keep what the day left: interest that has grown, accounts whose life has ended."""
    for account_id, sums in books.sums.items():
        Account.objects.filter(pk=account_id).exclude(accrued_micro=sums.accrued_micro).update(
            accrued_micro=sums.accrued_micro
        )
    for row in life.document.get("accounts", []):
        spot = life.spots[row["key"]]
        if day == spot.ends_on:
            now = lives.at(day, 23, 55)
            Account.objects.filter(pk=spot.account_id).update(status=row["status"], status_updated_at=now)


def _announce(life: Life, day: date, *, until: date) -> None:
    """Set the dates of what comes next; end the announcements of what comes tomorrow, and make new ones."""
    for debit in agreements.direct_debits(life, until=day):
        DirectDebit.objects.filter(pk=debit.pk, status=Mandate.ACTIVE).update(next_at=debit.next_at)
    for order in agreements.standing_orders(life, until=day):
        StandingOrder.objects.filter(pk=order.pk, status=Mandate.ACTIVE).update(
            next_at=order.next_at, next_minor=order.next_minor
        )
    names = [spot.account_id for spot in life.spots.values()]
    tomorrow_ends = lives.at(day + timedelta(days=2), 0, 0)
    lines = Unbooked.objects.filter(account_id__in=names, status=Unbooked.Status.ANNOUNCED, ended_at=None)
    lines.filter(at__lt=tomorrow_ends).update(ended_at=tomorrow_ends)
    ScheduledPayment.objects.filter(account_id__in=names, ended_at=None, due_at__lt=lives.at(day, 23, 59)).update(
        ended_at=lives.at(day, 23, 59)
    )
    if day == until:
        told = set(lines.filter(ended_at=None).values_list("account_id", "at", "amount_minor"))
        coming = agreements.coming(life, after=day)
        fresh = [line for line in coming if (line.account_id, line.at, line.amount_minor) not in told]
        agreements.write_lines(fresh, using="default")
