"""Account information, from consent to deletion, over real HTTPS."""

import itertools

import pytest

from bank.sandbox.tpp import accounts, browser, client
from tests.journeys import world

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def read(tpp):
    return world.approved_read(tpp)


def test_reads_the_accounts_that_the_customer_chose(tpp, read):
    answer = client.expect(tpp.get("/aisp/accounts", token=read.tokens.access), status=200).json()

    assert world.ALICE_ID in {account["AccountId"] for account in answer["Data"]["Account"]}
    assert answer["Links"]["Self"].endswith("/aisp/accounts")


def test_reads_one_account_and_its_balances(tpp, read):
    one = client.expect(tpp.get(f"/aisp/accounts/{world.ALICE_ID}", token=read.tokens.access), status=200).json()
    path = f"/aisp/accounts/{world.ALICE_ID}/balances"
    balances = client.expect(tpp.get(path, token=read.tokens.access), status=200).json()

    assert [account["AccountId"] for account in one["Data"]["Account"]] == [world.ALICE_ID]
    assert {balance["Type"] for balance in balances["Data"]["Balance"]} >= {"ITBD", "ITAV"}


def test_reads_every_transaction_once_over_all_pages(bank, tpp, read):
    ids = [
        entry["TransactionId"] for entry in world.transactions(tpp, read, world.ALICE_ID) if entry["Status"] == "BOOK"
    ]

    assert len(ids) == len(set(ids))
    counted = bank.rows("select count(*) from accounts_posting where account_id = %s", [world.ALICE_ID])
    assert [(len(ids),)] == counted


def test_shows_a_running_balance_that_adds_up(tpp, read):
    booked = [entry for entry in world.transactions(tpp, read, world.ALICE_ID) if entry["Status"] == "BOOK"]

    for newer, older in itertools.pairwise(booked):
        assert pence(newer["Balance"]) == pence(older["Balance"]) + pence(newer)


def test_refuses_another_customers_account(tpp, read):
    answer = tpp.get(f"/aisp/accounts/{world.BOB_ID}", token=read.tokens.access)

    assert answer.status_code == 403


def test_gives_a_fresh_token_by_the_refresh_token_and_ends_a_revoked_one(tpp, read):
    fresh = tpp.refresh(read.tokens)
    works = tpp.get("/aisp/accounts", token=fresh).status_code

    tpp.revoke(fresh)

    assert works == 200
    assert tpp.get("/aisp/accounts", token=fresh).status_code == 401


def test_refuses_a_token_that_another_tpp_shows(bank, read):
    stranger = bank.tpp()

    answer = stranger.get("/aisp/accounts", token=read.tokens.access)

    assert (answer.status_code, answer.content) == (401, b"")


def test_refuses_the_very_next_call_after_the_consent_was_deleted(bank, tpp):
    read = world.approved_read(tpp)
    before = tpp.get("/aisp/accounts", token=read.tokens.access).status_code

    deleted = tpp.delete(f"{accounts.CONSENTS}/{read.consent_id}", token=read.own)
    after = tpp.get("/aisp/accounts", token=read.tokens.access)

    assert (before, deleted.status_code, after.status_code) == (200, 204, 401)
    gone = tpp.get(f"{accounts.CONSENTS}/{read.consent_id}", token=read.own)
    assert (gone.status_code, gone.json()["Errors"][0]["ErrorCode"]) == (400, "U011")
    told = bank.manage("tpp", "why", after.headers["x-fapi-interaction-id"])
    assert "was refused by the check “certificate and token”" in told.stdout
    with pytest.raises(client.Refused):
        tpp.refresh(read.tokens)


def test_lets_the_customer_refuse(tpp):
    own = tpp.client_credentials("accounts")
    consent_id = accounts.lodge(tpp, token=own)["Data"]["ConsentId"]
    authorization = tpp.authorization(consent_id, scope="accounts")

    fragment = browser.refuse(
        authorization.url,
        customer=world.customer("alice"),
        ca=tpp.folder.file("ca.pem"),
        stop_at=tpp.identity["redirect_uri"],
    )

    with pytest.raises(client.NotProven, match="access_denied"):
        tpp.finish(authorization, fragment=fragment)
    consent = tpp.get(f"{accounts.CONSENTS}/{consent_id}", token=own).json()["Data"]
    assert consent["Status"] == "RJCT"
    assert consent["StatusReason"]


def pence(entry):
    amount = round(float(entry["Amount"]["Amount"]) * 100)
    return amount if entry["CreditDebitIndicator"] == "Credit" else -amount
