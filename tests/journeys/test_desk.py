"""A held payment, and the two people who let it go, each at a screen of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bank.sandbox.tpp import client, pay
from tests.journeys import world

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]
EVERYTHING_BOB_HAS = "1400.00"  # his overdraft included


@pytest.fixture
def desk(chromium: Browser, tpp: client.Client):
    """Open the desk as a member of staff."""
    contexts = []

    def open_as(name: str) -> Page:
        context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{tpp.discovery['issuer']}/admin/")
        page.fill("#id_username", name)
        page.fill("#id_password", world.STAFF[name])
        page.fill("#id_otp", world.CODE)
        page.press("#id_otp", "Enter")
        page.wait_for_selector("#user-tools")
        return page

    yield open_as
    for context in contexts:
        context.close()


def test_pays_when_one_asks_for_release_and_another_approves(
    bank: world.World, tpp: client.Client, desk: Callable[[str], Page], screens: Path
) -> None:
    what = world.payment(EVERYTHING_BOB_HAS, to="20000087654321", name="Quick Money Ltd", reference="Act now")
    approved = world.approved_payment(tpp, what, who="bob")
    order_id = world.order(tpp, approved)["DomesticPaymentId"]
    held = pay.follow(tpp, order_id, token=approved.own, until={"PDNG", "ACCC", "RJCT"})
    assert held["Status"] == "PDNG"

    sam, issuer = desk("sam"), tpp.discovery["issuer"]
    sam.goto(f"{issuer}/admin/payments/paymentorder/{order_id}/change/")
    sam.screenshot(path=screens / "desk-1-order.png", full_page=True)
    sam.click("a[href*='payments.release']")
    sam.screenshot(path=screens / "desk-2-ask.png", full_page=True)
    sam.fill("#id_reason", "The customer called and means it")
    sam.click("#ask")
    (approval,) = bank.rows("select id from approvals_approval where subject = %s", [order_id])
    place = f"{issuer}/admin/approvals/approval/{approval[0]}/change/"
    sam.goto(place)
    assert sam.locator("#approve").count() == 0
    tess = desk("tess")
    tess.goto(place)
    tess.screenshot(path=screens / "desk-3-decide.png", full_page=True)
    tess.click("#approve")

    order = pay.follow(tpp, order_id, token=approved.own)
    assert order["Status"] == "ACCC"
    tess.goto(f"{issuer}/admin/payments/paymentorder/{order_id}/change/")
    tess.screenshot(path=screens / "desk-4-story.png", full_page=True)
    assert "The customer called and means it" in tess.content()
