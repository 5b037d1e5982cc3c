"""Log-ins without a consent, and what OpenID Connect lets a TPP ask about the customer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import HttpResponse

from bank.keys import jose
from bank.oauth.models import AccessToken, Authorization
from tests import people
from tests.consents.visitor import Visitor, brought_back, words
from tests.oauth import given
from tests.oauth.given import Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(now: datetime) -> Party:
    """A TPP with a FAPI 1 client."""
    return given.party(now=now)


@pytest.fixture
def carol(now: datetime) -> Party:
    """A TPP with a FAPI 2 client."""
    return given.party(now=now, name="Carol's Cash", profile="fapi2-security")


def sent(party: Party, **asked: Any) -> Visitor:
    """Alice, whom a TPP has sent to log in."""
    alice = people.customer(now=party.now)
    return Visitor(party=party, alice=alice, consent_id="", reference=party.open("", **asked))


def answered(page: HttpResponse) -> dict[str, str]:
    assert page.status_code == 303, words(page)
    return given.brought_back(page["Location"])


def approve(visitor: Visitor) -> dict[str, str]:
    visitor.come_to_the_decision()
    return answered(visitor.approve())


def test_asks_whether_to_log_in_and_names_the_customer_to_the_tpp(bob: Party) -> None:
    alice = sent(bob)

    said = words(alice.come_to_the_decision())
    brought = brought_back(alice.approve())

    assert "Bob's Budget asks you to log in and to be told a name for you that is yours with them alone" in said
    assert "account-1" not in said
    body = bob.redeem(brought["code"]).json()
    assert body["scope"] == "openid"
    assert "openbanking_intent_id" not in given.claims_of(body["id_token"])
    made = Authorization.objects.get(client=bob.client)
    assert (made.consent_id, made.user) == (None, alice.alice)


def test_promises_no_name_where_none_is_asked_for(carol: Party) -> None:
    """Plain OAuth: no scope at all, no ID token."""
    alice = sent(carol, scope=None, claims=None, nonce=None)

    said = words(alice.come_to_the_decision())
    body = carol.redeem(answered(alice.approve())["code"]).json()

    assert "Carol's Cash asks you to log in. It will see nothing" in said
    assert not {"id_token", "scope"} & set(body)
    assert AccessToken.objects.get(application=carol.client).scope == ""


def test_lets_the_customer_decline(carol: Party) -> None:
    alice = sent(carol)
    alice.come_to_the_decision()

    told = answered(alice.post("/consent", step="cancel"))

    assert (told["error"], told["error_description"]) == ("access_denied", "CN01 The customer did not approve.")


@pytest.mark.parametrize(("is_logged_in", "error"), [(False, "login_required"), (True, "consent_required")])
def test_does_nothing_in_silence(carol: Party, is_logged_in: bool, error: str) -> None:  # noqa: FBT001 - a parameter of the test
    alice = sent(carol)
    if is_logged_in:
        alice.come_to_the_decision()
    query = urlencode({"client_id": carol.client_id, "request_uri": carol.pushed("", prompt="none")})

    told = answered(alice.browser.get(f"/oauth/authorize?{query}", secure=True))

    assert (told["error"], told["state"]) == (error, "a state")


def again(visitor: Visitor, **asked: Any) -> Visitor:
    """The same customer in the same browser, sent a second time."""
    reference = visitor.party.open("", **asked)
    return Visitor(
        party=visitor.party, alice=visitor.alice, consent_id="", reference=reference, browser=visitor.browser
    )


ASKED: dict[str, tuple[dict[str, Any], bool]] = {  # and whether the customer logs in anew
    "nothing": ({}, False),
    "an hour at most": ({"max_age": "3600"}, False),
    "no time at all": ({"max_age": "0"}, True),
    "a log-in": ({"prompt": "login"}, True),
    "a log-in and consent": ({"prompt": "consent login"}, True),
    "consent": ({"prompt": "consent"}, False),
    "a choice of the customer": ({"prompt": "select_account"}, True),
}


@pytest.mark.parametrize("asked", ASKED)
def test_lets_who_is_logged_in_skip_the_log_in_unless_the_tpp_asks(carol: Party, asked: str) -> None:
    parameters, is_anew = ASKED[asked]
    first = sent(carol)
    approve(first)

    page = again(first, **parameters).get("/login")

    assert page.status_code == (200 if is_anew else 303)


def hint(visitor: Visitor) -> str:
    """The ID token that the TPP got about the visitor."""
    token: str = visitor.party.redeem(approve(visitor)["code"]).json()["id_token"]
    return token


def test_honours_a_hint_at_the_customer(carol: Party) -> None:
    alice = sent(carol)
    hinted = hint(alice)

    back = again(alice, id_token_hint=hinted)

    assert back.get("/login").status_code == 303
    assert "code" in approve(back)


def test_refuses_another_customer_than_the_hint_names(carol: Party) -> None:
    hinted = hint(sent(carol))
    other = sent(carol)
    approve(other)

    back = again(other, id_token_hint=hinted)

    assert back.get("/login").status_code == 200
    told = approve(back)
    assert (told["error"], told["state"]) == ("login_required", "a state")
    assert Authorization.objects.filter(client=carol.client, user=other.alice).count() == 1


def test_refuses_another_customer_than_the_claims_name(carol: Party) -> None:
    told = approve(sent(carol, claims={"id_token": {"sub": {"value": "of-nobody"}}}))

    assert told["error"] == "login_required"


HINTS: dict[str, Callable[[Party], str]] = {
    "an ID token of another client": lambda carol: hint(sent(given.party(now=carol.now))),
    "a token that the client signed": lambda carol: carol.sign(
        {"iss": settings.ISSUER, "sub": "a", "aud": carol.client_id}
    ),
    "a token that names nobody": lambda carol: jose.sign_jwt(
        {"iss": settings.ISSUER, "aud": carol.client_id}, algorithm="PS256"
    ),
    "no token": lambda _: "a.b.c",
}


@pytest.mark.parametrize("what", HINTS)
def test_takes_no_hint_that_is(carol: Party, what: str) -> None:
    answer = carol.ask("", id_token_hint=HINTS[what](carol))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("wish", "stated"), [(given.CA, given.CA), (f"urn:gold {given.SCA}", given.SCA), ("urn:gold", given.SCA)]
)
def test_states_the_wished_acr_where_it_can(carol: Party, wish: str, stated: str) -> None:
    brought = approve(sent(carol, acr_values=wish, claims=None))

    id_token = carol.redeem(brought["code"]).json()["id_token"]
    assert given.claims_of(id_token)["acr"] == stated


def test_ends_on_a_page_where_the_address_of_the_tpp_has_changed_meanwhile(carol: Party) -> None:
    alice = sent(carol)
    alice.come_to_the_decision()
    carol.client.redirect_uris = "https://tpp.example/other"
    carol.client.save(update_fields=["redirect_uris"])

    page = alice.approve()

    assert page.status_code == 400
    assert not Authorization.objects.filter(client=carol.client).exists()


def test_forgets_a_client_that_was_deleted(carol: Party) -> None:
    alice = sent(carol)
    carol.client.deleted_at = carol.now - timedelta(seconds=1)
    carol.client.save(update_fields=["deleted_at"])

    assert alice.get("/login").status_code == 400
