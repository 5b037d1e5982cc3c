"""The cast and its histories: the same at every opening, plausible, and within the rules."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from accounts.models import Account, Posting
from bank.customers.models import User
from bank.sandbox import cast, histories

HOLDINGS = [holding for person in cast.CUSTOMERS for holding in person.holdings]
OPENINGS = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=37 * step) for step in range(30)]


@pytest.mark.parametrize("now", OPENINGS, ids=str)
def test_tells_a_story_in_which_nobody_is_overdrawn(now):
    told = histories.tell(now=now)

    for holding in HOLDINGS:
        balance = 0
        for amount in histories.moves(told, holding=holding):
            balance += amount
            assert balance >= 0
        assert holding.balance_minor <= balance < holding.balance_minor + 4_000_00
    assert [event.at for event in told] == sorted(event.at for event in told)
    assert told[-1].at < now
    assert told == histories.tell(now=now)


def test_leaves_carol_with_one_pound():
    told = histories.tell(now=OPENINGS[0])

    assert list(histories.moves(told, holding=cast.CAROL_CURRENT)) == [1_00]


def test_seeds_once(db, capsys):
    call_command("seed")
    count = Posting.objects.count()

    call_command("seed")

    alice = Account.objects.get(pk=cast.ALICE_CURRENT.account_id)
    assert Posting.objects.count() == count
    assert capsys.readouterr().out.endswith("The cast is here already.\n")
    assert alice.booked_minor >= cast.ALICE_CURRENT.balance_minor
    assert alice.holders.get().customer.username == "alice"
    assert User.objects.get(username="sam").is_staff
    assert User.objects.get(username="tess").check_password("tess-decides")
