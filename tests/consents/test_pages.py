"""The pages between a TPP's request and the customer's answer."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser

from bank.audit.models import Entry
from bank.customers.models import User
from bank.oauth.models import Authorization, AuthorizationRequest
from bank.outbox import unit
from consents import lifecycle
from consents.models import ConsentAccount
from tests import people
from tests.consents import given
from tests.consents.visitor import brought_back, options, visitor, words
from tests.oauth import given as oauth

pytestmark = pytest.mark.django_db


def test_leads_from_log_in_to_the_approval(now: datetime) -> None:
    alice = visitor(now=now)

    steps = [alice.log_in()["Location"], alice.prove()["Location"]]
    page = alice.get("/consent")
    answer = brought_back(alice.approve(options(page)[0][0]))

    assert steps == [alice.address("/sca"), alice.address("/consent")]
    assert {"code", "id_token", "state"} <= answer.keys()
    assert alice.consent.status == "AUTH"
    assert alice.consent.customer == alice.alice
    assert ConsentAccount.objects.get(consent=alice.consent_id).account.nickname == "Bills"


def test_states_when_and_how_the_customer_was_authenticated(now: datetime) -> None:
    alice = visitor(now=now)
    page = alice.come_to_the_decision()

    alice.approve(options(page)[0][0])

    authorization = Authorization.objects.get(consent=alice.consent_id)
    assert authorization.user == alice.alice
    assert authorization.acr == "urn:openbanking:psd2:sca"
    assert now <= authorization.auth_time <= now + timedelta(minutes=1)


def test_says_who_asks_for_what_and_until_when(now: datetime) -> None:
    alice = visitor(now=now)

    said = words(alice.come_to_the_decision())

    assert "Bob's Budget needs your permission to see the information below" in said
    assert "Your account name, number and sort code" in said
    assert "Money coming into your account" in said
    assert "Money going out of your account" not in said
    assert "it has no end date" in said


def test_says_what_is_paid_to_whom_from_where(now: datetime) -> None:
    alice = visitor(now=now, kind=given.PAYMENT)

    proof = words(alice.log_in() and alice.get("/sca"))
    alice.prove()
    said = words(alice.get("/consent"))

    assert "pay £12.34 to Carol's Coffee" in proof
    assert "£12.34 to Carol's Coffee" in said
    assert "20-00-00 12345678" in said
    assert "Beans" in said
    assert "Pay £12.34" in said


@pytest.mark.parametrize("path", ["/login", "/sca", "/consent"])
def test_lets_the_customer_cancel_on_every_page(now: datetime, path: str) -> None:
    alice = visitor(now=now)
    if path != "/login":
        alice.log_in()
    if path == "/consent":
        alice.prove()
    assert b'value="cancel"' in alice.get(path).content

    answer = brought_back(alice.post(path, step="cancel"))

    assert answer["error"] == "access_denied"
    assert answer["error_description"].startswith("CN01")
    assert answer["state"] == "a state"
    assert alice.consent.status == "RJCT"
    assert alice.consent.status_reasons[0]["StatusReasonCode"] == "CN01"


@pytest.mark.parametrize("path", ["/login", "/sca", "/consent"])
def test_refuses_a_request_that_was_answered(now: datetime, path: str) -> None:
    alice = visitor(now=now)
    alice.come_to_the_decision()
    alice.post("/consent", step="cancel")

    for page in (alice.get(path), alice.post(path, step="approve")):
        assert page.status_code == 400
        assert "Request refused" in words(page)


def test_refuses_an_unknown_request(db: None) -> None:
    page = Browser().get("/login?request=unknown", secure=True)

    assert page.status_code == 400
    assert "Request refused" in words(page)


def test_refuses_when_the_consent_was_deleted_meanwhile(now: datetime) -> None:
    alice = visitor(now=now)
    mine = options(alice.come_to_the_decision())[0][0]
    with unit.work():
        lifecycle.delete(alice.consent, actor=given.ACTOR, now=now)

    page = alice.approve(mine)

    assert page.status_code == 400
    assert not Authorization.objects.filter(consent=alice.consent_id).exists()


@pytest.mark.parametrize(("path", "first"), [("/sca", "/login"), ("/consent", "/login")])
def test_skips_no_page(now: datetime, path: str, first: str) -> None:
    alice = visitor(now=now)

    assert alice.get(path)["Location"] == alice.address(first)
    assert alice.post(path, step="approve")["Location"] == alice.address(first)


def test_asks_for_the_code_before_the_decision(now: datetime) -> None:
    alice = visitor(now=now)
    alice.log_in()

    assert alice.get("/consent")["Location"] == alice.address("/sca")
    assert alice.approve("acc_any")["Location"] == alice.address("/sca")
    assert alice.consent.status == "AWAU"


def test_asks_for_a_code_for_each_request_but_not_for_the_password_again(now: datetime) -> None:
    alice = visitor(now=now)
    alice.approve(options(alice.come_to_the_decision())[0][0])
    with unit.work():
        consent = given.consent(client_pk=alice.party.client.pk, now=now)
    alice.reference = alice.party.open(consent.pk)

    assert alice.get("/login")["Location"] == alice.address("/sca")
    assert alice.get("/consent")["Location"] == alice.address("/sca")


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": 0}])
def test_asks_for_the_password_again_when_the_tpp_wants_it(now: datetime, asked: dict[str, object]) -> None:
    alice = visitor(now=now)
    alice.log_in()
    session = alice.browser.session
    session["authenticated_at"] = (now - timedelta(minutes=5)).isoformat()
    session.save()
    with unit.work():
        consent = given.consent(client_pk=alice.party.client.pk, now=now)
    alice.reference = alice.party.open(consent.pk, **asked)

    before = alice.get("/login")
    after = alice.log_in()

    assert before.status_code == 200
    assert after["Location"] == alice.address("/sca")
    assert alice.get("/sca").status_code == 200


def test_lets_somebody_else_log_in(now: datetime) -> None:
    alice = visitor(now=now)
    alice.log_in()

    page = alice.browser.get(alice.address("/login") + "&again=1", secure=True)

    assert page.status_code == 200
    assert b'id="password"' in page.content


def test_fills_in_the_name_that_the_tpp_hints_at(now: datetime) -> None:
    alice = visitor(now=now, login_hint="alice-hint")

    assert 'value="alice-hint"' in alice.get("/login").content.decode()


def test_rejects_the_consent_after_too_many_wrong_codes(now: datetime) -> None:
    alice = visitor(now=now)
    alice.log_in()

    pages = [alice.prove("000000") for _ in range(5)]

    assert [page.status_code for page in pages] == [400, 400, 400, 400, 303]
    assert brought_back(pages[-1])["error_description"].startswith("U037")
    assert alice.consent.status_reasons[0]["StatusReasonCode"] == "U037"
    assert User.objects.get(pk=alice.alice.pk).locked_until is not None


def test_sends_back_a_customer_who_holds_no_fitting_account(now: datetime) -> None:
    alice = visitor(now=now)
    with unit.work():
        bob = people.customer("bob", now=now)
    alice.alice = bob

    page = alice.come_to_the_decision()
    answer = brought_back(alice.post("/consent", step="cancel"))

    assert "None of your accounts can be used" in words(page)
    assert answer["error"] == "access_denied"
    assert alice.consent.status_reasons[0]["StatusReasonCode"] == "AG01"


def test_asks_again_about_access_that_was_given_and_keeps_it_when_declined(now: datetime) -> None:
    alice = visitor(now=now)
    alice.approve(options(alice.come_to_the_decision())[0][0])
    alice.reference = alice.party.open(alice.consent_id)

    said = words(alice.come_to_the_decision())
    answer = brought_back(alice.post("/consent", step="cancel"))

    assert "Go on sharing your account information?" in said
    assert answer["error"] == "access_denied"
    assert alice.consent.status == "AUTH"


def test_offers_nobody_elses_access(now: datetime) -> None:
    alice = visitor(now=now)
    alice.approve(options(alice.come_to_the_decision())[0][0])
    alice.reference, alice.browser = alice.party.open(alice.consent_id), Browser()
    with unit.work():
        alice.alice = people.customer("bob", now=now)
        people.account(alice.alice, now=now)

    page = alice.come_to_the_decision()

    assert "None of your accounts can be used" in words(page)


@pytest.mark.parametrize("path", ["/login", "/sca", "/consent"])
def test_locks_every_page_down(now: datetime, path: str) -> None:
    alice = visitor(now=now)
    if path != "/login":
        alice.log_in()
    if path == "/consent":
        alice.prove()

    page = alice.get(path)

    policy = page["Content-Security-Policy"]
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"  # forms must say where they come from; other sites learn nothing
    assert "form-action 'self' https://tpp.example;" in policy + ";"
    assert "frame-ancestors 'none'" in policy
    assert re.findall(rb"<script[^>]*>.*?</script>", page.content) == [  # the page's own, and nothing it depends on
        b'<script src="/static/lombard/once.js" defer></script>'
    ]


def test_locks_the_redirect_down(now: datetime) -> None:
    alice = visitor(now=now)

    page = alice.post("/login", step="cancel")

    assert page.status_code == 303
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page.content == b""


@pytest.mark.parametrize("step", ["approve", "cancel"])
def test_claims_nothing_about_a_request_that_was_answered(now: datetime, step: str) -> None:
    alice = visitor(now=now)
    chosen = options(alice.come_to_the_decision())[0][0]
    alice.post("/consent", accounts=[chosen], step=step)

    again = [alice.get("/consent"), alice.get("/login"), alice.post("/consent", accounts=[chosen], step="approve")]

    assert [page.status_code for page in again] == [400] * 3
    assert all("What was decided then still stands" in words(page) for page in again)
    assert not any("Nothing was shared" in words(page) for page in again)


def test_calls_a_request_invalid_that_no_customer_could_approve(now: datetime) -> None:
    alice = visitor(now=now, kind=given.PAYMENT, data={"Authorisation": {"AuthorisationType": "Multiple"}})

    page = alice.come_to_the_decision()
    answer = brought_back(alice.post("/consent", step="cancel"))

    assert "None of your accounts can be used" in words(page)
    assert (answer["error"], answer["error_description"][:4]) == ("invalid_request", "AG01")
    assert (alice.consent.status, alice.consent.status_reasons[0]["StatusReasonCode"]) == ("RJCT", "AG01")


def test_takes_no_form_without_its_token(now: datetime) -> None:
    alice = visitor(now=now)
    alice.browser = Browser(enforce_csrf_checks=True)

    page = alice.log_in()

    assert page.status_code == 403
    assert "Request refused" in words(page)


def test_shows_names_without_what_misleads_the_eye(now: datetime) -> None:
    alice = visitor(now=now, party=oauth.party(now=now, name="Bob\u202egnp\u0007.\u2066<b>Budget"))

    page = alice.get("/login").content.decode()

    assert "Bobgnp.&lt;b&gt;Budget" in page
    assert '<bdi class="foreign">' in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/login", ["username", "password", "login-submit"]),
        ("/sca", ["otp", "otp-submit"]),
        ("/consent", ["account-1", "consent-approve", "consent-cancel"]),
    ],
)
def test_keeps_the_ids_that_scripts_hold_on_to(now: datetime, path: str, ids: list[str]) -> None:
    alice = visitor(now=now)
    if path != "/login":
        alice.log_in()
    if path == "/consent":
        alice.prove()

    page = alice.get(path).content.decode()

    assert [page.count(f'id="{name}"') for name in ids] == [1] * len(ids)


def test_tells_the_trail_who_decided(now: datetime) -> None:
    alice = visitor(now=now)
    alice.approve(options(alice.come_to_the_decision())[0][0])

    entries = Entry.objects.filter(subject=alice.consent_id, actor=f"customer:{alice.alice.username}")

    assert sorted(entry.action for entry in entries) == ["authorization.approved", "consent.authorised"]
    assert AuthorizationRequest.objects.filter(client=alice.party.client, decided_at=None).count() == 0
