"""The keys of these tests: the run's own, changed in a transaction that is rolled back."""

from collections.abc import Iterator

import pytest

from bank.keys import store


@pytest.fixture(autouse=True)
def _reread(db: None) -> Iterator[None]:
    """Nothing remembered from a transaction that was rolled back, before or after."""
    store.forget()
    yield
    store.forget()
