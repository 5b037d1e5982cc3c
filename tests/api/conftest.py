"""A TPP and its tokens, for tests of the request's life."""

from datetime import datetime

import pytest

from bank import clock
from tests import calls, people

from . import paths


@pytest.fixture(scope="session")
def bobs_tpp(django_db_setup: None, django_db_blocker: pytest.Item) -> people.Provider:
    """Made once and kept, since its keys take their time; what a test changes is rolled back."""
    with django_db_blocker.unblock():
        return calls.caller(now=clock.now()).provider


@pytest.fixture
def bob(db: None, now: datetime, bobs_tpp: people.Provider) -> calls.Caller:
    paths.MADE.clear()
    return calls.Caller(provider=bobs_tpp, now=now)


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
