"""The TPPs of these tests."""

from datetime import datetime

import pytest

from tests.oauth import given, newcomer


@pytest.fixture
def bob(db: None, now: datetime) -> given.Party:
    """A TPP that authenticates by signed assertions."""
    return given.party(now=now)


@pytest.fixture
def mallory(db: None, now: datetime) -> given.Party:
    """Another TPP, which tries what it may not."""
    return given.party(now=now, name="Mallory Money")


@pytest.fixture
def nora(db: None, now: datetime) -> newcomer.Newcomer:
    """A TPP that the directory knows and the bank does not yet."""
    return newcomer.newcomer(now=now)
