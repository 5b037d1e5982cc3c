"""Choosing accounts on the page where the customer decides."""

from datetime import datetime, timedelta

import pytest

from bank.outbox import unit
from tests import people
from tests.consents import given
from tests.consents.visitor import brought_back, options, visitor, words

pytestmark = pytest.mark.django_db


def test_masks_the_number_of_a_card(now: datetime) -> None:
    alice = visitor(now=now)
    with unit.work():
        people.account(alice.alice, now=now, scheme="UK.OBIE.PAN", identification="4539571147283914", type_code="CARD")

    said = words(alice.come_to_the_decision())

    assert "************3914" in said
    assert "47283914" not in said


def test_pays_from_the_account_that_was_chosen(now: datetime) -> None:
    alice = visitor(now=now, kind=given.PAYMENT)
    with unit.work():
        other = people.account(alice.alice, now=now)
    alice.come_to_the_decision()

    brought_back(alice.approve(other.pk))

    assert alice.consent.debtor_account == other
    assert alice.consent.status == "AUTH"


def test_chooses_the_first_account_beforehand(now: datetime) -> None:
    alice = visitor(now=now)
    with unit.work():
        people.account(alice.alice, now=now + timedelta(seconds=1))

    page = alice.come_to_the_decision()

    assert [is_chosen for _account, is_chosen in options(page)] == [True, False]


def test_asks_again_when_no_account_was_chosen(now: datetime) -> None:
    alice = visitor(now=now)
    alice.come_to_the_decision()

    page = alice.approve()

    assert page.status_code == 400
    assert "Choose at least one account" in words(page)
    assert '<a href="#account-1">' in page.content.decode()
    assert alice.consent.status == "AWAU"


def test_takes_no_account_of_somebody_else(now: datetime) -> None:
    alice = visitor(now=now)
    with unit.work():
        bobs = people.account(people.customer("bob", now=now), now=now)
    mine = options(alice.come_to_the_decision())[0][0]

    page = alice.approve(mine, bobs.pk)

    assert page.status_code == 400
    assert alice.consent.status == "AWAU"


def test_takes_one_account_for_a_payment(now: datetime) -> None:
    alice = visitor(now=now, kind=given.PAYMENT)
    with unit.work():
        other = people.account(alice.alice, now=now)
    mine = options(alice.come_to_the_decision())[0][0]

    page = alice.approve(mine, other.pk)

    assert page.status_code == 400
    assert alice.consent.status == "AWAU"
