"""The bank's signing keys."""

from datetime import datetime, timedelta

import pytest
from cryptography.fernet import InvalidToken

from bank.keys import jose, store
from bank.keys.models import SigningKey


@pytest.fixture(autouse=True)
def _reread(db: None) -> None:
    """Nothing remembered from a transaction that was rolled back."""
    store._keys.cache_clear()


def test_makes_the_first_key_of_each_algorithm_once(now: datetime) -> None:
    SigningKey.objects.all().delete()

    store.ensure(now)
    store.ensure(now)

    assert sorted(SigningKey.objects.values_list("algorithm", flat=True)) == ["ES256", "PS256"]


def test_keeps_no_key_in_clear(now: datetime) -> None:
    row = store.make("PS256", now=now)

    kept = bytes(SigningKey.objects.get(pk=row.pk).encrypted_pem)

    assert b"PRIVATE" not in kept
    with pytest.raises(InvalidToken):
        store._cipher().decrypt(kept[:-1] + b"A")


def test_signs_with_the_newest_key_and_publishes_the_old_one_too(now: datetime) -> None:
    store.ensure(now)
    old = store.current("PS256").kid

    new = store.make("PS256", now=now + timedelta(days=1)).kid

    assert store.current("PS256").kid == new
    assert {old, new} <= {member["kid"] for member in store.public_jwks()["keys"]}
    assert jose.peek(jose.sign_jwt({}, algorithm="PS256")).header["kid"] == new


def test_publishes_no_key_that_is_retired(now: datetime) -> None:
    row = store.make("ES256", now=now)
    SigningKey.objects.filter(pk=row.pk).update(retired_at=now)
    store._keys.cache_clear()

    assert row.kid not in {member["kid"] for member in store.public_jwks()["keys"]}


def test_says_that_it_was_never_set_up() -> None:
    SigningKey.objects.all().delete()
    store._keys.cache_clear()

    with pytest.raises(store.NoSigningKey):
        store.current("PS256")


@pytest.fixture(autouse=True)
def _forget() -> object:
    """Nothing left behind that the next test would find in memory and not in the database."""
    yield
    store._keys.cache_clear()
