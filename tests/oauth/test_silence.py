"""What the bank's log keeps to itself."""

import logging

import pytest
from structlog.testing import capture_logs

from bank import logs
from tests.oauth.given import Party


def test_writes_no_reference_into_the_log(bob: Party, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    reference = bob.open(bob.lodge())

    with capture_logs(processors=[logs.without_query]) as ours:
        bob.browser.get(f"/login?request={reference}")

    lines = f"{ours} {caplog.text}"
    assert "/login" in lines
    assert reference not in lines


def test_writes_no_code_and_no_token_into_the_log(bob: Party, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    with capture_logs(processors=[logs.without_query]) as ours:
        code = bob.approved()["code"]
        tokens = bob.redeem(code).json()
        bob.redeem(code)

    lines = f"{ours} {caplog.text}"
    assert "code was used before" in lines
    assert not [value for value in (code, tokens["access_token"], tokens["refresh_token"]) if value in lines]
