"""The life of a consent: lodging, approval, refusal, and every other change of its status.

A status moves by the insert of a Transition and by nothing else: a trigger checks that the step starts where the
consent stands, and moves the consent's columns. Which steps exist: consents/transitions.py. What the customer sees:
consents/pages. What differs between kinds: consents/kinds.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from accounts.models import Account
from bank.audit import trail
from bank.customers.models import User
from bank.errors import Forbidden, Refused
from bank.oauth.models import Authorization
from bank.outbox import sql, unit
from consents import kinds
from consents.models import Consent, ConsentAccount, Status, Transition

LOCK_FOR_ORDER = (
    "select consent.status, consent.kind, client_id, data, risk, debtor_account_id, consent.customer_id,"
    " identification, name"
    " from consents_consent consent left join accounts_account account on account.id = debtor_account_id"
    " where consent.id = %s and deleted_at is null for update of consent"
)
CONSUME = (
    "insert into consents_transition (consent_id, from_status, to_status, reasons, actor, at)"
    " values (%s, 'AUTH', 'COND', %s::jsonb, %s, %s)"
)
CONSUMED_REASONS: list[dict[str, str]] = [
    {"StatusReasonCode": "U038", "StatusReasonDescription": "The consent's one order was created."}
]
CONSUMED_JSON = orjson.dumps(CONSUMED_REASONS).decode()


class ConsentUnknown(Refused):
    """No consent of this id and kind, or it was deleted."""

    code = "U011"
    message = "No consent with this id exists."


class ConsentOfAnother(Forbidden):
    """The consent was lodged by another client."""

    message = "This consent was lodged by another client."


class WrongStatus(Refused):
    """The consent's status does not allow what is asked."""

    code = "U009"
    message = "The consent's status does not allow this."


class NotTheSameCustomer(Refused):
    """Somebody else approved this consent before; a consent belongs to one customer."""

    code = "U033"
    message = "This consent belongs to another customer."


class AccountNotInConsent(Refused):
    """The account is not one of the consent's."""

    code = "U011"
    message = "The consent does not cover this account."


@dataclass(frozen=True, kw_only=True, slots=True)
class ForOrder:
    """What an order must know of its consent."""

    status: str
    kind: str
    client_pk: int
    data: dict[str, Any]
    risk: dict[str, Any]
    debtor_account_id: str | None
    customer_id: int | None
    debtor_identification: str
    debtor_name: str


def lodge(
    *,
    consent_id: str,
    kind: str,
    client_pk: int,
    data: dict[str, Any],
    risk: dict[str, Any],
    actor: str,
    now: datetime,
    permissions: Sequence[str] = (),
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Consent:
    """Keep what a TPP wants to be allowed; it awaits the customer (AWAU). data and risk are kept as they came."""
    consent = Consent.objects.create(
        id=consent_id,
        kind=kinds.KINDS[kind].name,
        client_id=client_pk,
        status_updated_at=now,
        created_at=now,
        data=data,
        risk=risk,
        permissions=sorted(set(permissions)),
        from_at=from_at,
        to_at=to_at,
        expires_at=expires_at,
    )
    trail.record(actor=actor, action="consent.lodged", subject=consent_id, now=now, detail={"kind": kind})
    return consent


def find(*, consent_id: str, kind: str, client_pk: int) -> Consent:
    """Find a client's own consent. Raises ConsentUnknown, then ConsentOfAnother."""
    consent = Consent.objects.filter(id=consent_id, kind=kind, deleted_at=None).first()
    if consent is None:
        raise ConsentUnknown
    if consent.client_id != client_pk:
        raise ConsentOfAnother
    return consent


def lock(consent_id: str) -> Consent:
    """Lock a consent until the unit of work ends. Raises ConsentUnknown."""
    consent = Consent.objects.select_for_update(of=("self",)).filter(id=consent_id, deleted_at=None).first()
    if consent is None:
        raise ConsentUnknown
    return consent


def authorise(consent: Consent, *, customer: User, accounts: Sequence[Account], actor: str, now: datetime) -> Consent:
    """Put the customer's approval on a locked consent: AWAU or CANC becomes AUTH; approved once more, AUTH stays AUTH.

    accounts: what the customer chose, all of them eligible. Raises WrongStatus, NotTheSameCustomer, and what the kind's
    own check refuses.
    Source: consent state model of the AIS profile v4.0.1, "Re-authentication".
    """
    kind = kinds.KINDS[consent.kind]
    if not kind.can_be_asked(consent.status):
        raise WrongStatus(f"The consent is {consent.status} and cannot be approved.")
    if consent.customer_id is not None and consent.customer_id != customer.pk:
        raise NotTheSameCustomer
    kind.check_approval(consent, list(accounts), now)
    _choose(consent, customer=customer, accounts=accounts, chooses_many=kind.chooses_many)
    if consent.status == Status.AUTH:
        trail.record(actor=actor, action="consent.authorised-again", subject=consent.id, now=now)
        return consent
    if consent.status == Status.CANC:
        _end_authorizations(consent, now=now)
    return _move(consent, to=Status.AUTH, reasons=[], actor=actor, now=now)


def _choose(consent: Consent, *, customer: User, accounts: Sequence[Account], chooses_many: bool) -> None:
    """Write down who approved and for which accounts."""
    debtor_account = None if chooses_many else accounts[0]
    Consent.objects.filter(pk=consent.pk).update(customer=customer, debtor_account=debtor_account)
    consent.customer, consent.debtor_account = customer, debtor_account
    if chooses_many:
        ConsentAccount.objects.filter(consent=consent).delete()
        ConsentAccount.objects.bulk_create(ConsentAccount(consent=consent, account=account) for account in accounts)


def reject(consent: Consent, *, code: str, description: str, actor: str, now: datetime) -> Consent:
    """AWAU becomes RJCT: the customer declined, could not prove who they are, or never decided."""
    return _move(consent, to=Status.RJCT, reasons=reasons(code, description), actor=actor, now=now)


def cancel(consent: Consent, *, code: str, description: str, actor: str, now: datetime) -> Consent:
    """AUTH becomes CANC: the access is taken back at the bank.

    Its tokens stay, so that their next use is told why it is refused (TKSP); a new approval ends them for good.
    """
    return _move(consent, to=Status.CANC, reasons=reasons(code, description), actor=actor, now=now)


def withdraw_account(consent: Consent, *, account_id: str, actor: str, now: datetime) -> Consent:
    """Take one account out of a locked account-access consent; the last one takes the consent with it (CANC).

    Raises AccountNotInConsent, WrongStatus.
    """
    if consent.status != Status.AUTH:
        raise WrongStatus(f"The consent is {consent.status}: no account can be taken out of it.")
    if not ConsentAccount.objects.filter(consent=consent, account_id=account_id).delete()[0]:
        raise AccountNotInConsent
    trail.record(
        actor=actor, action="consent.account-withdrawn", subject=consent.id, now=now, detail={"account": account_id}
    )
    if not ConsentAccount.objects.filter(consent=consent).exists():
        return cancel(consent, code="CUST", description="Its last account was taken out of it.", actor=actor, now=now)
    return consent


def expire(consent: Consent, *, actor: str, now: datetime) -> Consent:
    """AUTH becomes EXPD: the ExpirationDateTime has passed."""
    assert consent.expires_at is not None, "a consent without an end does not expire"
    assert consent.expires_at <= now, "a consent expires at its end, not before"
    words = "The consent's ExpirationDateTime has passed."
    return _move(consent, to=Status.EXPD, reasons=reasons("TKXP", words), actor=actor, now=now)


def delete(consent: Consent, *, actor: str, now: datetime) -> None:
    """Take a consent away at its TPP's wish, whatever its status: its tokens end at once, and nobody finds it again.

    Raises ConsentUnknown when another request was faster.
    """
    _end_authorizations(consent, now=now)
    consent = lock(consent.id)
    Consent.objects.filter(pk=consent.pk, deleted_at=None).update(deleted_at=now)
    trail.record(
        actor=actor, action="consent.deleted", subject=consent.id, now=now, detail={"status": str(consent.status)}
    )


def lock_for_order(consent_id: str) -> ForOrder:
    """Lock a consent for the order that uses it, in one prepared statement. Raises ConsentUnknown."""
    row = sql.prepared(LOCK_FOR_ORDER, (consent_id,)).fetchone()
    if row is None:
        raise ConsentUnknown
    status, kind, client_pk, data, risk, debtor_account_id, customer_id, identification, name = row
    return ForOrder(
        status=status,
        kind=kind,
        client_pk=client_pk,
        data=orjson.loads(data),
        risk=orjson.loads(risk),
        debtor_account_id=debtor_account_id,
        customer_id=customer_id,
        debtor_identification=identification or "",
        debtor_name=name or "",
    )


def consume(consent_id: str, *, actor: str, now: datetime) -> None:
    """AUTH becomes COND, in the transaction that creates the order and ends next. The consent is locked."""
    unit.later(CONSUME, (consent_id, CONSUMED_JSON, actor, now))
    _tell(consent_id, start=Status.AUTH, end=Status.COND, codes=["U038"], actor=actor, now=now)


def reasons(code: str, description: str) -> list[dict[str, str]]:
    """StatusReason[], as the standard shapes it."""
    return [{"StatusReasonCode": code, "StatusReasonDescription": description[:500]}]


def _move(consent: Consent, *, to: Status, reasons: list[dict[str, str]], actor: str, now: datetime) -> Consent:
    """Take one step. Raises WrongStatus when the kind's table has no such step."""
    start = Status(consent.status)
    if (start.value, to.value) not in kinds.KINDS[consent.kind].transitions:
        raise WrongStatus(f"A consent that is {start.value} cannot become {to.value}.")
    Transition.objects.create(consent=consent, from_status=start, to_status=to, reasons=reasons, actor=actor, at=now)
    consent.status, consent.status_updated_at, consent.status_reasons = to, now, reasons
    _tell(
        consent.id, start=start, end=to, codes=[reason["StatusReasonCode"] for reason in reasons], actor=actor, now=now
    )
    return consent


ACTIONS: dict[Status, str] = {
    Status.AUTH: "consent.authorised",
    Status.RJCT: "consent.rejected",
    Status.CANC: "consent.canceled",
    Status.EXPD: "consent.expired",
    Status.COND: "consent.consumed",
}


def _tell(consent_id: str, *, start: Status, end: Status, codes: list[str], actor: str, now: datetime) -> None:
    """Tell the trail about a step."""
    trail.record(
        actor=actor,
        action=ACTIONS[end],
        subject=consent_id,
        now=now,
        detail={"from": start.value, "to": end.value, "reasons": codes},
    )


def _end_authorizations(consent: Consent, *, now: datetime) -> None:
    """End every code and token that hangs on the consent."""
    for authorization in Authorization.objects.filter(consent=consent, revoked_at=None).order_by("pk"):
        authorization.revoke(now=now)
