"""What must happen once, though many ask for it at the same instant, each over a connection of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection

from bank.oauth import decisions, requests
from bank.oauth.models import AccessToken, RefreshToken
from bank.outbox import unit
from tests.oauth import given

MANY = 20


@pytest.fixture
def bob(committed: None, now: datetime) -> given.Party:
    """A TPP that stays."""
    return given.party(now=now)


def at_once(do: Callable[[int], object]) -> Counter[object]:
    """Do something in many threads that start together; count the outcomes."""
    start = Barrier(MANY, timeout=60)

    def run(number: int) -> object:
        start.wait()
        try:
            return do(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return Counter(pool.map(run, range(MANY)))


def test_redeems_a_code_once(bob: given.Party) -> None:
    code = bob.approved()["code"]

    outcomes = at_once(lambda _: bob.redeem(code).status_code)

    assert outcomes == {200: 1, 400: MANY - 1}
    assert not AccessToken.objects.filter(application=bob.client).exists()  # a code that comes twice ends all


def test_accepts_an_assertion_once(bob: given.Party) -> None:
    proof = bob.assertion()

    outcomes = at_once(lambda _: bob.token(grant_type="client_credentials", **proof).status_code)

    assert outcomes == {200: 1, 401: MANY - 1}
    assert AccessToken.objects.filter(application=bob.client).count() == 1


def test_decides_a_request_once(bob: given.Party) -> None:
    reference = bob.open(bob.lodge())

    def decide(_number: int) -> str:
        try:
            with unit.work():
                row = requests.load(reference, now=bob.now, lock=True)
                decisions.refuse(row, description="CN01", now=bob.now)
        except requests.RequestUnusable:
            return "too late"
        return "decided"

    assert at_once(decide) == {"decided": 1, "too late": MANY - 1}


def test_refreshes_as_often_as_it_is_asked(bob: given.Party) -> None:
    token = bob.redeem(bob.approved()["code"]).json()["refresh_token"]

    outcomes = at_once(lambda _: bob.token(grant_type="refresh_token", refresh_token=token).status_code)

    assert outcomes == {200: MANY}
    assert AccessToken.objects.filter(application=bob.client).count() == MANY + 1
    assert RefreshToken.objects.filter(application=bob.client).count() == 1
