"""Consents at every point of their life, for the tests of this folder."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Account
from bank import ids
from bank.customers.models import User
from bank.outbox import unit
from consents import account_access, funds_confirmation, lifecycle, transitions
from consents.models import Consent
from tests import people
from tests.oauth import given as oauth

ACCESS = account_access.AccountAccess.name
PAYMENT = "domestic-payment"
FUNDS = funds_confirmation.FundsConfirmation.name
NAMED = "04000469999999"  # the account that a funds-confirmation consent names, whoever holds it
ACTOR = "bank:tests"
PERMISSIONS = ("ReadAccountsDetail", "ReadBalances", "ReadTransactionsDetail", "ReadTransactionsCredits")
DATA = {
    ACCESS: {"Permissions": list(PERMISSIONS)},
    FUNDS: {"DebtorAccount": {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": NAMED}},
    PAYMENT: {
        "Initiation": {
            "InstructionIdentification": "1",
            "EndToEndIdentification": "1",
            "InstructedAmount": {"Amount": "12.34", "Currency": "GBP"},
            "CreditorAccount": {
                "SchemeName": "UK.OBIE.SortCodeAccountNumber",
                "Identification": "20000012345678",
                "Name": "Carol's Coffee",
            },
            "RemittanceInformation": {"Structured": [{"CreditorReferenceInformation": {"Reference": "Beans"}}]},
        }
    },
}


def consent(
    *, kind: str = ACCESS, client_pk: int, now: datetime, data: dict[str, Any] | None = None, **more: Any
) -> Consent:
    """A consent that awaits its customer."""
    return lifecycle.lodge(
        consent_id=ids.new("con"),
        kind=kind,
        client_pk=client_pk,
        data=DATA[kind] | (data or {}),
        risk={},
        actor=ACTOR,
        now=now,
        permissions=PERMISSIONS,
        **more,
    )


def a_tpp(name: str = "Bob's Budget", *, now: datetime) -> people.Provider:
    """A TPP with the run's keys: what is signed does not matter here, and making keys takes long."""
    return people.tpp(name, now=now, transport_key=oauth.key("transport"), signing_key=oauth.key("signing"))


def at(status: str, *, kind: str = ACCESS, now: datetime) -> Consent:
    """A consent that came to this status by legal steps."""
    made = consent(
        kind=kind,
        client_pk=a_tpp(now=now).client.pk,
        now=now,
        expires_at=now + timedelta(hours=1) if kind in transitions.LASTING_KINDS else None,
    )
    if status == "AWAU":
        return made
    if status == "RJCT":
        return lifecycle.reject(made, code="CN01", description="Declined.", actor=ACTOR, now=now)
    approved(made, now=now)
    match status:
        case "CANC":
            return lifecycle.cancel(made, code="TKSP", description="Suspended.", actor=ACTOR, now=now)
        case "EXPD":
            return lifecycle.expire(made, actor=ACTOR, now=now + timedelta(hours=2))
        case "COND":
            lifecycle.consume(made.pk, actor=ACTOR, now=now)
            unit.current().catch_up()
            made.refresh_from_db()
    return made


def named_by(kind: str) -> dict[str, str]:
    """What an account must be called so that a consent of this kind can be about it."""
    return {"identification": NAMED} if kind == FUNDS else {}


def approved(made: Consent, *, now: datetime) -> tuple[User, Account]:
    """Alice approves it with her account."""
    alice = people.customer("alice", now=now)
    account = people.account(alice, now=now, **named_by(made.kind))
    lifecycle.authorise(made, customer=alice, accounts=[account], actor=ACTOR, now=now)
    return alice, account
