"""No consent waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from bank.outbox import unit
from consents import lifecycle, tasks
from consents.models import Consent
from tests.consents import given
from tests.consents.visitor import options, visitor
from tests.oauth import given as oauth

HOUR = timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [given.ACCESS, given.FUNDS])
def test_ends_access_whose_time_has_come(now: datetime, kind: str) -> None:
    party = oauth.party(now=now)
    with unit.work():
        ended = given.consent(kind=kind, client_pk=party.client.pk, now=now, expires_at=now + HOUR)
        going_on = given.consent(kind=kind, client_pk=party.client.pk, now=now, expires_at=now + 2 * HOUR)
        alice, account = given.approved(ended, now=now)
        lifecycle.authorise(going_on, customer=alice, accounts=[account], actor=given.ACTOR, now=now)

    tasks.expire_access(now=now + HOUR)

    ended.refresh_from_db()
    going_on.refresh_from_db()
    assert (ended.status, ended.status_reasons[0]["StatusReasonCode"]) == ("EXPD", "TKXP")
    assert going_on.status == "AUTH"


@pytest.mark.django_db
def test_rejects_what_a_customer_opened_and_left(now: datetime) -> None:
    alice = visitor(now=now)

    tasks.reject_abandoned(now=now + timedelta(minutes=9))
    before = alice.consent.status
    tasks.reject_abandoned(now=now + timedelta(minutes=11))

    assert before == "AWAU"
    assert alice.consent.status == "RJCT"
    assert alice.consent.status_reasons[0]["StatusReasonCode"] == "DS24"
    assert alice.get("/login").status_code == 400


@pytest.mark.django_db
def test_leaves_access_alone_whose_renewal_was_left(now: datetime) -> None:
    alice = visitor(now=now)
    alice.approve(options(alice.come_to_the_decision())[0][0])
    alice.party.open(alice.consent_id)

    tasks.reject_abandoned(now=now + timedelta(minutes=11))

    assert alice.consent.status == "AUTH"


@pytest.mark.django_db
def test_rejects_what_no_customer_saw_for_a_day(now: datetime) -> None:
    party = oauth.party(now=now)
    with unit.work():
        old = given.consent(client_pk=party.client.pk, now=now - 24 * HOUR)
        young = given.consent(client_pk=party.client.pk, now=now - 23 * HOUR)

    tasks.reject_unseen(now=now)

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == ("RJCT", "AWAU")


@pytest.mark.django_db
def test_passes_over_what_was_deleted(now: datetime) -> None:
    party = oauth.party(now=now)
    with unit.work():
        deleted = given.consent(client_pk=party.client.pk, now=now - 25 * HOUR)
        lifecycle.delete(deleted, actor=given.ACTOR, now=now)

    tasks.expire()

    assert Consent.objects.get(pk=deleted.pk).status == "AWAU"


def test_may_run_side_by_side(committed: None, now: datetime) -> None:
    party = oauth.party(now=now)
    with unit.work():
        old = [given.consent(client_pk=party.client.pk, now=now - 25 * HOUR) for _ in range(20)]

    def sweep(_number: int) -> None:
        try:
            tasks.expire()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(sweep, range(4)))

    stored = Consent.objects.filter(pk__in=[consent.pk for consent in old])
    assert {consent.status for consent in stored} == {"RJCT"}
    assert [consent.transitions.count() for consent in stored] == [1] * 20
