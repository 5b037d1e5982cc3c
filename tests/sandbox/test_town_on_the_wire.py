"""Everybody of the town, as a TPP reads them: in the standard's types, field by field, and each time in the same bytes.

Which fields nobody's life fills, and why: tests/accounts/unfilled.py.
"""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import orjson
import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import Account, Statement
from accounts.permissions import CODES
from accounts.resources import RESOURCES
from bank import clock
from bank.customers.models import User
from bank.sandbox.life import seeding
from tests import calls
from tests.accounts import fields
from tests.accounts.unfilled import UNFILLED

pytestmark = pytest.mark.exhaustive

PAGES_MAX = 3  # of an account's transactions; what happens once in a life of the town happened in the last weeks
JSON = [row for row in RESOURCES if row.answers is not None]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A TPP that one of the town has let read everything."""

    bob: calls.Caller
    token: str
    accounts: list[Account]

    def paths(self, path):
        """The paths of a row of the table: for each account, and there of the newest statement."""
        if "<" not in path:
            return [path]
        newest = {row.pk: row.statements.first() for row in self.accounts} if "StatementId" in path else {}
        return [
            path.replace("<str:AccountId>", row.pk).replace("<str:StatementId>", getattr(newest.get(row.pk), "pk", ""))
            for row in self.accounts
            if newest.get(row.pk, True)
        ]

    def get(self, path):
        answer = self.bob.call("GET", path, token=self.token)
        assert answer.status_code == 200, (path, answer.content)
        return answer.content

    def pages(self, path) -> Iterator[bytes]:
        """The first pages of an answer."""
        path = f"{calls.AISP}/{path}"
        for _ in range(PAGES_MAX):
            yield (raw := self.get(path))
            following = orjson.loads(raw)["Links"].get("Next")
            if not following:
                return
            path = urlsplit(following)._replace(scheme="", netloc="").geturl()


@pytest.fixture(scope="module")
def readers(django_db_setup, django_db_blocker):
    """By name, a reader of everybody's; consents and tokens are rolled back after the last test."""
    with django_db_blocker.unblock():
        if not seeding.has_arrived():
            call_command("seed", verbosity=0)
        with transaction.atomic():
            bob = calls.caller(now=clock.now())
            yield {name: reader(bob, name) for name in seeding.documents()}
            transaction.set_rollback(True)


def reader(bob, name):
    customer = User.objects.get(username=name)
    accounts = list(Account.objects.filter(holders__customer=customer))
    made = calls.consent(bob, "account-access", customer=customer, accounts=accounts, permissions=CODES)
    return Reader(bob=bob, token=calls.customers_token(bob, made), accounts=accounts)


@pytest.fixture(scope="module")
def filled(readers):
    """Every field that somebody's answers fill; each answer is of its type."""
    found = set()
    for one in readers.values():
        for row in JSON:
            for path in one.paths(row.path):
                for raw in one.pages(path):
                    found |= fields.of_answer(row.answers, row.answers.read(raw))
    return found


def test_fills_every_field_but_those_that_have_a_reason(filled):
    published = set().union(*(fields.of_type(row.answers) for row in JSON))
    empty = published - filled

    assert filled <= published
    assert {field for field in empty if not any(fnmatch.fnmatchcase(field, pattern) for pattern in UNFILLED)} == set()
    assert {pattern for pattern in UNFILLED if fnmatch.filter(filled, pattern)} == set()
    assert {pattern for pattern in UNFILLED if not fnmatch.filter(empty, pattern)} == set()


@pytest.mark.parametrize("name", ["alice", "freya", "helen"])
def test_says_of_what_has_not_changed_the_same_in_the_same_bytes(readers, settings, name):
    paths = [f"{calls.AISP}/{path}" for row in RESOURCES for path in readers[name].paths(row.path)]
    before = [readers[name].get(path) for path in paths]

    settings.CLOCK_AHEAD = timedelta(minutes=7)

    assert [path for path, raw in zip(paths, before, strict=True) if readers[name].get(path) != raw] == []


def test_charges_an_overdraft_every_month_on_the_statement(readers):
    (account,) = (row for row in readers["nadia"].accounts if row.nickname == "Mine")
    statements = Statement.objects.filter(account=account).order_by("-ends_at")[:12]

    charged = [
        interest
        for statement in statements
        for interest in statement.details.get("StatementInterest", [])
        if interest["CreditDebitIndicator"] == "Debit"
    ]

    assert len(charged) >= 10
    assert {(row["Type"], row["Rate"], row["Frequency"]) for row in charged} == {
        ("UK.OBIE.Total", 35.9, "UK.OBIE.Monthly")
    }
    assert all(0 < float(row["Amount"]["Amount"]) < 60 for row in charged)
