"""How an order is taken."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Hold
from bank import ids
from bank.errors import Refused
from bank.outbox import unit
from consents import lifecycle
from payments import submission
from payments.models import PaymentOrder
from tests.payments import given


def refusal(ready: given.Approved, body, *, now, consent_id: str = "") -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        submission.submit(
            given.KIND,
            body,
            order_id=ids.new("pay"),
            consent_id=consent_id or ready.consent.pk,
            actor=given.ACTOR,
            now=now,
        )
    fault = refused.value.faults[0]
    return fault.code, fault.path


def test_keeps_the_order_holds_the_money_and_spends_the_consent(work, now):
    ready = given.approved(now=now, amount="10.00")

    order = given.submitted(ready, now=now)

    ready.consent.refresh_from_db()
    hold = Hold.objects.get(for_order=order.pk)
    assert (order.status, order.amount_minor, order.currency) == ("RCVD", 1000, "GBP")
    assert (order.initiation, order.debtor_account_id) == (ready.body["Data"]["Initiation"], ready.account.pk)
    assert (hold.amount_minor, hold.counterparty) == (1000, f"{given.SCHEME}:20000012345678")
    assert ready.consent.status == "COND"
    assert [message["kind"] for message in work.messages] == ["payments.screen"]
    assert [entry["action"] for entry in work.entries[-2:]] == ["order.submitted", "consent.consumed"]


def test_refuses_an_order_that_names_another_consent_than_its_token(work, now):
    ready, other = given.approved(now=now), given.approved(now=now)

    assert refusal(ready, other.body, now=now) == ("U008", "Data.ConsentId")


@pytest.mark.parametrize("status", ["AWAU", "RJCT", "COND"])
def test_refuses_an_order_whose_consent_is_not_authorised(work, now, status):
    if status == "COND":
        ready = given.approved(now=now)
        given.submitted(ready, now=now)
        body, consent_id = ready.body, ready.consent.pk
    else:
        consent = given.lodged(given.consent_body(), now=now)
        if status == "RJCT":
            lifecycle.reject(consent, code="CN01", description="No.", actor="x", now=now)
        ready, consent_id = None, consent.pk
        body = {"Data": {"ConsentId": consent.pk, "Initiation": consent.data["Initiation"]}, "Risk": {}}

    assert refusal(ready, body, now=now, consent_id=consent_id) == ("U009", None)


def test_refuses_an_order_that_differs_from_its_consent(work, now):
    ready = given.approved(now=now)
    body = ready.body
    body["Data"]["Initiation"]["InstructedAmount"]["Amount"] = "10.01"
    body["Risk"]["PaymentContextCode"] = "TransferToSelf"

    assert refusal(ready, body, now=now) == ("U008", "Data.Initiation.InstructedAmount.Amount")


def test_refuses_an_order_whose_risk_differs(work, now):
    ready = given.approved(now=now)
    body = ready.body
    body["Risk"]["PaymentContextCode"] = "TransferToSelf"

    assert refusal(ready, body, now=now) == ("U008", "Risk.PaymentContextCode")


def test_refuses_in_the_published_order(work, now):
    """Every fault at once: the first check speaks, then, with its fault mended, the next."""
    spent, other = given.approved(now=now), given.approved(now=now)
    given.submitted(spent, now=now)
    body = spent.body
    body["Data"]["ConsentId"] = other.consent.pk
    body["Data"]["Initiation"]["EndToEndIdentification"] = "other"
    body["Risk"]["MerchantCategoryCode"] = "5999"

    assert refusal(spent, body, now=now) == ("U008", "Data.ConsentId")
    body["Data"]["ConsentId"] = spent.consent.pk
    assert refusal(spent, body, now=now) == ("U009", None)
    body["Data"]["ConsentId"] = other.consent.pk
    assert refusal(other, body, now=now) == ("U008", "Data.Initiation.EndToEndIdentification")
    body["Data"]["Initiation"]["EndToEndIdentification"] = "end-to-end-1"
    assert refusal(other, body, now=now) == ("U008", "Risk.MerchantCategoryCode")


def test_leaves_nothing_behind_when_it_refuses(work, now):
    ready = given.approved(now=now)
    body = ready.body
    body["Risk"]["MerchantCategoryCode"] = "5999"

    refusal(ready, body, now=now)

    ready.consent.refresh_from_db()
    assert ready.consent.status == "AUTH"
    assert given.money(ready.account) == (100_000, 0)
    assert not PaymentOrder.objects.filter(consent=ready.consent).exists()


def test_takes_another_spelling_of_the_amount(work, now):
    ready = given.approved(now=now, amount="10.00")
    body = ready.body
    body["Data"]["Initiation"]["InstructedAmount"]["Amount"] = "10"

    order = given.submitted(ready, body=body, now=now)

    assert order.initiation["InstructedAmount"]["Amount"] == "10"
    assert order.amount_minor == 1000


def test_keeps_an_order_without_the_money_as_rejected(work, now):
    ready = given.approved(now=now, balance_minor=999, amount="10.00")

    order = given.submitted(ready, now=now)

    ready.consent.refresh_from_db()
    assert (order.status, order.status_reasons[0]["StatusReasonCode"]) == ("RJCT", "AM04")
    assert given.history(order) == ["RCVD", "RJCT"]
    assert ready.consent.status == "COND"
    assert given.money(ready.account) == (999, 0)
    assert work.messages == []


def test_keeps_an_order_from_a_blocked_account_as_rejected(work, now):
    ready = given.approved(now=now)
    type(ready.account).objects.filter(pk=ready.account.pk).update(status="Disabled")

    order = given.submitted(ready, now=now)

    assert (order.status, order.status_reasons[0]["StatusReasonCode"]) == ("RJCT", "AC06")


def test_answers_the_rejected_order_as_the_database_has_it(work, now):
    ready = given.approved(now=now, balance_minor=1)

    answered = submission.submit(
        given.KIND, ready.body, order_id=ids.new("pay"), consent_id=ready.consent.pk, actor=given.ACTOR, now=now
    )

    kept = PaymentOrder.objects.select_related("debtor_account", "consent").get(pk=answered.pk)
    columns = ("status", "status_updated_at", "status_reasons", "created_at", "initiation", "consent_id")
    assert [getattr(answered, name) for name in columns] == [getattr(kept, name) for name in columns]
    assert answered.consent_data == kept.consent_data
    assert answered.debtor_account.name == kept.debtor_account.name
    assert answered.debtor_account.identification == kept.debtor_account.identification


def test_takes_seven_statements_of_the_nine_of_a_request(committed, now):
    """The other two are the token with its consent, and the idempotency key."""
    with unit.work():
        ready = given.approved(now=now)

    with CaptureQueriesContext(connection) as captured, unit.work():
        submission.submit(
            given.KIND, ready.body, order_id=ids.new("pay"), consent_id=ready.consent.pk, actor=given.ACTOR, now=now
        )

    verbs = [query["sql"].strip().split()[0].lower() for query in captured.captured_queries]
    assert verbs == ["begin", "select", "with", "insert", "insert", "with", "commit"]
