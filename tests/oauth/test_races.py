"""What must happen once, though many ask for it at the same instant, each over a connection of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection

from bank.oauth import decisions, requests
from bank.oauth.models import AccessToken, Authorization, Grant, RefreshToken
from bank.outbox import unit
from consents import lifecycle
from tests import people
from tests.oauth import given, newcomer, proofs

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


def with_proof(party: given.Party, proof: str) -> int:
    """The status of a token request that a proof of a key comes with."""
    form = {"grant_type": "client_credentials"} | party.proof()
    return party.post(given.TOKEN, form, headers={"DPoP": proof}).status_code


def test_redeems_a_code_once(bob: given.Party) -> None:
    code = bob.approved()["code"]

    outcomes = at_once(lambda _: bob.redeem(code).status_code)

    assert outcomes == {200: 1, 400: MANY - 1}
    assert not AccessToken.objects.filter(application=bob.client).exists()  # a code that comes twice ends all
    assert not RefreshToken.objects.filter(application=bob.client, revoked=None).exists()
    assert Authorization.objects.get(client=bob.client).revoked_at is not None


def test_accepts_an_assertion_once(bob: given.Party) -> None:
    proof = bob.assertion()

    outcomes = at_once(lambda _: bob.token(grant_type="client_credentials", **proof).status_code)

    assert outcomes == {200: 1, 401: MANY - 1}
    assert AccessToken.objects.filter(application=bob.client).count() == 1


def test_registers_one_client_of_a_software_statement(committed: None, now: datetime) -> None:
    nora = newcomer.newcomer(now=now)
    signed = [nora.request() for _ in range(MANY)]

    outcomes = at_once(lambda number: nora.send("post", signed[number]).status_code)

    assert outcomes == {201: 1, 400: MANY - 1}
    assert nora.statement.clients.count() == 1


def test_accepts_a_dpop_proof_once(committed: None, now: datetime) -> None:
    carol = given.party(now=now, profile="fapi2-security", dpop_bound_access_tokens=True)
    proof = proofs.Prover(now=now).proof("POST", f"{settings.MTLS_URL}/oauth/token")

    outcomes = at_once(lambda _: with_proof(carol, proof))

    assert outcomes == {200: 1, 400: MANY - 1}
    assert AccessToken.objects.filter(application=carol.client).count() == 1


def test_decides_a_request_once(bob: given.Party) -> None:
    """Ten yes and ten no: whichever comes first counts, and a yes brings one code."""
    alice, consent_id = people.customer(now=bob.now), bob.lodge()
    with unit.work():
        account = people.account(alice, now=bob.now)
    reference = bob.open(consent_id)

    def decide(number: int) -> str:
        try:
            with unit.work():
                row = requests.load(reference, now=bob.now, lock=True)
                if number % 2:
                    decisions.refuse(row, description="CN01", now=bob.now)
                    return "no"
                lifecycle.authorise(
                    lifecycle.lock(consent_id), customer=alice, accounts=[account], actor="customer:alice", now=bob.now
                )
                decisions.approve(row, user=alice, consent_id=consent_id, auth_time=bob.now, acr=given.SCA, now=bob.now)
        except requests.RequestDecided:
            return "too late"
        return "yes"

    outcomes = at_once(decide)

    assert outcomes["too late"] == MANY - 1
    assert Grant.objects.filter(application=bob.client).count() == outcomes["yes"] == 1 - outcomes["no"]


def test_refreshes_as_often_as_it_is_asked(bob: given.Party) -> None:
    token = bob.redeem(bob.approved()["code"]).json()["refresh_token"]

    outcomes = at_once(lambda _: bob.token(grant_type="refresh_token", refresh_token=token).status_code)

    assert outcomes == {200: MANY}
    assert AccessToken.objects.filter(application=bob.client).count() == MANY + 1
    assert RefreshToken.objects.filter(application=bob.client).count() == 1
