"""What many connections do at once: real threads, real commits."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from django.db import connections

from accounts.models import Hold, Transfer
from bank import ids
from bank.api import idempotency
from bank.errors import Refused
from bank.outbox import delivery, unit
from bank.outbox.models import Message
from consents import lifecycle
from payments import submission, sweeping
from payments.models import PaymentOrder
from tests.payments import given

CROWD = 50


def at_once(act: Callable[[int], Any], *, crowd: int = CROWD) -> list[Any]:
    """Let a crowd act at the same moment, each over a connection of its own; return what each got."""
    ready = threading.Barrier(crowd, timeout=60)

    def one(number: int) -> Any:
        ready.wait()
        try:
            with unit.work():
                return act(number)
        except Refused as refused:
            return refused.faults[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(crowd) as pool:
        return list(pool.map(one, range(crowd)))


def submit(ready: given.Approved, *, order_id: str, now) -> str:
    return submission.submit(
        given.KIND, ready.body, order_id=order_id, consent_id=ready.consent.pk, actor=given.ACTOR, now=now
    ).pk


def test_takes_one_order_of_fifty_on_one_consent(committed, now):
    with unit.work():
        ready = given.approved(now=now, amount="10.00")

    outcomes = at_once(lambda _: submit(ready, order_id=ids.new("pay"), now=now))

    order = PaymentOrder.objects.get(consent=ready.consent)
    assert sorted(outcomes) == sorted([order.pk, *["U009"] * (CROWD - 1)])
    assert given.money(ready.account) == (100_000, 1_000)
    assert Hold.objects.filter(account=ready.account).count() == 1


def test_makes_one_order_of_fifty_twins(committed, now):
    with unit.work():
        ready = given.approved(now=now, amount="10.00")
    raw = orjson.dumps(ready.body)

    def twin(_: int) -> str:
        claim = idempotency.claim(
            ready.consent.pk[:40],
            client_pk=ready.client_pk,
            endpoint="CreateDomesticPayments",
            body=raw,
            resource_id=ids.new("pay"),
            now=now,
        )
        return submit(ready, order_id=claim.resource_id, now=now) if claim.is_first else claim.resource_id

    outcomes = at_once(twin)

    order = PaymentOrder.objects.get(consent=ready.consent)
    assert outcomes == [order.pk] * CROWD
    assert given.money(ready.account) == (100_000, 1_000)


def test_never_lets_two_orders_spend_the_same_money(committed, now):
    with unit.work():
        first = given.approved(now=now, balance_minor=1_000, amount="10.00")
        others = [
            given.lodged(given.consent_body(amount="10.00"), now=now, client_pk=first.client_pk) for _ in range(9)
        ]
        readies = [first]
        for consent in others:
            lifecycle.authorise(consent, customer=first.alice, accounts=[first.account], actor="x", now=now)
            readies.append(
                given.Approved(consent=consent, alice=first.alice, account=first.account, client_pk=first.client_pk)
            )

    order_ids = at_once(lambda number: submit(readies[number], order_id=ids.new("pay"), now=now), crowd=10)

    statuses = sorted(PaymentOrder.objects.filter(pk__in=order_ids).values_list("status", flat=True))
    assert statuses == ["RCVD", *["RJCT"] * 9]
    assert given.money(first.account) == (1_000, 1_000)


def test_settles_once_however_many_workers_deliver_a_message(committed, now):
    with unit.work():
        ready = given.approved(now=now, amount="10.00")
        order_id = submit(ready, order_id=ids.new("pay"), now=now)

    while found := Message.objects.filter(payload__order_id=order_id).first():
        outcomes = at_once(lambda _, pk=found.pk: delivery.handle(pk, now=now), crowd=8)
        assert outcomes.count(True) == 1

    order = PaymentOrder.objects.get(pk=order_id)
    assert order.status == "ACCC"
    assert Transfer.objects.filter(for_order=order_id).count() == 1
    assert given.money(ready.account) == (99_000, 0)


def test_sweeps_once_however_many_sweep(committed, now):
    with unit.work():
        ready = given.approved(now=now)
        order_id = submit(ready, order_id=ids.new("pay"), now=now)
    Message.objects.filter(payload__order_id=order_id).delete()

    at_once(lambda _: sweeping.sweep(now=now + 2 * sweeping.PATIENCE), crowd=8)

    assert Message.objects.filter(payload__order_id=order_id).count() == 1
