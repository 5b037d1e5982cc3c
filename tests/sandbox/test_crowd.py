"""A crowd of made-up customers: each document is good, nobody shares a number, and everybody can pay for the life."""

import io
from datetime import timedelta

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Account
from bank.sandbox import progress
from bank.sandbox.life import checking, crowd, histories, numbers
from bank.sandbox.management.commands import seed

pytestmark = pytest.mark.exhaustive

CUSTOMERS = 60


@pytest.fixture
def people(now):
    return crowd.people(CUSTOMERS, months=3, seed=1, now=now)


def test_makes_documents_that_the_bank_takes():
    for made in crowd.documents(CUSTOMERS, months=3, seed=1):
        assert checking.read(orjson.dumps(made)) == made


def test_makes_the_same_crowd_of_the_same_seed_and_another_of_another():
    def made(seed):
        return list(crowd.documents(CUSTOMERS, months=3, seed=seed))

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_gives_nobody_the_number_of_another(people):
    spots = [spot for life in people for spot in life.spots.values()]

    assert len({spot.identification for spot in spots}) == len({spot.account_id for spot in spots}) == len(spots)
    for spot in spots:
        good = numbers.is_card_number if spot.scheme == "UK.OBIE.PAN" else numbers.is_account_number
        assert good(spot.identification if spot.scheme == "UK.OBIE.PAN" else spot.identification[6:])


def test_lives_within_its_means(people, now):
    evening = histories.Evening()

    events = [
        event
        for _, events in histories.tell(people, until=now.date() - timedelta(days=1), evening=evening)
        for event in events
    ]

    assert len(events) > CUSTOMERS * 3 * 20
    assert {"salary", "card", "direct-debit", "standing-order", "cash"} <= {event.kind for event in events}
    limits = {spot.account_id: spot.limit_minor for life in people for spot in life.spots.values()}
    assert all(evening.books.sums[account_id].booked >= -limit for account_id, limit in limits.items())
    assert len(evening.refused) < len(events) / 50


def test_makes_no_crowd_of_less_than_nobody(db):
    with pytest.raises(CommandError, match="At most"):
        call_command("seed", customers=-1, verbosity=0)


def test_tells_of_each_tenth_where_no_bar_can_move():
    stream = io.StringIO()
    bar = progress.Bar(stream)

    for share in range(101):
        bar.show(share / 100, f"{share} of 100")
    bar.end()

    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[5].startswith("[" + "#" * 15 + "." * 15 + "]  50%  50 of 100")


def test_tells_the_same_in_several_processes(now):
    people = crowd.people(2 * histories.APART_MIN, months=1, seed=1, now=now)
    until = now.date() - timedelta(days=1)

    def told(*, apart):
        with histories.telling(people, until=until, apart=apart) as (tellings, evenings):
            days = [sorted(row for _, rows in parts for row in rows) for parts in zip(*tellings, strict=True)]
        return days, {name: sums for evening in evenings for name, sums in evening.sums.items()}

    assert told(apart=True) == told(apart=False)


def test_brings_in_a_crowd_that_adds_up_and_leaves_the_tables_as_they_were(committed, capsys):
    before = _constraints_and_indexes()

    seed.Command().bring_crowd(2 * histories.APART_MIN, months=1, seed=1, verbosity=1)

    assert _constraints_and_indexes() == before
    assert "every rule of the ledger holds" in capsys.readouterr().out
    account = Account.objects.filter(holders__customer__username=crowd.NAME.format(0)).earliest("opened_at")
    assert account.postings.latest("booked_at", "id").balance_minor == account.booked_minor
    with pytest.raises(CommandError, match="There is a crowd here already"):
        seed.Command().bring_crowd(1, months=1, seed=1, verbosity=0)


def _constraints_and_indexes():
    with connection.cursor() as cursor:
        cursor.execute("select indexdef from pg_indexes where tablename like 'accounts_%' order by 1")
        indexes = cursor.fetchall()
        cursor.execute(
            "select conname, convalidated, pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid::regclass::text like 'accounts_%' order by 1"
        )
        return indexes, cursor.fetchall()
