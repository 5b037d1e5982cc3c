"""The permission matrix: every code with every resource and every field of it, through the real endpoints."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction

from accounts import resources
from bank import clock
from tests import calls
from tests.accounts import full, matrix

pytestmark = pytest.mark.exhaustive

CASES = list(matrix.cases())


@dataclass
class World:
    """A customer whose life fills every field, and a TPP that holds one consent for each set of permissions."""

    bob: calls.Caller
    full: full.Full
    tokens: dict[frozenset[str], str] = field(default_factory=dict)

    def ask(self, path: str, held: frozenset[str]) -> Any:
        """Ask for a path of the table, about the account with everything."""
        if held not in self.tokens:
            covered = [self.full.account, self.full.beside]
            made = calls.consent(
                self.bob, "account-access", customer=self.full.customer, accounts=covered, permissions=sorted(held)
            )
            self.tokens[held] = calls.customers_token(self.bob, made)
        path = path.replace("<str:AccountId>", self.full.account.pk)
        path = path.replace("<str:StatementId>", self.full.statement_id)
        accept = "application/pdf" if path.endswith("/file") else "application/json"
        return self.bob.call("GET", f"{calls.AISP}/{path}", token=self.tokens[held], Accept=accept)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, in one transaction that every case reads in, and rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        now = clock.now().replace(microsecond=0)
        yield World(bob=calls.caller(now=now), full=full.full(now=now))
        transaction.set_rollback(True)


def items(answer: Any, member: str) -> list[dict[str, Any]]:
    """What the answer lists, or the one thing that it shows."""
    found = answer.json()["Data"].get(member, [])
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_what_the_permissions_open_and_nothing_else(world, case):
    answer = world.ask(case.path, case.held)

    if not case.subject.is_open(case.held):
        assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (403, "TK01")
        return
    assert answer.status_code == 200, answer.content
    if not case.subject.member:
        return
    found, number = items(answer, case.subject.member), world.full.card_number
    assert {name for item in found for name in item} == case.subject.shown(case.held)
    if case.subject.also_one_of:
        assert {item["CreditDebitIndicator"] for item in found} == case.subject.directions(case.held)
    written = [text for text in (number, "*" * 12 + number[-4:]) if text in answer.content.decode()]
    assert written == [number if "ReadPAN" in case.held else "*" * 12 + number[-4:]] * case.subject.shows_a_card(
        case.held
    )


def test_speaks_of_every_resource_and_of_every_code():
    assert {path for subject in matrix.SUBJECTS for path in subject.paths} == {
        resource.path for resource in resources.RESOURCES
    }
    codes = matrix.words(matrix.CODES)
    assert len(codes) == 21
    assert {code for case in CASES for code in case.held} == codes


def test_counts_its_cells():
    assert (len(CASES), sum(case.cells for case in CASES)) == (668, 11_137)
