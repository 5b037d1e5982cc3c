"""The running bank, a TPP, and a real browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

from bank.sandbox.tpp import client
from tests.crash.victim import Victim
from tests.journeys import world

SCREENS = world.ROOT / "var" / "screenshots"
CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_IT = (
    "No Chromium was found: install one (apt install chromium) or run `.venv/bin/playwright install chromium`"
)


@pytest.fixture(scope="session")
def bank(live: Victim) -> world.World:
    """The running sandbox that all live tests share."""
    return live.world


@pytest.fixture(scope="session")
def tpp(bank: world.World) -> client.Client:
    """One TPP for the tests that need no other."""
    return bank.tpp()


@pytest.fixture(scope="module")  # while Playwright runs, its event loop keeps Django from the database in this thread
def chromium() -> Iterator[Browser]:
    """A real browser: the machine's own, else the one that Playwright brought. Never left out in CI."""
    found = next((path for name in CANDIDATES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except Error:
            if os.environ.get("CI"):
                raise
            pytest.skip(HOW_TO_GET_IT)
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium: Browser) -> Iterator[BrowserContext]:
    """One person at one screen, who has told the browser to trust the sandbox."""
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1024, "height": 900}, locale="en-GB")
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture(scope="session")
def screens() -> Path:
    """Where screenshots are put, to be looked at."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    return SCREENS
