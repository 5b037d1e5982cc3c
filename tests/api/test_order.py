"""The order of the checks, which is part of the interface: what is wrong twice is refused for the first."""

import pytest

from tests import calls

from . import paths

pytestmark = pytest.mark.urls("tests.api.paths")
NOTES = f"{calls.PISP}/notes"

# Each fault, in the order in which the bank looks for it: what is changed in a good call, and how it is answered.
FAULTS = [
    ("the method", {"method": "PUT"}, 405, "MS03"),
    ("what is accepted", {"Accept": "text/html"}, 406, "U006"),
    ("what is sent", {"Content-Type": "text/plain"}, 415, "U006"),
    ("the certificate", {"der": None}, 401, ""),
    ("the token", {"Authorization": "Bearer nonsense"}, 401, ""),
    ("the grant", {"token": "alices"}, 403, "TK01"),
    ("the scope", {"token": "accounts"}, 403, "TK01"),
    ("the rate", {"rate": 0}, 429, "MS03"),
    ("a header", {"x-fapi-auth-date": "yesterday"}, 400, "U006"),
    ("the size", {"size": 300_000}, 400, "U010"),
    ("the signature", {"x-jws-signature": None}, 400, "U019"),
    ("the body", {"text": 1}, 400, "U002"),
    ("the key", {"x-idempotency-key": "used"}, 422, "U029"),
    ("the rules", {"text": "bold"}, 400, "U009"),
]


@pytest.mark.parametrize("first", range(len(FAULTS)), ids=[fault[0] for fault in FAULTS])
def test_refuses_for_the_first_of_all_that_is_wrong(bob, own_token, alices_token, settings, first):
    bob.call("POST", NOTES, {"Data": {"Text": "used"}}, token=own_token, x_idempotency_key="used")
    _, _, status, code = FAULTS[first]
    changes = {}
    for _, change, _, _ in reversed(FAULTS[first:]):
        changes |= change
    if "rate" in changes:
        settings.RATE_LIMIT = changes.pop("rate")
    tokens = {"alices": alices_token, "accounts": bob.token("accounts"), "own": own_token}
    body = {"Data": {"Text": changes.pop("text", "hello")}, "Extra": "x" * changes.pop("size", 0)}
    if not body["Extra"]:
        del body["Extra"]

    answer = bob.call(changes.pop("method", "POST"), NOTES, body, token=tokens[changes.pop("token", "own")], **changes)

    assert answer.status_code == status
    assert (calls.error(answer)["ErrorCode"] if answer.content else "") == code
    assert len(paths.MADE) == 1


def test_takes_no_token_from_the_address_even_beside_one_in_the_header(bob, own_token):
    answer = bob.call("POST", f"{NOTES}?access_token={own_token}", {"Data": {"Text": "hello"}}, token=own_token)

    assert (answer.status_code, answer.content) == (401, b"")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    assert paths.MADE == []
