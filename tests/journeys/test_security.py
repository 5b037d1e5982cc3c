"""Strong authentication at a real browser: a virtual authenticator's passkey, an app's codes, and no scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bank.customers import passkeys
from bank.sandbox.tpp import client, pay
from tests.journeys import world
from tests.journeys.test_browser import Back, looked_at

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A telephone's screen, in the dark."""
    context = chromium.new_context(
        ignore_https_errors=True, viewport={"width": 360, "height": 740}, locale="en-GB", color_scheme="dark"
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


def come_in(page: Page, tpp: client.Client, who: str) -> None:
    """Open the security page."""
    page.goto(f"{tpp.discovery['issuer']}/security")
    page.fill("#username", who)
    page.fill("#password", world.PASSWORDS[who])
    page.click("#login-submit")
    page.fill("#otp", world.CODE)
    page.click("#otp-submit")
    page.wait_for_selector("#add-passkey")


def asked_to_pay(tpp: client.Client, page: Page, amount: str, who: str) -> tuple[client.Authorization, Back, str]:
    """Lodge a payment and lead the customer to the page that asks for the proof."""
    own = tpp.client_credentials("payments")
    consent = pay.lodge(tpp, world.payment(amount, to=world.ALICE, name="Alice Whitfield"), token=own)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="payments")
    back = Back(tpp)
    page.goto(authorization.url)
    if page.locator("#username").count():
        page.fill("#username", who)
        page.fill("#password", world.PASSWORDS[who])
        page.click("#login-submit")
    page.wait_for_selector("#otp-submit")
    return authorization, back, consent["Data"]["ConsentId"]


def test_pays_with_a_passkey_and_leaves_evidence(bank, tpp, phone, screens):
    page = phone.new_page()
    devices = phone.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    come_in(page, tpp, "carol")
    looked_at(page, "security-1-overview", screens)
    page.click("#add-passkey")
    looked_at(page, "security-2-passkey", screens)
    page.fill("#name", "Carol's phone")
    page.click("#passkey-add")
    page.wait_for_selector("#done")
    assert "Carol's phone" in page.inner_text("main")

    authorization, back, consent_id = asked_to_pay(tpp, page, "0.12", "carol")
    looked_at(page, "security-3-proof", screens)
    page.click("#passkey-submit")
    page.wait_for_selector("#consent-approve")
    page.click("#consent-approve")
    tokens = tpp.finish(authorization, fragment=back.wait())

    assert tokens.access
    ((evidence,),) = bank.rows("select evidence from oauth_authorization where consent_id = %s", [consent_id])
    assert (evidence["method"], evidence["facts"]["amount"], evidence["facts"]["payee"]) == (
        "passkey",
        "0.12",
        "Alice Whitfield",
    )
    assert passkeys.proves(evidence)
    assert not passkeys.proves(evidence | {"facts": evidence["facts"] | {"amount": "9000.00"}})


def test_adds_an_app_and_pays_with_its_code(bank, tpp, screen, screens):
    page = screen.new_page()
    come_in(page, tpp, "bob")
    page.click("#make-codes")
    looked_at(page, "security-4-codes", screens)
    page.click("text=I have kept them")
    page.click("#add-app")
    looked_at(page, "security-5-app", screens)
    page.fill("#code", bank.manage("customer", "code", "bob").stdout.strip())
    page.click("#app-add")
    page.wait_for_selector("#done")

    authorization, back, consent_id = asked_to_pay(tpp, page, "0.13", "bob")
    looked_at(page, "security-6-signing", screens)
    text = page.locator("#signing-text").text_content()
    page.fill("#otp", bank.manage("customer", "code", "bob", "--payment", text or "").stdout.strip())
    page.click("#otp-submit")
    page.wait_for_selector("#consent-approve")
    page.click("#consent-approve")

    assert tpp.finish(authorization, fragment=back.wait()).access
    ((method,),) = bank.rows(
        "select evidence ->> 'method' from oauth_authorization where consent_id = %s", [consent_id]
    )
    assert method == "app-code"


def test_chooses_a_new_password_with_a_code_from_paper(bank, tpp, phone, screens):
    page, issuer = phone.new_page(), tpp.discovery["issuer"]
    come_in(page, tpp, "bob")
    page.click("#make-codes")
    code = page.locator("#codes code").first.inner_text()
    page.goto(f"{issuer}/security")
    page.click("#log-out")

    page.goto(f"{issuer}/security/login")
    page.click("#lost-password")
    looked_at(page, "lost-password-1-proof", screens)
    page.fill("#username", "bob")
    page.fill("#recovery_code", code)
    page.click("#lost-submit")
    looked_at(page, "lost-password-2-choose", screens)
    for field in ("#password", "#again"):
        page.fill(field, world.PASSWORDS["bob"])  # the same, since others here know him by it
    page.click("#password-submit")
    page.wait_for_selector("#done")
    looked_at(page, "lost-password-3-done", screens)
    page.click("#log-in")

    assert page.locator("#login-submit").count() == 1
    (told,) = bank.rows("select detail from audit_entry where action = 'password.replaced' and subject = 'bob'")
    assert told == ({"method": "recovery-code"},)


def test_works_without_scripts(chromium, tpp, screens):
    context = chromium.new_context(ignore_https_errors=True, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    come_in(page, tpp, "alice")

    page.click("#add-passkey")
    told = page.inner_text("main")
    page.click("text=Add an authenticator app")
    page.wait_for_selector("#app-add")
    page.goto(f"{tpp.discovery['issuer']}/security")
    page.click("#log-out")
    page.goto(f"{tpp.discovery['issuer']}/security")

    assert "Passkeys need scripts" in told
    assert page.locator("#login-submit").count() == 1
    context.close()
