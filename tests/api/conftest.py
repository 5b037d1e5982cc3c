"""A TPP and its tokens, for tests of the request's life."""

from datetime import datetime

import pytest

from tests import calls, people

from . import paths


@pytest.fixture
def bob(db: None, now: datetime) -> calls.Caller:
    paths.MADE.clear()
    return calls.caller(now=now)


@pytest.fixture
def own_token(bob: calls.Caller) -> str:
    """The TPP's own token, for payments."""
    return bob.token("payments")


@pytest.fixture
def alices_token(bob: calls.Caller, now: datetime) -> str:
    """A token of Alice's consent to show her balances."""
    alice = people.customer(now=now)
    made = calls.consent(
        bob, "account-access", customer=alice, accounts=[people.account(alice, now=now)], permissions=["ReadBalances"]
    )
    return calls.customers_token(bob, made)
