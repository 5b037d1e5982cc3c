"""The table of statuses, every cell."""

import itertools

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from payments import statuses
from payments.models import OrderTransition, PaymentOrder
from payments.statuses import NO_REASON, Reason, Status, TransitionForbidden
from tests.payments import given

pytestmark = pytest.mark.exhaustive

# The standard's machine, drawn as its rows: from, then what may follow.
MACHINE = """
RCVD PDNG ACTC ACCP ACFC ACSP RJCT
PDNG ACTC ACCP ACFC ACSP RJCT
ACTC ACCP ACFC ACSP RJCT
ACCP ACFC ACSP RJCT
ACFC ACSP RJCT
ACSP ACSC RJCT
ACSC ACWP ACCC
ACWP ACCC RJCT
ACCC
RJCT
"""
LEGAL = {(row.split()[0], after) for row in MACHINE.strip().splitlines() for after in row.split()[1:]}
WAYS = {
    "RCVD": (),
    "PDNG": ("PDNG",),
    "ACTC": ("ACTC",),
    "ACCP": ("ACCP",),
    "ACFC": ("ACFC",),
    "ACSP": ("ACSP",),
    "ACSC": ("ACSP", "ACSC"),
    "ACWP": ("ACSP", "ACSC", "ACWP"),
    "ACCC": ("ACSP", "ACSC", "ACCC"),
    "RJCT": ("RJCT",),
}


def move(order: PaymentOrder, to: str, *, now, reason: Reason = NO_REASON) -> None:
    statuses.change_status(order.pk, step=(order.status, to), reason=reason, actor="bank:tests", now=now)
    order.refresh_from_db()


def order_at(status: str, *, now) -> PaymentOrder:
    order = given.submitted(given.approved(now=now), now=now)
    for step in WAYS[status]:
        move(order, step, now=now)
    return order


@pytest.mark.parametrize("start", Status.values)
def test_moves_an_order_as_the_machine_says_and_no_other_way(work, now, start):
    for end in Status.values:
        order = order_at(start, now=now)

        if (start, end) in LEGAL:
            move(order, end, now=now)
            assert order.status == end
        else:
            with pytest.raises(TransitionForbidden):
                move(order, end, now=now)
            assert order.status == start


@pytest.mark.parametrize(
    ("start", "end"), [pair for pair in itertools.product(Status.values, repeat=2) if pair not in LEGAL]
)
def test_has_the_table_in_the_database_too(work, now, start, end):
    order = order_at(start, now=now)

    with pytest.raises(IntegrityError, match="order_step_is_in_the_table"), transaction.atomic():
        OrderTransition.objects.create(order=order, from_status=start, to_status=end, actor="x", at=now)

    order.refresh_from_db()
    assert order.status == start


def test_refuses_a_step_that_starts_where_the_order_does_not_stand(work, now):
    order = order_at("PDNG", now=now)

    with pytest.raises(IntegrityError, match="does not stand at RCVD"), transaction.atomic():
        statuses.change_status(order.pk, step=("RCVD", "ACTC"), actor="x", now=now)

    order.refresh_from_db()
    assert order.status == "PDNG"


def test_keeps_the_reason_on_the_order_and_in_its_history(work, now):
    order = order_at("RCVD", now=now)

    move(order, "RJCT", reason=Reason("AM04", "No money."), now=now)

    step = order.transitions.get()
    assert (step.reason_code, step.reason, step.actor) == ("AM04", "No money.", "bank:tests")
    assert order.status_reasons == [{"StatusReasonCode": "AM04", "StatusReasonDescription": "No money."}]
    assert (work.entries[-1]["action"], work.entries[-1]["subject"]) == ("order.moved", order.pk)


def test_forgets_the_reason_with_the_next_step(work, now):
    order = order_at("RCVD", now=now)

    move(order, "PDNG", reason=Reason("U042", "Looking."), now=now)
    move(order, "ACTC", now=now)

    assert order.status_reasons == []


@pytest.mark.parametrize(
    "statement",
    [
        "update payments_paymentorder set status = 'ACCC' where id = %s",
        "update payments_paymentorder set status_reasons = '[]' where id = %s",
        "update payments_paymentorder set amount_minor = 1 where id = %s",
        "update payments_paymentorder set counterparty = 'x' where id = %s",
        "delete from payments_paymentorder where id = %s",
        "delete from payments_ordertransition where order_id = %s",
        "update payments_ordertransition set reason = 'x' where order_id = %s",
    ],
)
def test_lets_nobody_change_an_order_by_sql(work, now, statement):
    order = order_at("ACTC", now=now)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [order.pk])

    order.refresh_from_db()
    assert order.status == "ACTC"


def test_lets_no_order_begin_elsewhere_than_received(work, now):
    order = order_at("RCVD", now=now)
    other = given.approved(now=now)

    with pytest.raises(DatabaseError, match="does not start as received"), transaction.atomic():
        PaymentOrder.objects.create(
            id="pay_forged",
            type=order.type,
            consent=other.consent,
            client_id=other.client_pk,
            debtor_account=other.account,
            amount_minor=1,
            currency="GBP",
            counterparty="x",
            initiation={},
            status="ACCC",
            status_updated_at=now,
            created_at=now,
        )

    assert not PaymentOrder.objects.filter(pk="pay_forged").exists()
