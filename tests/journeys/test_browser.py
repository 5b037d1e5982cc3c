"""Alice at a real browser: what she sees, what she can do with the keyboard alone, and what comes of it."""

import threading

import pytest
from playwright.sync_api import Page, expect

from bank.sandbox.tpp import accounts, client, funds, pay, redirect
from tests.journeys import world
from tests.journeys.accessibility import faults_of

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]


class Back:
    """The TPP's own page, listening: what the browser brings back, without holding up the browser."""

    def __init__(self, tpp: client.Client) -> None:
        self.listener = redirect.Listener(tpp.folder)
        self.fragment = ""
        self.thread = threading.Thread(target=self._wait, daemon=True)
        self.thread.start()

    def _wait(self) -> None:
        self.fragment = self.listener.wait()

    def wait(self) -> str:
        """Return the fragment."""
        self.thread.join(20)
        assert self.fragment, "the browser did not come back to the TPP"
        return self.fragment


def looked_at(page: Page, name: str, screens) -> None:
    """Keep a picture of a page and check what can be checked of its accessibility."""
    page.screenshot(path=screens / f"{name}.png", full_page=True)
    assert faults_of(page) == [], name


def log_in(page: Page, url: str, screens, *, name: str) -> None:
    page.goto(url)
    looked_at(page, f"{name}-1-login", screens)
    page.fill("#username", "alice")
    page.fill("#password", world.PASSWORDS["alice"])
    page.click("#login-submit")
    page.wait_for_selector("#otp")
    looked_at(page, f"{name}-2-code", screens)
    page.fill("#otp", world.CODE)
    page.click("#otp-submit")
    page.wait_for_selector("#consent-approve")
    looked_at(page, f"{name}-3-consent", screens)


def test_pays_from_log_in_to_the_creditors_account(tpp, screen, screens):
    own = tpp.client_credentials("payments")
    consent = pay.lodge(tpp, world.payment("3.01", reference="Chromium"), token=own)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="payments")
    back, page = Back(tpp), screen.new_page()

    log_in(page, authorization.url, screens, name="payment")
    told = page.inner_text("main")
    page.click("#consent-approve")
    tokens = tpp.finish(authorization, fragment=back.wait())
    order = world.order(tpp, world.Approved(consent, tokens, own))
    order = pay.follow(tpp, order["DomesticPaymentId"], token=own)

    assert "3.01" in told
    assert "Bob Ashdown" in told
    assert "Chromium" in told
    assert tpp.identity["name"] in told
    expect(page.locator("h1")).to_have_text("Back at the TPP")
    assert order["Status"] == "ACCC"


def test_reads_accounts_after_an_approval_by_keyboard_alone(tpp, screen, screens):
    own = tpp.client_credentials("accounts")
    consent_id = accounts.lodge(tpp, token=own)["Data"]["ConsentId"]
    authorization = tpp.authorization(consent_id, scope="accounts", pushed=False)
    back, page = Back(tpp), screen.new_page()
    page.goto(authorization.url)

    page.focus("#username")
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(world.PASSWORDS["alice"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#otp")
    page.focus("#otp")
    page.keyboard.type(world.CODE)
    page.keyboard.press("Enter")
    page.wait_for_selector("#consent-approve")
    looked_at(page, "accounts-3-consent", screens)
    if not page.is_checked("#account-1"):
        page.focus("#account-1")
        page.keyboard.press("Space")
    page.focus("#consent-approve")
    page.keyboard.press("Enter")
    tokens = tpp.finish(authorization, fragment=back.wait())

    answer = client.expect(tpp.get("/aisp/accounts", token=tokens.access), status=200)
    assert world.ALICE_ID in answer.text


def test_refuses_and_tells_the_tpp(tpp, screen, screens):
    own = tpp.client_credentials("payments")
    consent = pay.lodge(tpp, world.payment("3.02"), token=own)
    consent_id = consent["Data"]["ConsentId"]
    authorization = tpp.authorization(consent_id, scope="payments")
    back, page = Back(tpp), screen.new_page()

    log_in(page, authorization.url, screens, name="refusal")
    page.click("#consent-cancel")

    with pytest.raises(client.NotProven, match="access_denied"):
        tpp.finish(authorization, fragment=back.wait())
    now = tpp.get(f"{pay.CONSENTS}/{consent_id}", token=own).json()["Data"]
    assert now["Status"] == "RJCT"


def test_takes_a_double_click_for_one(tpp, screen, screens):
    own = tpp.client_credentials("payments")
    consent = pay.lodge(tpp, world.payment("1.07"), token=own)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="payments")
    back, page = Back(tpp), screen.new_page()
    log_in(page, authorization.url, screens, name="double-click")
    button = page.locator("#consent-approve").bounding_box()

    page.mouse.click(button["x"] + 9, button["y"] + 9)
    page.wait_for_timeout(30)
    page.mouse.click(button["x"] + 9, button["y"] + 9)

    assert tpp.finish(authorization, fragment=back.wait()).access


def test_says_so_when_the_password_is_wrong(tpp, screen, screens):
    own = tpp.client_credentials("payments")
    consent = pay.lodge(tpp, world.payment("3.03"), token=own)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="payments")
    page = screen.new_page()
    page.goto(authorization.url)

    page.fill("#username", "nobody-of-this-name")
    page.fill("#password", "wrong")
    page.click("#login-submit")

    expect(page.locator("[role=alert]")).to_be_visible()
    looked_at(page, "login-wrong", screens)


def test_shows_a_page_and_goes_nowhere_when_the_request_cannot_be_trusted(tpp, screen, screens):
    page = screen.new_page()

    answer = page.goto(f"{tpp.discovery['authorization_endpoint']}?client_id=nobody&request_uri=urn:nothing")

    assert answer.status == 400
    assert page.url.startswith(tpp.discovery["issuer"])
    looked_at(page, "error", screens)


def test_lets_a_tpp_ask_whether_an_amount_is_there(tpp, screen, screens):
    own = tpp.client_credentials("fundsconfirmations")
    consent = funds.lodge(tpp, account=world.ALICE, token=own, ExpirationDateTime="2099-01-01")
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="fundsconfirmations")
    back, page = Back(tpp), screen.new_page()

    log_in(page, authorization.url, screens, name="funds")
    page.click("#consent-approve")

    assert tpp.finish(authorization, fragment=back.wait()).access
