"""Settlement: what happens to an order after it was taken, step by step, each in a transaction of its own.

Screened, then settled: between two accounts of this bank at once, to another bank through a scheme that answers later.
Each step is a message in the outbox, names the order, and begins by locking it and looking where it stands: a step that
comes twice finds the order elsewhere and does nothing.

Nothing here knows payment types or schemes' insides; which status may follow which: statuses.py.
"""

from datetime import datetime

import orjson

from accounts import ledger
from accounts.models import Account
from bank.audit import trail
from bank.money import Money
from bank.outbox import handlers, sql, unit
from fraud import cases, payees, screening
from fraud.models import Case, Decision
from payments import statements, statuses
from payments.models import PaymentOrder
from payments.schemes import faster_payments
from payments.schemes.base import Answer, Outgoing
from payments.statuses import NO_REASON, Reason, Status

LOCK = """
select o.status, o.debtor_account_id, o.amount_minor, o.currency, o.counterparty, o.initiation,
    debtor.identification, debtor.name
from payments_paymentorder o join accounts_account debtor on debtor.id = o.debtor_account_id
where o.id = %s for update of o"""
ACTOR = "bank:payments"
RETURNS_ACCOUNT = "acc_internal_returns"
OWN_SORT_CODES = ("0400",)  # 04-00-04 for customers, 04-00-99 for the bank's own accounts
# A payee of whom another bank says this is not paid again before staff have looked.
PAYEE_REASONS = frozenset({"AC06", "AC07", "1161", "FRAD"})

CHECKED = Reason("U032", "The bank knows nothing that speaks against it")
HELD = Reason("U042", "The bank is looking at this payment")
FRAUD = Reason("FR01", "The bank suspects fraud")
DEBITED = Reason("U034", "The account is debited, and the payment is with the creditor's bank")
CREDITED = Reason("0000", "The creditor's account is credited")
NO_ACCOUNT = Reason("AC03", "This bank has no such account")
NO_BANK = Reason("AC08", "No bank has this sort code")
OWN_ACCOUNT_UNUSABLE = "The creditor's account cannot be paid to"


class NotHeld(Exception):
    """The order does not stand at PDNG: there is nothing that staff could decide."""


def lock(order_id: str) -> PaymentOrder:
    """Lock an order until the unit of work ends; its debtor's account comes with it, not locked.

    Both with what the steps need, by one prepared statement. Raises PaymentOrder.DoesNotExist.
    """
    row = sql.prepared(LOCK, [order_id]).fetchone()
    if row is None:
        raise PaymentOrder.DoesNotExist(order_id)
    status, debtor_account_id, amount_minor, currency, counterparty, initiation, identification, name = row
    return PaymentOrder(
        id=order_id,
        status=status,
        debtor_account=Account(id=debtor_account_id, identification=identification, name=name),
        amount_minor=amount_minor,
        currency=currency,
        counterparty=counterparty,
        initiation=orjson.loads(initiation),
    )


@handlers.handler("payments.screen")
def screen(*, order_id: str, now: datetime) -> None:
    """Look at a received order: can it be carried out, does fraud screening let it go?"""
    order = lock(order_id)
    if order.status != Status.RCVD:
        return
    if (impossible := _why_impossible(order)) is not None:
        _reject(order, impossible, now=now)
        return
    decision = screening.screen(
        for_order=order.pk,
        account_id=order.debtor_account_id,
        amount=_amount(order),
        counterparty=order.counterparty,
        payee_name=order.initiation["CreditorAccount"]["Name"],
        now=now,
    )
    if decision.outcome == Decision.Outcome.ALLOW:
        _let_go(order, now=now)
    elif decision.outcome == Decision.Outcome.HOLD:
        _move(order, Status.PDNG, HELD, now=now)
    else:
        _reject(order, FRAUD, now=now)


def _why_impossible(order: PaymentOrder) -> Reason | None:
    """The technical validation: is there anybody to pay?"""
    scheme, _, identification = order.counterparty.partition(":")
    if identification.startswith(OWN_SORT_CODES):
        return None if ledger.find_by_identification(scheme, identification) is not None else NO_ACCOUNT
    return None if faster_payments.SCHEME.reaches(identification) else NO_BANK


def _let_go(order: PaymentOrder, *, now: datetime) -> None:
    """The payee can be reached, the customer's profile is in order, and the money lies on hold: on to settlement."""
    _move(order, Status.ACTC, NO_REASON, now=now)
    _move(order, Status.ACCP, CHECKED, now=now)
    _move(order, Status.ACFC, NO_REASON, now=now)
    unit.put(kind="payments.settle", payload={"order_id": order.pk}, due_at=now, now=now)


@handlers.handler("payments.settle")
def settle(*, order_id: str, now: datetime) -> None:
    """Carry out an order that was let go: within this bank at once, else by handing it to the scheme."""
    order = lock(order_id)
    if order.status != Status.ACFC:
        return
    _move(order, Status.ACSP, NO_REASON, now=now)
    scheme, _, identification = order.counterparty.partition(":")
    creditor = ledger.find_by_identification(scheme, identification)
    if creditor is not None:
        _settle_here(order, creditor, now=now)
        return
    _send(order, now=now)


def _settle_here(order: PaymentOrder, creditor_account_id: str, *, now: datetime) -> None:
    """Debit and credit in one transfer."""
    debtor = order.debtor_account
    try:
        ledger.settle(
            for_order=order.pk,
            kind="payment",
            creditor_account_id=creditor_account_id,
            creditor_counterparty=statements.counterparty(debtor),
            creditor_details=statements.received(debtor, statements.reference(order.initiation)),
            now=now,
        )
    except ledger.AccountUnusable as unusable:
        _reject(order, Reason(unusable.code, OWN_ACCOUNT_UNUSABLE), now=now)
        return
    _move(order, Status.ACSC, NO_REASON, now=now)
    _move(order, Status.ACCC, CREDITED, now=now)


def send_again(order_id: str, *, now: datetime) -> None:
    """Send an order to the scheme that has never heard of it."""
    order = lock(order_id)
    assert order.status == Status.ACSP, f"{order_id} is {order.status}"
    _send(order, now=now)


def _send(order: PaymentOrder, *, now: datetime) -> None:
    outgoing = Outgoing(
        order_id=order.pk,
        amount_minor=order.amount_minor,
        identification=order.counterparty.partition(":")[2],
        reference=statements.reference(order.initiation),
    )
    faster_payments.SCHEME.send(outgoing, now=now)


@handlers.handler("payments.answered")
def take_answer(*, order_id: str, answer: str, reason_code: str, words: str, now: datetime) -> None:
    """Do what a scheme's answer means. One that does not fit where the order stands came before."""
    order = lock(order_id)
    step = (order.status, Answer(answer))
    reason = Reason(reason_code, words)
    if step == (Status.ACSP, Answer.ACCEPTED):
        _debit(order, now=now)
    elif step == (Status.ACSP, Answer.REJECTED):
        _reject(order, reason, now=now)
        _learn(order, reason, now=now)
    elif step == (Status.ACWP, Answer.CREDITED):
        _move(order, Status.ACCC, CREDITED, now=now)
    elif step == (Status.ACWP, Answer.RETURNED):
        _take_back(order, reason, now=now)
        _learn(order, reason, now=now)


def _debit(order: PaymentOrder, *, now: datetime) -> None:
    """The creditor's bank takes the payment: the money leaves, by way of the bank's account with the scheme."""
    ledger.settle(
        for_order=order.pk,
        kind="payment",
        creditor_account_id=ledger.settlement_account(order.pk),
        creditor_counterparty=order.counterparty,
        creditor_details={},
        now=now,
    )
    _move(order, Status.ACSC, NO_REASON, now=now)
    _move(order, Status.ACWP, DEBITED, now=now)


def _take_back(order: PaymentOrder, reason: Reason, *, now: datetime) -> None:
    """The creditor's bank sends the money back: the customer is credited, and the order has failed after all.

    Where the customer's account cannot take it any more, the bank keeps it on an account of its own, for staff.
    """
    try:
        _credit_back(order, account_id=order.debtor_account_id, reason=reason, now=now)
    except ledger.AccountUnusable as unusable:
        _credit_back(order, account_id=RETURNS_ACCOUNT, reason=reason, now=now)
        detail = {"kept_on": RETURNS_ACCOUNT, "because": unusable.code}
        trail.record(actor=ACTOR, action="order.return-kept", subject=order.pk, now=now, detail=detail)
    _move(order, Status.RJCT, reason, now=now)


def _credit_back(order: PaymentOrder, *, account_id: str, reason: Reason, now: datetime) -> None:
    details = statements.returned(order.initiation["CreditorAccount"], reason.words)
    out = ledger.Leg(
        account_id=ledger.settlement_account(order.pk),
        amount_minor=-order.amount_minor,
        counterparty=order.counterparty,
    )
    back = ledger.Leg(
        account_id=account_id,
        amount_minor=order.amount_minor,
        counterparty=order.counterparty,
        details=details,
    )
    ledger.transfer(kind="return", legs=[out, back], for_order=order.pk, now=now)


def _learn(order: PaymentOrder, reason: Reason, *, now: datetime) -> None:
    """Remember a payee whose own bank does not take money for it."""
    if reason.code in PAYEE_REASONS:
        words = f"payment {order.pk} to it was rejected: {reason.code}, {reason.words}"
        payees.mark(counterparty=order.counterparty, reason=words, marked_by=ACTOR, now=now)


def release(order_id: str, *, actor: str, now: datetime) -> None:
    """Let a held payment go, by a decision of staff; its case is closed. Raises NotHeld, fraud.cases.CaseNotOpen."""
    order = _lock_held(order_id)
    cases.close(order_id, state=Case.State.RELEASED, now=now)
    _move(order, Status.ACTC, NO_REASON, actor=actor, now=now)
    _move(order, Status.ACCP, CHECKED, actor=actor, now=now)
    _move(order, Status.ACFC, NO_REASON, now=now)
    unit.put(kind="payments.settle", payload={"order_id": order_id}, due_at=now, now=now)


def reject(order_id: str, *, actor: str, now: datetime) -> None:
    """Refuse a held payment, by a decision of staff; its case is closed and the money is the customer's again.

    Raises NotHeld, fraud.cases.CaseNotOpen.
    """
    order = _lock_held(order_id)
    cases.close(order_id, state=Case.State.REJECTED, now=now)
    _reject(order, FRAUD, actor=actor, now=now)


def _lock_held(order_id: str) -> PaymentOrder:
    order = lock(order_id)
    if order.status != Status.PDNG:
        raise NotHeld(f"{order_id} is {order.status}.")
    return order


def _reject(order: PaymentOrder, reason: Reason, *, actor: str = ACTOR, now: datetime) -> None:
    """End an order whose money has not left: the hold is released."""
    ledger.release(for_order=order.pk, now=now)
    _move(order, Status.RJCT, reason, actor=actor, now=now)


def _move(order: PaymentOrder, to: str, reason: Reason, *, actor: str = ACTOR, now: datetime) -> None:
    statuses.change_status(order.pk, step=(order.status, to), reason=reason, actor=actor, now=now)
    order.status = to


def _amount(order: PaymentOrder) -> Money:
    return Money(order.amount_minor, order.currency)
