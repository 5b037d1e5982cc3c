"""The security page: who gets in, and what can be done there."""

import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client as Browser

from bank import clock
from bank.audit.models import Entry
from bank.customers import codes, sessions
from bank.customers.models import Authenticator, User
from tests import people
from tests.consents.visitor import words
from tests.customers.device import Device

pytestmark = pytest.mark.django_db


@dataclass
class Alice:
    """Alice at the bank's own pages."""

    person: User
    browser: Browser = field(default_factory=Browser)

    def get(self, path: str = "") -> HttpResponse:
        return self.browser.get(f"/security{path}", secure=True)

    def post(self, path: str, **form: Any) -> HttpResponse:
        return self.browser.post(f"/security{path}", form, secure=True)

    def log_in(self, to: str = "") -> HttpResponse:
        return self.post(f"/login?to={to}", username=self.person.username, password=people.PASSWORD, step="login")

    def come_in(self) -> HttpResponse:
        self.log_in()
        self.post("/prove", otp=settings.SCA_FIXED_CODE, step="sca")
        return self.get()

    def options(self, page: HttpResponse) -> str:
        found = re.search(r'data-options="([^"]+)"', page.content.decode())
        assert found, words(page)
        return html.unescape(found[1])

    def add_passkey(self, device: Device) -> HttpResponse:
        answer = device.create(self.options(self.get("/passkey")))
        return self.post("/passkey", credential=answer, name="Phone")

    def add_app(self) -> Authenticator:
        self.get("/app")
        app = self.person.authenticators.get()
        code = codes.time_code(codes.secret_of(app), step=codes.step_at(clock.now()))
        assert self.post("/app", name="Tablet", code=code)["Location"] == "/security?done=app"
        return self.person.authenticators.get()


@pytest.fixture
def alice(now: datetime) -> Alice:
    return Alice(people.customer("alice", now=now))


INSIDE = ["", "/passkey", "/app", "/codes", "/remove"]


@pytest.mark.parametrize("path", INSIDE)
def test_asks_for_password_and_proof_first(alice: Alice, path: str) -> None:
    nobody = [alice.get(path), alice.post(path)]
    alice.log_in()
    unproved = [alice.get(path), alice.post(path)]

    assert {page["Location"].split("?")[0] for page in nobody} == {"/security/login"}
    assert {page["Location"] for page in unproved} == {"/security/prove"}


def test_opens_after_password_and_proof(alice: Alice) -> None:
    page = alice.come_in()

    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert "Your security" in words(page)


def test_says_so_when_password_or_proof_is_wrong(alice: Alice) -> None:
    password = alice.post("/login", username=alice.person.username, password="wrong")
    alice.log_in()
    proof = alice.post("/prove", otp="000000")

    assert (password.status_code, proof.status_code) == (400, 400)
    assert "do not fit together" in words(password)
    assert "That was not right" in words(proof)


def test_ends_the_session_after_too_many_wrong_codes(alice: Alice) -> None:
    alice.log_in()

    pages = [alice.post("/prove", otp="000000") for _ in range(5)]

    assert pages[-1]["Location"] == "/security/login"
    assert alice.get("/prove")["Location"].startswith("/security/login")


@pytest.mark.parametrize(
    ("to", "led_to"),
    [
        ("/approvals", "/approvals"),
        ("", "/security"),
        ("//evil.example", "/security"),
        ("/\\evil.example", "/security"),
        ("https://evil.example", "/security"),
        ("javascript:alert(1)", "/security"),
    ],
)
def test_leads_to_pages_of_the_bank_only(alice: Alice, to: str, led_to: str) -> None:
    assert alice.log_in(to)["Location"] == led_to


def test_adds_a_passkey_and_takes_it_for_the_next_proof(alice: Alice) -> None:
    device = Device()
    alice.come_in()
    added = alice.add_passkey(device)
    alice.browser = Browser()
    alice.log_in()

    page = alice.get("/prove")
    proved = alice.post("/prove", credential=device.get(alice.options(page)), step="sca")

    assert added["Location"] == "/security?done=passkey"
    assert "Use your passkey" in words(page)
    assert proved["Location"] == "/security"
    assert "Phone" in words(alice.get())


def test_makes_no_passkey_for_a_page_that_was_not_shown(alice: Alice) -> None:
    device = Device()
    alice.come_in()
    options = alice.options(alice.get("/passkey"))
    answer = device.create(options)
    alice.post("/passkey", credential=answer)

    again = alice.post("/passkey", credential=Device().create(options))

    assert again.status_code == 400
    assert "made no passkey" in words(again)
    assert alice.person.passkeys.count() == 1


def test_takes_an_answer_for_one_page_only(alice: Alice) -> None:
    device = Device()
    alice.come_in()
    alice.add_passkey(device)
    alice.browser = Browser()
    alice.log_in()
    options = alice.options(alice.get("/prove"))

    first = alice.post("/prove", credential="{}", step="sca")
    second = alice.post("/prove", credential=device.get(options), step="sca")

    assert (first.status_code, second.status_code) == (400, 400)


def test_adds_an_app_once_its_code_is_right(alice: Alice) -> None:
    alice.come_in()
    alice.get("/app")
    shown = words(alice.get("/app"))

    wrong = alice.post("/app", name="Tablet", code="000000")
    app = alice.add_app()

    assert wrong.status_code == 400
    assert codes.spelled(app)[:4] in shown
    assert "Tablet" in words(alice.get())


def test_makes_recovery_codes_that_open_the_page(alice: Alice) -> None:
    alice.come_in()
    shown = re.findall(r"<li><code>([A-Z2-7-]+)</code></li>", alice.post("/codes").content.decode())
    alice.browser = Browser()
    alice.log_in()

    page = alice.post("/prove", recovery_code=shown[0], step="sca")

    assert len(shown) == 8
    assert page["Location"] == "/security"
    assert "You have 7 left" in words(alice.get())


def test_removes_a_passkey_and_ends_every_other_session(alice: Alice) -> None:
    alice.come_in()
    alice.add_passkey(Device())
    elsewhere = Alice(alice.person)
    elsewhere.come_in()

    removed = alice.post("/remove", passkey=alice.person.passkeys.get().pk)

    assert removed["Location"] == "/security?done=removed"
    assert alice.person.passkeys.count() == 0
    assert alice.get().status_code == 200
    assert elsewhere.get()["Location"].startswith("/security/login")


def test_removes_nothing_of_somebody_else(alice: Alice, now: datetime) -> None:
    bob = Alice(people.customer("bob", now=now))
    bob.come_in()
    bob.add_passkey(Device())
    app = bob.add_app()
    alice.come_in()

    alice.post("/remove", passkey=bob.person.passkeys.get().pk)
    alice.post("/remove", app=app.pk)
    alice.post("/remove", passkey="9" * 40)
    alice.post("/remove", passkey="x")

    assert (bob.person.passkeys.count(), bob.person.authenticators.count()) == (1, 1)


def test_keeps_the_last_way_in(alice: Alice, settings: Any) -> None:
    alice.come_in()
    alice.add_passkey(Device())
    settings.SCA_FIXED_CODE = ""

    page = alice.post("/remove", passkey=alice.person.passkeys.get().pk)

    assert page.status_code == 400
    assert "Add another one first" in words(page)
    assert alice.person.passkeys.count() == 1


def test_logs_out_everywhere(alice: Alice) -> None:
    elsewhere = Alice(alice.person)
    elsewhere.come_in()
    alice.come_in()

    alice.post("/log-out")

    assert alice.get()["Location"].startswith("/security/login")
    assert elsewhere.get()["Location"].startswith("/security/login")


def test_tells_a_customer_without_anything_whom_to_ask(alice: Alice, settings: Any) -> None:
    settings.SCA_FIXED_CODE = ""
    alice.log_in()

    assert "send you a letter with a code" in words(alice.get("/prove"))


@pytest.mark.parametrize(
    ("name", "ago", "is_over"),
    [
        (sessions.SEEN_AT, timedelta(minutes=4, seconds=50), False),
        (sessions.SEEN_AT, timedelta(minutes=5), True),
        (sessions.AUTHENTICATED_AT, timedelta(minutes=59), False),
        (sessions.AUTHENTICATED_AT, timedelta(hours=1), True),
    ],
)
def test_ends_a_session_that_is_idle_or_old(
    alice: Alice, now: datetime, name: str, ago: timedelta, *, is_over: bool
) -> None:
    alice.come_in()
    session = alice.browser.session
    session[name] = (now - ago).isoformat()
    session.save()

    page = alice.get()

    assert (page.status_code == 303) == is_over


def test_keeps_a_session_that_is_used(alice: Alice, now: datetime) -> None:
    alice.come_in()
    session = alice.browser.session
    session[sessions.SEEN_AT] = (now - timedelta(minutes=4)).isoformat()
    session.save()

    alice.get()

    assert datetime.fromisoformat(alice.browser.session[sessions.SEEN_AT]) >= now


@pytest.mark.parametrize("name", ["", " ", "\0", "<b>", "x" * 500])
def test_takes_odd_names_in_its_stride(alice: Alice, name: str) -> None:
    alice.come_in()
    answer = Device().create(alice.options(alice.get("/passkey")))

    alice.post("/passkey", credential=answer, name=name)

    assert 0 < len(alice.person.passkeys.get().name) <= 60
    assert b"<b>" not in alice.get().content


def test_tells_the_trail(alice: Alice) -> None:
    alice.come_in()
    alice.add_passkey(Device())
    alice.post("/codes")
    alice.post("/remove", passkey=alice.person.passkeys.get().pk)
    alice.post("/log-out")

    told = Entry.objects.filter(subject=alice.person.username, action__startswith="security.").order_by("id")
    assert [entry.action.removeprefix("security.") for entry in told] == [
        "passkey-added",
        "recovery-codes-made",
        "passkey-removed",
        "logged-out",
    ]
