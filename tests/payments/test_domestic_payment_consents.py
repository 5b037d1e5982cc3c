"""The endpoints under domestic-payment-consents."""

import pytest

from bank.outbox import unit
from consents import lifecycle
from consents.models import Consent
from tests import calls
from tests.payments import given
from tests.payments.conftest import make_ready

PATH = f"{calls.PISP}/domestic-payment-consents"


def test_lodges_a_consent_that_awaits_its_customer(tpp, own_token):
    body = given.consent_body(amount="12.340", data={"ReadRefundAccount": "Yes"})

    answer = tpp.call("POST", PATH, body, token=own_token)

    data = given.KIND.consent_answer.read(answer.content)["Data"]
    assert (answer.status_code, data["Status"]) == (201, "AWAU")
    assert data["Initiation"] == body["Data"]["Initiation"]
    assert data["ReadRefundAccount"] == "Yes"
    assert "Debtor" not in data
    assert answer.json()["Links"]["Self"].endswith(f"{PATH}/{data['ConsentId']}")
    assert answer.headers["x-jws-signature"]


def test_shows_a_consent(tpp, own_token):
    lodged = tpp.call("POST", PATH, given.consent_body(), token=own_token).json()

    answer = tpp.call("GET", f"{PATH}/{lodged['Data']['ConsentId']}", token=own_token)

    assert (answer.status_code, answer.json()) == (200, lodged)


def test_names_the_debtor_once_the_customer_approved(tpp, own_token, ready):
    answer = tpp.call("GET", f"{PATH}/{ready.consent.pk}", token=own_token)

    data = given.KIND.consent_answer.read(answer.content)["Data"]
    assert (data["Status"], data["Debtor"]) == ("AUTH", {"Name": "Alice"})


def test_tells_why_a_consent_was_rejected(tpp, own_token):
    consent = calls.consent(tpp, given.KIND.name, data=given.consent_body()["Data"])
    with unit.work():
        lifecycle.reject(lifecycle.lock(consent.pk), code="CN01", description="Declined.", actor="x", now=tpp.now)

    data = tpp.call("GET", f"{PATH}/{consent.pk}", token=own_token).json()["Data"]

    reason = {"StatusReasonCode": "CN01", "StatusReasonDescription": "Declined."}
    assert (data["Status"], data["StatusReason"]) == ("RJCT", [reason])


def test_makes_one_consent_of_a_request_that_is_repeated(tpp, own_token):
    body = given.consent_body()

    first = tpp.call("POST", PATH, body, token=own_token, x_idempotency_key="again")
    second = tpp.call("POST", PATH, body, token=own_token, x_idempotency_key="again")

    assert (second.status_code, second.json()) == (201, first.json())
    assert Consent.objects.filter(client=tpp.provider.client, data=body["Data"]).count() == 1


def test_refuses_a_key_that_comes_with_another_body(tpp, own_token):
    tpp.call("POST", PATH, given.consent_body(amount="1.00"), token=own_token, x_idempotency_key="reused")

    answer = tpp.call("POST", PATH, given.consent_body(amount="2.00"), token=own_token, x_idempotency_key="reused")

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (422, "U029")
    assert answer.headers["x-jws-signature"]


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        (given.consent_body(amount="0"), "AM01", "Data.Initiation.InstructedAmount.Amount"),
        (given.consent_body(amount="1.234"), "U002", "Data.Initiation.InstructedAmount.Amount"),
        (given.consent_body(amount="-1"), "U002", "Data.Initiation.InstructedAmount.Amount"),
        (given.consent_body(amount="\N{FULLWIDTH DIGIT ONE}2"), "U002", "Data.Initiation.InstructedAmount.Amount"),
        (given.consent_body(LocalInstrument="UK.OBIE.CHAPS"), "U026", "Data.Initiation.LocalInstrument"),
        (given.consent_body(to="1234"), "U021", "Data.Initiation.CreditorAccount.Identification"),
        (given.consent_body(risk={"PaymentContextCode": "Other"}), "U002", "Risk.PaymentContextCode"),
        (given.consent_body(risk={"Weather": "Fine"}), "U005", "Risk.Weather"),
        (given.consent_body(SupplementaryData={"a": 1}), "U005", "Data.Initiation.SupplementaryData.a"),
        ({"Data": given.consent_body()["Data"]}, "U004", "Risk"),
    ],
)
def test_refuses_what_can_be_seen_at_once(tpp, own_token, body, code, path):
    answer = tpp.call("POST", PATH, body, token=own_token)

    fault = calls.error(answer)
    assert (answer.status_code, fault["ErrorCode"], fault["Path"]) == (400, code, path)
    assert answer.headers["x-jws-signature"]


def test_lets_a_key_be_used_again_whose_request_was_refused(tpp, own_token):
    tpp.call("POST", PATH, given.consent_body(amount="0"), token=own_token, x_idempotency_key="mended")

    answer = tpp.call("POST", PATH, given.consent_body(), token=own_token, x_idempotency_key="mended")

    assert answer.status_code == 201


def test_writes_the_completion_date_in_full(tpp, own_token):
    until = {"AuthorisationType": "Any", "CompletionDateTime": "2099-05-02"}

    answer = tpp.call("POST", PATH, given.consent_body(data={"Authorisation": until}), token=own_token)

    told = answer.json()["Data"]["Authorisation"]
    assert told == {"AuthorisationType": "Any", "CompletionDateTime": "2099-05-02T00:00:00.000+00:00"}


def test_shows_nobody_elses_consent(tpp, other_tpp):
    theirs = make_ready(other_tpp)

    answer = tpp.call("GET", f"{PATH}/{theirs.consent.pk}", token=tpp.token("payments"))

    assert answer.status_code == 403


def test_does_not_know_an_id_that_was_never_given(tpp, own_token):
    answer = tpp.call("GET", f"{PATH}/pcn_unknown", token=own_token)

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U011")
