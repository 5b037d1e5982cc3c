"""What two members of staff decide at the desk: one asks, another decides, and it happens."""

from datetime import datetime

import orjson
import pytest
from django.test import Client

from bank.approvals.models import Approval
from bank.audit.models import Entry
from bank.outbox import handlers, unit
from bank.outbox.models import Message
from bank.tpps.models import TPP
from fraud import payees
from fraud.models import Case, PayeeMark
from tests import calls
from tests.admin.conftest import World


def ask(browser: Client, action: str, subject: object, reason: str = "The customer called and confirms") -> str:
    """Ask at the desk; return what the page that follows says."""
    answer = browser.post(
        f"/admin/approvals/approval/ask/{action}/{subject}/", {"reason": reason}, secure=True, follow=True
    )
    assert answer.status_code == 200
    return answer.content.decode()


def decide(browser: Client, approval: Approval, decision: str = "approve") -> str:
    answer = browser.post(
        f"/admin/approvals/approval/{approval.pk}/decide/", {"decision": decision}, secure=True, follow=True
    )
    assert answer.status_code == 200
    return answer.content.decode()


def waiting() -> Approval:
    return Approval.objects.get(decision="")


def test_a_held_payment_goes_on_when_a_second_person_approves(
    sam: Client, tess: Client, world: World, now: datetime
) -> None:
    asked = ask(sam, "payments.release", world.order.pk)
    assert "A second person decides" in asked
    assert "You asked for this yourself" in decide(sam, waiting())
    world.order.refresh_from_db()
    assert world.order.status == "PDNG"

    assert "Approved, and done." in decide(tess, waiting())

    world.order.refresh_from_db()
    assert world.order.status == "ACFC"
    assert Case.objects.get(for_order=world.order.pk).state == "released"
    message = Message.objects.get(kind="payments.settle", payload={"order_id": world.order.pk})
    with unit.work():
        handlers.find(message.kind)(now=now, **message.payload)
    world.order.refresh_from_db()
    assert world.order.status == "ACSP"


def test_a_held_payment_is_rejected_and_its_money_is_free(sam: Client, tess: Client, world: World) -> None:
    ask(sam, "payments.reject", world.order.pk, "The customer was deceived")
    decide(tess, waiting())

    world.order.refresh_from_db()
    world.account.refresh_from_db()
    assert (world.order.status, world.account.held_minor) == ("RJCT", 0)
    assert PayeeMark.objects.filter(counterparty=world.order.counterparty).exists()
    reasons = orjson.dumps(world.order.status_reasons).decode()
    assert "deceived" not in reasons  # what staff say to each other is not for TPPs


def test_the_story_names_who_asked_and_who_decided(sam: Client, tess: Client, world: World) -> None:
    ask(sam, "payments.release", world.order.pk, "She confirms by telephone")
    decide(tess, waiting())

    page = sam.get(f"/admin/payments/paymentorder/{world.order.pk}/change/", secure=True).content.decode()
    entries = Entry.objects.filter(subject=world.order.pk).order_by("id")

    assert "She confirms by telephone" in page
    assert "Release this payment</a></li>" not in page
    by_staff = [(one.actor, one.action) for one in entries if one.actor.startswith("staff:")]
    assert by_staff[:2] == [
        (f"staff:{world.sam.username}", "approval.requested"),
        (f"staff:{world.tess.username}", "approval.approved"),
    ]


def test_a_payment_stays_held_when_the_second_person_refuses(sam: Client, tess: Client, world: World) -> None:
    ask(sam, "payments.release", world.order.pk)

    assert "Refused." in decide(tess, waiting(), "refuse")

    world.order.refresh_from_db()
    assert world.order.status == "PDNG"
    assert Case.objects.get(for_order=world.order.pk).state == "open"


def test_who_decides_second_about_the_same_payment_is_told_so(sam: Client, tess: Client, world: World) -> None:
    ask(sam, "payments.release", world.order.pk)
    ask(sam, "payments.reject", world.order.pk)
    release, reject = Approval.objects.filter(decision="").order_by("id")
    decide(tess, reject)

    assert "This payment is not held." in decide(tess, release)

    release.refresh_from_db()
    assert release.decision == ""
    world.order.refresh_from_db()
    assert world.order.status == "RJCT"


def test_asks_once_and_with_a_reason(sam: Client, tess: Client, world: World) -> None:
    assert "This field is required" in ask(sam, "payments.release", world.order.pk, "")
    ask(sam, "payments.release", world.order.pk)

    assert "asked for already" in ask(tess, "payments.release", world.order.pk)
    assert Approval.objects.filter(subject=world.order.pk).count() == 1


@pytest.mark.parametrize("where", ["payments.release/pay_unknown", "payments.unknown/pay_unknown"])
def test_knows_no_page_for_what_does_not_exist(sam: Client, where: str) -> None:
    assert sam.get(f"/admin/approvals/approval/ask/{where}/", secure=True).status_code == 404


def test_decides_by_post_alone_and_with_the_pages_token(world: World, sam: Client) -> None:
    ask(sam, "payments.release", world.order.pk)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sam.cookies

    assert sam.get(f"/admin/approvals/approval/{waiting().pk}/decide/", secure=True).status_code == 405
    answer = strict.post(f"/admin/approvals/approval/{waiting().pk}/decide/", {"decision": "approve"}, secure=True)
    assert answer.status_code == 403


def test_a_tpp_is_blocked_and_unblocked_by_two_people(sam: Client, tess: Client, world: World) -> None:
    ask(sam, "tpps.block", world.tpp.pk, "Its key was stolen")
    decide(tess, waiting())
    world.tpp.refresh_from_db()
    assert (world.tpp.status, world.tpp.blocked_reason) == (TPP.Status.BLOCKED, "Its key was stolen")
    assert "blocked already" in ask(sam, "tpps.block", world.tpp.pk)

    ask(tess, "tpps.unblock", world.tpp.pk, "It has new keys")
    decide(sam, waiting())

    world.tpp.refresh_from_db()
    assert (world.tpp.status, world.tpp.blocked_reason) == (TPP.Status.ACTIVE, "")


def test_a_blocked_tpps_next_call_fails_and_an_unblocked_ones_works(
    sam: Client, tess: Client, world: World, now: datetime
) -> None:
    bob = calls.caller(now=now)
    made = calls.consent(bob, "account-access", permissions=["ReadBalances"])
    token, where = bob.token("accounts"), f"{calls.AISP}/account-access-consents/{made.pk}"
    statuses = [bob.call("GET", where, token=token).status_code]

    for action in ("tpps.block", "tpps.unblock"):
        ask(sam, action, bob.provider.statement.tpp_id, "As agreed by telephone")
        statuses.append(bob.call("GET", where, token=token).status_code)
        decide(tess, waiting())
        statuses.append(bob.call("GET", where, token=token).status_code)

    assert statuses == [200, 200, 403, 403, 200]


def test_a_mark_is_taken_away_by_two_people(sam: Client, tess: Client, world: World, now: datetime) -> None:
    with unit.work():
        mark = payees.mark(counterparty="UK.OBIE.IBAN:XX11", reason="mistaken", marked_by="staff:sam", now=now)

    ask(sam, "fraud.unmark", mark.pk, "It was another account")
    decide(tess, waiting())

    assert not PayeeMark.objects.filter(pk=mark.pk).exists()


def test_the_second_person_sees_the_story_before_deciding(sam: Client, tess: Client, world: World) -> None:
    ask(sam, "payments.release", world.order.pk)

    mine = sam.get(f"/admin/approvals/approval/{waiting().pk}/change/", secure=True).content.decode()
    hers = tess.get(f"/admin/approvals/approval/{waiting().pk}/change/", secure=True).content.decode()

    assert "a second person decides" in mine
    assert 'id="approve"' not in mine
    for part in ('id="approve"', 'id="refuse"', "takes 96 % of the available money", "PDNG checks pending"):
        assert part in hers, part


def test_an_account_is_frozen_by_two_people_and_the_tpp_sees_it(
    sam: Client, tess: Client, world: World, now: datetime
) -> None:
    tpp = calls.caller(now=now)
    consent = calls.consent(
        tpp, "account-access", customer=world.alice, accounts=[world.account], permissions=["ReadAccountsBasic"]
    )
    token = calls.customers_token(tpp, consent)

    ask(sam, "accounts.freeze", world.account.pk, "Her telephone was stolen")
    assert "You asked for this yourself" in decide(sam, waiting())
    assert "Approved, and done." in decide(tess, waiting())

    (shown,) = tpp.call("GET", f"{calls.AISP}/accounts", token=token).json()["Data"]["Account"]
    assert shown["Status"] == "Disabled"
    page = sam.get(f"/admin/accounts/account/{world.account.pk}/change/", secure=True).content.decode()
    assert "ask/accounts.thaw/" in page
    assert "ask/accounts.freeze/" not in page
    assert "account.frozen" in page


def test_an_account_with_money_is_not_closed_whoever_approves(sam: Client, tess: Client, world: World) -> None:
    ask(sam, "accounts.close", world.account.pk, "She asked for it")

    said = decide(tess, waiting())

    assert "is left on this account" in said
    assert waiting().subject == world.account.pk


def test_access_is_taken_back_by_two_people_and_the_tpp_is_told(
    sam: Client, tess: Client, world: World, now: datetime
) -> None:
    tpp = calls.caller(now=now)
    consent = calls.consent(
        tpp, "account-access", customer=world.alice, accounts=[world.account], permissions=["ReadAccountsBasic"]
    )
    token = calls.customers_token(tpp, consent)

    ask(sam, "consents.cancel", consent.pk, "She does not know this TPP")
    decide(tess, waiting())

    answer = tpp.call("GET", f"{calls.AISP}/accounts", token=token)
    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (401, "TKSP")
    assert "does not know" not in answer.content.decode()
