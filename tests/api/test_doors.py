"""What is found at the pages' port and what at the machines' port."""

import pytest
from django.conf import settings
from django.test import Client

from bank import checks
from tests import calls
from tests.attacks.test_every_route_refuses import filled

ROUTES = [(path, "page" if getattr(view, "is_page", False) else who) for path, view, who in checks.routes()]


def at(port, path, *, method="GET", **headers):
    return Client(raise_request_exception=False).generic(
        method, path, secure=True, SERVER_PORT=str(port), headers=headers
    )


def paths(*audiences):
    return pytest.mark.parametrize("path", sorted(filled(path) for path, who in ROUTES if who in audiences))


@paths("customer", "staff", "page")
def test_shows_no_page_at_the_machines_port(db, path):
    answer = at(settings.MTLS_PORT, path)

    assert answer.status_code == 404
    assert calls.error(answer) == {
        "ErrorCode": "U011",
        "Message": "This path is on the issuer's host, where the pages for people are.",
    }


@paths("client", "tpp")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_serves_no_machine_at_the_pages_port(db, path, method):
    answer = at(settings.PORT, path, method=method, x_fapi_interaction_id="6fa1c1f4-9f0a-4a0e-8a43-5d7f5f8a7a11")

    assert answer.status_code == 404
    assert calls.error(answer) == {
        "ErrorCode": "U011",
        "Message": "This path is on the mutual-TLS host, as the discovery document says.",
    }
    assert answer["x-fapi-interaction-id"] == "6fa1c1f4-9f0a-4a0e-8a43-5d7f5f8a7a11"


@pytest.mark.parametrize("port", [settings.PORT, settings.MTLS_PORT, 443], ids=["pages", "machines", "another"])
@paths("public")
def test_turns_nobody_away_from_what_is_public(db, port, path):
    assert b"This path is on the" not in at(port, path).content


@pytest.mark.parametrize(
    "path", ["/nothing", "/oauth/nothing", "/.well-known/nothing", "/token", "/%00", "/oauth/token/"]
)
def test_answers_machines_in_json_where_there_is_no_such_path(db, path):
    answer = at(settings.MTLS_PORT, path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"
    assert calls.error(answer) == {"ErrorCode": "U011", "Message": "There is no such path."}
    assert answer["x-fapi-interaction-id"] == answer.json()["Id"]


def test_answers_people_with_a_page_where_there_is_no_such_path(db):
    answer = at(settings.PORT, "/nothing")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.urls("tests.api.paths")
def test_answers_machines_in_json_when_a_view_fails(db):
    answer = at(settings.MTLS_PORT, "/broken")

    assert answer.status_code == 500
    assert calls.error(answer)["ErrorCode"] == "U000"
