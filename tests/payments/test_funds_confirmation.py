"""The funds-confirmation of a payment consent."""

import pytest

from payments.views import FUNDS
from tests import calls
from tests.payments.conftest import make_ready


def path(consent_id: str) -> str:
    return f"{calls.PISP}/domestic-payment-consents/{consent_id}/funds-confirmation"


@pytest.mark.parametrize(("balance_minor", "available"), [(1_000, True), (999, False)])
def test_tells_whether_the_money_is_there(tpp, balance_minor, available):
    ready = make_ready(tpp, balance_minor=balance_minor, amount="10.00")

    answer = tpp.call("GET", path(ready.consent.pk), token=ready.token)

    result = FUNDS.read(answer.content)["Data"]["FundsAvailableResult"]
    assert (answer.status_code, result["FundsAvailable"]) == (200, available)
    assert answer.headers["x-jws-signature"]


def test_refuses_once_the_consent_is_spent(tpp, ready):
    tpp.call("POST", f"{calls.PISP}/domestic-payments", ready.body, token=ready.token)

    answer = tpp.call("GET", path(ready.consent.pk), token=ready.token)

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U009")


def test_refuses_a_token_of_another_consent(tpp, ready):
    other = make_ready(tpp)

    answer = tpp.call("GET", path(other.consent.pk), token=ready.token)

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U008")


def test_refuses_the_tpps_own_token(tpp, own_token, ready):
    assert tpp.call("GET", path(ready.consent.pk), token=own_token).status_code == 403


def test_refuses_another_tpps_consent(tpp, other_tpp, ready):
    theirs = make_ready(other_tpp)

    assert tpp.call("GET", path(theirs.consent.pk), token=ready.token).status_code == 403
