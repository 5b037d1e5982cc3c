"""Payments, from consent to the creditor's account, over real HTTPS."""

import json
import time

import pytest

from bank.sandbox.tpp import client, pay
from tests.journeys import world

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
ORDER_OF_STATUSES = ["RCVD", "PDNG", "ACTC", "ACCP", "ACFC", "ACSP", "ACSC", "ACWP", "ACCC"]

STILL_HELD = (
    "select count(*) from accounts_hold h where for_order = %s"
    " and not exists (select from accounts_holdend where hold_id = h.id)"
)
MOVED = (
    "select coalesce(sum(p.amount_minor), 0) from accounts_posting p join accounts_transfer t on t.id = p.transfer_id"
    " where t.for_order = %s and p.account_id = %s"
)


def path_of(tpp, order_id, token):
    details = client.expect(tpp.get(f"{pay.ORDERS}/{order_id}/payment-details", token=token), status=200).json()
    return [status["Status"] for status in details["Data"]["PaymentStatus"]]


@pytest.mark.parametrize("auth_method", ["private_key_jwt", "tls_client_auth"])
@pytest.mark.parametrize("pushed", [True, False], ids=["pushed", "by-value"])
def test_pays_within_the_bank_however_the_client_proves_itself(bank, auth_method, pushed):
    tpp = bank.tpp(auth_method=auth_method)
    approved = world.approved_payment(tpp, world.payment("2.01"), pushed=pushed)
    began = time.monotonic()

    made = world.order(tpp, approved)
    order = pay.follow(tpp, made["DomesticPaymentId"], token=approved.own)

    assert made["Status"] in {"RCVD", "PDNG"}
    assert order["Status"] == "ACCC"
    assert time.monotonic() - began < 20  # the sweeper, which would hide a lost message, comes after 30
    passed = path_of(tpp, made["DomesticPaymentId"], approved.own)
    assert passed == sorted(passed, key=ORDER_OF_STATUSES.index)
    assert "ACSP" in passed
    assert "ACSC" in passed


def test_confirms_funds_for_alice_and_not_for_carol(tpp):
    answers = {}
    for who in ("alice", "carol"):
        approved = world.approved_payment(tpp, world.payment("42.00"), who=who)
        url = f"{pay.CONSENTS}/{approved.consent_id}/funds-confirmation"
        answer = client.expect(tpp.get(url, token=approved.tokens.access), status=200).json()
        answers[who] = answer["Data"]["FundsAvailableResult"]["FundsAvailable"]

    assert answers == {"alice": True, "carol": False}


def test_refuses_an_order_that_differs_from_its_consent(bank, tpp):
    approved = world.approved_payment(tpp, world.payment("2.02"))
    body = pay.order_body(approved.consent)
    body["Data"]["Initiation"]["InstructedAmount"]["Amount"] = "2000.02"

    answer = tpp.post(pay.ORDERS, body, token=approved.tokens.access)

    assert (answer.status_code, answer.json()["Errors"][0]["ErrorCode"]) == (400, "U008")
    assert bank.rows("select status from consents_consent where id = %s", [approved.consent_id]) == [("AUTH",)]


def test_refuses_an_order_whose_signature_is_over_another_body(tpp):
    approved = world.approved_payment(tpp, world.payment("2.03"))
    body = json.dumps(pay.order_body(approved.consent)).encode()
    headers = tpp.headers(approved.tokens.access) | {
        "Content-Type": "application/json",
        "x-idempotency-key": "other-body",
        "x-jws-signature": tpp.sign(body),
    }

    answer = tpp.session.post(tpp.identity["resources"] + pay.ORDERS, data=body + b" ", headers=headers)

    assert (answer.status_code, answer.json()["Errors"][0]["ErrorCode"]) == (400, "U015")
    assert tpp.checked(answer).headers["x-jws-signature"]


def test_refuses_a_code_that_was_used_before(tpp):
    own = tpp.client_credentials("payments")
    consent = pay.lodge(tpp, world.payment("2.04"), token=own)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="payments")
    fragment = world.approve(tpp, authorization)
    tokens = tpp.finish(authorization, fragment=fragment)

    with pytest.raises(client.Refused) as again:
        tpp.finish(authorization, fragment=fragment)

    assert (again.value.response.status_code, again.value.response.json()["error"]) == (400, "invalid_grant")
    after = tpp.post(pay.ORDERS, pay.order_body(consent), token=tokens.access)
    assert after.status_code == 401


def test_shows_the_money_pending_and_then_booked(bank, tpp):
    read = world.approved_read(tpp)
    approved = world.approved_payment(tpp, world.payment("2.05", to="20000012345678", name="Dora Dean"))
    order_id = world.order(tpp, approved)["DomesticPaymentId"]

    pending = [entry for entry in world.transactions(tpp, read, world.ALICE_ID) if entry["Status"] == "PDNG"]
    pay.follow(tpp, order_id, token=approved.own)
    booked = world.transactions(tpp, read, world.ALICE_ID)[:10]

    assert "2.05" in {entry["Amount"]["Amount"] for entry in pending}
    mine = [entry for entry in booked if entry["Amount"]["Amount"] == "2.05"]
    assert [entry["Status"] for entry in mine] == ["BOOK"]
    assert "Balance" in mine[0]
    assert bank.rows(
        "select outcome from accounts_holdend e join accounts_hold h on h.id = e.hold_id where h.for_order = %s",
        [order_id],
    ) == [("posted",)]


@pytest.mark.parametrize(
    ("to", "path", "reason"),
    [
        ("20000012345679", ["ACSP", "ACSC", "ACWP", "ACCC"], "0000"),
        ("20000000000103", ["ACSP", "RJCT"], "AC03"),
        ("20000000000203", ["ACSP", "ACSC", "ACWP", "RJCT"], "AC03"),
        ("99999912345678", ["RJCT"], "AC08"),
    ],
    ids=["accepted", "rejected", "returned", "nobodys"],
)
def test_pays_to_another_bank_as_its_scheme_answers(bank, tpp, to, path, reason):
    approved = world.approved_payment(tpp, world.payment("2.07", to=to, name="Dora Dean"))
    order_id = world.order(tpp, approved)["DomesticPaymentId"]

    order = pay.follow(tpp, order_id, token=approved.own)

    passed = path_of(tpp, order_id, approved.own)
    assert passed[-len(path) :] == path
    assert order["StatusReason"][0]["StatusReasonCode"] == reason
    assert bank.rows(STILL_HELD, [order_id]) == [(0,)]
    assert bank.rows(MOVED, [order_id, world.ALICE_ID]) == [(-207 if path[-1] == "ACCC" else 0,)]


def test_shuts_a_blocked_tpp_out_at_once(bank):
    tpp = bank.tpp()
    approved = world.approved_payment(tpp, world.payment("2.06"))
    bank.manage("shell", "-c", BLOCK.format(tpp.identity["organisation_id"]))

    answer = tpp.post(pay.ORDERS, pay.order_body(approved.consent), token=approved.tokens.access)

    assert answer.status_code == 403
    assert bank.rows("select count(*) from payments_paymentorder where consent_id = %s", [approved.consent_id]) == [
        (0,)
    ]


BLOCK = """
from bank import clock; from bank.outbox import unit; from bank.tpps import directory; from bank.tpps.models import TPP
with unit.work(): directory.block(TPP.objects.get(pk="{}"), reason="test", actor="staff:sam", now=clock.now())
"""
