"""Submission: how an authorised consent becomes an order, with the money set aside for it.

What lives here: the checks of POST …-payments in their order, and the order's row. What does not: how the order goes on
(settlement.py), which status follows which (statuses.py), what differs between payment types (types/).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from accounts import ledger
from bank.audit import trail
from bank.errors import Refused
from bank.outbox import unit
from consents import lifecycle
from payments import comparison, statements, statuses
from payments.statuses import Reason, Status

if TYPE_CHECKING:
    from payments.types.base import Instruction, PaymentType

INSERT = """
insert into payments_paymentorder (id, type, consent_id, client_id, debtor_account_id, amount_minor, currency,
    counterparty, initiation, status, status_updated_at, status_reasons, created_at)
values (%(id)s, %(type)s, %(consent)s, %(client)s, %(debtor)s, %(amount)s, %(currency)s,
    %(counterparty)s, %(initiation)s::text::jsonb, 'RCVD', %(now)s, '[]', %(now)s)"""
SHORT = "The account does not have the money"


class ConsentNotAuthorised(Refused):
    """The consent does not stand at AUTH: it waits, was refused, or was used."""

    code = "U009"
    message = "The consent's status is not AUTH."


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """An order as it was just taken: of its row what an answer shows, without the cost of models for it."""

    pk: str
    consent_id: str
    consent_data: dict[str, Any]
    debtor_account: statements.Debtor
    initiation: dict[str, Any]
    created_at: datetime
    status_updated_at: datetime
    status: str = Status.RCVD
    status_reasons: Sequence[dict[str, str]] = ()


def submit(
    kind: "PaymentType", body: dict[str, Any], *, order_id: str, consent_id: str, actor: str, now: datetime
) -> Taken:
    """Take an order: set its money aside, keep it, spend its consent, and leave the rest to the bank's future.

    consent_id is the token's. Checked in this order: the body names that consent (U008), it is AUTH (U009), Initiation
    and then Risk are the consent's (U008, path of the first difference), the type's own check. An account that cannot
    pay is no refusal: the order is kept as RJCT, and the consent is spent. Locks the consent, then the account.
    Raises ConsentMismatch, ConsentNotAuthorised, and what the type's check raises.
    Source: Read/Write API v4.0.1, domestic payments, "POST /domestic-payments"; PIS profile, "Consent Authorisation".
    """
    consent = _lock_consent(kind, body, consent_id=consent_id)
    kind.check_order(consent.data, now=now)
    assert consent.debtor_account_id is not None, "a payment consent is authorised for an account"
    instruction = kind.instruction(body["Data"]["Initiation"])
    failure = _reserve(instruction, account_id=consent.debtor_account_id, order_id=order_id, now=now)
    order = _keep(kind, body, consent=consent, instruction=instruction, order_id=order_id, now=now)
    trail.record(
        actor=actor,
        action="order.submitted",
        subject=order_id,
        now=now,
        detail={"consent": consent_id, "amount": str(instruction.amount)},
    )
    lifecycle.consume(consent_id, actor=actor, now=now)
    if failure is None:
        kind.after_order(order_id, due_at=kind.due(order.initiation, now=now), now=now)
        return order
    unit.current().catch_up()
    statuses.change_status(order_id, step=(Status.RCVD, Status.RJCT), reason=failure, actor="bank:payments", now=now)
    return replace(order, status=Status.RJCT, status_reasons=failure.wire)


def _lock_consent(kind: "PaymentType", body: dict[str, Any], *, consent_id: str) -> lifecycle.ForOrder:
    """Lock the consent and compare the order with it."""
    if body["Data"]["ConsentId"] != consent_id:
        raise comparison.ConsentMismatch("The access token is for another consent.", path="Data.ConsentId")
    consent = lifecycle.lock_for_order(consent_id)
    if consent.kind != kind.name:
        raise comparison.ConsentMismatch("The consent is for another type of payment.", path="Data.ConsentId")
    if consent.status != "AUTH":
        raise ConsentNotAuthorised(f"The consent's status is {consent.status}, not AUTH.")
    comparison.check_same(body["Data"]["Initiation"], consent.data["Initiation"], path="Data.Initiation")
    comparison.check_same(body["Risk"], consent.risk, path="Risk")
    return consent


def _reserve(instruction: "Instruction", *, account_id: str, order_id: str, now: datetime) -> Reason | None:
    """Set the money aside; the reason why that cannot be, if it cannot."""
    try:
        ledger.reserve(
            account_id=account_id,
            amount=instruction.amount,
            for_order=order_id,
            counterparty=instruction.counterparty,
            details=statements.paid(instruction.creditor, instruction.reference),
            now=now,
        )
    except ledger.InsufficientFunds as short:
        return Reason(short.code, SHORT)
    except ledger.AccountUnusable as unusable:
        return Reason(unusable.code, "The account cannot be paid from")
    return None


def _keep(
    kind: "PaymentType",
    body: dict[str, Any],
    *,
    consent: lifecycle.ForOrder,
    instruction: "Instruction",
    order_id: str,
    now: datetime,
) -> Taken:
    """Write the order's row, and return the order with what its answer shows."""
    assert consent.debtor_account_id is not None, "an order is paid from an account"
    consent_id, initiation = body["Data"]["ConsentId"], body["Data"]["Initiation"]
    unit.later(
        INSERT,
        {
            "id": order_id,
            "type": kind.name,
            "consent": consent_id,
            "client": consent.client_pk,
            "debtor": consent.debtor_account_id,
            "amount": instruction.amount.minor,
            "currency": instruction.amount.currency,
            "counterparty": instruction.counterparty,
            "initiation": orjson.dumps(initiation).decode(),
            "now": now,
        },
    )
    return Taken(
        pk=order_id,
        consent_id=consent_id,
        consent_data=consent.data,
        debtor_account=statements.Debtor(identification=consent.debtor_identification, name=consent.debtor_name),
        initiation=initiation,
        created_at=now,
        status_updated_at=now,
    )
