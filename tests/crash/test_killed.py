"""Processes are killed in the middle of payments, at random moments; afterwards everything is counted."""

import contextlib
import gc
import json
import random
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from requests import RequestException

from bank.sandbox.tpp import client, pay
from tests import environment
from tests.crash.victim import Victim

pytestmark = [
    pytest.mark.crash,
    pytest.mark.timeout(1800),
    # A connection that is cut off in the middle of its handshake is left to the garbage collector by urllib3.
    pytest.mark.filterwarnings("ignore:.*<ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"),
]
PAYERS_AT_ONCE = 4
PATIENCE_SECONDS = 120
PARTS = ["web", "worker", "database"]
OURS = "select id, consent_id, status from payments_paymentorder where consent_id = any(%s)"  # customers live on, too


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    made = Victim(environment.new_folder())
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.world.var)


def persist(tpp: client.Client, approved: dict[str, Any]) -> dict[str, Any]:
    """Order as the standard tells a TPP to: the same request with the same key until there is an answer."""
    body = json.dumps({"Data": {"ConsentId": approved["consent_id"], **approved["data"]}, "Risk": approved["risk"]})
    key, deadline = secrets.token_hex(16), time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = tpp.post(pay.ORDERS, body.encode(), token=approved["token"], key=key)
        except (RequestException, KeyError):
            time.sleep(0.3)  # nobody there, or cut off in the middle of an answer
            continue
        if answer.status_code < 500:
            return client.expect(answer, status=201).json()["Data"]
        time.sleep(0.3)
    raise AssertionError("the bank did not come back")


def test_answers_as_before_once_the_database_is_back(victim: Victim) -> None:
    tpp = client.Client(victim.world.var / "tpps" / "acorn")
    port = victim.world.environment["LOMBARD_MTLS_PORT"]
    unknown = {"Authorization": f"Bearer {secrets.token_urlsafe(32)}"}  # what it is, only the database knows

    def ask(_: int) -> int:
        return tpp.session.get(f"https://localhost:{port}/open-banking/v4.0/aisp/accounts", headers=unknown).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(64))) == {401}
        victim.kill("database", chance=random.Random(0))
        time.sleep(1)
        wait_for_the_database(victim)

        assert set(pool.map(ask, range(64))) == {401}


def test_loses_doubles_and_strands_no_payment(victim: Victim, pytestconfig: pytest.Config) -> None:
    rounds, count = pytestconfig.getoption("--crash-rounds"), pytestconfig.getoption("--crash-payments")
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    approved = victim.payments(count)
    tpp = client.Client(victim.world.var / "tpps" / "acorn")
    done = threading.Semaphore(0)
    told = [f"seed {seed}"]

    def pay_one(what: dict[str, Any]) -> dict[str, Any]:
        order = persist(tpp, what)
        done.release()
        return order

    with ThreadPoolExecutor(PAYERS_AT_ONCE) as pool:
        sent = [pool.submit(pay_one, what) for what in approved]
        for number in range(rounds):
            for _ in range(count // (rounds + 1)):
                done.acquire(timeout=PATIENCE_SECONDS)
            time.sleep(chance.random() / 4)
            told.append(victim.kill(PARTS[number % len(PARTS)], chance=chance))
        orders = [future.result() for future in sent]

    assert victim.is_supervised(), told
    assert len({order["DomesticPaymentId"] for order in orders}) == count, told
    consents = [what["consent_id"] for what in approved]
    wait_until_all_stand_still(victim, told, consents)
    assert_all_went_right(victim, told, consents)
    gc.collect()  # what was cut off is this test's, and no other's


def wait_for_the_database(victim: Victim) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            victim.world.rows("select 1")
            return
        time.sleep(0.2)


def wait_until_all_stand_still(victim: Victim, told: list[str], consents: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    statement = f"select status, count(*) from ({OURS}) ours group by status"
    statuses: dict[str, int] = {}
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):  # the database itself may still be coming back
            statuses = dict(victim.world.rows(statement, [consents]))
        if statuses.keys() == {"ACCC"}:
            return
        time.sleep(0.5)
    raise AssertionError(f"stuck: {statuses}; {told}; {victim.world.rows('select * from outbox_message limit 5')}")


def assert_all_went_right(victim: Victim, told: list[str], consents: list[str]) -> None:
    rows, count = victim.world.rows, len(consents)
    held = f"select h.id from accounts_hold h join ({OURS}) ours on h.for_order = ours.id"
    assert rows(f"select count(*), count(distinct consent_id) from ({OURS}) ours", [consents]) == [(count, count)], told
    assert rows(f"select count(*) from ({held}) held", [consents]) == [(count,)], told
    ended = f"select count(*) from accounts_holdend where outcome = 'posted' and hold_id in ({held})"
    assert rows(ended, [consents]) == [(count,)], told
    moved = f"from accounts_transfer t join ({OURS}) ours on t.for_order = ours.id"
    assert rows(f"select count(*), count(distinct for_order) {moved}", [consents]) == [(count, count)], told
    assert rows("select transfer_id from accounts_posting group by 1 having sum(amount_minor) <> 0") == [], told
    wrong = (
        "select id from accounts_account a where held_minor <>"
        " (select coalesce(sum(amount_minor), 0) from accounts_hold h where account_id = a.id"
        "  and not exists (select from accounts_holdend where hold_id = h.id)) or booked_minor <>"
        " (select coalesce(sum(amount_minor), 0) from accounts_posting where account_id = a.id)"
    )
    assert rows(wrong) == [], told
    spent = f"select distinct c.status from consents_consent c join ({OURS}) ours on ours.consent_id = c.id"
    assert rows(spent, [consents]) == [("COND",)], told
    assert rows("select kind, payload from outbox_message") == [], told
