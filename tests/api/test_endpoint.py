"""The life of a request: what it answers, what it leaves behind."""

from datetime import datetime, timedelta

import orjson
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bank.api.models import IdempotencyKey
from bank.audit.models import Entry
from bank.keys import jose, store
from bank.oauth.models import Authorization
from bank.outbox import unit
from bank.tpps import directory
from consents import lifecycle
from tests import calls, people

from . import paths

pytestmark = pytest.mark.urls("tests.api.paths")
NOTES = f"{calls.PISP}/notes"
CUSTOMERS = f"{calls.AISP}/accounts/acc_1/notes"
NOTE = {"Data": {"Text": "hello"}}


def test_answers_a_create_with_an_envelope_that_is_signed(bob, own_token, now):
    answer = bob.call("POST", NOTES, NOTE, token=own_token)

    assert answer.status_code == 201
    body = orjson.loads(answer.content)
    assert body["Data"]["NoteId"] == paths.MADE[0]
    assert body["Links"]["Self"] == f"{settings.MTLS_URL}{NOTES}/{paths.MADE[0]}"
    assert body["Meta"] == {}
    jose.verify_detached(
        answer["x-jws-signature"],
        answer.content,
        key_for={key.kid: key for key in [store.current("PS256")]}.get,
        issuer=settings.ORGANISATION_ID,
        now=now,
    )


def test_says_the_same_things_on_every_answer(bob, own_token):
    sent = "AbCdEf01-0000-4000-8000-00000000000F"

    answer = bob.call("POST", NOTES, NOTE, token=own_token, x_fapi_interaction_id=sent)

    assert answer["x-fapi-interaction-id"] == sent
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/json"
    assert answer["RateLimit-Policy"].startswith('"client";q=')
    assert answer["RateLimit"].startswith('"client";r=')


def test_reads_without_a_transaction_and_echoes_links(bob, alices_token):
    answer = bob.call("GET", f"{CUSTOMERS}?since=2026-01-01", token=alices_token)

    assert answer.status_code == 200
    body = answer.json()
    assert body["Data"] == {"AccountId": "acc_1", "Query": {"since": "2026-01-01"}}
    assert body["Links"]["Self"] == f"{settings.MTLS_URL}{CUSTOMERS}?since=2026-01-01"
    assert body["Links"]["Next"] == f"{settings.MTLS_URL}/next"
    assert body["Meta"] == {"TotalPages": 1}


def test_answers_a_delete_without_a_body(bob, alices_token):
    answer = bob.call("DELETE", CUSTOMERS, token=alices_token)

    assert answer.status_code == 204
    assert answer.content == b""
    assert "Content-Type" not in answer
    assert Entry.objects.filter(action="note.gone", interaction_id=answer["x-fapi-interaction-id"]).exists()


def test_reads_the_token_and_all_it_stands_for_in_one_statement(bob, alices_token):
    bob.call("GET", CUSTOMERS, token=alices_token)  # the verdict on the certificate is remembered

    with CaptureQueriesContext(connection) as queries:
        answer = bob.call("GET", CUSTOMERS, token=alices_token)

    assert answer.status_code == 200
    assert len(queries) == 1


def test_creates_with_four_statements_of_its_own(bob, own_token):
    bob.call("POST", NOTES, NOTE, token=own_token)

    with CaptureQueriesContext(connection) as queries:
        bob.call("POST", NOTES, NOTE, token=own_token)

    # The keys that sign answers are read again every few seconds, by whichever request comes then.
    statements = [query["sql"].split()[0].lower() for query in queries if "keys_signingkey" not in query["sql"]]
    assert statements == ["select", "savepoint", "insert", "with", "release"]  # token, key, audit


def test_shows_a_replay_what_the_first_request_created(bob, own_token):
    first = bob.call("POST", NOTES, NOTE, token=own_token, x_idempotency_key="once")

    second = bob.call("POST", NOTES, NOTE, token=own_token, x_idempotency_key="once")

    assert second.status_code == 201
    assert second.json() == first.json()
    assert len(paths.MADE) == 1


def test_refuses_a_key_that_comes_with_another_body(bob, own_token):
    bob.call("POST", NOTES, NOTE, token=own_token, x_idempotency_key="once")

    answer = bob.call("POST", NOTES, {"Data": {"Text": "other"}}, token=own_token, x_idempotency_key="once")

    assert answer.status_code == 422
    assert calls.error(answer)["ErrorCode"] == "U029"
    assert "x-jws-signature" in answer
    assert len(paths.MADE) == 1


def test_takes_a_key_for_new_after_a_day(bob, own_token, now):
    bob.call("POST", NOTES, NOTE, token=own_token, x_idempotency_key="daily")
    IdempotencyKey.objects.filter(key="daily").update(created_at=now - timedelta(hours=24))

    answer = bob.call("POST", NOTES, {"Data": {"Text": "next day"}}, token=own_token, x_idempotency_key="daily")

    assert answer.status_code == 201
    assert len(paths.MADE) == 2


def test_leaves_the_key_free_when_the_rules_refuse(bob, own_token):
    refused = bob.call("POST", NOTES, {"Data": {"Text": "bold"}}, token=own_token, x_idempotency_key="again")

    answer = bob.call("POST", NOTES, NOTE, token=own_token, x_idempotency_key="again")

    assert refused.status_code == 400
    assert calls.error(refused)["ErrorCode"] == "U009"
    assert answer.status_code == 201


def test_lets_two_clients_use_one_key(bob, own_token, now):
    carol = calls.caller(now=now, name="Carol's Cash")
    bob.call("POST", NOTES, NOTE, token=own_token, x_idempotency_key="mine")

    answer = carol.call("POST", NOTES, NOTE, token=carol.token("payments"), x_idempotency_key="mine")

    assert answer.status_code == 201
    assert len(paths.MADE) == 2


def test_writes_a_refusal_to_the_trail(bob, own_token):
    answer = bob.call("POST", NOTES, {"Data": {"Text": "bold"}}, token=own_token)

    entry = Entry.objects.get(interaction_id=answer["x-fapi-interaction-id"])
    assert entry.action == "request.refused"
    assert entry.actor == f"tpp:{bob.provider.client.client_id}"
    assert entry.subject == "CreateNotes"
    assert entry.detail["check"] == "rules"
    assert entry.detail["code"] == "U009"


def test_writes_nothing_to_the_trail_about_callers_without_a_certificate(bob, own_token):
    answer = bob.call("POST", NOTES, NOTE, token=own_token, der=None)

    assert answer.status_code == 401
    assert not Entry.objects.filter(interaction_id=answer["x-fapi-interaction-id"]).exists()


def test_answers_a_bare_500_to_what_nobody_foresaw(bob, own_token):
    answer = bob.call("POST", NOTES, {"Data": {"Text": "broken"}}, token=own_token)

    assert answer.status_code == 500
    body = answer.json()
    assert body["Id"] == answer["x-fapi-interaction-id"]
    assert body["Errors"] == [{"ErrorCode": "U000", "Message": "Something unexpected happened at the bank."}]
    assert "x-jws-signature" in answer
    assert paths.MADE == []


def test_expires_a_consent_whose_time_has_passed(bob, now):
    alice = people.customer(now=now)
    until = now + timedelta(microseconds=1)
    consent = calls.consent(
        bob, "account-access", customer=alice, accounts=[people.account(alice, now=now)], expires_at=until
    )
    token = calls.customers_token(bob, consent)

    answer = bob.call("GET", CUSTOMERS, token=token)

    assert answer.status_code == 401
    assert calls.error(answer)["ErrorCode"] == "TKXP"
    consent.refresh_from_db()
    assert consent.status == "EXPD"


def test_refuses_the_token_of_a_deleted_consent_at_once(bob, alices_token, now):
    consent = Authorization.objects.get(client=bob.provider.client).consent
    with unit.work():
        lifecycle.delete(lifecycle.lock(consent.pk), actor="tpp:test", now=now)

    answer = bob.call("GET", CUSTOMERS, token=alices_token)

    assert answer.status_code == 401
    assert answer.content == b""


def test_says_that_a_consent_was_withdrawn_at_the_bank(bob, alices_token, now):
    consent = Authorization.objects.get(client=bob.provider.client).consent
    with unit.work():
        lifecycle.cancel(lifecycle.lock(consent.pk), code="TKSP", description="Suspended.", actor="bank:test", now=now)

    answer = bob.call("GET", CUSTOMERS, token=alices_token)

    assert answer.status_code == 401
    assert calls.error(answer)["ErrorCode"] == "TKSP"


def test_refuses_a_blocked_tpp_on_its_very_next_call(bob, own_token, now):
    with unit.work():
        directory.block(bob.provider.statement.tpp, reason="test", actor="staff:sam", now=now)

    answer = bob.call("POST", NOTES, NOTE, token=own_token)

    assert answer.status_code == 403
    assert calls.error(answer)["ErrorCode"] == "TKSP"


def test_says_when_an_ordinary_token_has_run_out(bob, now: datetime):
    token = bob.token("payments", expires_at=now)

    answer = bob.call("POST", NOTES, NOTE, token=token)

    assert answer.status_code == 401
    assert calls.error(answer)["ErrorCode"] == "TKXP"
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_counts_the_calls_of_a_client(bob, now, settings):
    settings.RATE_LIMIT = 1
    carol = calls.caller(now=now, name="Carol's Cash")
    token = carol.token("payments")
    carol.call("POST", NOTES, NOTE, token=token)

    answer = carol.call("POST", NOTES, NOTE, token=token)

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= settings.RATE_WINDOW_SECONDS
    assert len(paths.MADE) == 1
    assert not Entry.objects.filter(interaction_id=answer["x-fapi-interaction-id"]).exists()


@pytest.mark.parametrize("path", ["/open-banking/v4.0/pisp/nothing", "/open-banking/v4.0/", "/open-banking/%00"])
def test_answers_an_unknown_path_in_the_standards_way(bob, own_token, path):
    answer = bob.call("GET", path, token=own_token)

    assert answer.status_code == 404
    assert calls.error(answer)["ErrorCode"] == "U011"
    assert answer["x-fapi-interaction-id"]


def test_answers_an_unknown_page_with_a_page(bob):
    answer = bob.call("GET", "/nothing")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
