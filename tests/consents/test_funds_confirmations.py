"""POST /funds-confirmations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from accounts import ledger
from accounts.models import Account
from bank.audit.models import Entry
from bank.customers.models import User
from bank.money import Money
from bank.outbox import unit
from consents import lifecycle
from consents.models import Consent, FundsConfirmation
from consents.schemas import funds_confirmation as schemas
from tests import calls, people

PATH = f"{calls.CBPII}/funds-confirmations"


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Bob's shop, which may ask about Alice's account."""

    bob: calls.Caller
    alice: User
    account: Account
    consent: Consent
    token: str

    def body(self, amount: str = "10.00", *, reference: str = "Shoes", **data: Any) -> dict[str, Any]:
        instructed = {"Amount": amount, "Currency": "GBP"}
        asked = {"ConsentId": self.consent.pk, "Reference": reference, "InstructedAmount": instructed}
        return {"Data": asked | data}

    def ask(self, body: Any = None, *, token: str | None = None) -> Any:
        return self.bob.call("POST", PATH, body or self.body(), token=token or self.token)


@pytest.fixture
def shop(db: None, now: datetime) -> Shop:
    return open_shop(now=now)


def open_shop(*, now: datetime, **account: Any) -> Shop:
    bob, alice = calls.caller(now=now), people.customer(now=now)
    with unit.work():
        asked_about = people.account(alice, now=now, **account)
    consent = calls.authorised_funds(bob, customer=alice, account=asked_about, expires_at=now + timedelta(hours=1))
    token = calls.customers_token(bob, consent, expires_at=now + timedelta(hours=3))
    return Shop(bob=bob, alice=alice, account=asked_about, consent=consent, token=token)


def fault(answer: Any) -> tuple[int, str, str | None]:
    return answer.status_code, calls.error(answer)["ErrorCode"], calls.error(answer).get("Path")


@pytest.mark.parametrize(
    ("amount", "limit_minor", "is_available"),
    [
        ("10.00", 0, True),
        ("10.01", 0, False),
        ("10", 0, True),
        ("10.00000", 0, True),
        ("15.00", 500, True),
        ("15.01", 500, False),
        ("9999999999999", 0, False),
        ("0", 0, True),
    ],
)
def test_answers_yes_or_no(db: None, now: datetime, amount: str, limit_minor: int, is_available: bool) -> None:  # noqa: FBT001 - a table's column
    shop = open_shop(now=now, balance_minor=1_000, limit_minor=limit_minor)

    answer = shop.ask(shop.body(amount))

    told = schemas.CONFIRMATION_ANSWER.read(answer.content)
    assert answer.status_code == 201
    assert told["Data"]["FundsAvailable"] is is_available
    assert shop.body(amount)["Data"].items() <= told["Data"].items()
    assert told["Data"]["CreationDateTime"].endswith("+00:00")
    assert "x-jws-signature" not in answer


def test_does_not_count_what_is_held_and_holds_nothing_itself(shop: Shop, now: datetime) -> None:
    whole = Money(shop.account.booked_minor, "GBP")
    before = shop.ask(shop.body(whole.text, reference="1")).json()["Data"]["FundsAvailable"]
    with unit.work():
        ledger.reserve(
            account_id=shop.account.pk, amount=Money(1, "GBP"), for_order="pay_1", counterparty="", details={}, now=now
        )
    after = shop.ask(shop.body(whole.text, reference="2")).json()["Data"]["FundsAvailable"]

    shop.account.refresh_from_db()
    assert (before, after, shop.account.held_minor) == (True, False, 1)


@pytest.mark.parametrize("change", ["blocked", "closed", "left"])
def test_finds_nothing_on_an_account_that_the_customer_cannot_spend_from(shop: Shop, change: str) -> None:
    if change == "left":
        shop.account.holders.all().delete()
    else:
        status = {"blocked": Account.Status.DISABLED, "closed": Account.Status.DELETED}[change]
        Account.objects.filter(pk=shop.account.pk).update(status=status)

    answer = shop.ask()

    assert (answer.status_code, answer.json()["Data"]["FundsAvailable"]) == (201, False)


def test_takes_a_reference_once_in_a_consent(shop: Shop) -> None:
    first, second = shop.ask(), shop.ask(shop.body("11.00"))
    other = calls.authorised_funds(shop.bob, customer=shop.alice, account=shop.account)
    elsewhere = shop.ask(shop.body(ConsentId=other.pk), token=calls.customers_token(shop.bob, other))

    assert (first.status_code, elsewhere.status_code) == (201, 201)
    assert fault(second) == (400, "U013", "Data.Reference")
    assert FundsConfirmation.objects.filter(consent=shop.consent).count() == 1


def test_does_not_use_a_reference_up_when_it_refuses(shop: Shop) -> None:
    refused = shop.ask(shop.body(InstructedAmount={"Amount": "1.00", "Currency": "EUR"}))

    assert fault(refused) == (400, "U023", "Data.InstructedAmount.Currency")
    assert shop.ask().status_code == 201


@pytest.mark.parametrize(
    ("amount", "code", "path"),
    [
        ({"Amount": "1.00", "Currency": "EUR"}, "U023", "Data.InstructedAmount.Currency"),
        ({"Amount": "1.00", "Currency": "XXX"}, "U023", "Data.InstructedAmount.Currency"),
        ({"Amount": "1.001", "Currency": "GBP"}, "U002", "Data.InstructedAmount.Amount"),
        ({"Amount": "-1.00", "Currency": "GBP"}, "U002", "Data.InstructedAmount.Amount"),
        ({"Amount": "1.00"}, "U004", "Data.InstructedAmount.Currency"),
    ],
)
def test_refuses_an_amount_that_the_account_cannot_have(shop: Shop, amount: Any, code: str, path: str) -> None:
    assert fault(shop.ask(shop.body(InstructedAmount=amount))) == (400, code, path)


def test_answers_in_the_accounts_own_currency(db: None, now: datetime) -> None:
    shop = open_shop(now=now, currency="EUR", balance_minor=0)

    answer = shop.ask(shop.body(InstructedAmount={"Amount": "1.00", "Currency": "EUR"}))

    assert (answer.status_code, answer.json()["Data"]["FundsAvailable"]) == (201, False)


def test_refuses_a_token_of_another_consent(shop: Shop) -> None:
    other = calls.authorised_funds(shop.bob, customer=shop.alice, account=shop.account)

    assert fault(shop.ask(shop.body(ConsentId=other.pk))) == (400, "U008", "Data.ConsentId")


def test_refuses_a_consent_of_another_kind(shop: Shop) -> None:
    reading = calls.consent(
        shop.bob, "account-access", customer=shop.alice, accounts=[shop.account], permissions=["ReadBalances"]
    )
    calls.customers_token(shop.bob, reading)
    decision = reading.authorizations.get()
    token = shop.bob.token("openid accounts fundsconfirmations", authorization=decision)

    assert fault(shop.ask(shop.body(ConsentId=reading.pk), token=token)) == (400, "U008", "Data.ConsentId")


def test_refuses_the_tpps_own_token(shop: Shop) -> None:
    assert shop.ask(token=shop.bob.token("fundsconfirmations")).status_code == 403


def test_refuses_a_token_that_another_tpp_shows(shop: Shop, now: datetime) -> None:
    mallory = calls.caller(now=now, name="Mallory Money")

    answer = mallory.call("POST", PATH, shop.body(), token=shop.token)

    assert (answer.status_code, answer.content) == (401, b"")


def test_refuses_the_very_next_call_after_the_access_was_withdrawn(shop: Shop, now: datetime) -> None:
    with unit.work():
        consent = lifecycle.lock(shop.consent.pk)
        lifecycle.cancel(consent, code="TKSP", description="Suspended.", actor="bank:tests", now=now)

    assert fault(shop.ask()) == (401, "TKSP", None)


def test_refuses_the_very_next_call_after_the_consent_was_deleted(shop: Shop) -> None:
    path = f"{calls.CBPII}/funds-confirmation-consents/{shop.consent.pk}"
    shop.bob.call("DELETE", path, token=shop.bob.token("fundsconfirmations"))

    answer = shop.ask()

    assert (answer.status_code, answer.content) == (401, b"")


def test_refuses_and_expires_a_consent_whose_end_has_passed(db: None, now: datetime) -> None:
    shop = open_shop(now=now - timedelta(hours=2))

    answer = calls.Caller(provider=shop.bob.provider, now=now).call("POST", PATH, shop.body(), token=shop.token)

    shop.consent.refresh_from_db()
    assert fault(answer) == (401, "TKXP", None)
    assert shop.consent.status == "EXPD"
    assert shop.consent.status_reasons[0]["StatusReasonCode"] == "TKXP"


def test_answers_again_once_the_customer_has_approved_anew(shop: Shop, now: datetime) -> None:
    with unit.work():
        consent = lifecycle.lock(shop.consent.pk)
        lifecycle.cancel(consent, code="CUST", description="Taken back.", actor="bank:tests", now=now)
        lifecycle.authorise(consent, customer=shop.alice, accounts=[shop.account], actor="bank:tests", now=now)

    old, new = shop.ask(), shop.ask(token=calls.customers_token(shop.bob, shop.consent))

    assert (old.status_code, new.status_code) == (401, 201)


def test_tells_the_trail_the_answer_and_no_amount(shop: Shop) -> None:
    answer = shop.ask()

    entry = Entry.objects.get(interaction_id=answer["x-fapi-interaction-id"])
    assert (entry.action, entry.subject) == ("funds.confirmed", shop.consent.pk)
    assert entry.detail == {"confirmation": answer.json()["Data"]["FundsConfirmationId"], "is_available": True}


def test_cannot_be_read_again(shop: Shop) -> None:
    confirmation_id = shop.ask().json()["Data"]["FundsConfirmationId"]

    assert shop.bob.call("GET", f"{PATH}/{confirmation_id}", token=shop.token).status_code == 404


def test_keeps_every_answer_for_good(shop: Shop) -> None:
    shop.ask()

    for change in (FundsConfirmation.objects.all().delete, lambda: FundsConfirmation.objects.update(currency="EUR")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
