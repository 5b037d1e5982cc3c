"""The life of a consent, step by step, by the rules and behind their back."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError, ProgrammingError

from bank.outbox import unit
from bank.outbox.unit import Unit
from consents import kinds, lifecycle
from consents.models import Consent, ConsentAccount, Status, Transition
from tests import people
from tests.consents import given

STATUSES = [status.value for status in Status]
LASTING = {("AWAU", "AUTH"), ("AWAU", "RJCT"), ("AUTH", "CANC"), ("CANC", "AUTH"), ("AUTH", "EXPD")}
EXPECTED = {
    given.ACCESS: LASTING,
    given.FUNDS: LASTING,
    given.PAYMENT: {("AWAU", "AUTH"), ("AWAU", "RJCT"), ("AUTH", "COND")},
}
REACHABLE = {
    given.ACCESS: ("AWAU", "AUTH", "RJCT", "CANC", "EXPD"),
    given.FUNDS: ("AWAU", "AUTH", "RJCT", "CANC", "EXPD"),
    given.PAYMENT: ("AWAU", "AUTH", "RJCT", "COND"),
}
CELLS = [(kind, start, end) for kind, starts in REACHABLE.items() for start in starts for end in STATUSES]


def step(consent: Consent, start: str, end: str, now: datetime) -> None:
    """Insert a transition as anybody with the application's rights could."""
    with transaction.atomic():
        Transition.objects.create(consent=consent, from_status=start, to_status=end, actor=given.ACTOR, at=now)


@pytest.mark.parametrize(("kind", "start", "end"), CELLS)
def test_takes_the_steps_of_the_table_and_no_other(work: Unit, now: datetime, kind: str, start: str, end: str) -> None:
    consent = given.at(start, kind=kind, now=now)

    if (start, end) in EXPECTED[kind]:
        step(consent, start, end, now)
    else:
        with pytest.raises(IntegrityError):
            step(consent, start, end, now)

    consent.refresh_from_db()
    assert consent.status == (end if (start, end) in EXPECTED[kind] else start)


@pytest.mark.parametrize("kind", EXPECTED)
def test_kinds_declare_the_steps_that_the_database_takes(kind: str) -> None:
    assert kinds.KINDS[kind].transitions == EXPECTED[kind]


def test_refuses_a_step_from_where_the_consent_does_not_stand(work: Unit, now: datetime) -> None:
    consent = given.at("RJCT", now=now)

    with pytest.raises(IntegrityError, match="does not stand at AWAU"):
        step(consent, "AWAU", "AUTH", now)


def test_refuses_a_consent_that_does_not_start_awaiting(work: Unit, now: datetime) -> None:
    consent = given.at("AWAU", now=now)
    consent.pk, consent.status = "con_made_up", "AUTH"

    with pytest.raises(IntegrityError, match="starts as AWAU"), transaction.atomic():
        consent.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "AUTH"},
        {"status_reasons": []},
        {"data": {}},
        {"permissions": ["ReadPAN"]},
        {"expires_at": None},
        {"kind": "other"},
    ],
)
def test_refuses_to_change_status_or_content_by_update(work: Unit, now: datetime, change: dict[str, object]) -> None:
    consent = given.at("RJCT", now=now)

    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(**change)

    assert Consent.objects.get(pk=consent.pk).status == "RJCT"


def test_keeps_every_transition_for_good(work: Unit, now: datetime) -> None:
    consent = given.at("AUTH", now=now)

    for statement in ("delete from consents_transition", "update consents_transition set actor = 'nobody'"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert [row.to_status for row in consent.transitions.order_by("id")] == ["AUTH"]


def test_keeps_the_reason_of_a_refusal(work: Unit, now: datetime) -> None:
    consent = given.at("AWAU", now=now)
    later = now + timedelta(minutes=1)

    lifecycle.reject(consent, code="CN01", description="Declined.", actor=given.ACTOR, now=later)

    stored = Consent.objects.get(pk=consent.pk)
    assert stored.status == "RJCT"
    assert stored.status_updated_at == later
    assert stored.status_reasons == [{"StatusReasonCode": "CN01", "StatusReasonDescription": "Declined."}]


def test_tells_the_trail_of_every_change(work: Unit, now: datetime) -> None:
    given.at("CANC", now=now)

    actions = [entry["action"] for entry in work.entries if entry["action"].startswith("consent.")]

    assert actions == ["consent.lodged", "consent.authorised", "consent.canceled"]


def test_approves_with_the_chosen_accounts(work: Unit, now: datetime) -> None:
    consent = given.at("AWAU", now=now)

    alice, account = given.approved(consent, now=now)

    stored = Consent.objects.get(pk=consent.pk)
    assert (stored.status, stored.customer, stored.debtor_account) == ("AUTH", alice, None)
    assert [row.account for row in stored.accounts.all()] == [account]


def test_approves_once_more_with_other_accounts(work: Unit, now: datetime) -> None:
    consent = given.at("AWAU", now=now)
    alice, _account = given.approved(consent, now=now)
    savings = people.account(alice, now=now)

    lifecycle.authorise(consent, customer=alice, accounts=[savings], actor=given.ACTOR, now=now)

    assert [row.account for row in ConsentAccount.objects.filter(consent=consent)] == [savings]
    assert Consent.objects.get(pk=consent.pk).status == "AUTH"
    assert consent.transitions.count() == 1


def test_refuses_the_approval_of_another_customer(work: Unit, now: datetime) -> None:
    consent = given.at("AUTH", now=now)
    bob = people.customer("bob", now=now)

    with pytest.raises(lifecycle.NotTheSameCustomer):
        lifecycle.authorise(consent, customer=bob, accounts=[people.account(bob, now=now)], actor=given.ACTOR, now=now)


def test_refuses_to_approve_what_was_rejected(work: Unit, now: datetime) -> None:
    consent = given.at("RJCT", now=now)

    with pytest.raises(lifecycle.WrongStatus) as refusal:
        given.approved(consent, now=now)

    assert refusal.value.faults[0].code == "U009"


def test_refuses_to_approve_a_payment_twice(work: Unit, now: datetime) -> None:
    consent = given.at("AUTH", kind=given.PAYMENT, now=now)

    with pytest.raises(lifecycle.WrongStatus):
        given.approved(consent, now=now)


def test_finds_only_what_is_the_clients_own(work: Unit, now: datetime) -> None:
    consent = given.at("AUTH", now=now)
    other = given.a_tpp("Carol's Cash", now=now).client

    with pytest.raises(lifecycle.ConsentOfAnother) as refusal:
        lifecycle.find(consent_id=consent.pk, kind=given.ACCESS, client_pk=other.pk)
    with pytest.raises(lifecycle.ConsentUnknown):
        lifecycle.find(consent_id="con_unknown", kind=given.ACCESS, client_pk=other.pk)
    with pytest.raises(lifecycle.ConsentUnknown):
        lifecycle.find(consent_id=consent.pk, kind=given.PAYMENT, client_pk=consent.client_id)

    assert refusal.value.status == 403
    assert lifecycle.find(consent_id=consent.pk, kind=given.ACCESS, client_pk=consent.client_id) == consent


@pytest.mark.parametrize("status", REACHABLE[given.ACCESS])
def test_deletes_in_every_status(work: Unit, now: datetime, status: str) -> None:
    consent = given.at(status, now=now)

    lifecycle.delete(consent, actor=given.ACTOR, now=now)

    with pytest.raises(lifecycle.ConsentUnknown):
        lifecycle.find(consent_id=consent.pk, kind=given.ACCESS, client_pk=consent.client_id)
    with pytest.raises(lifecycle.ConsentUnknown):
        lifecycle.delete(consent, actor=given.ACTOR, now=now)


def test_moves_no_consent_that_was_deleted(work: Unit, now: datetime) -> None:
    consent = given.at("AWAU", now=now)
    lifecycle.delete(consent, actor=given.ACTOR, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.reject(consent, code="CN01", description="Declined.", actor=given.ACTOR, now=now)


def test_locks_and_consumes_for_an_order_in_one_statement_each(
    work: Unit, now: datetime, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    consent = given.at("AUTH", kind=given.PAYMENT, now=now)

    with django_assert_num_queries(2):
        found = lifecycle.lock_for_order(consent.pk)
        lifecycle.consume(consent.pk, actor=given.ACTOR, now=now)
        work.catch_up()

    stored = Consent.objects.get(pk=consent.pk)
    assert (found.status, found.kind, found.client_pk, found.data, found.risk) == (
        "AUTH",
        given.PAYMENT,
        consent.client_id,
        consent.data,
        {},
    )
    assert (found.customer_id, found.debtor_account_id) == (consent.customer_id, consent.debtor_account_id)
    assert stored.status == "COND"
    assert stored.status_reasons[0]["StatusReasonCode"] == "U038"


def test_asks_for_a_unit_of_work(db: None, now: datetime) -> None:
    with pytest.raises(AssertionError, match="unit of work"), transaction.atomic():
        given.consent(client_pk=0, now=now)

    assert unit._current.get() is None
