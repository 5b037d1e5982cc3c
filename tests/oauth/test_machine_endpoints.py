"""What holds for every endpoint that a client calls: how a form must come, and how refusals are told."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bank import logs
from bank.sandbox import refusals
from tests import https
from tests.oauth import given
from tests.oauth.given import Party

ENDPOINTS = [given.TOKEN, given.PAR, given.REVOKE, given.INTROSPECT]
FORM = "application/x-www-form-urlencoded"

BODIES: dict[str, dict[str, Any]] = {
    "a field twice": {"form": "grant_type=client_credentials&grant_type=client_credentials"},
    "JSON": {"form": '{"grant_type":"client_credentials"}', "content_type": "application/json"},
    "no content type": {"form": "grant_type=client_credentials", "content_type": None},
    "another alphabet": {"form": "grant_type=client_credentials", "content_type": f"{FORM}; charset=utf-16"},
    "more fields than anybody needs": {"form": "&".join(f"f{number}=1" for number in range(2000))},
    "three megabytes": {"form": "grant_type=" + "x" * 3_000_000},
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("fault", BODIES)
def test_refuses_a_body_with(bob: Party, fault: str, endpoint: str) -> None:
    answer = bob.post(endpoint, **BODIES[fault])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_refuses_parameters_in_the_address(bob: Party, endpoint: str) -> None:
    answer = bob.post(f"{endpoint}?access_token=a", bob.proof() | {"token": "a", "grant_type": "client_credentials"})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options"])
def test_knows_only_post(method: str, endpoint: str) -> None:
    answer = https.ask(method.upper(), endpoint)

    assert (answer.status_code, answer.json()["error"], answer["Allow"]) == (405, "invalid_request", "POST")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_survives_rubbish(bob: Party, endpoint: str) -> None:
    answer = bob.post(endpoint, "%ff%fe=%00&client_assertion=%00&client_id=%00&token=%ff&scope=%f0%28")

    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_request", "invalid_client")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/oauth/jwks", "/oauth/error"])
def test_has_no_other_method_where_it_only_tells(path: str) -> None:
    answer = https.Browser().post(path, {"a": "b"})

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_lets_a_tpp_look_up_why_it_was_refused(bob: Party, tmp_path: Path) -> None:
    with capture_logs() as lines:
        answer = bob.post(given.TOKEN, {"grant_type": "client_credentials"} | bob.assertion(exp=1))
    refused = [line for line in lines if line["event"] == refusals.REFUSED]
    (tmp_path / "web.log").write_bytes(b"\n".join(logs.as_bytes(line) for line in refused))

    told = refusals.explain(answer["x-fapi-interaction-id"], logs=tmp_path)

    assert len(told) == 1
    assert "POST /oauth/token" in told[0]
    assert "The assertion has expired." in told[0]


@pytest.mark.parametrize("sent", ["3b1f0a5e-0000-4000-8000-00000000000A", "no UUID"])
def test_answers_under_the_interaction_id_that_it_was_sent(bob: Party, sent: str) -> None:
    answer = bob.post(given.REVOKE, bob.proof() | {"token": "a"}, headers={"x-fapi-interaction-id": sent})

    assert (answer["x-fapi-interaction-id"] == sent) == (sent != "no UUID")
