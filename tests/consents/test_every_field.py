"""The seven operations on consents and funds: every field of their answers is filled once, and reading changes none."""

import fnmatch
from datetime import timedelta

import orjson
import pytest

from bank.outbox import unit
from consents import lifecycle
from consents.schemas import account_access, funds_confirmation
from tests import calls, people
from tests.accounts import fields

# What no answer here fills, and why; as in tests/accounts/unfilled.py.
UNFILLED = {
    "*Links.[!S]*": "A consent is one page.",
    "*Meta.*": "There are no pages to count, and nothing is held against a window.",
    "*Data.StatusReason.Path": "No reason is about a member of the body: a body with a fault is refused, not lodged.",
}
DATES = {
    "ExpirationDateTime": "2099-05-02T00:00:00.000Z",
    "TransactionFromDateTime": "2026-01-01T00:00:00+00:00",
    "TransactionToDateTime": "2026-12-31T00:00:00+00:00",
}
ACCOUNT = {
    "SchemeName": "UK.OBIE.SortCodeAccountNumber",
    "Identification": "04000470000000",
    "Name": "Alice",
    "SecondaryIdentification": "Roll 1",
    "Proxy": {"Identification": "+44-7700-900123", "Code": "MBNO", "Type": "Mobile"},
}
ASKED = {
    f"{calls.AISP}/account-access-consents": (
        "accounts",
        account_access.ANSWER,
        {"Data": {"Permissions": ["ReadAccountsBasic"], **DATES}, "Risk": {}},
    ),
    f"{calls.CBPII}/funds-confirmation-consents": (
        "fundsconfirmations",
        funds_confirmation.CONSENT_ANSWER,
        {"Data": {"DebtorAccount": ACCOUNT, "ExpirationDateTime": DATES["ExpirationDateTime"]}},
    ),
}


def unfilled(wire, *bodies):
    """The fields that none of these answers fills, but for those of the table."""
    filled = set().union(*(fields.of_answer(wire, wire.read(body)) for body in bodies))
    empty = fields.of_type(wire) - filled
    assert not [pattern for pattern in UNFILLED if fnmatch.filter(filled, pattern)]
    return {field for field in empty if not any(fnmatch.fnmatchcase(field, pattern) for pattern in UNFILLED)}


@pytest.fixture
def bob(db, now):
    return calls.caller(now=now)


@pytest.mark.parametrize("path", ASKED)
def test_fills_every_field_of_a_consent_and_says_it_the_same_each_time(bob, now, settings, path):
    scope, wire, sent = ASKED[path]
    token = bob.token(scope)
    lodged = bob.call("POST", path, sent, token=token)
    consent_id = orjson.loads(lodged.content)["Data"]["ConsentId"]
    with unit.work():
        lifecycle.reject(
            lifecycle.lock(consent_id), code="U038", description="Declined.", actor="customer:alice", now=now
        )

    first = bob.call("GET", f"{path}/{consent_id}", token=token)
    settings.CLOCK_AHEAD = timedelta(minutes=7)
    again = bob.call("GET", f"{path}/{consent_id}", token=token)

    assert (lodged.status_code, first.status_code) == (201, 200)
    assert unfilled(wire, lodged.content, first.content) == set()
    assert again.content == first.content


def test_fills_every_field_of_a_confirmation(bob, now):
    alice = people.customer(now=now)
    with unit.work():
        account = people.account(alice, now=now)
    consent = calls.authorised_funds(bob, customer=alice, account=account, expires_at=now + timedelta(hours=1))
    instructed = {"Amount": "10.00", "Currency": "GBP"}
    asked = {"Data": {"ConsentId": consent.pk, "Reference": "Shoes", "InstructedAmount": instructed}}

    answer = bob.call("POST", f"{calls.CBPII}/funds-confirmations", asked, token=calls.customers_token(bob, consent))

    assert answer.status_code == 201
    assert unfilled(funds_confirmation.CONFIRMATION_ANSWER, answer.content) == set()
