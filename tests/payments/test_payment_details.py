"""The payment-details of an order."""

from bank import clock
from bank.outbox import unit
from payments import settlement
from payments.views import DETAILS
from tests import calls
from tests.payments import given


def details(tpp, token: str, order_id: str) -> list[dict]:
    answer = tpp.call("GET", f"{calls.PISP}/domestic-payments/{order_id}/payment-details", token=token)
    assert answer.status_code == 200
    return DETAILS.read(answer.content)["Data"]["PaymentStatus"]


def test_tells_every_status_with_its_reason_oldest_first(tpp, own_token, ready):
    order_id = tpp.call("POST", f"{calls.PISP}/domestic-payments", ready.body, token=ready.token).json()["Data"][
        "DomesticPaymentId"
    ]
    with unit.work() as open_unit:
        settlement.screen(order_id=order_id, now=clock.now())
        given.deliver_all(open_unit)

    told = details(tpp, own_token, order_id)

    statuses = [entry["Status"] for entry in told]
    assert statuses == ["RCVD", "ACTC", "ACCP", "ACFC", "ACSP", "ACSC", "ACWP", "ACCC"]
    assert [entry["StatusDetail"]["Status"] for entry in told] == statuses
    assert {entry["PaymentTransactionId"] for entry in told} == {order_id}
    assert told[-1]["StatusDetail"]["StatusReason"] == "0000"
    instants = [entry["StatusUpdateDateTime"] for entry in told]
    assert instants == sorted(instants)


def test_tells_of_a_fresh_order_that_it_was_received(tpp, own_token, ready):
    placed = tpp.call("POST", f"{calls.PISP}/domestic-payments", ready.body, token=ready.token).json()["Data"]

    (told,) = details(tpp, own_token, placed["DomesticPaymentId"])

    assert (told["Status"], told["StatusUpdateDateTime"]) == ("RCVD", placed["CreationDateTime"])
