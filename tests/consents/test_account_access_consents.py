"""POST, GET and DELETE /account-access-consents."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bank.outbox import unit
from consents import lifecycle
from consents.models import Consent
from consents.schemas import account_access
from tests import calls, people

PATH = f"{calls.AISP}/account-access-consents"
ACCOUNTS, DETAIL = "ReadAccountsBasic", "ReadAccountsDetail"
TRANSACTIONS, CREDITS, DEBITS = "ReadTransactionsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits"


@pytest.fixture
def bob(db: None, now: datetime) -> calls.Caller:
    return calls.caller(now=now)


def body(permissions: Any = (ACCOUNTS,), **data: Any) -> dict[str, Any]:
    return {"Data": {"Permissions": list(permissions), **data}, "Risk": {}}


def lodge(bob: calls.Caller, sent: Any) -> Any:
    return bob.call("POST", PATH, sent, token=bob.token("accounts"))


def test_lodges_a_consent_and_echoes_it_as_sent(bob: calls.Caller) -> None:
    sent = body(
        [ACCOUNTS, DETAIL, ACCOUNTS],
        ExpirationDateTime="2099-05-02T00:00:00.000Z",
        TransactionFromDateTime="2017-05-03T00:00:00+01:00",
        TransactionToDateTime="2017-12-03T00:00:00.12345-05:00",
    )

    answer = lodge(bob, sent)

    told = answer.json()
    assert answer.status_code == 201
    account_access.ANSWER.read(answer.content)
    assert sent["Data"].items() <= told["Data"].items()
    assert told["Data"]["Status"] == "AWAU"
    assert told["Risk"] == {}
    assert told["Links"]["Self"].endswith(f"{PATH}/{told['Data']['ConsentId']}")
    assert "StatusReason" not in told["Data"]
    assert "x-jws-signature" not in answer


def test_writes_dates_in_full_that_came_in_short(bob: calls.Caller) -> None:
    sent = body(
        ExpirationDateTime="20990502",
        TransactionFromDateTime="2017-05-03",
        TransactionToDateTime="2017-12-03T00:00+01",
    )

    told = lodge(bob, sent).json()["Data"]

    assert told["ExpirationDateTime"] == "2099-05-02T23:59:59.999+00:00"
    assert told["TransactionFromDateTime"] == "2017-05-03T00:00:00.000+00:00"
    assert told["TransactionToDateTime"] == "2017-12-02T23:00:00.000+00:00"


def test_shows_a_consent_as_it_stands(bob: calls.Caller, now: datetime) -> None:
    consent_id = lodge(bob, body()).json()["Data"]["ConsentId"]

    answer = bob.call("GET", f"{PATH}/{consent_id}", token=bob.token("accounts"))

    assert answer.status_code == 200
    assert answer.json()["Data"]["ConsentId"] == consent_id
    assert answer.json()["Data"]["StatusUpdateDateTime"].endswith("+00:00")


@pytest.mark.parametrize(
    "permissions",
    [
        [],
        [ACCOUNTS, "ReadEverything"],
        ["ReadBalances"],
        [ACCOUNTS, TRANSACTIONS],
        [ACCOUNTS, "ReadTransactionsDetail"],
        [ACCOUNTS, CREDITS],
        [ACCOUNTS, DEBITS],
        [ACCOUNTS, CREDITS, DEBITS],
        [CREDITS, TRANSACTIONS],
    ],
)
def test_refuses_permissions_that_do_not_fit(bob: calls.Caller, permissions: list[str]) -> None:
    answer = lodge(bob, body(permissions))

    assert answer.status_code == 400
    assert calls.error(answer)["ErrorCode"] == "U002"
    assert calls.error(answer)["Path"] == "Data.Permissions"


@pytest.mark.parametrize(
    "permissions",
    [
        [ACCOUNTS],
        [DETAIL],
        [ACCOUNTS, DETAIL, DETAIL],
        [ACCOUNTS, TRANSACTIONS, CREDITS],
        [ACCOUNTS, "ReadTransactionsDetail", TRANSACTIONS, DEBITS],
        [ACCOUNTS, TRANSACTIONS, CREDITS, DEBITS],
        [DETAIL, "ReadBalances", "ReadPAN"],
    ],
)
def test_takes_permissions_that_fit(bob: calls.Caller, permissions: list[str]) -> None:
    answer = lodge(bob, body(permissions))

    assert answer.status_code == 201
    assert answer.json()["Data"]["Permissions"] == permissions


@pytest.mark.parametrize(
    ("data", "code", "path"),
    [
        ({"ExpirationDateTime": "2020-01-01T00:00:00+00:00"}, "U002", "Data.ExpirationDateTime"),
        ({"ExpirationDateTime": "2020-01-01"}, "U002", "Data.ExpirationDateTime"),
        (
            {"TransactionFromDateTime": "2024-02-02", "TransactionToDateTime": "2024-02-01"},
            "U002",
            "Data.TransactionToDateTime",
        ),
        ({"ExpirationDateTime": "2099-02-30T00:00:00Z"}, "U003", "Data.ExpirationDateTime"),
        ({"TransactionFromDateTime": "yesterday"}, "U003", "Data.TransactionFromDateTime"),
        ({"TransactionToDateTime": ""}, "U003", "Data.TransactionToDateTime"),
        ({"TransactionToDateTime": "0001-01-01T00:00:00+14:00"}, "U003", "Data.TransactionToDateTime"),
        ({"TransactionToDateTime": 7}, "U002", "Data.TransactionToDateTime"),
        ({"Surprise": "!"}, "U005", "Data.Surprise"),
    ],
)
def test_refuses_dates_and_fields_that_do_not_fit(
    bob: calls.Caller, data: dict[str, Any], code: str, path: str
) -> None:
    answer = lodge(bob, body(**data))

    assert answer.status_code == 400
    assert (calls.error(answer)["ErrorCode"], calls.error(answer)["Path"]) == (code, path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2099-03-07", "2099-03-07T23:59:59.999999+00:00"),
        ("20990307", "2099-03-07T23:59:59.999999+00:00"),
        ("2099-03-07T10:00", "2099-03-07T10:00:00+00:00"),
        ("2099-03-07T10:00:00", "2099-03-07T10:00:00+00:00"),
        ("2099-03-07T10:00:00.123", "2099-03-07T10:00:00.123000+00:00"),
        ("2099-03-07T10:00:00Z", "2099-03-07T10:00:00+00:00"),
        ("2099-03-07T10:00:00+01:00", "2099-03-07T09:00:00+00:00"),
        ("2099-03-07T10:00:00-0530", "2099-03-07T15:30:00+00:00"),
        ("2099-03-07T10:00:00+02", "2099-03-07T08:00:00+00:00"),
        ("9999-12-31", "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_reads_every_way_to_write_a_date(bob: calls.Caller, written: str, meant: str) -> None:
    answer = lodge(bob, body(ExpirationDateTime=written))

    assert answer.status_code == 201
    stored = Consent.objects.get(pk=answer.json()["Data"]["ConsentId"])
    assert stored.expires_at == datetime.fromisoformat(meant)


def test_names_what_is_missing(bob: calls.Caller) -> None:
    answer = lodge(bob, {"Data": {}})

    faults = {(fault["ErrorCode"], fault["Path"]) for fault in answer.json()["Errors"]}
    assert faults == {("U004", "Data.Permissions"), ("U004", "Risk")}


@pytest.mark.parametrize("status", ["AWAU", "AUTH"])
def test_deletes_a_consent_for_good(bob: calls.Caller, now: datetime, status: str) -> None:
    alice = people.customer(now=now) if status == "AUTH" else None
    made = calls.consent(
        bob,
        "account-access",
        customer=alice,
        accounts=[people.account(alice, now=now)] if alice else [],
        permissions=[ACCOUNTS],
    )
    token = bob.token("accounts")

    deleted = bob.call("DELETE", f"{PATH}/{made.pk}", token=token)
    later = [bob.call(method, f"{PATH}/{made.pk}", token=token) for method in ("GET", "DELETE")]

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [answer.status_code for answer in later] == [400, 400]
    assert {calls.error(answer)["ErrorCode"] for answer in later} == {"U011"}


def test_ends_the_customers_token_at_once(bob: calls.Caller, now: datetime) -> None:
    alice = people.customer(now=now)
    made = calls.consent(
        bob, "account-access", customer=alice, accounts=[people.account(alice, now=now)], permissions=[ACCOUNTS]
    )
    customers = calls.customers_token(bob, made)
    before = bob.call("GET", f"{calls.AISP}/accounts", token=customers)

    bob.call("DELETE", f"{PATH}/{made.pk}", token=bob.token("accounts"))
    after = bob.call("GET", f"{calls.AISP}/accounts", token=customers)

    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_keeps_a_consent_from_other_tpps(bob: calls.Caller, now: datetime, method: str) -> None:
    consent_id = lodge(bob, body()).json()["Data"]["ConsentId"]
    mallory = calls.caller(now=now, name="Mallory Money")

    answer = mallory.call(method, f"{PATH}/{consent_id}", token=mallory.token("accounts"))

    assert answer.status_code == 403
    assert Consent.objects.get(pk=consent_id).deleted_at is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_knows_no_consent_of_another_kind(bob: calls.Caller, method: str) -> None:
    answer = bob.call(method, f"{PATH}/con_unknown", token=bob.token("accounts"))

    assert answer.status_code == 400
    assert calls.error(answer)["ErrorCode"] == "U011"


def test_refuses_a_token_of_the_wrong_scope(bob: calls.Caller) -> None:
    answer = bob.call("POST", PATH, body(), token=bob.token("payments"))

    assert answer.status_code == 403


def test_tells_the_reason_of_a_refusal(bob: calls.Caller, now: datetime) -> None:
    consent_id = lodge(bob, body()).json()["Data"]["ConsentId"]
    with unit.work():
        lifecycle.reject(
            lifecycle.lock(consent_id),
            code="CN01",
            description="Declined.",
            actor="customer:alice",
            now=now + timedelta(seconds=5),
        )

    told = bob.call("GET", f"{PATH}/{consent_id}", token=bob.token("accounts")).json()["Data"]

    assert told["Status"] == "RJCT"
    assert told["StatusReason"] == [{"StatusReasonCode": "CN01", "StatusReasonDescription": "Declined."}]
    assert told["StatusUpdateDateTime"] > told["CreationDateTime"]
