"""The command that runs the bank: what it says when it cannot start, and what is left when it ends."""

import os
import shutil
import signal
import socket
import time

import pytest

from bank.sandbox import lock
from tests import environment
from tests.crash.victim import Victim

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@pytest.fixture
def own():
    """A sandbox that is not running yet, and that nobody shares."""
    sandbox = Victim(environment.new_folder())
    yield sandbox
    sandbox.stop()
    shutil.rmtree(sandbox.world.var)


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def gone_within(pids, seconds):
    deadline = time.monotonic() + seconds
    while left := [pid for pid in pids if not is_gone(pid)]:
        if time.monotonic() > deadline:
            return left
        time.sleep(0.1)
    return []


def test_says_that_it_runs_already(live):
    second = live.world.manage("sandbox", check=False)

    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"process {live.process.pid}" in second.stderr


def test_names_the_port_that_is_taken(own):
    with socket.create_server(("127.0.0.1", int(own.world.environment["LOMBARD_PORT"]))):
        refused = own.world.manage("sandbox", check=False)

    assert refused.returncode == 1
    assert f"Port {own.world.environment['LOMBARD_PORT']}" in refused.stderr
    assert "--port" in refused.stderr
    assert not lock.note(own.world.var).exists()


def test_waits_in_vain_for_a_bank_that_does_not_run(own):
    waited = own.world.manage("ready", "--timeout", "0.2", check=False)

    assert waited.returncode == 1
    assert "No sandbox got ready" in waited.stderr


def test_will_not_throw_away_a_bank_that_runs(live):
    refused = live.world.manage("reset", check=False)

    assert refused.returncode == 1
    assert (live.world.var / "ca.pem").exists()


def test_lets_no_crowd_into_a_bank_that_is_open(live):
    refused = live.world.manage("seed", "--customers", "5", check=False)

    assert refused.returncode == 1
    assert f"process {live.process.pid}" in refused.stderr


@pytest.mark.crash
def test_leaves_nothing_behind_after_ctrl_c_and_opens_the_same_bank_again_with_whom_came_meanwhile(own):
    own.start()
    (accounts,) = own.world.rows("select count(*) from accounts_account")
    pids = [pid for pid, _ in own._descendants()]

    own.process.send_signal(signal.SIGINT)
    status = own.process.wait(120)

    assert status == 0
    assert len(pids) >= 8
    assert gone_within(pids, 0) == []
    assert not lock.note(own.world.var).exists()
    told = own.world.manage("seed", "--customers", "3", "--months", "1").stdout
    assert "every rule of the ledger holds" in told
    own.start()
    (accounts_now,) = own.world.rows("select count(*) from accounts_account")
    assert accounts_now[0] >= accounts[0] + 3


@pytest.mark.crash
def test_leaves_nothing_behind_when_it_is_killed(own):
    own.start()
    pids = [pid for pid, _ in own._descendants()]

    own.process.kill()
    own.process.wait()

    assert gone_within(pids, 30) == []
    assert lock.read_note(own.world.var) == {}
    own.start()
    assert lock.read_note(own.world.var)["LOMBARD_PORT"] == own.world.environment["LOMBARD_PORT"]
