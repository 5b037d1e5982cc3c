"""A proof at the pages of a payment counts for that payment alone, and its evidence stays with the decision."""

import html
import re
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse

from bank import clock
from bank.customers import codes, passkeys, sessions
from bank.customers.models import Authenticator
from bank.customers.proving import Proof
from bank.oauth.models import Authorization
from bank.outbox import unit
from consents.pages import answers
from tests.consents import given
from tests.consents.visitor import Visitor, brought_back, options, visitor, words
from tests.customers.device import Device
from tests.customers.test_passkeys import enrolled

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(now: datetime) -> Visitor:
    """Alice, asked to pay £12.34 to Carol's Coffee."""
    return visitor(now=now, kind=given.PAYMENT)


def with_passkey(alice: Visitor, *, now: datetime) -> Device:
    device = Device()
    with unit.work():
        enrolled(alice.alice, device, now=now)
    return device


def with_app(alice: Visitor, *, now: datetime) -> Authenticator:
    app = codes.begin(alice.alice, name="Phone", now=now)
    then = now - timedelta(days=1)
    assert codes.confirm(app, name="Phone", code=codes.shown_by(app, payment="", now=then), now=then)
    return app


def found(page: HttpResponse, pattern: str) -> str:
    match = re.search(pattern, page.content.decode())
    assert match, words(page)
    return html.unescape(match[1])


def offered(page: HttpResponse) -> str:
    return found(page, r'data-options="([^"]+)"')


def to_sign(page: HttpResponse) -> str:
    return found(page, r'id="signing-text">([^<]+)<')


def decided(alice: Visitor) -> Authorization:
    brought_back(alice.approve(options(alice.get("/consent"))[0][0]))
    return Authorization.objects.get(consent=alice.consent_id)


def test_keeps_what_a_passkey_signed_with_the_decision(alice: Visitor, now: datetime) -> None:
    device = with_passkey(alice, now=now)
    alice.log_in()

    proved = alice.post("/sca", credential=device.get(offered(alice.get("/sca"))), step="sca")
    authorization = decided(alice)

    assert proved["Location"] == alice.address("/consent")
    facts = authorization.evidence["facts"]
    assert (facts["amount"], facts["currency"], facts["payee"]) == ("12.34", "GBP", "Carol's Coffee")
    assert facts["consent_id"] == alice.consent_id
    assert passkeys.proves(authorization.evidence)
    assert authorization.auth_time == datetime.fromisoformat(authorization.evidence["at"])


def test_keeps_which_app_made_the_code(alice: Visitor, now: datetime) -> None:
    app = with_app(alice, now=now)
    alice.log_in()
    text = to_sign(alice.get("/sca"))

    alice.prove(codes.shown_by(app, payment=text, now=clock.now()))

    evidence = decided(alice).evidence
    assert (evidence["method"], evidence["authenticator"], evidence["suite"]) == ("app-code", app.pk, codes.SUITE)


def test_takes_no_ordinary_code_and_then_the_one_of_the_next_page(alice: Visitor, now: datetime) -> None:
    app = with_app(alice, now=now)
    alice.log_in()
    stale = to_sign(alice.get("/sca"))

    wrong = alice.prove(codes.shown_by(app, payment="", now=clock.now()))
    late = alice.prove(codes.shown_by(app, payment=stale, now=clock.now()))
    right = alice.prove(codes.shown_by(app, payment=to_sign(late), now=clock.now()))

    assert (wrong.status_code, late.status_code) == (400, 400)
    assert right["Location"] == alice.address("/consent")


def test_says_what_is_paid_where_it_is_proved(alice: Visitor, now: datetime) -> None:
    with_passkey(alice, now=now)
    alice.log_in()

    said = words(alice.get("/sca"))

    assert "Amount £12.34" in said
    assert "To Carol's Coffee" in said
    assert "Use your passkey" in said


def test_counts_no_proof_of_other_facts(alice: Visitor, now: datetime) -> None:
    alice.come_to_the_decision()
    session = alice.browser.session
    (evidence,) = session[sessions.PROVED].values()
    evidence["facts"]["amount"] = "12.33"
    session.save()

    page = alice.approve("acc_any")

    assert page["Location"] == alice.address("/sca")
    assert alice.consent.status == "AWAU"


def test_compares_the_proof_with_the_payment_once_more_when_it_is_decided(alice: Visitor, now: datetime) -> None:
    proof = Proof(at=now, evidence={"facts": {"consent_id": alice.consent_id, "amount": "12.33"}})

    with pytest.raises(Exception, match="has changed since"):
        answers.approve(alice.reference, customer=alice.alice, account_ids=["acc_any"], proof=proof, now=now)

    assert alice.consent.status == "AWAU"


def test_takes_no_proof_of_another_request(alice: Visitor, now: datetime) -> None:
    device = with_passkey(alice, now=now)
    alice.log_in()
    answer = device.get(offered(alice.get("/sca")))
    other = visitor(now=now, kind=given.PAYMENT, party=alice.party)
    alice.reference = other.reference
    alice.get("/sca")

    assert alice.post("/sca", credential=answer, step="sca").status_code == 400


def test_takes_an_ordinary_code_where_nothing_is_paid(now: datetime) -> None:
    alice = visitor(now=now)
    app = with_app(alice, now=now)
    alice.log_in()

    proved = alice.prove(codes.shown_by(app, payment="", now=clock.now()))

    assert proved["Location"] == alice.address("/consent")
    assert decided(alice).evidence["suite"] == "RFC 6238"
