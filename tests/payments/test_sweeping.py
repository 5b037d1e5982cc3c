"""Orders that stand still are found and moved on."""

from datetime import timedelta

import pytest

from payments import sweeping
from tests.payments import given

LATER = timedelta(minutes=1)


def lose_messages(work) -> None:
    work.messages.clear()


def advance(work, *, steps: int) -> None:
    for _ in range(steps):
        given.deliver_next(work)


# After so many messages of a payment to another bank, it stands there.
PLACES = [(0, "RCVD"), (1, "ACFC"), (2, "ACSP"), (3, "ACSP"), (4, "ACSP"), (5, "ACWP"), (6, "ACWP")]


@pytest.mark.parametrize(("steps", "status"), PLACES)
def test_puts_an_order_back_on_its_way_wherever_its_message_was_lost(work, now, steps, status):
    ready = given.approved(now=now, amount="10.00", to="20000012345678")
    order = given.submitted(ready, now=now)
    advance(work, steps=steps)
    lose_messages(work)
    order.refresh_from_db()
    assert order.status == status

    assert order.pk in sweeping.sweep(now=now + LATER)
    given.deliver_all(work)

    order.refresh_from_db()
    assert order.status == "ACCC"
    assert given.money(ready.account) == (99_000, 0)


@pytest.mark.parametrize(("steps", "status"), PLACES)
def test_doubles_nothing_when_no_message_was_lost_after_all(work, now, steps, status):
    """The sweeper of another machine, of another moment, a message believed lost: all may come together."""
    ready = given.approved(now=now, amount="10.00", to="20000012345678")
    order = given.submitted(ready, now=now)
    advance(work, steps=steps)

    sweeping.sweep(now=now + LATER)
    sweeping.sweep(now=now + LATER)
    given.deliver_all(work)

    order.refresh_from_db()
    assert order.status == "ACCC"
    assert len(given.history(order)) == len(set(given.history(order)))
    assert given.money(ready.account) == (99_000, 0)


def test_leaves_a_fresh_order_alone(work, now):
    order = given.submitted(given.approved(now=now), now=now)
    lose_messages(work)

    assert order.pk not in sweeping.sweep(now=now + timedelta(seconds=5))


def test_leaves_a_held_payment_to_people(work, now):
    ready = given.approved(now=now, balance_minor=1_000_000, amount="9999.00", to="20000011112222")
    order = given.submitted(ready, now=now)
    given.deliver_all(work)

    order.refresh_from_db()
    assert order.status == "PDNG"
    assert order.pk not in sweeping.sweep(now=now + LATER)


def test_leaves_finished_orders_alone(work, now):
    order = given.submitted(given.approved(now=now), now=now)
    given.deliver_all(work)

    assert order.pk not in sweeping.sweep(now=now + LATER)


def test_leaves_an_order_alone_that_has_its_message(work, now):
    order = given.submitted(given.approved(now=now), now=now)
    work.write()

    assert order.pk not in sweeping.sweep(now=now + LATER)


def test_tells_the_trail_what_it_found(work, now):
    order = given.submitted(given.approved(now=now), now=now)
    lose_messages(work)

    sweeping.sweep(now=now + LATER)

    assert ("order.found-standing", order.pk) in [(entry["action"], entry["subject"]) for entry in work.entries]
