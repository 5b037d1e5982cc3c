"""What the bank's log keeps to itself."""

import logging

import pytest

from tests.oauth.given import Party


def test_writes_no_reference_into_the_log(bob: Party, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    reference = bob.open(bob.lodge())

    bob.browser.get(f"/login?request={reference}", secure=True)

    lines = "\n".join(str(record.msg) for record in caplog.records)
    assert "/login" in lines
    assert reference not in lines


def test_writes_no_code_and_no_token_into_the_log(bob: Party, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    code = bob.approved()["code"]
    tokens = bob.redeem(code).json()
    bob.redeem(code)

    lines = "\n".join(str(record.msg) for record in caplog.records)
    assert "code was used before" in lines
    assert not [value for value in (code, tokens["access_token"], tokens["refresh_token"]) if value in lines]
