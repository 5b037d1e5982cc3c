"""What is agreed with TPPs: told in plain words, and ended for good by the customer."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import resources
from accounts.models import Account
from bank.audit.models import Entry
from bank.dashboard import agreements
from bank.outbox import unit
from consents import lifecycle
from consents.models import Consent
from tests import calls, people
from tests.consents.visitor import words
from tests.dashboard.guest import Guest

READING = ("ReadAccountsDetail", "ReadBalances", "ReadTransactionsDetail", "ReadTransactionsCredits")
ATTENDED = {"x_fapi_customer_ip_address": "81.2.69.142"}


@pytest.fixture
def bills(alice: Guest, now: datetime) -> Account:
    return people.account(alice.person, now=now, nickname="Bills")


def reading(bob: calls.Caller, alice: Guest, *covered: Account, **more: Any) -> Consent:
    """Alice lets Bob's Budget read accounts."""
    return calls.consent(
        bob, "account-access", customer=alice.person, accounts=covered, permissions=list(READING), **more
    )


def test_tells_who_may_read_what_and_until_when(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent = reading(bob, alice, bills, expires_at=datetime.fromisoformat("2099-05-01T00:00:00Z"))

    first, page = alice.come_in().says(), alice.says(f"/sharing/{consent.pk}")

    assert "Bob's Budget You agreed to share account information : Bills" in first
    assert "Until the end of 30 April 2099 · not used yet" in first
    assert "Your account name, number and sort code" in page
    assert "Money coming into your account" in page
    assert "Money going out of your account" not in page
    assert "Lasts until the end of 30 April 2099" in page


def test_tells_when_it_was_used_last_and_what_was_read(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent = reading(bob, alice, bills)
    token = calls.customers_token(bob, consent)
    for path, headers in (("accounts", ATTENDED), ("accounts", {}), (f"accounts/{bills.pk}/balances", ATTENDED)):
        assert bob.call("GET", f"{calls.AISP}/{path}", token=token, **headers).status_code == 200

    first, page = alice.come_in().says(), alice.says(f"/sharing/{consent.pk}")

    assert "not used yet" not in first
    assert "last used on" in first
    assert page.index("Balances") < page.index("Account details", page.index("What it has read"))
    assert "2 1 without you" in page


def test_has_words_for_everything_that_can_be_read() -> None:
    assert {resource.member for resource in resources.RESOURCES} - set(agreements.MEMBERS) == set()


def test_tells_what_was_asked_about_funds(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent = calls.authorised_funds(bob, customer=alice.person, account=bills)
    asked = {"ConsentId": consent.pk, "Reference": "Boots", "InstructedAmount": {"Amount": "9.00", "Currency": "GBP"}}
    token = calls.customers_token(bob, consent)
    assert bob.call("POST", f"{calls.CBPII}/funds-confirmations", {"Data": asked}, token=token).status_code == 201

    page = alice.come_in().says(f"/sharing/{consent.pk}")

    assert "You agreed to let it check whether you have enough money ." in page
    assert "Boots Yes" in page


def test_tells_what_became_of_a_payment(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent, body = calls.authorised_payment(bob, customer=alice.person, account=bills)
    before = alice.come_in().says(f"/sharing/{consent.pk}")
    token = calls.customers_token(bob, consent)
    assert bob.call("POST", f"{calls.PISP}/domestic-payments", body, token=token).status_code == 201

    ended, page = alice.says("/sharing/ended"), alice.says(f"/sharing/{consent.pk}")

    assert "it is used once" in before
    assert "cannot be taken back here" in before
    assert "The payment is on its way" in ended
    assert "You agreed to pay £12.34 to Carol's Cycles" in page
    assert "20-00-00 12345678" in page
    assert consent.pk not in alice.get().content.decode()


def test_stops_an_access_at_the_very_next_call(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent = reading(bob, alice, bills)
    token = calls.customers_token(bob, consent)
    asks = alice.come_in().get(f"/sharing/{consent.pk}/stop")
    before = bob.call("GET", f"{calls.AISP}/accounts", token=token, **ATTENDED)

    stopped = alice.post(f"/sharing/{consent.pk}/stop")
    after = bob.call("GET", f"{calls.AISP}/accounts", token=token, **ATTENDED)

    assert "What it has read already stays with it" in words(asks)
    assert stopped["Location"] == "/dashboard?done=stopped"
    assert (before.status_code, after.status_code) == (200, 401)
    assert calls.error(after)["ErrorCode"] == "TKSP"
    consent.refresh_from_db()
    assert (consent.status, consent.status_reasons[0]["StatusReasonCode"]) == ("CANC", "CUST")
    told = Entry.objects.get(subject=consent.pk, action="consent.canceled")
    assert told.actor == f"customer:{alice.person.username}"


def test_shows_a_stopped_one_among_those_that_are_over(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent = reading(bob, alice, bills)
    alice.come_in().post(f"/sharing/{consent.pk}/stop")

    first, over, page = (alice.get(path) for path in ("", "/sharing/ended", f"/sharing/{consent.pk}"))

    assert "It was stopped." in words(alice.get("", done="stopped"))
    assert consent.pk not in first.content.decode()
    assert consent.pk in over.content.decode()
    assert "Stopped at the bank" in words(over)
    assert b'id="stop"' not in page.content


def test_asks_nothing_and_changes_nothing_without_a_post(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent = reading(bob, alice, bills)

    alice.come_in().get(f"/sharing/{consent.pk}/stop")

    consent.refresh_from_db()
    assert consent.status == "AUTH"


def test_stops_what_has_ended_already_without_a_word_of_trouble(
    alice: Guest, bob: calls.Caller, bills: Account
) -> None:
    consent = reading(bob, alice, bills)
    alice.come_in()

    pages = [alice.post(f"/sharing/{consent.pk}/stop") for _ in range(2)]

    assert [page["Location"] for page in pages] == ["/dashboard?done=stopped", f"/dashboard/sharing/{consent.pk}"]
    assert Entry.objects.filter(subject=consent.pk, action="consent.canceled").count() == 1


def test_cannot_stop_leave_for_a_payment(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent, _ = calls.authorised_payment(bob, customer=alice.person, account=bills)

    page = alice.come_in().post(f"/sharing/{consent.pk}/stop")

    consent.refresh_from_db()
    assert page["Location"] == f"/dashboard/sharing/{consent.pk}"
    assert consent.status == "AUTH"


def test_takes_one_account_out_and_leaves_the_others(
    alice: Guest, bob: calls.Caller, bills: Account, now: datetime
) -> None:
    savings = people.account(alice.person, now=now, nickname="Savings")
    consent = reading(bob, alice, bills, savings)
    token = calls.customers_token(bob, consent)
    path = f"/sharing/{consent.pk}/accounts/{savings.pk}"
    asks = alice.come_in().get(path)

    done = alice.post(path)
    told = bob.call("GET", f"{calls.AISP}/accounts", token=token, **ATTENDED)
    refused = bob.call("GET", f"{calls.AISP}/accounts/{savings.pk}", token=token, **ATTENDED)

    assert "Take out Savings?" in words(asks)
    assert done["Location"] == f"/dashboard/sharing/{consent.pk}?done=removed"
    assert [account["AccountId"] for account in told.json()["Data"]["Account"]] == [bills.pk]
    assert refused.status_code == 403
    assert "Savings" not in alice.says(f"/sharing/{consent.pk}")


def test_stops_an_agreement_rather_than_empty_it(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    consent = reading(bob, alice, bills)
    alice.come_in()

    page, tried = alice.says(f"/sharing/{consent.pk}"), alice.post(f"/sharing/{consent.pk}/accounts/{bills.pk}")

    consent.refresh_from_db()
    assert "Take out" not in page
    assert tried["Location"] == f"/dashboard/sharing/{consent.pk}"
    assert (consent.status, consent.accounts.count()) == ("AUTH", 1)


@pytest.mark.parametrize("path", ["", "/stop", "/accounts/acc_x"])
def test_knows_no_page_of_another_customers_agreement(
    alice: Guest, bob: calls.Caller, now: datetime, path: str
) -> None:
    carol = Guest(people.customer("carol", now=now))
    consent = reading(bob, carol, people.account(carol.person, now=now))

    pages = [
        alice.come_in().get(f"/sharing/{consent.pk}{path}"),
        alice.post(f"/sharing/{consent.pk}/stop"),
        alice.get("/sharing/ended", before=consent.pk),
    ]

    consent.refresh_from_db()
    assert [page.status_code for page in pages] == [404, 404, 404]
    assert consent.status == "AUTH"


def test_tells_of_an_end_before_it_is_written_down(
    alice: Guest, bob: calls.Caller, bills: Account, now: datetime
) -> None:
    consent = reading(bob, alice, bills, expires_at=now + timedelta(seconds=1))
    deleted = reading(bob, alice, bills)
    with unit.work():
        lifecycle.delete(deleted, actor="tpp:bob", now=now)

    over = agreements.ended(alice.person, before="", now=now + timedelta(seconds=1))[0]

    assert [agreement.ending for agreement in over] == ["Ended by the app", "Ran out"]
    assert agreements.in_force(alice.person, now=now + timedelta(seconds=1)) == []
    assert [one.consent for one in agreements.in_force(alice.person, now=now)] == [consent]


def test_turns_the_pages_of_what_is_over_and_misses_nothing(
    alice: Guest, bob: calls.Caller, bills: Account, now: datetime
) -> None:
    made = [reading(bob, alice, bills, expires_at=now + timedelta(seconds=1)).pk for _ in range(27)]

    first, after = agreements.ended(alice.person, before="", now=now + timedelta(days=1))
    second, end = agreements.ended(alice.person, before=after, now=now + timedelta(days=1))

    assert sorted(one.consent.pk for one in [*first, *second]) == sorted(made)
    assert (len(first), end) == (25, "")


def test_names_on_an_account_who_sees_it(alice: Guest, bob: calls.Caller, bills: Account, now: datetime) -> None:
    other = people.account(alice.person, now=now)
    reading(bob, alice, bills)
    alice.come_in()

    assert "Bob's Budget" in alice.says(f"/accounts/{bills.pk}")
    assert "Bob's Budget" not in alice.says(f"/accounts/{other.pk}")


def test_shows_a_name_that_misleads_as_what_it_is(alice: Guest, now: datetime) -> None:
    evil = calls.caller(now=now, name="<b>B\u043eb</b>\u202e")
    consent = reading(evil, alice, people.account(alice.person, now=now))

    page = alice.come_in().get(f"/sharing/{consent.pk}")

    assert b"<b>B" not in page.content
    assert "this name holds Cyrillic letters" in words(page)


@pytest.mark.parametrize(
    ("path", "statements"), [("", 6), ("/sharing/{id}", 7), ("/sharing/{id}/stop", 7), ("/sharing/ended", 6)]
)
def test_costs_few_statements_however_much_there_is(
    alice: Guest, bob: calls.Caller, bills: Account, path: str, statements: int
) -> None:
    for _ in range(3):
        consent, _body = calls.authorised_payment(bob, customer=alice.person, account=bills)
        with unit.work():
            lifecycle.consume(consent.pk, actor="tpp:bob", now=bob.now)
        consent = reading(bob, alice, bills)
    path = path.format(id=consent.pk)
    alice.come_in().get(path)

    with CaptureQueriesContext(connection) as queries:
        alice.get(path)

    assert len(queries) == statements, [query["sql"][:90] for query in queries]
