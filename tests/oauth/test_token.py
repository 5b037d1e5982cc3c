"""The token endpoint: what a code, and a client's own credentials, bring."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bank.audit.models import Entry
from bank.oauth.models import AccessToken, Authorization, Grant, RefreshToken, digest
from bank.outbox import unit
from bank.tpps import directory
from consents import lifecycle
from consents.models import Consent
from tests import people
from tests.oauth import given


def test_turns_a_code_into_bound_tokens(bob: given.Party) -> None:
    brought = bob.approved()

    answer = bob.redeem(brought["code"])

    body = answer.json()
    assert answer.status_code == 200, body
    assert (answer["Cache-Control"], answer["Content-Type"]) == ("no-store", "application/json")
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert set(body["scope"].split()) == {"openid", "accounts"}
    row = AccessToken.objects.get(application=bob.client)
    assert row.cnf == {"x5t#S256": bob.provider.transport.thumbprint}
    assert row.authorization is not None
    assert row.authorization.consent_id == brought["consent_id"]


def test_tells_in_the_id_token_who_approved_what_and_how(bob: given.Party) -> None:
    brought = bob.approved()

    body = bob.redeem(brought["code"]).json()

    front, back = given.claims_of(brought["id_token"]), given.claims_of(body["id_token"])
    assert front["c_hash"] == given.half(brought["code"])
    assert front["s_hash"] == given.half("a state")
    assert back["at_hash"] == given.half(body["access_token"])
    for claims in (front, back):
        assert (claims["iss"], claims["aud"]) == ("https://localhost:7443", bob.client_id)
        assert (claims["acr"], claims["nonce"]) == (given.SCA, "a nonce")
        assert claims["auth_time"] == bob.seconds()
        assert claims["openbanking_intent_id"] == brought["consent_id"]
        assert claims["exp"] > claims["iat"]
    assert front["sub"] == back["sub"]
    assert "azp" not in back
    assert "at_hash" not in front


def test_names_a_customer_differently_to_every_tpp(bob: given.Party, mallory: given.Party) -> None:
    alice = people.customer(now=bob.now)

    to_bob, again = bob.approved(customer=alice), bob.approved(customer=alice)
    to_mallory = mallory.approved(customer=alice)

    named = [given.claims_of(brought["id_token"])["sub"] for brought in (to_bob, again, to_mallory)]
    assert named[0] == named[1]
    assert named[0] != named[2]


def test_keeps_no_code_and_no_token_in_clear(bob: given.Party) -> None:
    brought = bob.approved()

    body = bob.redeem(brought["code"]).json()

    assert Grant.objects.filter(application=bob.client).values_list("code", flat=True).get().startswith("sha256:")
    access, refresh = AccessToken.objects.get(application=bob.client), RefreshToken.objects.get(application=bob.client)
    assert (access.token, refresh.token) == ("", "")
    assert access.token_checksum == digest(body["access_token"])
    assert refresh.token_checksum == digest(body["refresh_token"])


def test_ends_all_that_a_code_brought_when_it_comes_again(bob: given.Party) -> None:
    code = bob.approved()["code"]
    assert bob.redeem(code).status_code == 200

    answer = bob.redeem(code)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not AccessToken.objects.filter(application=bob.client).exists()
    assert not RefreshToken.objects.filter(application=bob.client, revoked=None).exists()
    assert Authorization.objects.get(client=bob.client).revoked_at is not None
    assert Entry.objects.filter(action="code.reused", actor=f"tpp:{bob.client_id}").count() == 1


BAD_REDEMPTIONS: list[tuple[str, dict[str, str | None], str]] = [
    ("an unknown code", {"code": "never-issued"}, "invalid_grant"),
    ("no code", {"code": None}, "invalid_request"),
    ("another redirect URI", {"redirect_uri": "https://tpp.example/other"}, "invalid_grant"),
    ("no redirect URI", {"redirect_uri": None}, "invalid_request"),
    ("another verifier", {"code_verifier": "w" * 64}, "invalid_grant"),
    ("no verifier", {"code_verifier": None}, "invalid_grant"),
]


@pytest.mark.parametrize(("change", "error"), [row[1:] for row in BAD_REDEMPTIONS], ids=[r[0] for r in BAD_REDEMPTIONS])
def test_refuses_a_redemption_with(bob: given.Party, change: dict[str, Any], error: str) -> None:
    code = bob.approved()["code"]

    answer = bob.redeem(**{"code": code, **change})

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not AccessToken.objects.filter(application=bob.client).exists()


def test_refuses_the_code_of_another_client(bob: given.Party, mallory: given.Party) -> None:
    code = bob.approved()["code"]

    stolen = mallory.redeem(code)

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert bob.redeem(code).status_code == 200


def test_refuses_a_code_after_a_minute(bob: given.Party) -> None:
    code = bob.approved()["code"]
    Grant.objects.filter(application=bob.client).update(expires=bob.now - timedelta(seconds=1))

    answer = bob.redeem(code)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_gives_a_code_a_minute_at_most(bob: given.Party) -> None:
    bob.approved()

    grant = Grant.objects.get(application=bob.client)

    assert grant.expires - bob.now == timedelta(seconds=60)


def test_refuses_a_code_whose_consent_was_deleted(bob: given.Party) -> None:
    brought = bob.approved()
    with unit.work():
        consent = lifecycle.lock(brought["consent_id"])
        lifecycle.delete(consent, actor=f"tpp:{bob.client_id}", now=bob.now)

    answer = bob.redeem(brought["code"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_lets_no_access_token_outlive_its_consent(bob: given.Party) -> None:
    lodged = bob.lodge(expires_at=bob.now + timedelta(seconds=100))

    body = bob.redeem(bob.approved(consent_id=lodged)["code"]).json()

    assert 0 < body["expires_in"] <= 100


def test_grants_credentials_without_refresh_token_or_id_token(bob: given.Party) -> None:
    answer = bob.token(grant_type="client_credentials", scope="accounts")

    body = answer.json()
    assert answer.status_code == 200, body
    assert set(body) == {"access_token", "expires_in", "token_type", "scope"}
    assert body["scope"] == "accounts"
    row = AccessToken.objects.get(application=bob.client)
    assert (row.user, row.authorization) == (None, None)
    assert row.cnf == {"x5t#S256": bob.provider.transport.thumbprint}


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("", "accounts payments"),
        ("accounts", "accounts"),
        ("payments accounts", "payments accounts"),
        ("openid accounts", "accounts"),
    ],
)
def test_grants_credentials_what_is_asked_or_all_that_is_registered(bob: given.Party, scope: str, granted: str) -> None:
    answer = bob.token(grant_type="client_credentials", scope=scope)

    assert answer.status_code == 200
    assert answer.json()["scope"].split() == granted.split()


def test_refuses_a_scope_that_the_roles_of_the_tpp_do_not_cover(db: None, now: datetime) -> None:
    reader = given.party(now=now, roles=("AISP",))

    answer = reader.token(grant_type="client_credentials", scope="payments")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def statements(captured: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, less the test's own savepoints."""
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize(("auth_method", "allowed"), [("private_key_jwt", 3), ("tls_client_auth", 2)])
def test_grants_credentials_in_few_statements(db: None, now: datetime, auth_method: str, allowed: int) -> None:
    party = given.party(now=now, auth_method=auth_method)
    party.token(grant_type="client_credentials")

    with CaptureQueriesContext(connection) as captured:
        assert party.token(grant_type="client_credentials").status_code == 200

    assert len(statements(captured)) == allowed, statements(captured)


def test_redeems_and_refreshes_in_few_statements(bob: given.Party) -> None:
    code = bob.approved()["code"]
    bob.token(grant_type="client_credentials")

    with CaptureQueriesContext(connection) as redeeming:
        refresh_token = bob.redeem(code).json()["refresh_token"]
    with CaptureQueriesContext(connection) as refreshing:
        assert bob.token(grant_type="refresh_token", refresh_token=refresh_token).status_code == 200

    assert len(statements(redeeming)) == 6, statements(redeeming)
    assert len(statements(refreshing)) == 4, statements(refreshing)


def test_pushes_in_few_statements(bob: given.Party) -> None:
    request = bob.request_object()
    bob.push(request)

    with CaptureQueriesContext(connection) as captured:
        assert bob.push(request).status_code == 201

    assert len(statements(captured)) == 3, statements(captured)


def test_refuses_an_access_token_without_a_certificate_to_bind_it_to(bob: given.Party) -> None:
    answer = bob.token(grant_type="client_credentials", identity=None)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_refuses_the_certificate_of_another_tpp(bob: given.Party, mallory: given.Party) -> None:
    answer = bob.token(grant_type="client_credentials", identity=mallory.identity)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"])
def test_knows_no_other_grant(bob: given.Party, grant_type: str) -> None:
    answer = bob.token(grant_type=grant_type)

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_wants_a_grant_type(bob: given.Party) -> None:
    answer = bob.token(scope="accounts")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_shuts_out_a_blocked_tpp_and_lets_it_in_again(bob: given.Party) -> None:
    tpp = bob.provider.statement.tpp
    with unit.work():
        directory.block(tpp, reason="Suspected fraud", actor="staff:sam", now=bob.now)

    shut_out = bob.token(grant_type="client_credentials")
    with unit.work():
        directory.unblock(tpp, reason="Cleared", actor="staff:sam", now=bob.now)

    assert (shut_out.status_code, shut_out.json()["error"]) == (401, "invalid_client")
    assert bob.token(grant_type="client_credentials").status_code == 200
    told = Entry.objects.filter(subject=tpp.pk).order_by("pk").values_list("action", "detail")
    assert list(told) == [("tpp.blocked", {"reason": "Suspected fraud"}), ("tpp.unblocked", {"reason": "Cleared"})]


def test_refreshes_without_changing_the_refresh_token(bob: given.Party) -> None:
    first = bob.redeem(bob.approved()["code"]).json()

    second = bob.token(grant_type="refresh_token", refresh_token=first["refresh_token"])

    body = second.json()
    assert second.status_code == 200, body
    assert second["Cache-Control"] == "no-store"
    assert body["refresh_token"] == first["refresh_token"]
    assert body["access_token"] != first["access_token"]
    assert "id_token" not in body
    assert AccessToken.objects.filter(application=bob.client).count() == 2
    assert bob.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).status_code == 200


def test_makes_its_refresh_tokens_itself_whatever_a_form_proposes(bob: given.Party) -> None:
    answer = bob.redeem(bob.approved()["code"], refresh_token="x")

    assert answer.json()["refresh_token"] != "x"
    assert not RefreshToken.objects.filter(token_checksum=digest("x")).exists()


def test_refreshes_no_more_than_was_approved(bob: given.Party) -> None:
    first = bob.redeem(bob.approved()["code"]).json()

    more = bob.token(grant_type="refresh_token", refresh_token=first["refresh_token"], scope="openid payments")
    less = bob.token(grant_type="refresh_token", refresh_token=first["refresh_token"], scope="accounts")

    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")
    assert (less.status_code, less.json()["scope"]) == (200, "accounts")


def test_refuses_the_refresh_token_of_another_client(bob: given.Party, mallory: given.Party) -> None:
    first = bob.redeem(bob.approved()["code"]).json()

    answer = mallory.token(grant_type="refresh_token", refresh_token=first["refresh_token"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


ENDS = ["deleted", "CANC", "EXPD"]


@pytest.mark.parametrize("end", ENDS)
def test_refuses_to_refresh_once_the_consent_is(bob: given.Party, end: str) -> None:
    lodged = bob.lodge(expires_at=bob.now + timedelta(hours=1))
    brought = bob.approved(consent_id=lodged)
    first = bob.redeem(brought["code"]).json()
    with unit.work():
        _end(lifecycle.lock(lodged), end, now=bob.now)

    answer = bob.token(grant_type="refresh_token", refresh_token=first["refresh_token"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def _end(consent: Consent, end: str, *, now: datetime) -> None:
    match end:
        case "deleted":
            lifecycle.delete(consent, actor="bank:tests", now=now)
        case "CANC":
            lifecycle.cancel(consent, code="TKSP", description="Suspended.", actor="bank:tests", now=now)
        case "EXPD":
            lifecycle.expire(consent, actor="bank:tests", now=now + timedelta(hours=2))


def test_does_not_revive_a_token_when_what_was_withdrawn_is_approved_again(bob: given.Party) -> None:
    alice = people.customer(now=bob.now)
    lodged = bob.lodge()
    first = bob.redeem(bob.approved(customer=alice, consent_id=lodged)["code"]).json()
    with unit.work():
        _end(lifecycle.lock(lodged), "CANC", now=bob.now)
    bob.approved(customer=alice, consent_id=lodged)

    answer = bob.token(grant_type="refresh_token", refresh_token=first["refresh_token"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_refreshes_while_a_payment_consent_is_consumed(bob: given.Party) -> None:
    brought = bob.approved(consent_id=bob.lodge(kind="domestic-payment"), scope="openid payments")
    first = bob.redeem(brought["code"]).json()
    with unit.work():
        lifecycle.consume(brought["consent_id"], actor=f"tpp:{bob.client_id}", now=bob.now)

    answer = bob.token(grant_type="refresh_token", refresh_token=first["refresh_token"])

    assert answer.status_code == 200


@pytest.mark.parametrize("refresh_token", ["", "never-issued", "a\0b", "ü" * 3000])
def test_refuses_a_refresh_token_that_it_never_issued(bob: given.Party, refresh_token: str) -> None:
    answer = bob.token(grant_type="refresh_token", refresh_token=refresh_token)

    expected = "invalid_grant" if refresh_token else "invalid_request"
    assert (answer.status_code, answer.json()["error"]) == (400, expected)
