"""The three ways in which a client says whom it means."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from bank.customers.models import User
from bank.outbox import unit
from tests import people
from tests.oauth import given, phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(now: datetime) -> phone.Caller:
    """A TPP that polls."""
    return phone.caller(now=now)


def refused(bob: phone.Caller, **claims: Any) -> str:
    answer = bob.ask(**{"login_hint": None} | claims)
    assert answer.status_code == 400
    error: str = answer.json()["error"]
    return error


def named(bob: phone.Caller, *, sub_id: Any = "alice", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A login_hint_token."""
    subject = {"format": "opaque", "id": bob.alice.username} if sub_id == "alice" else sub_id
    complete = {"iss": bob.client_id, "aud": settings.ISSUER, "exp": bob.seconds(60), "sub_id": subject}
    return bob.sign(complete | claims, **(header or {}))


def id_token(bob: phone.Caller) -> str:
    """An ID token that Bob got for Alice."""
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=bob.now)
    token: str = bob.fetch(auth_req_id).json()["id_token"]
    return token


def test_refuses_no_hint_and_two(bob: phone.Caller) -> None:
    assert refused(bob) == "invalid_request"
    assert refused(bob, login_hint=bob.alice.username, login_hint_token="x") == "invalid_request"
    assert refused(bob, id_token_hint="x", login_hint_token="x") == "invalid_request"


def test_knows_no_name_that_is_nobodys_or_staffs(bob: phone.Caller, now: datetime) -> None:
    staff = people.staff(now=now)
    gone = people.customer("gone", now=now)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    for name in ("nobody", "", staff.username, gone.username):
        assert refused(bob, login_hint=name) == "unknown_user_id"
    assert refused(bob, login_hint="a\0b") == "invalid_request"
    assert refused(bob, login_hint=5) == "invalid_request"


def test_takes_a_token_that_names_the_customer(bob: phone.Caller) -> None:
    auth_req_id = bob.asked(login_hint=None, login_hint_token=named(bob))

    assert phone.row_of(auth_req_id).user == bob.alice


def test_refuses_tokens_that_are_not_the_clients_or_name_nobody(bob: phone.Caller, mallory: given.Party) -> None:
    theirs = mallory.sign({"iss": bob.client_id, "aud": settings.ISSUER, "exp": bob.seconds(60)})
    nobody = {"format": "opaque", "id": "nobody"}

    for token in (
        theirs,
        "no.token",
        named(bob, iss=mallory.client_id),
        named(bob, aud="https://elsewhere.example"),
        named(bob, exp=None),
        named(bob, header={"alg": "RS256"}),
        named(bob, sub_id=None),
        named(bob, sub_id="5"),
        named(bob, sub_id={"format": "phone_number", "phone_number": "+44"}),
        named(bob, sub_id={"format": "opaque", "id": 5}),
        named(bob, sub_id={"format": "opaque", "id": "a\0b"}),
    ):
        assert refused(bob, login_hint_token=token) == "invalid_request"
    assert refused(bob, login_hint_token=named(bob, sub_id=nobody)) == "unknown_user_id"


def test_tells_a_token_that_has_expired(bob: phone.Caller) -> None:
    assert refused(bob, login_hint_token=named(bob, exp=bob.seconds(-60))) == "expired_login_hint_token"


def test_takes_an_id_token_of_this_client_however_old(bob: phone.Caller) -> None:
    token = id_token(bob)
    bob.now += timedelta(seconds=5)
    with unit.work():
        people.customer("another", now=bob.now)

    auth_req_id = bob.asked(login_hint=None, id_token_hint=token)

    assert phone.row_of(auth_req_id).user == bob.alice


def test_refuses_an_id_token_of_another_client_or_no_id_token(bob: phone.Caller, now: datetime) -> None:
    mallory = phone.caller(now=now, name="Mallory Money")
    theirs = id_token(mallory)

    assert refused(bob, id_token_hint=theirs) == "invalid_request"
    assert refused(bob, id_token_hint=named(bob)) == "invalid_request"
    assert refused(bob, id_token_hint="x") == "invalid_request"


def test_knows_nobody_by_an_id_token_whose_customer_left(bob: phone.Caller) -> None:
    token = id_token(bob)
    User.objects.filter(pk=bob.alice.pk).update(is_active=False)

    assert refused(bob, id_token_hint=token) == "unknown_user_id"
