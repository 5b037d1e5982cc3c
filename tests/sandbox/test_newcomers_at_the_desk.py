"""Staff bring in a customer at the desk, by a document that is pasted or uploaded."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bank.audit.models import Entry
from bank.customers.models import User
from bank.outbox.models import Message
from bank.sandbox.life import newcomers
from bank.sandbox.models import Resident
from tests import people
from tests.sandbox.test_newcomers import named

LIST = "/admin/sandbox/resident/"
BRING = f"{LIST}do/bring/"


def browser_of(person):
    browser = Client()
    browser.post("/admin/login/", people.at_the_desk(person), secure=True)
    return browser


@pytest.fixture
def sam(db, now):
    return people.staff("sam", now=now)


@pytest.fixture
def desk(sam):
    return browser_of(sam)


def document(username, **changes):
    return json.dumps(named(username, **changes))


def test_takes_a_pasted_document_and_tells_the_trail(sam, desk):
    answer = desk.post(BRING, {"document": document("dora-pasted")}, secure=True, follow=True)

    resident = Resident.objects.get(customer__username="dora-pasted")
    assert answer.redirect_chain == [(LIST, 302)]
    assert "A worker lives the history" in answer.content.decode()
    assert "dora-pasted" in answer.content.decode()
    assert Message.objects.filter(kind="sandbox.live", payload__customer_pk=resident.pk).exists()
    arrived = Entry.objects.get(action="sandbox.customer_arrived", subject="dora-pasted")
    assert arrived.actor == f"staff:{sam.username}"


def test_takes_a_file_and_shows_it_readable(desk):
    file = SimpleUploadedFile("dora.json", document("dora-filed").encode())
    form = desk.get(BRING, secure=True).content.decode()

    desk.post(BRING, {"file": file}, secure=True)

    assert 'enctype="multipart/form-data"' in form
    resident = Resident.objects.get(customer__username="dora-filed")
    page = desk.get(f"{LIST}{resident.pk}/change/", secure=True).content.decode()
    assert "\n    &quot;username&quot;: &quot;dora-filed&quot;" in page
    assert f"/admin/customers/user/{resident.pk}/change/" in page


def test_shows_every_fault_with_its_path_and_keeps_nothing(desk):
    faulty = document("dora-wrong", months="six", accounts=[{"key": "main", "product": "everyday", "limit": "lots"}])

    page = desk.post(BRING, {"document": faulty}, secure=True).content.decode()

    assert "<li>months: " in page
    assert "<li>accounts[0].limit: " in page
    assert not User.objects.filter(username="dora-wrong").exists()


def test_shows_that_the_user_name_is_taken(sam, desk):
    page = desk.post(BRING, {"document": document(sam.username)}, secure=True).content.decode()

    assert "<li>customer.username: Somebody has this user name.</li>" in page


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("", b"", "one of the two"),
        ("{}", b"{}", "one of the two"),
        ("{", b"", "the document: The body is not JSON"),
        ("", b"\xff", "the document: The body is not JSON"),
        ("", b" " * (newcomers.BYTES_MAX + 1), "the document: The document is too long."),
    ],
)
def test_refuses_what_is_no_document(desk, text, file, words):
    fields = {"document": text} | ({"file": SimpleUploadedFile("dora.json", file)} if file else {})

    answer = desk.post(BRING, fields, secure=True)

    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_makes_nobody_up_outside_a_sandbox(desk, settings):
    settings.SANDBOX = False

    page = desk.post(BRING, {"document": document("dora-real")}, secure=True).content.decode()

    assert "Only a sandbox makes customers up." in page
    assert not User.objects.filter(username="dora-real").exists()


def test_refuses_staff_who_may_not(db, now):
    newcomer = User.objects.make(username="newcomer-9", password=people.PASSWORD, full_name="N", kind="staff", now=now)

    answer = browser_of(newcomer).post(BRING, {"document": document("dora-forbidden")}, secure=True)

    assert answer.status_code == 403
    assert not User.objects.filter(username="dora-forbidden").exists()
