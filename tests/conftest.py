"""What every test may ask for: a database with the application's rights, an open unit of work, a running sandbox.

The database is migrated once a run and never emptied: the application's role could not, and tests must not lean on it.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime

from tests import environment  # isort: skip - first, before anything reads the settings

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import client

from bank import clock
from bank.outbox import unit
from bank.sandbox import postgres
from tests.crash.victim import Victim
from tests.elsewhere import certificate, elsewhere, trusted  # noqa: F401 - fixtures

# Fixtures that start a bank of their own and keep it: the tests that share one go to one process of the run.
BANKS = ("live", "behind", "victim")
PROCESSES_MAX = 4  # each starts a PostgreSQL, and one or two a whole sandbox


class RollBack(Exception):
    """Raised inside a transaction to undo it."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.Item) -> Iterator[None]:
    """Start an embedded PostgreSQL, made by its owner, used by the application's role."""
    server = postgres.Server(environment.VAR, is_durable=False)
    server.start()
    try:
        with django_db_blocker.unblock():
            call_command("setup", verbosity=0)
            connections.close_all()
        yield
    finally:
        with django_db_blocker.unblock():
            connections.close_all()
        server.stop()
        postgres.remove(environment.VAR)


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the crash test is: three kills unless said; `--crash-rounds 10 --crash-payments 200` is the long one."""
    parser.addoption("--crash-rounds", type=int, default=3, help="how many processes are killed")
    parser.addoption("--crash-payments", type=int, default=40, help="how many payments are made meanwhile")


@pytest.hookimpl(optionalhook=True)  # -p no:xdist is a way to run, too
def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` starts: one a core, but two at least, since tests of a running bank often wait."""
    return max(2, min(len(os.sched_getaffinity(0)), PROCESSES_MAX))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Name no settings to the processes of the run, or pytest-django would read them before tests/environment.py."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, and before tests are left out by their marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that need a running bank, and keep together, in one process, those that share one."""
    for item in items:
        for bank in BANKS:
            if bank in item.fixturenames:
                item.add_marker(pytest.mark.live)
                if config.pluginmanager.hasplugin("xdist"):
                    item.add_marker(pytest.mark.xdist_group(bank))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how to have this run's order again; a quiet run prints no header that would."""
    seed = config.getoption("randomly_seed", None)
    if isinstance(seed, int):
        terminalreporter.write_line(f"The order of this run: --randomly-seed={seed}")


def _leave_open(**_facts: object) -> None:
    """What Django's test client takes out before each request, and puts in after it."""


@pytest.fixture(scope="session", autouse=True)
def signals_as_the_bank_has_them() -> Iterator[None]:
    """Keep close_old_connections out of the signals of requests, whence the bank has taken it (bank/outbox/apps.py).

    It closes a connection in the middle of a transaction, too; and Django's test client would put it back after its
    first request, for everything that comes to the bank in other ways: over HTTPS, or by schemathesis.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "close_old_connections", _leave_open)
        yield


@pytest.fixture(scope="session")
def live() -> Iterator[Victim]:
    """A running sandbox of its own, started as people start it, for every test that talks to one over HTTPS."""
    sandbox = Victim(environment.new_folder())
    try:
        sandbox.start()
        yield sandbox
    finally:
        sandbox.stop()
        shutil.rmtree(sandbox.world.var)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    for door in (environment.PAGES, environment.MACHINES):
        door.close()
    shutil.rmtree(environment.VAR, ignore_errors=True)


@pytest.fixture
def now() -> datetime:
    """The instant of the test, to the second: rules are given it, and pages that read the clock agree with it."""
    return clock.now().replace(microsecond=0)


@pytest.fixture
def work(db: None) -> Iterator[unit.Unit]:
    """An open unit of work for tests of rules; it is rolled back."""
    with contextlib.suppress(RollBack), unit.work() as open_unit:
        yield open_unit
        raise RollBack


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: pytest.Item) -> Iterator[None]:
    """A database that really commits, for tests of what several connections do at once. What they write stays."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
