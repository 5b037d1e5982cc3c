"""Alice at her own pages, and a TPP that reads with her consents."""

from datetime import datetime
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bank.keys import store
from bank.outbox import unit
from bank.tpps import authority
from tests import calls, people
from tests.dashboard.guest import Guest


@pytest.fixture
def alice(db: None, now: datetime) -> Guest:
    return Guest(people.customer("alice", now=now))


@cache
def key() -> rsa.RSAPrivateKey:
    """One key for every TPP here: making them is what would take the time."""
    return authority.new_key()


@pytest.fixture
def bob(db: None, now: datetime) -> calls.Caller:
    """Bob's Budget, a TPP."""
    with unit.work():
        store.ensure(now)
        return calls.Caller(provider=people.tpp(now=now, transport_key=key(), signing_key=key()), now=now)
