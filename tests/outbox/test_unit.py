"""The unit of work: one transaction, its trail and its messages written last."""

import contextlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bank.audit import trail
from bank.audit.models import Entry
from bank.outbox import unit
from bank.outbox.models import Message


def put(subject: str, *, now, due_at=None) -> None:
    unit.put(kind="tests.nothing", payload={"subject": subject}, due_at=due_at or now, now=now)


def tell(subject: str, *, now) -> None:
    trail.record(actor="bank:tests", action="test.done", subject=subject, now=now)


def test_writes_everything_it_gathered_in_one_statement(committed, now):
    with CaptureQueriesContext(connection) as captured, unit.work(interaction_id="interaction-1"):
        for number in range(3):
            tell(f"written-{number}", now=now)
            put(f"written-{number}", now=now)

    verbs = [query["sql"].strip().split()[0].lower() for query in captured.captured_queries]
    assert verbs == ["begin", "with", "commit"]
    assert Entry.objects.filter(subject__startswith="written-", interaction_id="interaction-1").count() == 3
    assert Message.objects.filter(payload__subject__startswith="written-").delete()[0] == 3


def test_writes_nothing_when_it_is_rolled_back(committed, now):
    def stumble() -> None:
        with unit.work():
            tell("rolled-back", now=now)
            put("rolled-back", now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()

    assert not Entry.objects.filter(subject="rolled-back").exists()
    assert not Message.objects.filter(payload__subject="rolled-back").exists()


def test_does_not_nest(work):
    with pytest.raises(AssertionError, match="do not nest"), unit.work():
        pass


def test_refuses_to_gather_where_no_unit_is_open(now):
    with pytest.raises(AssertionError, match="inside a unit of work"):
        put("nowhere", now=now)


def test_leaves_messages_to_the_dispatcher_unless_it_hands_them_over_itself(db, now):
    with unit.work() as open_unit:
        put("left", now=now)

    message = Message.objects.get(payload__subject="left")
    assert (message.due_at, message.hand_overs, open_unit.to_hand_over) == (now, 0, [])


def test_writes_what_it_hands_over_as_handed_over(db, now):
    later = now + timedelta(hours=1)

    with unit.work(hands_over=True) as open_unit:
        put("at once", now=now)
        put("later", now=now, due_at=later)

    at_once = Message.objects.get(payload__subject="at once")
    assert open_unit.to_hand_over == [at_once.pk]
    assert (at_once.due_at, at_once.hand_overs) == (now + unit.LEASE, 1)
    assert Message.objects.get(payload__subject="later").due_at == later


def test_reaches_outside_once_all_is_written_and_not_at_all_if_nothing_is(db, now):
    seen = []

    with unit.work():
        unit.afterwards(lambda: seen.append(unit._current.get()))
        assert seen == []
    with contextlib.suppress(ZeroDivisionError), unit.work():
        unit.afterwards(lambda: seen.append("too much"))
        raise ZeroDivisionError

    assert seen == [None]
