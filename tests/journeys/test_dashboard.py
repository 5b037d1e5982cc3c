"""Carol at her own pages, in a real browser: what an app was given to read, and the end of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys import world
from tests.journeys.test_browser import looked_at

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A telephone's screen, in the dark."""
    context = chromium.new_context(
        ignore_https_errors=True, viewport={"width": 360, "height": 740}, locale="en-GB", color_scheme="dark"
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


def come_in(page: Page, issuer: str, who: str) -> None:
    """Open the dashboard."""
    page.goto(f"{issuer}/dashboard")
    page.fill("#username", who)
    page.fill("#password", world.PASSWORDS[who])
    page.click("#login-submit")
    page.fill("#otp", world.CODE)
    page.click("#otp-submit")
    page.wait_for_selector("#log-out")


def test_shows_what_an_app_reads_and_ends_it(tpp, phone, screens):
    read = world.approved_read(tpp, who="carol")
    account_id = tpp.get("/aisp/accounts", token=read.tokens.access).json()["Data"]["Account"][0]["AccountId"]
    told = tpp.get(f"/aisp/accounts/{account_id}/transactions", token=read.tokens.access).json()["Data"]["Transaction"]
    page = phone.new_page()

    come_in(page, tpp.discovery["issuer"], "carol")
    looked_at(page, "dashboard-1-overview", screens)
    page.click(f"#{account_id} a")
    looked_at(page, "dashboard-2-account", screens)
    shown = page.locator("table.lines tr[id]").evaluate_all("rows => rows.map(row => row.id)")
    wanted = next(entry for entry in told if entry["Status"] == "BOOK")
    page.fill("#q", wanted["Amount"]["Amount"])
    page.press("#q", "Enter")
    page.wait_for_selector("#found")
    looked_at(page, "dashboard-2-found", screens)
    found = page.locator("table.lines tr[id]").evaluate_all("rows => rows.map(row => row.id)")
    page.click("#all")
    page.wait_for_selector("#balance")
    for number, place in enumerate(("Planned", "Statements"), 3):
        page.click(f"nav.places >> text={place}")
        looked_at(page, f"dashboard-{number}-{place.lower()}", screens)
    page.click("text=Overview")
    page.click(f"#{read.consent_id} a")
    looked_at(page, "dashboard-5-agreement", screens)
    used = page.inner_text("main")
    page.click("#stop")
    looked_at(page, "dashboard-6-stop", screens)
    before = tpp.get("/aisp/accounts", token=read.tokens.access)
    page.click("#stop-confirm")
    page.wait_for_selector("#done")
    after = tpp.get("/aisp/accounts", token=read.tokens.access)
    page.click("text=What is over")
    looked_at(page, "dashboard-7-ended", screens)

    assert shown == [entry["TransactionId"] for entry in told]
    assert wanted["TransactionId"] in found
    assert "Transactions" in used
    assert (before.status_code, after.status_code) == (200, 401)
    assert after.json()["Errors"][0]["ErrorCode"] == "TKSP"
    assert "Stopped at the bank" in page.inner_text("main")
