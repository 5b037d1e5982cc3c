"""A desk with two members of staff at it, and a payment that is held."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from bank.customers.models import User
from bank.outbox import unit
from payments import settlement
from payments.models import PaymentOrder
from tests import people
from tests.payments import given

LogIn = Callable[[User], Client]


@dataclass(frozen=True, kw_only=True)
class World:
    """What the desk looks at: staff, a TPP, and Alice's payment of all her money to somebody new."""

    sam: User
    tess: User
    alice: User
    order: PaymentOrder
    account: Any
    tpp: Any


@pytest.fixture
def log_in(db: None) -> LogIn:
    """Log somebody in at the desk by the desk's own form."""

    def by_form(person: User) -> Client:
        browser = Client()
        browser.post("/admin/login/", people.at_the_desk(person), secure=True)
        return browser

    return by_form


def held_payment(*, now: datetime) -> given.Approved:
    with unit.work() as work:
        ready = given.approved(now=now, balance_minor=250_000, amount="2400.00")
        order = given.submitted(ready, now=now)
        settlement.screen(order_id=order.pk, now=now)
        work.messages.clear()
    return ready


@pytest.fixture
def world(db: None, now: datetime) -> World:
    ready = held_payment(now=now)
    order = PaymentOrder.objects.get(consent=ready.consent)
    assert order.status == "PDNG"
    return World(
        sam=people.staff("sam", now=now),
        tess=people.staff("tess", now=now),
        alice=ready.alice,
        order=order,
        account=ready.account,
        tpp=order.client.software_statement.tpp,
    )


@pytest.fixture
def sam(world: World, log_in: LogIn) -> Client:
    """Sam's browser."""
    return log_in(world.sam)


@pytest.fixture
def tess(world: World, log_in: LogIn) -> Client:
    """Tess's browser."""
    return log_in(world.tess)
