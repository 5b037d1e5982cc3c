"""Asking for something that takes two people, and deciding."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bank.approvals import requests
from bank.approvals.models import Approval
from bank.approvals.requests import Order
from bank.customers.models import User
from bank.outbox import unit
from tests import people

waved: list[Order] = []


@requests.action
class Wave(requests.Action):
    """Something harmless that takes two people: waving at somebody who is active."""

    name = "tests.wave"
    words = "Wave at this person"
    model = "customers.User"
    unfit = "This person is not here."

    def is_offered(self, thing: Any) -> bool:
        return bool(thing.is_active)

    def carry_out(self, order: Order) -> None:
        self.check(order.subject)
        waved.append(order)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    waved.clear()


@pytest.fixture
def sam(work: unit.Unit, now: datetime) -> User:
    return people.staff("sam", now=now)


@pytest.fixture
def tess(work: unit.Unit, now: datetime) -> User:
    return people.staff("tess", now=now)


@pytest.fixture
def bob(work: unit.Unit, now: datetime) -> User:
    return people.customer("bob", now=now)


def ask(*, by: User, about: User, now: datetime, reason: str = "He looks lonely") -> Approval:
    return requests.ask(action="tests.wave", subject=str(about.pk), reason=reason, by=by, now=now)


def test_carries_out_what_a_second_person_approves(sam: User, tess: User, bob: User, now: datetime) -> None:
    approval = requests.decide(ask(by=sam, about=bob, now=now), by=tess, approve=True, now=now)

    assert (approval.decision, approval.decided_by_id) == ("approved", tess.pk)
    assert waved == [
        Order(
            subject=str(bob.pk),
            reason="He looks lonely",
            asked_by=f"staff:{sam.username}",
            actor=f"staff:{tess.username}",
            now=now,
        )
    ]


def test_carries_out_nothing_that_is_refused(sam: User, tess: User, bob: User, now: datetime) -> None:
    approval = requests.decide(ask(by=sam, about=bob, now=now), by=tess, approve=False, now=now)

    assert (approval.decision, waved) == ("refused", [])


def test_tells_the_trail_who_asked_and_who_decided(
    work: unit.Unit, sam: User, tess: User, bob: User, now: datetime
) -> None:
    requests.decide(ask(by=sam, about=bob, now=now), by=tess, approve=True, now=now)

    assert [(entry["actor"], entry["action"]) for entry in work.entries] == [
        (f"staff:{sam.username}", "approval.requested"),
        (f"staff:{tess.username}", "approval.approved"),
    ]
    assert {entry["subject"] for entry in work.entries} == {str(bob.pk)}


def test_refuses_the_decision_of_who_asked(sam: User, bob: User, now: datetime) -> None:
    approval = ask(by=sam, about=bob, now=now)

    with pytest.raises(requests.SecondPersonNeeded):
        requests.decide(approval, by=sam, approve=True, now=now)
    assert waved == []


def test_the_database_refuses_the_decision_of_who_asked(sam: User, bob: User, now: datetime) -> None:
    approval = ask(by=sam, about=bob, now=now)

    with pytest.raises(IntegrityError, match="approval_needs_a_second_person"), transaction.atomic():
        approval.decide(Approval.Decision.APPROVED, by_id=sam.pk, now=now)


def test_the_database_refuses_half_a_decision(sam: User, bob: User, now: datetime) -> None:
    approval = ask(by=sam, about=bob, now=now)

    with pytest.raises(IntegrityError, match="approval_is_open_or_decided"), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(decision="approved")


def test_decides_once(sam: User, tess: User, bob: User, now: datetime) -> None:
    approval = ask(by=sam, about=bob, now=now)
    requests.decide(approval, by=tess, approve=False, now=now)

    with pytest.raises(requests.AlreadyDecided):
        requests.decide(approval, by=tess, approve=True, now=now)
    assert waved == []


def test_waits_for_one_decision_about_the_same_at_a_time(sam: User, tess: User, bob: User, now: datetime) -> None:
    approval = ask(by=sam, about=bob, now=now)
    with pytest.raises(requests.AlreadyAsked):
        ask(by=tess, about=bob, now=now)

    requests.decide(approval, by=tess, approve=False, now=now)

    assert ask(by=tess, about=bob, now=now).pk != approval.pk


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_wants_a_reason_that_fits(sam: User, bob: User, now: datetime, reason: str) -> None:
    with pytest.raises(requests.NotAllowed, match="Say why"):
        ask(by=sam, about=bob, now=now, reason=reason)


def test_refuses_at_once_what_cannot_be_done(sam: User, bob: User, now: datetime) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)

    with pytest.raises(requests.NotAllowed, match="not here"):
        ask(by=sam, about=bob, now=now)
    with pytest.raises(requests.NotAllowed, match="not here"):
        requests.ask(action="tests.wave", subject="0", reason="Nobody", by=sam, now=now)


def test_keeps_no_decision_whose_action_fails(sam: User, tess: User, bob: User, now: datetime) -> None:
    approval = ask(by=sam, about=bob, now=now)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    with pytest.raises(requests.NotAllowed, match="not here"), transaction.atomic():
        requests.decide(approval, by=tess, approve=True, now=now)

    approval.refresh_from_db()
    assert approval.decision == ""


def test_knows_no_customers(sam: User, bob: User, now: datetime) -> None:
    with pytest.raises(requests.NotAllowed, match="Only staff"):
        ask(by=bob, about=bob, now=now)
    with pytest.raises(requests.NotAllowed, match="Only staff"):
        requests.decide(ask(by=sam, about=bob, now=now), by=bob, approve=True, now=now)


def test_refuses_an_action_whose_name_is_taken() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        requests.action(Wave)


def test_knows_no_row_of_an_id_that_cannot_be(sam: User, now: datetime) -> None:
    with pytest.raises(requests.NotAllowed, match="not here"):
        requests.ask(action="tests.wave", subject="no number", reason="Because", by=sam, now=now)
