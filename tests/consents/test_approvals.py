"""The pages on a customer's telephone: what waits, what it says, and whose answer counts."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from bank.audit.models import Entry
from bank.oauth import backchannel
from bank.oauth.models import BackchannelRequest
from bank.outbox import unit
from bank.outbox.models import Message
from consents import lifecycle
from consents.models import Consent
from tests import people
from tests.consents import given
from tests.consents.visitor import Visitor, options, words
from tests.oauth import phone

pytestmark = pytest.mark.django_db
HOME = "/approvals"


@pytest.fixture
def bob(now: datetime) -> phone.Caller:
    """A TPP that polls, and Alice, who has an account."""
    bob = phone.caller(now=now)
    with unit.work():
        people.account(bob.alice, now=now, nickname="Bills")
    return bob


def telephone(bob: phone.Caller, *, kind: str = "", **claims: Any) -> Visitor:
    """Alice's telephone, for which a request waits: for a consent of this kind, or for a log-in."""
    consent_id = ""
    if kind:
        with unit.work():
            consent_id = given.consent(kind=kind, client_pk=bob.client.pk, now=bob.now).pk
        scope = "openid accounts" if kind == given.ACCESS else "openid payments"
        claims = {"scope": scope, "openbanking_intent_id": consent_id} | claims
    reference = str(phone.row_of(bob.asked(**claims)).reference)
    return Visitor(party=bob, alice=bob.alice, consent_id=consent_id, reference=reference)


def status(alice: Visitor) -> str:
    return BackchannelRequest.objects.get(reference=alice.reference).status


def logged_in(alice: Visitor) -> Visitor:
    """Alice has come in by the bank's own log-in."""
    form = {"username": alice.alice.username, "password": people.PASSWORD, "step": "login"}
    answer = alice.browser.post(f"/security/login?to={HOME}", form, secure=True)
    assert (answer.status_code, answer["Location"]) == (303, HOME)
    return alice


def test_sends_whoever_is_not_logged_in_to_the_log_in(bob: phone.Caller) -> None:
    for browser in (Browser(), Browser()):
        answer = browser.get(HOME, secure=True)

        assert answer.status_code == 303
        assert answer["Location"] == "/security/login?to=%2Fapprovals"


def test_leads_from_the_list_to_the_approval(bob: phone.Caller) -> None:
    alice = logged_in(telephone(bob, kind=given.ACCESS))

    listed = alice.browser.get(HOME, secure=True)
    steps = [alice.get("/consent")["Location"], alice.prove()["Location"]]
    page = alice.get("/consent")
    answer = alice.approve(options(page)[0][0])

    assert f'href="{alice.address("/consent")}"' in listed.content.decode()
    assert listed["Cache-Control"] == "no-store"
    assert steps == [alice.address("/sca"), alice.address("/consent")]
    assert answer["Location"] == f"{HOME}?done=approved"
    assert "You approved it" in words(alice.browser.get(answer["Location"], secure=True))
    assert (status(alice), alice.consent.status, alice.consent.customer) == ("approved", "AUTH", alice.alice)


def test_keeps_how_the_customer_was_authenticated(bob: phone.Caller) -> None:
    alice = logged_in(telephone(bob, kind=given.PAYMENT))
    alice.prove()

    alice.approve(options(alice.get("/consent"))[0][0])

    authorization = BackchannelRequest.objects.get(reference=alice.reference).authorization
    assert authorization.evidence["method"] == "fixed-code"
    assert authorization.evidence["facts"]["binding_message"] == "1234"
    assert authorization.evidence["facts"]["consent_id"] == alice.consent_id
    assert authorization.acr == "urn:openbanking:psd2:sca"


def test_says_who_asks_for_what_and_under_which_message(bob: phone.Caller) -> None:
    alice = logged_in(telephone(bob, kind=given.PAYMENT, binding_message="Till 7"))

    listed = words(alice.browser.get(HOME, secure=True))
    alice.prove()
    said = words(alice.get("/consent"))

    for text in (listed, said):
        assert "Bob's Budget" in text
        assert "Till 7" in text
        assert "£12.34 to Carol's Coffee" in text
    assert "If it was not you, or the messages differ, do not approve" in said
    assert "After your answer, go on where you were asked" in said


def test_asks_about_a_log_in_alone(bob: phone.Caller) -> None:
    alice = logged_in(telephone(bob))
    alice.prove()

    said = words(alice.get("/consent"))
    answer = alice.approve()

    assert "Bob's Budget asks you to log in" in said
    assert "1234" in said
    assert answer["Location"] == f"{HOME}?done=approved"
    assert status(alice) == "approved"


def test_takes_a_refusal_and_rejects_the_consent(bob: phone.Caller) -> None:
    alice = logged_in(telephone(bob, kind=given.ACCESS))
    alice.prove()

    answer = alice.post("/consent", step="cancel")

    assert answer["Location"] == f"{HOME}?done=refused"
    assert "not approved" in words(alice.browser.get(answer["Location"], secure=True))
    assert (status(alice), alice.consent.status) == ("denied", "RJCT")


def test_lets_nobody_but_the_customer_who_is_meant_see_or_answer_it(bob: phone.Caller, now: datetime) -> None:
    alice = telephone(bob, kind=given.ACCESS)
    with unit.work():
        mallory = people.customer("mallory", now=now)
    theirs = logged_in(Visitor(party=bob, alice=mallory, consent_id=alice.consent_id, reference=alice.reference))

    assert "Nothing waits" in words(theirs.browser.get(HOME, secure=True))
    for step in (theirs.get("/sca"), theirs.get("/consent"), theirs.prove(), theirs.approve("acc_x")):
        assert step["Location"] == theirs.address("/login")
    assert theirs.post("/consent", step="cancel")["Location"] == theirs.address("/login")
    assert theirs.post("/login", step="cancel")["Location"] == HOME
    assert (status(alice), alice.consent.status) == ("pending", "AWAU")


def test_takes_no_refusal_from_somebody_who_is_not_logged_in(bob: phone.Caller) -> None:
    alice = telephone(bob)

    assert alice.post("/login", step="cancel")["Location"] == HOME
    assert status(alice) == "pending"


def test_takes_no_second_answer(bob: phone.Caller) -> None:
    alice = logged_in(telephone(bob))
    alice.prove()
    alice.approve()

    page = alice.post("/consent", step="cancel")

    assert page.status_code == 400
    assert "This request was answered already" in words(page)
    assert status(alice) == "approved"


def test_takes_no_proof_of_another_request(bob: phone.Caller) -> None:
    first = logged_in(telephone(bob))
    second = telephone(bob)
    second.browser = first.browser
    first.prove()

    assert second.approve()["Location"] == second.address("/sca")
    assert status(second) == "pending"


def test_lists_nothing_that_ran_out_or_was_taken_back(bob: phone.Caller) -> None:
    late, gone = logged_in(telephone(bob)), telephone(bob, kind=given.ACCESS)
    BackchannelRequest.objects.filter(reference=late.reference).update(expires_at=bob.now - timedelta(seconds=1))
    with unit.work():
        lifecycle.delete(Consent.objects.get(pk=gone.consent_id), actor="tpp:bob", now=bob.now)

    assert "Nothing waits" in words(late.browser.get(HOME, secure=True))
    assert late.get("/consent").status_code == 400


def test_tells_a_tpp_that_is_pinged(now: datetime) -> None:
    alice = logged_in(telephone(phone.caller(now=now, mode="ping")))
    alice.prove()

    alice.approve()

    row = BackchannelRequest.objects.get(reference=alice.reference)
    assert [message.payload for message in Message.objects.filter(kind="oauth.ping")] == [{"request_id": row.pk}]


# Answers without a customer, in the sandbox


def by_itself(auth_req_id: str, action: str) -> Any:
    return Browser().post(f"/sandbox/backchannel/{auth_req_id}/{action}", secure=True)


@pytest.mark.parametrize("kind", ["", given.ACCESS, given.PAYMENT])
def test_approves_by_itself_in_a_sandbox(bob: phone.Caller, kind: str) -> None:
    alice = telephone(bob, kind=kind)
    auth_req_id = backchannel.auth_req_id(uuid.UUID(alice.reference))

    answer = by_itself(auth_req_id, "allow")

    assert (answer.status_code, answer.json()) == (200, {"status": "approved"})
    assert bob.fetch(auth_req_id).status_code == 200
    authorization = BackchannelRequest.objects.get(reference=alice.reference).authorization
    assert authorization.evidence["method"] == "sandbox: nobody was asked"
    assert Entry.objects.filter(action="backchannel.approved").exists()


def test_refuses_by_itself_in_a_sandbox(bob: phone.Caller) -> None:
    auth_req_id = bob.asked()

    assert by_itself(auth_req_id, "deny").json() == {"status": "denied"}
    assert bob.fetch(auth_req_id).json()["error"] == "access_denied"
    again = by_itself(auth_req_id, "allow")
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


def test_answers_nothing_by_itself_that_it_does_not_know(bob: phone.Caller, now: datetime) -> None:
    auth_req_id = bob.asked()
    with unit.work():
        poor = people.customer("poor", now=now)
    about = {"scope": "openid accounts", "openbanking_intent_id": bob.lodge()}
    theirs = bob.asked(login_hint=poor.username, **about)

    for answer in (by_itself("unknown", "allow"), by_itself(auth_req_id, "maybe"), by_itself(theirs, "allow")):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert Browser().get(f"/sandbox/backchannel/{auth_req_id}/allow", secure=True).status_code == 405
    assert phone.row_of(auth_req_id).status == phone.row_of(theirs).status == "pending"
