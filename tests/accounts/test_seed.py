"""The town: everybody arrives with a history that adds up, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connections

from accounts import loading
from accounts.models import Account, DirectDebit, Posting, Statement
from bank.customers.models import User
from bank.sandbox import cast
from bank.sandbox.life import histories, seeding
from bank.sandbox.life.books import Event

OPENINGS = [datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2027, 12, 31, 23, 59, tzinfo=UTC)]
NUMBERS = {"alice": "04000410000001", "bob": "04000410000003", "carol": "04000410000004"}
BALANCES = {"04000410000001": 2534_18, "04000410000002": 8412_50, "04000410000003": 1187_62, "04000410000004": 1_00}


def tell(now: datetime, *names: str) -> tuple[list[Event], histories.Evening]:
    evening = histories.Evening()
    people = [life for life in seeding.people(now=now) if life.document["months"] <= 24]
    people = [life for life in people if not names or life.username in names]
    return [
        event
        for _, events in histories.tell(people, until=now.date() - timedelta(days=1), evening=evening)
        for event in events
    ], evening


@pytest.fixture(scope="module")
def spots():
    return {spot.account_id: spot for life in seeding.people(now=OPENINGS[0]) for spot in life.spots.values()}


@pytest.mark.parametrize("now", OPENINGS, ids=str)
def test_tells_a_story_in_the_order_of_time_in_which_nobody_exceeds_a_limit(now, spots):
    told, evening = tell(now)

    balances = dict.fromkeys(spots, 0)
    for event in told:
        for account_id, amount in ((event.account_id, event.amount_minor), (event.other_id, -event.amount_minor)):
            if account_id in spots:
                balances[account_id] += amount
                assert balances[account_id] >= -spots[account_id].limit_minor, event
    assert [event.at for event in told] == sorted(event.at for event in told)
    assert told[-1].at.date() == now.date() - timedelta(days=1)
    assert {name: sums.booked for name, sums in evening.books.sums.items() if name in balances} == {
        name: balance for name, balance in balances.items() if name in evening.books.sums
    }
    for identification, balance in BALANCES.items():
        (account_id,) = (name for name, spot in spots.items() if spot.identification == identification)
        assert balances[account_id] == balance


def test_tells_the_same_story_each_time():
    assert tell(OPENINGS[0], "freya")[0] == tell(OPENINGS[0], "freya")[0]


def test_knows_the_people_of_the_documentation_by_their_numbers():
    assert {name: cast.named(name).number for name in NUMBERS} == NUMBERS


def test_seeds_once_and_everything_adds_up(committed, capsys):
    call_command("seed")
    connections["owner"].ensure_connection()
    loading.verify(connections["owner"].connection)
    heavy = Posting.objects.filter(account__holders__customer__username="winifred").count()
    count = Posting.objects.filter(account__holders__customer__username="alice").count()

    call_command("seed")

    assert capsys.readouterr().out.endswith("The town is here already.\n")
    assert Posting.objects.filter(account__holders__customer__username="alice").count() == count
    assert heavy >= 5_000
    assert User.objects.get(username="tess").check_password("tess-decides")
    assert User.objects.get(username="alice").check_password("alice-pays")
    assert set(DirectDebit.objects.filter(account__holders__customer__username="alice").values_list("status")) == {
        ("ACTV",), ("CANC",), ("EXPI",), ("SUSP",)
    }  # fmt: skip
    alice = Account.objects.get(identification="04000410000001")
    assert alice.held_minor > 120_00  # a deposit, and what the shops have not taken yet
    statement = Statement.objects.filter(account=alice).latest("ends_at")
    before = Posting.objects.filter(account=alice, booked_at__lt=statement.ends_at).latest("booked_at", "id")
    assert statement.closing_minor == before.balance_minor
