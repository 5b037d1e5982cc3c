"""Staff come in at the desk with a password and a code, and with neither alone."""

from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client as Browser

from bank.audit.models import Entry
from bank.customers import codes
from bank.customers.models import User
from bank.outbox import unit
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam(now: datetime) -> User:
    return people.staff("sam", now=now)


def try_it(person: User, browser: Browser | None = None, **typed: str) -> HttpResponse:
    return (browser or Browser()).post("/admin/login/", people.at_the_desk(person, **typed), secure=True)


def code_of(person: User, *, now: datetime) -> str:
    return codes.shown_by(person.authenticators.get(), payment="", now=now)


def test_takes_password_and_code(sam: User) -> None:
    browser = Browser()

    assert try_it(sam, browser).status_code == 302
    assert browser.get("/admin/", secure=True).status_code == 200
    entry = Entry.objects.get(action="log-in.strongly-authenticated", subject=sam.username)
    assert (entry.actor, entry.detail["errand"]) == (f"staff:{sam.username}", "desk")


def test_takes_neither_alone_and_answers_alike(sam: User) -> None:
    browser = Browser()
    pages = [try_it(sam, browser, otp="000000"), try_it(sam, browser, password="wrong")]

    assert [page.status_code for page in pages] == [200, 200]
    assert len({page.content.split(b'<div id="content-main">')[0].partition(b"errornote")[2] for page in pages}) == 1
    assert browser.get("/admin/", secure=True).status_code == 302


def test_asks_for_a_code_that_was_left_out(sam: User) -> None:
    browser = Browser()
    form = people.at_the_desk(sam) | {"otp": ""}

    page = browser.post("/admin/login/", form, secure=True)

    assert b"This field is required" in page.content
    assert browser.get("/admin/", secure=True).status_code == 302


def test_pauses_after_five_wrong_codes_though_the_password_is_right(sam: User) -> None:
    for _ in range(5):
        try_it(sam, otp="000000")

    assert try_it(sam).status_code == 200
    assert Entry.objects.filter(action="log-in.paused", subject=sam.username).exists()


def test_takes_outside_the_sandbox_the_code_of_an_app_alone(sam: User, now: datetime, settings: Any) -> None:
    fixed, settings.SANDBOX = settings.SCA_FIXED_CODE, False
    with unit.work():
        codes.replace(sam, name="Phone", now=now)

    assert try_it(sam, otp=fixed).status_code == 200
    assert fixed.encode() not in Browser().get("/admin/login/", secure=True).content
    assert try_it(sam, otp=code_of(sam, now=now)).status_code == 302
    assert try_it(sam, otp=code_of(sam, now=now)).status_code == 200  # a code counts once


def test_gives_staff_an_app_and_ends_what_they_have_open(
    sam: User, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = Browser()
    try_it(sam, browser)

    call_command("staff", "app", sam.username)

    assert "otpauth://totp/" in capsys.readouterr().out
    assert browser.get("/admin/", secure=True).status_code == 302
    assert try_it(sam, otp=code_of(sam, now=now)).status_code == 302
    assert Entry.objects.filter(action="staff.app-given", subject=sam.username).exists()


def test_gives_no_app_to_customers(now: datetime) -> None:
    with pytest.raises(CommandError, match="No member of staff"):
        call_command("staff", "app", people.customer(now=now).username)
