"""What many simultaneous requests do: one thing, once."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from bank.sandbox.tpp import pay
from tests.journeys import world

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
TWINS = 50


def held_for(bank, order_id):
    return bank.rows("select amount_minor from accounts_hold where for_order = %s", [order_id])


def test_makes_one_order_of_fifty_simultaneous_twins(bank, tpp):
    approved = world.approved_payment(tpp, world.payment("1.01"))
    body, key = pay.order_body(approved.consent), secrets.token_hex(16)

    with ThreadPoolExecutor(TWINS) as pool:
        sent = [pool.submit(tpp.post, pay.ORDERS, body, token=approved.tokens.access, key=key) for _ in range(TWINS)]
        answers = [future.result() for future in sent]

    assert {answer.status_code for answer in answers} == {201}
    made = {answer.json()["Data"]["DomesticPaymentId"] for answer in answers}
    assert len(made) == 1
    assert held_for(bank, *made) == [(101,)]
    assert bank.rows("select count(*) from payments_paymentorder where consent_id = %s", [approved.consent_id]) == [
        (1,)
    ]
    assert pay.follow(tpp, *made, token=approved.own)["Status"] == "ACCC"
    moved = bank.rows("select count(*) from accounts_transfer where for_order = %s", [*made])
    assert moved == [(1,)]


def test_takes_one_of_fifty_orders_on_one_consent(bank, tpp):
    approved = world.approved_payment(tpp, world.payment("1.02"))
    body = pay.order_body(approved.consent)

    with ThreadPoolExecutor(TWINS) as pool:
        sent = [pool.submit(tpp.post, pay.ORDERS, body, token=approved.tokens.access) for _ in range(TWINS)]
        answers = [future.result() for future in sent]

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [400] * (TWINS - 1)
    codes = {answer.json()["Errors"][0]["ErrorCode"] for answer in answers if answer.status_code == 400}
    assert codes == {"U009"}
    assert bank.rows("select count(*) from payments_paymentorder where consent_id = %s", [approved.consent_id]) == [
        (1,)
    ]


def test_refuses_a_reused_key_with_another_body(bank, tpp):
    first, second = (world.approved_payment(tpp, world.payment(amount)) for amount in ("1.03", "1.04"))
    key = secrets.token_hex(16)
    made = world.order(tpp, first, key=key)

    answer = tpp.post(pay.ORDERS, pay.order_body(second.consent), token=second.tokens.access, key=key)

    assert answer.status_code == 422
    assert answer.json()["Errors"][0]["ErrorCode"] == "U029"
    assert bank.rows("select status from consents_consent where id = %s", [second.consent_id]) == [("AUTH",)]
    assert bank.rows("select count(*) from payments_paymentorder where consent_id = %s", [second.consent_id]) == [(0,)]
    assert pay.follow(tpp, made["DomesticPaymentId"], token=first.own)["Status"] == "ACCC"


def test_answers_a_repetition_with_the_order_as_it_stands_now(tpp):
    approved = world.approved_payment(tpp, world.payment("1.05"))
    key = secrets.token_hex(16)
    made = world.order(tpp, approved, key=key)
    pay.follow(tpp, made["DomesticPaymentId"], token=approved.own)

    again = world.order(tpp, approved, key=key)

    assert again["DomesticPaymentId"] == made["DomesticPaymentId"]
    assert again["Status"] == "ACCC"
