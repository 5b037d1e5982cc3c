"""The bank changes its signing keys while TPPs call it, and none of them notices."""

import threading
import time

import pytest
from joserfc import jws

from bank.sandbox.tpp import client, pay
from tests.journeys import world

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
CALLERS = 4
SOON_SECONDS = 60


def test_rotates_under_load_and_no_tpp_meets_an_unknown_kid(bank, tpp):
    """Every TPP read the published keys once, before; each answer's signature names one of them."""
    known = {key.kid for key in tpp.bank_keys.keys}
    own = tpp.client_credentials("payments")
    wanted = f"/pisp/domestic-payment-consents/{lodged(tpp, own)}"
    seen: list[str] = []
    failures: list[str] = []
    is_over = threading.Event()

    def call() -> None:
        while not is_over.is_set():
            answer = tpp.get(wanted, token=own)  # checks the signature, or raises
            seen.append(kid_of(answer))
            if answer.status_code != 200 or seen[-1] not in known:
                failures.append(f"{answer.status_code} signed with {seen[-1]}")

    def guarded() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever a caller meets, this test is about it
            failures.append(repr(error))

    callers = [threading.Thread(target=guarded) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    before = kid_of(tpp.get(wanted, token=own))
    rotate(bank)
    deadline = time.monotonic() + SOON_SECONDS
    while time.monotonic() < deadline and before in seen[-2 * CALLERS :]:  # until every process signs with the new key
        time.sleep(0.5)
    is_over.set()
    for caller in callers:
        caller.join()

    assert not failures
    assert before not in seen[-CALLERS:]
    assert len(set(seen)) == 2
    published = client.Client(tpp.folder.path).bank_keys  # who reads the set now knows the old key as well
    assert before in {key.kid for key in published.keys}


def rotate(bank) -> None:
    """Let the next keys sign, as soon as the whole bank publishes them."""
    deadline = time.monotonic() + SOON_SECONDS
    while (done := bank.manage("keys", "rotate", "--early", check=False)).returncode:
        assert time.monotonic() < deadline, done.stderr
        time.sleep(1)


def lodged(tpp, own: str) -> str:
    """A payment consent, whose every reading the bank signs."""
    consent_id: str = pay.lodge(tpp, world.payment("1.00"), token=own)["Data"]["ConsentId"]
    return consent_id


def kid_of(answer) -> str:
    """The key that an answer was signed with."""
    protected = answer.headers["x-jws-signature"].split(".")[0]
    kid: str = jws.extract_compact(f"{protected}..".encode()).headers()["kid"]
    return kid
