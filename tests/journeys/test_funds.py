"""Confirmation of funds, from consent to deletion, over real HTTPS."""

import pytest

from bank.sandbox.tpp import client, funds
from tests.journeys import world

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def asked(tpp):
    return approved(tpp)


def approved(tpp):
    """Alice lets the TPP ask about her account."""
    own = tpp.client_credentials("fundsconfirmations")
    consent = funds.lodge(tpp, account=world.ALICE, token=own)
    authorization = tpp.authorization(consent["Data"]["ConsentId"], scope="fundsconfirmations")
    tokens = tpp.finish(authorization, fragment=world.approve(tpp, authorization))
    return world.Approved(consent, tokens, own)


def test_learns_yes_or_no_and_no_balance(tpp, asked):
    answers = [
        client.expect(
            tpp.post(funds.CONFIRMATIONS, funds.question(asked.consent_id, amount=amount), token=asked.tokens.access),
            status=201,
        ).json()["Data"]
        for amount in ("0.01", "9999999999.99")
    ]

    assert [answer["FundsAvailable"] for answer in answers] == [True, False]
    assert set(answers[0]) == {
        "FundsConfirmationId", "ConsentId", "CreationDateTime", "FundsAvailable", "Reference", "InstructedAmount"
    }  # fmt: skip


def test_reads_no_account_with_it(tpp, asked):
    assert tpp.get("/aisp/accounts", token=asked.tokens.access).status_code == 403


def test_is_told_that_a_reference_was_used(bank, tpp, asked):
    question = funds.question(asked.consent_id, amount="1.00")
    first, second = [tpp.post(funds.CONFIRMATIONS, question, token=asked.tokens.access) for _ in range(2)]

    told = bank.manage("tpp", "why", second.headers["x-fapi-interaction-id"]).stdout
    assert (first.status_code, second.status_code) == (201, 400)
    assert second.json()["Errors"][0]["ErrorCode"] == "U013"
    assert "This reference was used before under this consent." in told


def test_is_refused_at_the_very_next_call_after_the_deletion(tpp):
    ended = approved(tpp)
    fresh = tpp.refresh(ended.tokens)
    questions = [funds.question(ended.consent_id, amount="1.00") for _ in range(2)]
    before = tpp.post(funds.CONFIRMATIONS, questions[0], token=fresh)
    deleted = tpp.delete(f"{funds.CONSENTS}/{ended.consent_id}", token=ended.own)

    after = tpp.post(funds.CONFIRMATIONS, questions[1], token=fresh)

    assert (before.status_code, deleted.status_code, after.status_code, after.content) == (201, 204, 401, b"")


def test_asks_from_the_command_line(bank):
    told = bank.manage("tpp", "funds", "--approve", "alice").stdout

    assert "✓ yes" in told
    assert "✓ no; and how much there is, nobody tells us" in told
    assert "refused at once" in told
