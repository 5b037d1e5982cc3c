"""How a customer who has lost the password comes to a new one, and who does not."""

import html
import re
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client as Browser

from bank.audit.models import Entry
from bank.customers import codes, lost_password, passwords, proving, recovery, sessions
from bank.customers.models import User
from bank.outbox import unit
from tests import people
from tests.consents.visitor import words
from tests.customers.device import Device
from tests.customers.test_security import Alice

pytestmark = pytest.mark.django_db
NEW = "a-longer-horse"


@dataclass
class Forgetful:
    """Alice, who knows her password no more."""

    person: User
    now: datetime
    browser: Browser = field(default_factory=Browser)

    def codes(self) -> list[str]:
        with unit.work():
            return recovery.make_codes(self.person, now=self.now)

    def post(self, path: str, **form: str) -> HttpResponse:
        return self.browser.post(path, form, secure=True)

    def prove(self, code: str, username: str = "") -> HttpResponse:
        return self.post(lost_password.LOST, username=username or self.person.username, recovery_code=code)

    def choose(self, password: str = NEW, again: str = "") -> HttpResponse:
        return self.post(lost_password.CHOOSE, password=password, again=again or password)

    def touch(self, device: Device) -> HttpResponse:
        page = self.browser.get(lost_password.LOST, secure=True)
        found = re.search(r'data-options="([^"]+)"', page.content.decode())
        assert found
        return self.post(lost_password.LOST, credential=device.get(html.unescape(found[1])))

    def enters_with(self, password: str) -> bool:
        with unit.work():
            username = self.person.username
            return passwords.attempt(username=username, password=password, kind="customer", now=self.now) is not None


@pytest.fixture
def alice(now: datetime) -> Forgetful:
    return Forgetful(people.customer("alice", now=now), now)


@pytest.fixture
def device(alice: Forgetful) -> Device:
    """A passkey of Alice's."""
    made, at_home = Device(), Alice(alice.person)
    at_home.come_in()
    assert at_home.add_passkey(made)["Location"] == "/security?done=passkey"
    return made


def test_takes_a_recovery_code_and_a_new_password(alice: Forgetful) -> None:
    code, *_rest = alice.codes()

    proved, chosen = alice.prove(code), alice.choose()

    assert (proved.status_code, proved["Location"]) == (303, "/security/new-password")
    assert chosen["Location"] == "/security/lost-password?done=1"
    assert "Your password was changed" in words(alice.browser.get(chosen["Location"], secure=True))
    assert alice.enters_with(NEW)
    assert not alice.enters_with(people.PASSWORD)


def test_takes_a_passkey_that_says_whose_it_is(alice: Forgetful, device: Device) -> None:
    kept = alice.codes()

    assert alice.touch(device)["Location"] == "/security/new-password"
    alice.choose()

    assert alice.enters_with(NEW)
    assert recovery.usable(alice.person, now=alice.now).count() == len(kept)


def test_lets_no_list_of_codes_stand_for_both_factors(alice: Forgetful) -> None:
    code, *rest = alice.codes()
    alice.prove(code)
    alice.choose()

    assert alice.prove(rest[0]).status_code == 400
    assert not alice.person.recovery_codes.filter(used_at=None).exists()


def test_opens_nothing_but_the_page_for_a_new_password(alice: Forgetful) -> None:
    code, *_rest = alice.codes()
    alice.prove(code)

    pages = [alice.browser.get(path, secure=True) for path in ("/security", "/approvals", "/security/codes")]

    assert {page["Location"].split("?")[0] for page in pages} == {"/security/login"}


def test_takes_no_code_of_an_app_or_of_the_sandbox(alice: Forgetful) -> None:
    at_home = Alice(alice.person)
    at_home.come_in()
    app = at_home.add_app()
    step = codes.step_at(alice.now) + 1
    alice.codes()

    for otp in (settings.SCA_FIXED_CODE, codes.time_code(codes.secret_of(app), step=step)):
        answer = alice.post(lost_password.LOST, username=alice.person.username, otp=otp, recovery_code="")
        assert answer.status_code == 400


def test_answers_alike_whatever_was_wrong(alice: Forgetful, now: datetime) -> None:
    bare, gone = people.customer("bob", now=now), people.customer("carol", now=now)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    alice.codes()
    tried = [alice.prove("AAAA-BBBB-CCCC-DDDD", who) for who in ("nobody-at-all", bare.username, gone.username)]
    tried.append(alice.prove("AAAA-BBBB-CCCC-DDDD", people.staff("sam", now=now).username))
    tried += [alice.prove("AAAA-BBBB-CCCC-DDDD") for _ in range(6)]

    said = {re.sub(r'value="[^"]*"|data-options="[^"]*"', "", answer.content.decode()) for answer in tried}

    assert len(said) == 1
    assert {answer.status_code for answer in tried} == {400}


def test_pauses_after_five_wrong_codes_and_takes_no_right_one_then(alice: Forgetful) -> None:
    code, *_rest = alice.codes()
    for _ in range(5):
        alice.prove("AAAA-BBBB-CCCC-DDDD")

    assert alice.prove(code).status_code == 400
    assert not alice.enters_with(people.PASSWORD)
    assert Entry.objects.filter(action="log-in.paused", subject=alice.person.username).exists()


def test_takes_no_passkey_of_another_page_or_of_nobody(alice: Forgetful, device: Device) -> None:
    at_home = Alice(alice.person)
    at_home.log_in()
    other = device.get(at_home.options(at_home.get("/prove")))

    assert alice.post(lost_password.LOST, credential=other).status_code == 400
    assert alice.touch(Device()).status_code == 400
    assert alice.post(lost_password.LOST, credential='{"id": "\\u0000"}').status_code == 400


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("short", "short", "too short"),
        (NEW, "another-horse", "differ"),
        ("x" * 129, "x" * 129, "too long"),
        ("", "", "too short"),
    ],
)
def test_says_what_is_wrong_with_a_new_password(alice: Forgetful, password: str, again: str, told: str) -> None:
    code, *_rest = alice.codes()
    alice.prove(code)

    answer = alice.choose(password, again)

    assert answer.status_code == 400
    assert told in words(answer)
    assert alice.enters_with(people.PASSWORD)


def test_ends_the_sessions_and_tells_the_trail_and_the_customer(alice: Forgetful, now: datetime) -> None:
    at_home = Alice(alice.person)
    at_home.come_in()
    code, *_rest = alice.codes()
    with unit.work():
        recovery.print_letters(now=now)

    alice.prove(code)
    alice.choose()

    assert at_home.get()["Location"].startswith("/security/login")
    entry = Entry.objects.get(action="password.replaced", subject=alice.person.username)
    assert entry.detail == {"method": "recovery-code"}
    with unit.work():
        [letter] = recovery.print_letters(now=now)
    assert "a new password was chosen" in letter
    assert NEW not in letter


def test_counts_a_proof_once_for_ten_minutes_and_not_after_a_letter(alice: Forgetful, now: datetime) -> None:
    first, *_rest = alice.codes()
    alice.prove(first)
    with unit.work():
        recovery.start_anew(alice.person, actor="staff:sam", now=now)
    alice.choose()
    assert alice.enters_with(people.PASSWORD)
    assert alice.choose()["Location"] == "/security/login"

    second, *_rest = alice.codes()
    alice.prove(second)
    session = alice.browser.session
    session[sessions.PROVED]["password"]["at"] = (now - proving.PROOF_LASTS).isoformat()
    session.save()
    assert alice.choose()["Location"] == "/security/login"


def test_keeps_out_who_has_proved_nothing(alice: Forgetful) -> None:
    assert alice.choose()["Location"] == "/security/login"
    assert alice.browser.get(lost_password.CHOOSE, secure=True)["Location"] == "/security/login"


def test_forgets_the_proof_of_who_thinks_better_of_it(alice: Forgetful) -> None:
    code, *_rest = alice.codes()
    alice.prove(code)

    assert alice.post(lost_password.CHOOSE, step="cancel")["Location"] == "/"
    assert alice.choose()["Location"] == "/security/login"
