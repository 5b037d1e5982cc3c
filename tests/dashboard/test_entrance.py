"""Who gets in: the customer, after password and proof, and nobody else."""

from datetime import datetime, timedelta

import pytest

from bank.customers import sessions
from tests import people
from tests.dashboard.guest import Guest

INSIDE = ["", "/accounts/x", "/accounts/x/regular", "/accounts/x/statements", "/sharing/ended", "/sharing/x"]


@pytest.mark.parametrize("path", [*INSIDE, "/sharing/x/stop"])
def test_asks_for_password_and_proof_first(alice: Guest, path: str) -> None:
    nobody = alice.get(path)
    alice.log_in()
    unproved = alice.get(path)

    assert nobody["Location"].startswith("/security/login?")
    assert unproved["Location"] == "/dashboard/prove"
    assert {nobody["Cache-Control"], unproved["Cache-Control"]} == {"no-store"}


def test_opens_after_password_and_proof(alice: Guest) -> None:
    page = alice.come_in().get()

    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert b"Your accounts" in page.content


def test_is_not_opened_by_the_proof_for_another_page(alice: Guest) -> None:
    alice.log_in()
    alice.browser.post("/security/prove", {"otp": "123456", "step": "sca"}, secure=True)

    assert alice.get()["Location"] == "/dashboard/prove"


@pytest.mark.parametrize(("ago", "is_open"), [(timedelta(minutes=59), True), (timedelta(hours=1), False)])
def test_stays_open_as_long_as_the_log_in(alice: Guest, now: datetime, ago: timedelta, *, is_open: bool) -> None:
    alice.come_in()
    session = alice.browser.session
    session[sessions.AUTHENTICATED_AT] = (now - ago).isoformat()
    session.save()

    assert (alice.get().status_code == 200) == is_open


@pytest.mark.parametrize("path", ["/accounts/acc_nothing", "/accounts/acc_nothing/regular", "/sharing/aac_nothing"])
def test_knows_no_page_of_an_id_that_nobody_has(alice: Guest, path: str) -> None:
    assert alice.come_in().get(path).status_code == 404


@pytest.mark.parametrize("place", ["", "/regular", "/statements"])
def test_knows_no_page_of_another_customers_account(alice: Guest, now: datetime, place: str) -> None:
    bills = people.account(people.customer("carol", now=now), now=now)

    page = alice.come_in().get(f"/accounts/{bills.pk}{place}")

    assert page.status_code == 404
    assert bills.identification.encode() not in page.content


@pytest.mark.parametrize("path", INSIDE)
def test_takes_nothing_where_it_only_shows(alice: Guest, path: str) -> None:
    assert alice.come_in().post(path).status_code == 405
