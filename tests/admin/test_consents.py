"""What the desk tells of a consent."""

from datetime import datetime

from bank.outbox import unit
from tests import calls, people
from tests.admin.conftest import LogIn


def test_shows_every_question_whether_an_amount_was_there(db: None, log_in: LogIn, now: datetime) -> None:
    bob, alice = calls.caller(now=now), people.customer(now=now)
    with unit.work():
        account = people.account(alice, now=now)
    consent = calls.authorised_funds(bob, customer=alice, account=account)
    asked = {"ConsentId": consent.pk, "Reference": "Shoes", "InstructedAmount": {"Amount": "7.31", "Currency": "GBP"}}
    bob.call("POST", f"{calls.CBPII}/funds-confirmations", {"Data": asked}, token=calls.customers_token(bob, consent))

    page = log_in(people.staff(now=now)).get(f"/admin/consents/consent/{consent.pk}/change/", secure=True)

    told = page.content.decode()
    assert "Funds confirmations" in told
    assert "Shoes" in told
    assert "7.31 GBP" in told
    assert account.identification[6:] in told
