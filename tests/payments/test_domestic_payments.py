"""The endpoints under domestic-payments."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bank import clock
from bank.outbox import unit
from payments import statuses
from payments.models import PaymentOrder
from tests import calls
from tests.payments import given
from tests.payments.conftest import make_ready

PATH = f"{calls.PISP}/domestic-payments"


def place(tpp, ready, **headers):
    return tpp.call("POST", PATH, ready.body, token=ready.token, **headers)


def test_takes_an_order(tpp, ready):
    answer = place(tpp, ready)

    data = given.KIND.order_answer.read(answer.content)["Data"]
    assert (answer.status_code, data["Status"], data["ConsentId"]) == (201, "RCVD", ready.consent.pk)
    assert data["Initiation"] == ready.body["Data"]["Initiation"]
    assert data["Debtor"] == {"Name": "Alice"}
    assert {"Refund", "Charges", "StatusReason", "MultiAuthorisation"}.isdisjoint(data)
    assert answer.json()["Links"]["Self"].endswith(f"{PATH}/{data['DomesticPaymentId']}")
    assert answer.headers["x-jws-signature"]
    assert given.money(ready.account) == (100_000, 1_000)


def test_shows_the_order_as_it_was_answered(tpp, own_token, ready):
    placed = place(tpp, ready).json()

    answer = tpp.call("GET", f"{PATH}/{placed['Data']['DomesticPaymentId']}", token=own_token)

    assert (answer.status_code, answer.json()) == (200, placed)
    assert answer.headers["x-jws-signature"]


def test_gives_the_account_for_refunds_to_whom_it_was_promised(tpp):
    ready = make_ready(tpp, data={"ReadRefundAccount": "Yes"})

    data = given.KIND.order_answer.read(place(tpp, ready).content)["Data"]

    assert data["Refund"]["Account"] == {
        "SchemeName": given.SCHEME,
        "Identification": ready.account.identification,
        "Name": "Alice",
    }


def test_answers_a_rejected_order_where_the_money_is_short(tpp):
    ready = make_ready(tpp, balance_minor=0)

    answer = place(tpp, ready)

    data = given.KIND.order_answer.read(answer.content)["Data"]
    assert (answer.status_code, data["Status"]) == (201, "RJCT")
    assert data["StatusReason"][0]["StatusReasonCode"] == "AM04"


def test_refuses_a_second_order_on_a_consent(tpp, ready):
    place(tpp, ready)

    answer = place(tpp, ready)

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U009")
    assert PaymentOrder.objects.filter(consent=ready.consent).count() == 1


def test_refuses_an_order_that_differs_from_its_consent(tpp, ready):
    ready.body["Data"]["Initiation"]["CreditorAccount"]["Name"] = "Eve"

    answer = place(tpp, ready)

    fault = calls.error(answer)
    assert (answer.status_code, fault["ErrorCode"]) == (400, "U008")
    assert fault["Path"] == "Data.Initiation.CreditorAccount.Name"
    assert answer.headers["x-jws-signature"]
    assert given.money(ready.account) == (100_000, 0)


def test_shows_a_twin_the_same_order_as_it_stands_now(tpp, ready):
    first = place(tpp, ready, x_idempotency_key="twin").json()["Data"]
    order = PaymentOrder.objects.get(pk=first["DomesticPaymentId"])
    with unit.work():
        statuses.change_status(order.pk, step=("RCVD", "ACTC"), actor="x", now=tpp.now)

    answer = place(tpp, ready, x_idempotency_key="twin")

    second = given.KIND.order_answer.read(answer.content)["Data"]
    assert (answer.status_code, second["Status"]) == (201, "ACTC")
    assert second["DomesticPaymentId"] == order.pk
    assert given.money(ready.account) == (100_000, 1_000)


def test_refuses_a_key_that_comes_with_another_body(tpp, ready):
    place(tpp, ready, x_idempotency_key="reused")
    ready.body["Risk"]["MerchantCategoryCode"] = "5999"

    answer = place(tpp, ready, x_idempotency_key="reused")

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (422, "U029")
    assert given.money(ready.account) == (100_000, 1_000)


@pytest.mark.parametrize("suffix", ["", "/payment-details"])
def test_shows_nobody_elses_order(tpp, other_tpp, own_token, suffix):
    theirs = place(other_tpp, make_ready(other_tpp)).json()["Data"]["DomesticPaymentId"]

    assert tpp.call("GET", f"{PATH}/{theirs}{suffix}", token=own_token).status_code == 403


@pytest.mark.parametrize("suffix", ["", "/payment-details"])
def test_does_not_know_an_id_that_was_never_given(tpp, own_token, suffix):
    answer = tpp.call("GET", f"{PATH}/pay_unknown{suffix}", token=own_token)

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U011")


def test_takes_nine_statements(committed):
    """The token with its consent; begin; key; consent; hold; order; consent spent; trail and outbox; commit."""
    tpp = calls.caller(now=clock.now())
    place(tpp, make_ready(tpp))  # the TPP's certificate is verified once and remembered
    ready = make_ready(tpp)

    with CaptureQueriesContext(connection) as captured:
        answer = place(tpp, ready)

    assert answer.status_code == 201
    assert len(captured) == 9, [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize(("what", "most"), [("order", 2), ("payment-details", 3), ("consent", 3)])
def test_reads_in_few_statements(tpp, own_token, ready, what, most):
    order_id = place(tpp, ready).json()["Data"]["DomesticPaymentId"]
    path = {
        "order": f"{PATH}/{order_id}",
        "payment-details": f"{PATH}/{order_id}/payment-details",
        "consent": f"{calls.PISP}/domestic-payment-consents/{ready.consent.pk}",
    }[what]

    with CaptureQueriesContext(connection) as captured:
        answer = tpp.call("GET", path, token=own_token)

    assert answer.status_code == 200
    assert len(captured) <= most, [query["sql"] for query in captured.captured_queries]
