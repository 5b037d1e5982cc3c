"""What the tests of payments start from: a customer's approved consent, its order, and the messages that follow."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from accounts.models import Account
from bank import ids
from bank.customers.models import User
from bank.outbox import handlers, unit
from consents import lifecycle
from consents.models import Consent
from payments import submission
from payments.models import PaymentOrder
from payments.types.domestic import DomesticPayment
from tests import people

KIND = DomesticPayment()
ACTOR = "tpp:tests"
SCHEME = "UK.OBIE.SortCodeAccountNumber"


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A consent that Alice approved, and everybody in it."""

    consent: Consent
    alice: User
    account: Account
    client_pk: int

    @property
    def body(self) -> dict[str, Any]:
        """The order that the consent allows."""
        data = {"ConsentId": self.consent.pk, "Initiation": self.consent.data["Initiation"]}
        return orjson.loads(orjson.dumps({"Data": data, "Risk": self.consent.risk}))


def initiation(*, amount: str = "10.00", to: str = "20000012345678", **more: Any) -> dict[str, Any]:
    return {
        "InstructionIdentification": "instruction-1",
        "EndToEndIdentification": "end-to-end-1",
        "InstructedAmount": {"Amount": amount, "Currency": "GBP"},
        "CreditorAccount": {"SchemeName": SCHEME, "Identification": to, "Name": "Bob Example"},
        **more,
    }


def consent_body(*, data: dict[str, Any] | None = None, risk: dict[str, Any] | None = None, **more: Any) -> Any:
    return {"Data": {"Initiation": initiation(**more), **(data or {})}, "Risk": risk or {}}


def lodged(body: Any, *, now: datetime, client_pk: int | None = None) -> Consent:
    return lifecycle.lodge(
        consent_id=ids.new("pcn"),
        kind=KIND.name,
        client_pk=client_pk or people.tpp(now=now).client.pk,
        data=body["Data"],
        risk=body["Risk"],
        actor=ACTOR,
        now=now,
    )


def approved(*, now: datetime, balance_minor: int = 100_000, body: Any = None, **more: Any) -> Approved:
    alice = people.customer("alice", now=now)
    account = people.account(alice, now=now, balance_minor=balance_minor)
    consent = lodged(body or consent_body(**more), now=now)
    lifecycle.authorise(consent, customer=alice, accounts=[account], actor=f"customer:{alice.username}", now=now)
    return Approved(consent=consent, alice=alice, account=account, client_pk=consent.client_id)


def submitted(ready: Approved, *, now: datetime, body: Any = None, order_id: str = "") -> PaymentOrder:
    order = submission.submit(
        KIND,
        body or ready.body,
        order_id=order_id or ids.new("pay"),
        consent_id=ready.consent.pk,
        actor=ACTOR,
        now=now,
    )
    unit.current().catch_up()
    return PaymentOrder.objects.get(pk=order.pk)


def deliver_next(work: unit.Unit) -> str:
    """Hand the message that is due first to its handler; return its kind."""
    work.messages.sort(key=lambda message: message["due_at"])
    message = work.messages.pop(0)
    handlers.find(message["kind"])(now=message["due_at"], **message["payload"])
    return str(message["kind"])


def deliver_all(work: unit.Unit) -> list[str]:
    """Hand over every message and what follows from it, in the order in which they are due."""
    kinds = []
    while work.messages:
        kinds.append(deliver_next(work))
    return kinds


def history(order: PaymentOrder) -> list[str]:
    return ["RCVD", *order.transitions.order_by("id").values_list("to_status", flat=True)]


def money(account: Account) -> tuple[int, int]:
    """What is booked, and what of it is held."""
    account.refresh_from_db()
    return account.booked_minor, account.held_minor
