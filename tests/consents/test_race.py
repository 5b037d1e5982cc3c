"""What happens when many answers to one request come at once, and when many questions come under one reference."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connections

from bank.oauth.models import Authorization
from bank.outbox import unit
from consents.models import FundsConfirmation
from tests import calls, people
from tests.consents.visitor import options, visitor


def test_decides_once_however_often_the_customer_clicks(committed: None, now: datetime) -> None:
    alice = visitor(now=now)
    mine = options(alice.come_to_the_decision())[0][0]

    def click(number: int) -> int:
        try:
            if number % 2:
                return alice.approve(mine).status_code
            return alice.post("/consent", step="cancel").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        statuses = sorted(threads.map(click, range(20)))

    steps = alice.consent.transitions.values_list("to_status", flat=True)
    assert statuses == [303] + [400] * 19
    assert len(steps) == 1
    assert Authorization.objects.filter(consent=alice.consent_id).count() == (1 if steps[0] == "AUTH" else 0)


def test_takes_a_reference_once_however_many_ask_under_it(committed: None, now: datetime) -> None:
    bob, alice = calls.caller(now=now), people.customer(now=now)
    with unit.work():
        account = people.account(alice, now=now)
    consent = calls.authorised_funds(bob, customer=alice, account=account)
    token = calls.customers_token(bob, consent)
    amount = {"Amount": "1.00", "Currency": "GBP"}
    body = {"Data": {"ConsentId": consent.pk, "Reference": "Shoes", "InstructedAmount": amount}}

    def ask(_number: int) -> int:
        try:
            return bob.call("POST", f"{calls.CBPII}/funds-confirmations", body, token=token).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as threads:
        statuses = sorted(threads.map(ask, range(10)))

    assert statuses == [201] + [400] * 9
    assert FundsConfirmation.objects.filter(consent=consent).count() == 1
