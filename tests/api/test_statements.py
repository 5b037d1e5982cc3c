"""How many SQL statements each main request costs. A new one must be worth it: change the figure here, and say why.

In tests a transaction is a savepoint, so `savepoint` and `release` stand for BEGIN and COMMIT.
"""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import CODES
from bank.api import authentication
from bank.oauth.models import AccessToken, digest
from bank.outbox import unit
from tests import calls, people
from tests.accounts import full
from tests.oauth.proofs import Prover

NAMED = {authentication.READ: "token", unit.WRITE: "trail and outbox"}
ORDER = [
    "token",
    "savepoint",
    "insert api_idempotencykey",
    "select consents_consent",
    "with accounts_account",  # the hold
    "insert payments_paymentorder",
    "insert consents_transition",
    "trail and outbox",
    "release",
]
CONSENT = [
    "token",
    "savepoint",
    "insert api_idempotencykey",
    "insert consents_consent",
    "trail and outbox",
    "release",
]

READ = ["token", "select accounts_account", "insert consents_use"]  # the last counts how the consent is used
AMOUNT = {"Amount": "1.00", "Currency": "GBP"}
FUNDS = [
    "token",
    "savepoint",
    "select consents_consent",
    "select accounts_account",
    "select accounts_holder",
    "insert consents_fundsconfirmation",
    "trail and outbox",
    "release",
]


@pytest.fixture
def alice(bob: calls.Caller, now: datetime) -> dict[str, Any]:
    """Alice's account, and Bob's tokens to read it and to pay from it."""
    person = people.customer(now=now)
    account = people.account(person, now=now, product=full.product())
    reading = calls.consent(bob, "account-access", customer=person, accounts=[account], permissions=CODES)
    return {"person": person, "account": account, "token": calls.customers_token(bob, reading)}


def order(bob: calls.Caller, alice: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The body of an order and the token for it."""
    consent, body = calls.authorised_payment(bob, customer=alice["person"], account=alice["account"])
    return body, calls.customers_token(bob, consent)


def statements(bob: calls.Caller, *request: Any, token: str, status: int, **headers: str) -> list[str]:
    """The statements that a request costs, by their first word and table, once the process has warmed up."""
    with CaptureQueriesContext(connection) as queries:
        answer = bob.call(*request, token=token, **headers)
    assert answer.status_code == status, answer.content
    rereading = "keys_signingkey"  # every five seconds, by whichever request comes
    return [short(query["sql"]) for query in queries if rereading not in query["sql"]]


def short(sql: str) -> str:
    if sql in NAMED:
        return NAMED[sql]
    words = sql.lower().split()
    if words[0] in {"savepoint", "release"}:
        return words[0]
    marker = {"insert": "into", "update": "update", "select": "from", "delete": "from", "with": "from"}[words[0]]
    table = words[words.index(marker) + 1].strip('"(')
    return f"{words[0]} {table}"


def test_an_order(bob, alice):
    body, token = order(bob, alice)
    bob.call("POST", f"{calls.PISP}/domestic-payments", body, token=token)
    body, token = order(bob, alice)

    assert statements(bob, "POST", f"{calls.PISP}/domestic-payments", body, token=token, status=201) == ORDER


def test_an_order_with_a_proof_of_a_key(bob, alice):
    url, prover = f"{settings.MTLS_URL}{calls.PISP}/domestic-payments", Prover(now=bob.now)
    for _ in range(2):
        body, token = order(bob, alice)
        AccessToken.objects.filter(token_checksum=digest(token)).update(cnf={"jkt": prover.jkt})
        headers = {"Authorization": f"DPoP {token}", "DPoP": prover.proof("POST", url, access_token=token)}
        found = statements(bob, "POST", f"{calls.PISP}/domestic-payments", body, token=token, status=201, **headers)

    assert found == [ORDER[0], "insert oauth_spentidentifier", *ORDER[1:]]


def test_a_payment_consent(bob):
    token = bob.token("payments")
    bob.call("POST", f"{calls.PISP}/domestic-payment-consents", calls.payment(), token=token)

    found = statements(bob, "POST", f"{calls.PISP}/domestic-payment-consents", calls.payment(), token=token, status=201)

    assert found == CONSENT


def test_a_funds_confirmation(bob, alice):
    consent = calls.authorised_funds(bob, customer=alice["person"], account=alice["account"])
    token, path = calls.customers_token(bob, consent), f"{calls.CBPII}/funds-confirmations"
    bodies = [{"Data": {"ConsentId": consent.pk, "Reference": name, "InstructedAmount": AMOUNT}} for name in ("1", "2")]
    bob.call("POST", path, bodies[0], token=token)

    assert statements(bob, "POST", path, bodies[1], token=token, status=201) == FUNDS


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/accounts", READ),
        ("/accounts/{id}", READ),
        ("/accounts/{id}/balances", READ),
        ("/accounts/{id}/transactions", [*READ, "with accounts_account"]),
        ("/balances", READ),
        ("/beneficiaries", [*READ, "select accounts_beneficiary"]),
        ("/direct-debits", [*READ, "select accounts_directdebit"]),
        ("/standing-orders", [*READ, "select accounts_standingorder"]),
        ("/scheduled-payments", [*READ, "select accounts_scheduledpayment"]),
        ("/products", [*READ, "select accounts_product"]),
        ("/offers", [*READ, "select accounts_offer"]),
        ("/accounts/{id}/parties", [*READ, "select accounts_holder"]),
        ("/accounts/{id}/party", [*READ, "select accounts_holder"]),
        ("/party", [*READ, "select accounts_party"]),
    ],
)
def test_a_read(bob, alice, path, expected):
    path = calls.AISP + path.format(id=alice["account"].pk)
    bob.call("GET", path, token=alice["token"])

    assert statements(bob, "GET", path, token=alice["token"], status=200) == expected


def test_reads_of_a_payment(bob, alice):
    body, token = order(bob, alice)
    placed = bob.call("POST", f"{calls.PISP}/domestic-payments", body, token=token)
    own = bob.token("payments")
    path = f"{calls.PISP}/domestic-payments/{placed.json()['Data']['DomesticPaymentId']}"
    bob.call("GET", path, token=own)

    resource = ["token", "select payments_paymentorder"]
    details = [*resource, "select payments_ordertransition"]
    assert statements(bob, "GET", path, token=own, status=200) == resource
    assert statements(bob, "GET", f"{path}/payment-details", token=own, status=200) == details
