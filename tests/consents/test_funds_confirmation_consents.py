"""POST, GET and DELETE /funds-confirmation-consents."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bank.outbox import unit
from consents import lifecycle
from consents.funds_confirmation import AccountNotNamed
from consents.models import Consent
from consents.schemas import funds_confirmation as schemas
from tests import calls, people

PATH = f"{calls.CBPII}/funds-confirmation-consents"
NAMED = {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "04000470000000"}


@pytest.fixture
def bob(db: None, now: datetime) -> calls.Caller:
    return calls.caller(now=now)


def body(account: dict[str, Any] = NAMED, **data: Any) -> dict[str, Any]:
    return {"Data": {"DebtorAccount": account, **data}}


def lodge(bob: calls.Caller, sent: Any) -> Any:
    return bob.call("POST", PATH, sent, token=bob.token("fundsconfirmations"))


def test_lodges_a_consent_and_echoes_it_as_sent(bob: calls.Caller) -> None:
    sent = body(
        NAMED | {"Name": "Alice", "SecondaryIdentification": "Roll 1"},
        ExpirationDateTime="2099-05-02T00:00:00.000Z",
    )

    answer = lodge(bob, sent)

    told = schemas.CONSENT_ANSWER.read(answer.content)
    assert answer.status_code == 201
    assert sent["Data"].items() <= told["Data"].items()
    assert told["Data"]["Status"] == "AWAU"
    assert told["Links"]["Self"].endswith(f"{PATH}/{told['Data']['ConsentId']}")
    assert {"Risk", "StatusReason"}.isdisjoint({*told, *told["Data"]})


def test_neither_signs_nor_asks_for_a_signature_or_a_key(bob: calls.Caller) -> None:
    token = bob.token("fundsconfirmations")

    answer = bob.call("POST", PATH, body(), token=token, x_jws_signature=None, x_idempotency_key=None)

    assert answer.status_code == 201
    assert "x-jws-signature" not in answer


def test_lodges_twice_what_comes_twice_with_one_key(bob: calls.Caller) -> None:
    token = bob.token("fundsconfirmations")

    answers = [bob.call("POST", PATH, body(), token=token, x_idempotency_key="same") for _ in range(2)]

    assert len({answer.json()["Data"]["ConsentId"] for answer in answers}) == 2


@pytest.mark.parametrize(
    ("sent", "code", "path"),
    [
        (body(NAMED | {"SchemeName": "UK.OBIE.IBAN"}), "U027", "Data.DebtorAccount.SchemeName"),
        (body(NAMED | {"Identification": "0400047000000"}), "U021", "Data.DebtorAccount.Identification"),
        (body(NAMED | {"Identification": ""}), "U002", "Data.DebtorAccount.Identification"),
        (body(ExpirationDateTime="2020-01-01"), "U002", "Data.ExpirationDateTime"),
        (body(ExpirationDateTime="soon"), "U003", "Data.ExpirationDateTime"),
        (body(Permissions=[]), "U005", "Data.Permissions"),
        (body() | {"Risk": {}}, "U005", "Risk"),
        ({"Data": {}}, "U004", "Data.DebtorAccount"),
    ],
)
def test_refuses_what_does_not_fit(bob: calls.Caller, sent: Any, code: str, path: str) -> None:
    answer = lodge(bob, sent)

    assert answer.status_code == 400
    assert (calls.error(answer)["ErrorCode"], calls.error(answer)["Path"]) == (code, path)


def test_does_not_tell_whether_the_account_exists(bob: calls.Caller, now: datetime) -> None:
    known = people.account(people.customer(now=now), now=now)

    answers = [lodge(bob, body(account)) for account in (calls.named(known), NAMED | {"Identification": "0" * 14})]

    assert [answer.status_code for answer in answers] == [201, 201]


def test_shows_a_consent_as_it_stands(bob: calls.Caller, now: datetime) -> None:
    alice = people.customer(now=now)
    made = calls.authorised_funds(bob, customer=alice, account=people.account(alice, now=now))
    with unit.work():
        lifecycle.cancel(lifecycle.lock(made.pk), code="CUST", description="Taken back.", actor="bank:tests", now=now)

    answer = bob.call("GET", f"{PATH}/{made.pk}", token=bob.token("fundsconfirmations"))

    told = schemas.CONSENT_ANSWER.read(answer.content)["Data"]
    assert (answer.status_code, told["Status"]) == (200, "CANC")
    assert told["StatusReason"] == [{"StatusReasonCode": "CUST", "StatusReasonDescription": "Taken back."}]


@pytest.mark.parametrize("status", ["AWAU", "RJCT", "AUTH"])
def test_deletes_a_consent_for_good(bob: calls.Caller, now: datetime, status: str) -> None:
    alice = people.customer(now=now)
    made = calls.authorised_funds(
        bob, customer=alice if status == "AUTH" else None, account=people.account(alice, now=now)
    )
    if status == "RJCT":
        with unit.work():
            lifecycle.reject(lifecycle.lock(made.pk), code="CN01", description="No.", actor="bank:tests", now=now)
    token = bob.token("fundsconfirmations")

    deleted = bob.call("DELETE", f"{PATH}/{made.pk}", token=token)
    later = [bob.call(method, f"{PATH}/{made.pk}", token=token) for method in ("GET", "DELETE")]

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [(answer.status_code, calls.error(answer)["ErrorCode"]) for answer in later] == [(400, "U011")] * 2


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_keeps_a_consent_from_other_tpps(bob: calls.Caller, now: datetime, method: str) -> None:
    consent_id = lodge(bob, body()).json()["Data"]["ConsentId"]
    mallory = calls.caller(now=now, name="Mallory Money")

    answer = mallory.call(method, f"{PATH}/{consent_id}", token=mallory.token("fundsconfirmations"))

    assert answer.status_code == 403
    assert Consent.objects.get(pk=consent_id).deleted_at is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_knows_no_consent_of_another_kind(bob: calls.Caller, now: datetime, method: str) -> None:
    other = calls.consent(bob, "account-access", permissions=["ReadAccountsBasic"])

    answer = bob.call(method, f"{PATH}/{other.pk}", token=bob.token("fundsconfirmations"))

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U011")


@pytest.mark.parametrize("scope", ["accounts", "payments"])
def test_refuses_a_token_of_another_scope(bob: calls.Caller, scope: str) -> None:
    assert bob.call("POST", PATH, body(), token=bob.token(scope)).status_code == 403


def test_refuses_an_approval_for_another_account(bob: calls.Caller, now: datetime) -> None:
    alice = people.customer(now=now)
    named, other = people.account(alice, now=now), people.account(alice, now=now)
    made = calls.authorised_funds(bob, customer=None, account=named)

    with pytest.raises(AccountNotNamed), unit.work():
        lifecycle.authorise(lifecycle.lock(made.pk), customer=alice, accounts=[other], actor="bank:tests", now=now)


def test_is_never_prolonged_by_a_new_approval(bob: calls.Caller, now: datetime) -> None:
    alice, until = people.customer(now=now), now + timedelta(days=1)
    account = people.account(alice, now=now)
    made = calls.authorised_funds(bob, customer=alice, account=account, expires_at=until)
    with unit.work():
        lifecycle.authorise(lifecycle.lock(made.pk), customer=alice, accounts=[account], actor="bank:tests", now=now)

    made.refresh_from_db()
    assert (made.status, made.expires_at) == ("AUTH", until)
