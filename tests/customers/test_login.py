"""Who gets in, where, and what happens after too many wrong tries."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client as Browser

from bank.audit.models import Entry
from bank.customers import passwords, sca, sessions
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.outbox.unit import Unit
from tests import people
from tests.consents.visitor import visitor, words

MINUTE = timedelta(minutes=1)


def attempt(person: User, *, now: datetime, password: str = people.PASSWORD, kind: str = "customer") -> User | None:
    return passwords.attempt(username=person.username, password=password, kind=kind, now=now)


def test_lets_in_who_knows_the_password(work: Unit, now: datetime) -> None:
    alice = people.customer("alice", now=now)

    assert attempt(alice, now=now) == alice
    assert attempt(alice, now=now, password="wrong") is None


def prove(person: User, *, now: datetime, **form: str) -> sca.Outcome:
    errand = Errand(id="1", words="try", facts={})
    return sca.complete(person, errand=errand, nonce="", form=form, now=now).outcome


def test_pauses_after_five_failures_for_fifteen_minutes(work: Unit, now: datetime) -> None:
    alice = people.customer("alice", now=now)

    for _ in range(5):
        attempt(alice, now=now, password="wrong")

    assert attempt(alice, now=now) is None
    assert attempt(alice, now=now + 15 * MINUTE - timedelta(seconds=1)) is None
    assert attempt(alice, now=now + 15 * MINUTE) == alice


def test_does_not_pause_after_four(work: Unit, now: datetime) -> None:
    alice = people.customer("alice", now=now)

    for _ in range(4):
        attempt(alice, now=now, password="wrong")

    assert attempt(alice, now=now) == alice


def test_counts_wrong_codes_with_wrong_passwords(work: Unit, now: datetime) -> None:
    alice = people.customer("alice", now=now)
    for _ in range(4):
        attempt(alice, now=now, password="wrong")
    attempt(alice, now=now)

    outcome = prove(alice, otp="000000", now=now)

    assert outcome is sca.Outcome.PAUSED
    assert prove(alice, otp=settings.SCA_FIXED_CODE, now=now) is sca.Outcome.PAUSED


def test_forgives_failures_when_the_code_is_right(work: Unit, now: datetime) -> None:
    alice = people.customer("alice", now=now)
    attempt(alice, now=now, password="wrong")

    assert prove(alice, otp=f" {settings.SCA_FIXED_CODE} ", now=now) is sca.Outcome.PASSED
    assert User.objects.get(pk=alice.pk).failed_attempts == 0


@pytest.mark.parametrize("answer", ["", "12345", "\uff11\uff12\uff13\uff14\uff15\uff16", "1234567", "\0"])
def test_takes_no_other_code(work: Unit, now: datetime, answer: str) -> None:
    alice = people.customer("alice", now=now)

    assert prove(alice, otp=answer, now=now) is sca.Outcome.FAILED


def test_takes_no_fixed_code_outside_the_sandbox(work: Unit, now: datetime, settings: pytest.FixtureRequest) -> None:
    alice = people.customer("alice", now=now)
    settings.SANDBOX = False

    assert sca.offered(customer=alice, errand=Errand(id="1", words="try", facts={})) == []
    assert prove(alice, otp=settings.SCA_FIXED_CODE, now=now) is sca.Outcome.FAILED


@pytest.mark.django_db
def test_answers_alike_whatever_was_wrong(now: datetime) -> None:
    alice = visitor(now=now)

    unknown = alice.log_in(username="nobody-at-all")
    wrong = alice.log_in(password="wrong")
    for _ in range(5):
        alice.log_in(password="wrong")
    paused = alice.log_in()

    said = {words(page).replace(alice.alice.username, "") for page in (unknown, wrong, paused)}
    assert len(said) == 1
    assert [page.status_code for page in (unknown, wrong, paused)] == [400] * 3


@pytest.mark.django_db
def test_takes_odd_names_in_its_stride(now: datetime) -> None:
    alice = visitor(now=now)

    for name in ("\0", "a" * 10_000, "' or 1=1 --", "<b>"):
        page = alice.post("/login", username=name, password="\0")
        assert page.status_code == 400
        assert b"<b>" not in page.content


@pytest.mark.django_db
def test_keeps_out_staff_from_the_customers_pages(now: datetime) -> None:
    alice = visitor(now=now)
    sam = people.staff("sam", now=now)

    page = alice.log_in(username=sam.username)

    assert page.status_code == 400
    assert settings.CUSTOMER_COOKIE not in page.cookies


@pytest.mark.django_db
def test_keeps_out_customers_from_the_admin(now: datetime) -> None:
    alice, sam, browser = people.customer("alice", now=now), people.staff("sam", now=now), Browser()

    refused = browser.post("/admin/login/", people.at_the_desk(alice), secure=True)
    taken = browser.post("/admin/login/", people.at_the_desk(sam), secure=True)

    assert refused.status_code == 200
    assert taken.status_code == 302
    assert settings.CUSTOMER_COOKIE not in taken.cookies
    assert taken.cookies[settings.STAFF_COOKIE]["path"] == "/admin"


@pytest.mark.django_db
def test_pauses_staff_too(now: datetime) -> None:
    sam, browser = people.staff("sam", now=now), Browser()

    for _ in range(5):
        browser.post("/admin/login/", people.at_the_desk(sam, password="wrong"), secure=True)
    page = browser.post("/admin/login/", people.at_the_desk(sam), secure=True)

    assert page.status_code == 200
    assert User.objects.get(pk=sam.pk).locked_until is not None


@pytest.mark.django_db
def test_opens_nothing_with_a_cookie_of_the_other_world(now: datetime) -> None:
    alice = visitor(now=now)
    sam, desk = people.staff("sam", now=now), Browser()
    desk.post("/admin/login/", people.at_the_desk(sam), secure=True)
    alice.log_in()
    staff_key = desk.cookies[settings.STAFF_COOKIE].value
    customer_key = alice.browser.cookies[settings.CUSTOMER_COOKIE].value

    thief = Browser()
    thief.cookies[settings.STAFF_COOKIE] = customer_key
    as_staff = thief.get("/admin/", secure=True)
    alice.browser = Browser()
    alice.browser.cookies[settings.CUSTOMER_COOKIE] = staff_key
    as_customer = alice.get("/sca")

    assert as_staff.status_code == 302
    assert "/admin/login/" in as_staff["Location"]
    assert as_customer["Location"] == alice.address("/login")


@pytest.mark.django_db
def test_keeps_both_worlds_open_in_one_browser(now: datetime) -> None:
    alice, sam = visitor(now=now), people.staff("sam", now=now)

    alice.log_in()
    alice.browser.post("/admin/login/", people.at_the_desk(sam), secure=True)

    assert alice.browser.get("/admin/", secure=True).status_code == 200
    assert alice.get("/sca").status_code == 200


@pytest.mark.django_db
def test_changes_the_session_key_at_every_proof(now: datetime) -> None:
    alice = visitor(now=now)
    session = alice.browser.session
    session["fixed"] = "by somebody else"
    session.save()
    keys = [session.session_key]

    for step in (alice.log_in, alice.prove):
        step()
        keys.append(alice.browser.cookies[settings.CUSTOMER_COOKIE].value)

    assert len(set(keys)) == 3
    cookie = alice.browser.cookies[settings.CUSTOMER_COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


@pytest.mark.django_db
def test_forgets_what_another_customer_proved_in_this_browser(now: datetime) -> None:
    alice = visitor(now=now)
    alice.log_in()
    alice.prove()
    bob = people.customer("bob", now=now)

    alice.log_in(username=bob.username)

    assert alice.get("/consent")["Location"] == alice.address("/sca")


@pytest.mark.django_db
def test_tells_the_trail_of_log_ins(now: datetime) -> None:
    alice = visitor(now=now)

    alice.log_in(password="wrong")
    alice.log_in()
    alice.prove()

    entries = Entry.objects.filter(subject=alice.alice.username).order_by("id")
    assert [entry.action for entry in entries] == [
        "log-in.failed",
        "log-in.password-accepted",
        "log-in.strongly-authenticated",
    ]


@pytest.mark.django_db
def test_ends_an_idle_session_at_the_desk(now: datetime) -> None:
    sam, desk = people.staff("sam", now=now), Browser()
    desk.post("/admin/login/", people.at_the_desk(sam), secure=True)
    key = desk.cookies[settings.STAFF_COOKIE].value
    before = desk.get("/admin/", secure=True).status_code
    session = SessionStore(key)
    session[sessions.SEEN_AT] = (now - 30 * MINUTE).isoformat()
    session.save()

    page = desk.get("/admin/", secure=True)

    assert (before, page.status_code) == (200, 302)
    assert "/admin/login/" in page["Location"]


def test_doubles_the_pause_until_the_customer_proves_it(work: Unit, now: datetime) -> None:
    alice = people.customer("alice", now=now)
    lengths = []
    for _ in range(9):
        for _ in range(5):
            attempt(alice, now=now, password="wrong")
        alice.refresh_from_db()
        assert alice.locked_until is not None
        lengths.append((alice.locked_until - now) // MINUTE)
        now = alice.locked_until

    prove(alice, otp=settings.SCA_FIXED_CODE, now=now)

    alice.refresh_from_db()
    assert lengths == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert (alice.pauses, alice.locked_until) == (0, None)
