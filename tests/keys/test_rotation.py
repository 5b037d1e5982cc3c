"""One signing key after another."""

from datetime import datetime, timedelta

import pytest

from bank.approvals import requests
from bank.keys import jose, rotation, store, tasks
from bank.keys.models import SigningKey
from bank.outbox import unit
from tests import people

DAY = timedelta(days=1)
State = SigningKey.State


def key(state: State, *, algorithm: str = "PS256") -> SigningKey:
    """The newest key of an algorithm in this state."""
    rows = SigningKey.objects.filter(algorithm=algorithm, withdrawn_at=None).order_by("-created_at")
    return next(row for row in rows if row.state == state)


def published() -> set[str]:
    return {member["kid"] for member in store.public_jwks()["keys"]}


def rotate(at: datetime, *, early: bool = False) -> None:
    rotation.rotate("PS256", early=early, actor="bank:tests", now=at)


def age(state: State, *, to: datetime) -> None:
    """Let a key have been made at an instant."""
    SigningKey.objects.filter(pk=key(state).pk).update(created_at=to)


def test_lets_the_next_key_sign_and_goes_on_publishing_the_old_one(work: unit.Unit, now: datetime) -> None:
    active, following = key(State.ACTIVE).kid, key(State.NEXT).kid
    signed = jose.sign_jwt({"n": 1}, algorithm="PS256")

    rotate(now + 2 * DAY)

    assert store.current("PS256").kid == following
    assert key(State.RETIRED).kid == active
    assert {active, following, key(State.NEXT).kid} <= published()
    keys = jose.public_keys(store.public_jwks())
    assert jose.verify_jwt(signed, keys).claims == {"n": 1}
    assert [entry["action"] for entry in work.entries] == ["key.activated"]


def test_signs_with_no_key_that_clients_may_not_know_yet(work: unit.Unit, now: datetime) -> None:
    age(State.NEXT, to=now - DAY + timedelta(seconds=1))

    with pytest.raises(rotation.NotRotated, match="is to be published until"):
        rotate(now)


def test_signs_in_an_emergency_with_a_key_that_the_whole_bank_publishes(work: unit.Unit, now: datetime) -> None:
    following = key(State.NEXT).kid
    age(State.NEXT, to=now - rotation.KNOWN_AFTER)

    rotate(now, early=True)

    assert store.current("PS256").kid == following
    with pytest.raises(rotation.NotRotated):  # what was made a moment ago, other processes do not publish yet
        rotate(now, early=True)


def test_is_never_met_with_an_unknown_kid_by_who_reads_the_set_every_hour(work: unit.Unit, now: datetime) -> None:
    at, known = now, published()
    for hour in range(24 * 100):  # a hundred days: a rotation and the end of a retired key are among them
        at = now + timedelta(hours=hour)
        if hour % 12 == 0:  # beat asks more often; it changes nothing
            rotation.turn(actor="bank:tests", now=at)
        assert store.current("PS256").kid in known
        if hour % 2:  # and even who forgets every other time
            known = published()

    assert len([row for row in SigningKey.objects.filter(algorithm="PS256") if row.state == State.RETIRED]) >= 1


def test_withdraws_a_key_that_is_long_retired(work: unit.Unit, now: datetime) -> None:
    rotate(now + 2 * DAY)
    old = key(State.RETIRED).kid

    rotation.turn(actor="bank:tests", now=now + 32 * DAY - timedelta(seconds=1))
    assert old in published()

    rotation.turn(actor="bank:tests", now=now + 32 * DAY)
    assert old not in published()


def test_replaces_a_key_that_may_be_in_wrong_hands_and_publishes_it_no_more(work: unit.Unit, now: datetime) -> None:
    active, following = key(State.ACTIVE).kid, key(State.NEXT).kid

    rotation.withdraw(active, actor="bank:tests", now=now + 2 * DAY)

    assert store.current("PS256").kid == following
    assert active not in published()
    assert [entry["action"] for entry in work.entries] == ["key.activated", "key.withdrawn"]


def test_puts_another_in_the_place_of_a_next_key_that_is_withdrawn(work: unit.Unit, now: datetime) -> None:
    following = key(State.NEXT).kid

    rotation.withdraw(following, actor="bank:tests", now=now)

    assert key(State.NEXT).kid != following
    assert following not in published()


def test_withdraws_a_key_once(work: unit.Unit, now: datetime) -> None:
    following = key(State.NEXT).kid
    rotation.withdraw(following, actor="bank:tests", now=now)

    with pytest.raises(rotation.NotRotated, match="No key that is published"):
        rotation.withdraw(following, actor="bank:tests", now=now)


def test_does_by_itself_what_is_due(db: None, now: datetime) -> None:
    SigningKey.objects.filter(activated_at__isnull=False).update(activated_at=now - 91 * DAY)
    age(State.NEXT, to=now - 2 * DAY)
    SigningKey.objects.filter(algorithm="ES256", activated_at=None).update(created_at=now - 2 * DAY)
    following = {algorithm: key(State.NEXT, algorithm=algorithm).kid for algorithm in store.ALGORITHMS}

    tasks.turn()

    assert following == {algorithm: store.current(algorithm).kid for algorithm in store.ALGORITHMS}


def test_takes_two_members_of_staff_to_rotate_at_the_desk(work: unit.Unit, now: datetime) -> None:
    sam, tess = people.staff("sam", now=now), people.staff("tess", now=now)
    active, following = key(State.ACTIVE), key(State.NEXT).kid

    asked = requests.ask(action="keys.rotate", subject=active.kid, reason="Its time has come", by=sam, now=now)
    requests.decide(asked, by=tess, approve=True, now=now + 2 * DAY)

    assert store.current("PS256").kid == following
    with pytest.raises(requests.NotAllowed, match="This key does not sign"):
        requests.ask(action="keys.rotate", subject=active.kid, reason="Again", by=sam, now=now)


def test_tells_staff_why_a_key_is_not_rotated_yet(work: unit.Unit, now: datetime) -> None:
    sam, tess = people.staff("sam", now=now), people.staff("tess", now=now)
    age(State.NEXT, to=now)
    asked = requests.ask(action="keys.rotate", subject=key(State.ACTIVE).kid, reason="Now", by=sam, now=now)

    with pytest.raises(requests.NotAllowed, match="is to be published until"):
        requests.decide(asked, by=tess, approve=True, now=now)


def test_withdraws_at_the_desk_what_two_members_of_staff_want_gone(work: unit.Unit, now: datetime) -> None:
    sam, tess = people.staff("sam", now=now), people.staff("tess", now=now)
    following = key(State.NEXT).kid

    asked = requests.ask(action="keys.withdraw", subject=following, reason="Copied", by=sam, now=now)
    requests.decide(asked, by=tess, approve=True, now=now)

    assert following not in published()
