"""Messages are delivered at least once, with effects once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from bank.audit import trail
from bank.audit.models import Entry
from bank.outbox import delivery, dispatcher, handlers, tasks, unit
from bank.outbox.models import Message

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Broken(Exception):
    pass


@handlers.handler("tests.tell")
def tell(*, subject: str, now) -> None:
    trail.record(actor="bank:tests", action="test.done", subject=subject, now=now)


@handlers.handler("tests.break")
def fail(*, subject: str, now) -> None:
    trail.record(actor="bank:tests", action="test.done", subject=subject, now=now)
    raise Broken(subject)


@handlers.handler("tests.lead")
def lead(*, subject: str, now) -> None:
    unit.put(kind="tests.tell", payload={"subject": f"{subject} follows"}, due_at=now, now=now)
    unit.put(kind="tests.tell", payload={"subject": f"{subject} later"}, due_at=now + HOUR, now=now)


@handlers.handler("tests.call", calls_others=True)
def call(*, subject: str, now) -> None:
    trail.record(actor="bank:tests", action="test.done", subject=subject, now=now)


@handlers.handler("tests.lead-to-a-call")
def lead_to_a_call(*, subject: str, now) -> None:
    unit.put(kind="tests.call", payload={"subject": f"{subject} calls"}, due_at=now, now=now)


def claimed_at(instant, *, limit=1000) -> list[int]:
    return delivery.claim(queue=handlers.MAIN, now=instant, limit=limit)


def left(kind: str, subject: str, *, now, due_at=None) -> Message:
    with unit.work():
        unit.put(kind=kind, payload={"subject": subject}, due_at=due_at or now, now=now)
    return Message.objects.get(kind=kind, payload__subject=subject)


def told(subject: str) -> int:
    return Entry.objects.filter(subject=subject).count()


def test_handles_a_message_and_removes_it(db, now):
    message = left("tests.tell", "handled", now=now)

    with unit.work():
        assert delivery.handle(message.pk, now=now)

    assert told("handled") == 1
    assert not Message.objects.filter(pk=message.pk).exists()


def test_does_nothing_the_second_time(committed, now):
    message = left("tests.tell", "twice", now=now)

    for _ in range(2):
        tasks.deliver(message_ids=[message.pk])

    assert told("twice") == 1


def test_keeps_a_message_whose_handler_fails_and_nothing_of_what_it_did(committed, now):
    message = left("tests.break", "broken", now=now)

    tasks.deliver(message_ids=[message.pk])

    message.refresh_from_db()
    assert told("broken") == 0
    assert "Broken('broken')" in message.last_error
    assert message.due_at > now
    message.delete()


def test_handles_what_follows_at_once_in_the_same_task_and_leaves_what_is_due_later(committed, now):
    message = left("tests.lead", "leader", now=now)

    tasks.deliver(message_ids=[message.pk])

    assert told("leader follows") == 1
    assert not Message.objects.filter(payload__subject="leader follows").exists()
    later = Message.objects.get(payload__subject="leader later")
    assert (told("leader later"), later.hand_overs) == (0, 0)
    later.delete()


def test_leaves_a_call_that_follows_at_once_to_those_who_wait_for_others(committed, now):
    message = left("tests.lead-to-a-call", "caller", now=now)

    tasks.deliver(message_ids=[message.pk])

    follows = Message.objects.get(payload__subject="caller calls")
    assert (told("caller calls"), follows.hand_overs) == (0, 0)
    follows.delete()


def test_handles_the_others_when_one_of_several_fails(committed, now):
    names = ("before", "broken-between", "after")
    kinds = ("tests.tell", "tests.break", "tests.tell")
    messages = [left(kind, name, now=now) for kind, name in zip(kinds, names, strict=True)]

    tasks.deliver(message_ids=[message.pk for message in messages])

    assert [told(name) for name in names] == [1, 0, 1]
    Message.objects.get(pk=messages[1].pk).delete()


def test_keeps_a_message_that_nobody_handles_yet(committed, now):
    message = left("tests.of-the-future", "future", now=now)

    tasks.deliver(message_ids=[message.pk])

    message.refresh_from_db()
    assert "HandlerUnknown" in message.last_error
    message.delete()


@pytest.mark.parametrize(("hand_overs", "rest"), [(0, 1), (1, 2), (5, 32), (9, 300), (1000, 300)])
def test_tries_again_ever_less_often(db, now, hand_overs, rest):
    message = left("tests.break", f"tired-{hand_overs}", now=now)
    Message.objects.filter(pk=message.pk).update(hand_overs=hand_overs)

    delivery.postpone(message.pk, error="no", now=now)

    message.refresh_from_db()
    assert message.due_at == now + rest * SECOND


def test_claims_what_is_due_and_leaves_the_rest(db, now):
    due = left("tests.tell", "due", now=now)
    later = left("tests.tell", "later", now=now, due_at=now + SECOND)

    claimed = claimed_at(now)

    assert due.pk in claimed
    assert later.pk not in claimed


def test_keeps_calls_in_a_queue_of_their_own(db, now):
    pings, others = left("tests.call", "call", now=now), left("tests.of-the-future", "no call", now=now)

    called = delivery.claim(queue=handlers.CALLS, now=now, limit=1000)
    rest = claimed_at(now)

    assert (pings.pk in called, others.pk in called) == (True, False)
    assert (pings.pk in rest, others.pk in rest) == (False, True)


def test_claims_no_more_than_it_is_asked_for(db, now):
    for number in range(3):
        left("tests.tell", f"one-of-three-{number}", now=now)

    assert len(claimed_at(now, limit=2)) == 2


@pytest.mark.parametrize(
    ("count", "expected"), [(0, []), (1, [[0]]), (2, [[0], [1]]), (5, [[0, 1, 2], [3, 4]]), (20, [10, 10])]
)
def test_divides_messages_among_threads(count, expected):
    shares = list(dispatcher.shares(list(range(count)), threads=2))

    assert shares == expected or [len(share) for share in shares] == expected


def test_brings_a_lost_message_up_again_when_its_lease_has_run_out(db, now):
    message = left("tests.tell", "lost", now=now)

    assert message.pk in claimed_at(now)
    assert message.pk not in claimed_at(now + unit.LEASE - SECOND)
    assert message.pk in claimed_at(now + unit.LEASE)
    assert message.pk not in claimed_at(now + 3 * unit.LEASE - SECOND)
    assert message.pk in claimed_at(now + 3 * unit.LEASE)


def test_claims_each_message_once_among_dispatchers(committed, now):
    messages = {left("tests.tell", f"claimed-{number}", now=now).pk for number in range(30)}
    ready = threading.Barrier(4, timeout=30)

    def dispatcher(_: int) -> list[int]:
        ready.wait()
        try:
            return claimed_at(now) + claimed_at(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        claimed = [pk for found in pool.map(dispatcher, range(4)) for pk in found if pk in messages]

    assert sorted(claimed) == sorted(messages)
    Message.objects.filter(pk__in=messages).delete()


def test_refuses_a_second_handler_of_a_kind():
    with pytest.raises(ValueError, match="handled twice"):
        handlers.handler("tests.tell")(tell)
