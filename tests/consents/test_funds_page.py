"""The page on which a customer lets a TPP ask whether an amount is there."""

from datetime import datetime

import pytest

from bank.outbox import unit
from consents import lifecycle
from tests import people
from tests.consents import given
from tests.consents.visitor import brought_back, options, visitor, words

pytestmark = pytest.mark.django_db


def test_says_what_may_be_asked_about_which_account_and_until_when(now: datetime) -> None:
    alice = visitor(now=now, kind=given.FUNDS)

    proof = words(alice.log_in() and alice.get("/sca"))
    alice.prove()
    page = alice.get("/consent")

    said = words(page)
    assert "let it check whether you have enough money" in proof
    assert "Let Bob's Budget check whether you have enough money?" in said
    assert "yes or no" in said
    assert "How much money you have" in said
    assert "About this account Bills 04-00-04 69999999" in said
    assert "there is no end date" in said
    assert len(options(page)) == 1


def test_lets_a_tpp_ask_about_the_account_that_it_named_and_about_no_other(now: datetime) -> None:
    alice = visitor(now=now, kind=given.FUNDS)
    with unit.work():
        other = people.account(alice.alice, now=now)
    offered = options(alice.come_to_the_decision())

    wrong = alice.approve(other.pk)
    answer = brought_back(alice.approve(offered[0][0]))

    assert wrong.status_code == 400
    assert "code" in answer
    assert alice.consent.status == "AUTH"
    assert alice.consent.debtor_account_id == offered[0][0] != other.pk


def test_asks_nobody_about_an_account_that_they_do_not_hold(now: datetime) -> None:
    alice = visitor(now=now, kind=given.FUNDS)
    with unit.work():
        alice.alice = people.customer("bob", now=now)
        people.account(alice.alice, now=now)

    page = alice.come_to_the_decision()
    answer = brought_back(alice.post("/consent", step="cancel"))

    assert "None of your accounts can be used" in words(page)
    assert answer["error"] == "access_denied"
    assert alice.consent.status_reasons[0]["StatusReasonCode"] == "AG01"


def test_asks_again_about_funds_after_the_bank_took_the_access_back(now: datetime) -> None:
    alice = visitor(now=now, kind=given.FUNDS)
    alice.approve(options(alice.come_to_the_decision())[0][0])
    with unit.work():
        consent = lifecycle.lock(alice.consent_id)
        lifecycle.cancel(consent, code="TKSP", description="Suspended.", actor="bank:tests", now=now)
    alice.reference = alice.party.open(alice.consent_id, scope="openid fundsconfirmations")

    page = alice.come_to_the_decision()
    alice.approve(options(page)[0][0])

    assert "Go on letting Bob's Budget check whether you have enough money?" in words(page)
    assert alice.consent.status == "AUTH"
