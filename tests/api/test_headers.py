"""The values that request headers may have."""

import uuid

import pytest

from tests import calls

from . import paths

pytestmark = pytest.mark.urls("tests.api.paths")
NOTES = f"{calls.PISP}/notes"
NOTE = {"Data": {"Text": "hello"}}
UNSIGNED = f"{calls.AISP}/accounts/acc_1/notes"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 GMT"),
        ("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 UTC"),
        ("x-fapi-customer-ip-address", "203.0.113.7"),
        ("x-fapi-customer-ip-address", "2001:db8::7"),
        ("x-customer-user-agent", "anything at all"),
        ("x-client-id", "somebody else"),
        ("x-idempotency-key", "k" * 40),
        ("x-idempotency-key", "two words"),
        ("Content-Type", "application/json; charset=UTF-8"),
        ("Accept", "application/json; charset=utf-8"),
        ("Accept", "text/html, */*;q=0.1"),
        ("Accept", "application/*"),
        ("Accept", "application/*+json"),
    ],
)
def test_takes_what_the_standard_allows(bob, own_token, name, value):
    answer = bob.call("POST", NOTES, NOTE, token=own_token, **{name: value})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("name", "value", "status", "code"),
    [
        ("x-fapi-auth-date", "2017-09-10T19:43:31Z", 400, "U006"),
        ("x-fapi-auth-date", "Sun, 31 Feb 2017 19:43:31 GMT", 400, "U006"),
        ("x-fapi-auth-date", "Sun, 10 Sep 2017 19:43:31 CET", 400, "U006"),
        ("x-fapi-customer-ip-address", "203.0.113", 400, "U006"),
        ("x-fapi-customer-ip-address", "fe80::1%eth0", 400, "U006"),
        ("x-fapi-customer-ip-address", "", 400, "U006"),
        ("x-idempotency-key", None, 400, "U007"),
        ("x-idempotency-key", "k" * 41, 400, "U006"),
        ("x-idempotency-key", " leading", 400, "U006"),
        ("x-idempotency-key", "trailing ", 400, "U006"),
        ("x-idempotency-key", "", 400, "U006"),
        ("Content-Type", "application/json; charset=utf-16", 415, "U006"),
        ("Content-Type", "application/x-www-form-urlencoded", 415, "U006"),
        ("Content-Type", "application/jose+jwe", 415, "U006"),
        ("Content-Type", None, 415, "U006"),
        ("Accept", "text/html", 406, "U006"),
        ("Accept", "application/json;q=0, */*", 406, "U006"),
        ("Accept", "application/json;charset=utf-16", 406, "U006"),
        ("Accept", "application/jose+jwe", 406, "U006"),
    ],
)
def test_refuses_what_it_does_not(bob, own_token, name, value, status, code):  # noqa: PLR0917 - a table's columns
    answer = bob.call("POST", NOTES, NOTE, token=own_token, **{name: value})

    assert answer.status_code == status
    assert calls.error(answer)["ErrorCode"] == code
    assert paths.MADE == []


def test_names_every_header_that_is_wrong(bob, own_token):
    wrong = {"x-fapi-auth-date": "now", "x-fapi-customer-ip-address": "here", "x-idempotency-key": None}

    answer = bob.call("POST", NOTES, NOTE, token=own_token, **wrong)

    assert [fault["ErrorCode"] for fault in answer.json()["Errors"]] == ["U006", "U006", "U007"]


@pytest.mark.parametrize("sent", ["not-a-uuid", "", "{00000000-0000-4000-8000-000000000000}", "a" * 500])
def test_refuses_a_malformed_interaction_id_and_answers_with_a_fresh_one(bob, own_token, sent):
    answer = bob.call("POST", NOTES, NOTE, token=own_token, x_fapi_interaction_id=sent)

    assert answer.status_code == 400
    assert calls.error(answer)["ErrorCode"] == "U006"
    assert uuid.UUID(answer["x-fapi-interaction-id"])


def test_makes_an_interaction_id_where_there_is_none(bob, own_token):
    answer = bob.call("POST", NOTES, NOTE, token=own_token, x_fapi_interaction_id=None)

    assert answer.status_code == 201
    assert uuid.UUID(answer["x-fapi-interaction-id"])


def test_ignores_an_idempotency_key_where_none_belongs(bob, alices_token):
    answer = bob.call("GET", UNSIGNED, token=alices_token, x_idempotency_key="k" * 100)

    assert answer.status_code == 200


def test_refuses_a_wrong_host(bob, own_token):
    answer = bob.call("POST", NOTES, NOTE, token=own_token, Host="elsewhere.example")

    assert answer.status_code == 400
    assert calls.error(answer)["ErrorCode"] == "U006"


@pytest.mark.parametrize("path", ["acc%00", "a" * 129, "%20", "%F0%9F%92%B7"])
def test_refuses_an_id_that_can_be_nobodys(bob, alices_token, path):
    answer = bob.call("GET", f"{calls.AISP}/accounts/{path}/notes", token=alices_token)

    assert answer.status_code == 400
    assert calls.error(answer)["ErrorCode"] == "U011"


@pytest.mark.parametrize(("query", "code"), [("since=never", "U003"), ("cursor=%00", "U002")])
def test_refuses_a_query_that_makes_no_sense(bob, alices_token, query, code):
    answer = bob.call("GET", f"{UNSIGNED}?{query}", token=alices_token)

    assert answer.status_code == 400
    assert calls.error(answer)["ErrorCode"] == code
    assert calls.error(answer)["Path"] == query.split("=")[0]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "DELETE", "GET", "TRACE", "HEAD"])
def test_knows_no_other_methods(bob, own_token, method):
    answer = bob.call(method, NOTES, token=own_token)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
