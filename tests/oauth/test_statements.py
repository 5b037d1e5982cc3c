"""How many SQL statements tokens, pushed requests and calls with a bound token cost: cf. tests/api/test_statements.py.

In tests a transaction is a savepoint, so `savepoint` and `release` stand for BEGIN and COMMIT.
"""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.test_statements import short
from tests.https import Answer

CLIENT = "select oauth_client"
SPEND = "insert oauth_spentidentifier"  # the assertion's jti


def statements(call: Callable[[], Answer], *, status: int) -> list[str]:
    """The statements of a request, once the process has warmed up."""
    call()
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    assert answer.status_code == status, answer.content
    return [short(query["sql"]) for query in queries if "keys_signingkey" not in query["sql"]]


def test_a_token_by_a_signed_assertion(bob):
    found = statements(lambda: bob.token(grant_type="client_credentials", scope="accounts"), status=200)

    assert found == ["savepoint", CLIENT, SPEND, "insert oauth_accesstoken", "release"]


def test_a_pushed_request(bob):
    found = statements(lambda: bob.push(bob.request_object("con_1")), status=201)

    assert found == ["savepoint", CLIENT, SPEND, "insert oauth_authorizationrequest", "release"]


def test_a_call_with_a_bound_token(bob):
    """One to know who calls; whoami reads the client to describe it."""
    token = bob.token(grant_type="client_credentials").json()["access_token"]
    sent = {"Authorization": f"Bearer {token}"}

    found = statements(lambda: bob.call("GET", "/sandbox/whoami", headers=sent), status=200)

    assert found == ["token", CLIENT]
