"""The bank's signing keys at hand."""

from datetime import datetime, timedelta

import pytest
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, transaction

from bank.keys import jose, store
from bank.keys.models import SigningKey


def test_gives_each_algorithm_a_key_that_signs_and_the_one_after_it(now: datetime) -> None:
    SigningKey.objects.all().delete()

    store.ensure(now)
    store.ensure(now)

    made = sorted((row.algorithm, row.state.value) for row in SigningKey.objects.all())
    assert made == [("ES256", "active"), ("ES256", "next"), ("PS256", "active"), ("PS256", "next")]


def test_keeps_no_key_in_clear(now: datetime) -> None:
    row = SigningKey.objects.filter(algorithm="PS256", activated_at=None).get()

    kept = bytes(row.encrypted_pem)

    assert b"PRIVATE" not in kept
    with pytest.raises(InvalidToken):
        store._cipher().decrypt(kept[:-1] + b"A")


def test_publishes_the_key_that_signs_first_and_only_public_halves(now: datetime) -> None:
    for algorithm in store.ALGORITHMS:
        of_this = [member for member in store.public_jwks()["keys"] if member["alg"] == algorithm]

        assert of_this[0]["kid"] == store.current(algorithm).kid
        assert {member["use"] for member in of_this} == {"sig"}
        assert not {"d", "p", "q", "k"} & {name for member in of_this for name in member}
        assert jose.peek(jose.sign_jwt({}, algorithm=algorithm)).header["kid"] == of_this[0]["kid"]


def test_publishes_no_key_that_is_withdrawn(now: datetime) -> None:
    row = SigningKey.objects.get(algorithm="ES256", activated_at=None)
    SigningKey.objects.filter(pk=row.pk).update(retired_at=now, withdrawn_at=now)
    store.forget()

    assert row.kid not in {member["kid"] for member in store.public_jwks()["keys"]}


def test_holds_one_active_and_one_next_key_of_an_algorithm_at_most(now: datetime) -> None:
    for activated_at in (None, now - timedelta(days=1)):
        with pytest.raises(IntegrityError, match="algorithm_has_one"), transaction.atomic():
            store.make("ES256", now=now, activated_at=activated_at)


def test_says_that_it_was_never_set_up() -> None:
    SigningKey.objects.all().delete()
    store.forget()

    with pytest.raises(store.NoSigningKey):
        store.current("PS256")
