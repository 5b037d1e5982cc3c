"""Everybody of the town, as a TPP reads them: every answer is of the standard's type."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Account
from accounts.permissions import CODES
from accounts.resources import RESOURCES
from bank import clock
from bank.customers.models import User
from bank.sandbox.life import arriving, seeding
from tests import calls

OF_ALL = [row for row in RESOURCES if "<" not in row.path]
OF_ONE = [row for row in RESOURCES if row.path.count("<") == 1]


@pytest.fixture(scope="module")
def bob(django_db_setup, django_db_blocker):
    """A TPP in a bank where everybody of the town is, or has just arrived; rolled back after the last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        now = clock.now()
        if not seeding.has_arrived():  # a test of seeding commits
            arriving.arrive(seeding.people(now=now), until=now.date() - timedelta(days=1), now=now, using="default")
        yield calls.caller(now=now)
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(seeding.documents()))
def test_shows_everybody_in_the_standards_types(bob, name):
    customer = User.objects.get(username=name)
    accounts = list(Account.objects.filter(holders__customer=customer))
    made = calls.consent(bob, "account-access", customer=customer, accounts=accounts, permissions=CODES)
    token = calls.customers_token(bob, made)
    paths = [(row, row.path) for row in OF_ALL]
    paths += [(row, row.path.replace("<str:AccountId>", account.pk)) for row in OF_ONE for account in accounts]

    for row, path in paths:
        answer = bob.call("GET", f"{calls.AISP}/{path}", token=token)
        assert answer.status_code == 200, (path, answer.content)
        row.answers.read(answer.content)
