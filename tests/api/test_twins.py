"""Requests that come at the same time with the same key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections

from bank.api.models import IdempotencyKey
from bank.audit.models import Entry
from bank.outbox import unit
from tests import calls, people

from . import paths

pytestmark = pytest.mark.urls("tests.api.paths")
TWINS = 8


def at_once(bob: calls.Caller, *bodies: str) -> list[tuple[int, str]]:
    """Send a note for each text, all with one key, all at once; return statuses and ids."""
    token = bob.token("payments")

    def send(text: str) -> tuple[int, str]:
        try:
            answer = bob.call(
                "POST", f"{calls.PISP}/notes", {"Data": {"Text": text}}, token=token, x_idempotency_key="twins"
            )
            return answer.status_code, answer.json().get("Data", {}).get("NoteId", "")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return sorted(pool.map(send, bodies))


@pytest.fixture
def carol(committed: None, now: datetime) -> calls.Caller:
    with unit.work():
        made = calls.Caller(provider=people.tpp("Carol's Cash", now=now), now=now)
    paths.MADE.clear()
    return made


def test_create_one_resource_and_are_all_shown_it(carol):
    answers = at_once(carol, *["hello"] * TWINS)

    assert answers == [(201, paths.MADE[0])] * TWINS
    assert Entry.objects.filter(action="note.made", subject=paths.MADE[0]).count() == 1
    assert IdempotencyKey.objects.filter(client=carol.provider.client).count() == 1


def test_with_different_bodies_create_one_resource_and_refuse_the_others(carol):
    answers = at_once(carol, *[f"hello {number}" for number in range(TWINS)])

    assert [status for status, _ in answers] == [201] + [422] * (TWINS - 1)
    assert len(paths.MADE) == 1


def test_leave_the_key_to_the_next_when_the_first_is_refused(carol):
    answers = at_once(carol, *["bold"] * TWINS)

    assert answers == [(400, "")] * TWINS
    assert not IdempotencyKey.objects.filter(client=carol.provider.client).exists()
