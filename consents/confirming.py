"""Confirming funds: whether an amount is there on a consented account, at this moment, as yes or no.

Nothing is set aside, and no balance is told. Each answer is kept, so that a reference counts once and staff can see
what was asked; a TPP cannot read it again.
"""

from datetime import datetime
from typing import Any

from accounts import ledger
from accounts.models import Account
from bank import ids
from bank.audit import trail
from bank.errors import Refused
from bank.money import Money
from bank.outbox import sql
from consents import lifecycle
from consents.funds_confirmation import FundsConfirmation as Kind
from consents.models import Consent, FundsConfirmation, Status

AMOUNT = "Data.InstructedAmount"
# A reference that was used before leaves no row and says so, also to a twin that came at the same time.
INSERT = (
    "insert into consents_fundsconfirmation"
    " (id, consent_id, reference, amount_minor, currency, is_available, created_at)"
    " values (%s, %s, %s, %s, %s, %s, %s) on conflict (consent_id, reference) do nothing returning id"
)


class ConsentMismatch(Refused):
    """The body names another consent than the token hangs on, or one that is not about funds."""

    code = "U008"
    message = "The access token is for another consent."


class CurrencyOfAnother(Refused):
    """The account holds another currency: this bank does not exchange to find out."""

    code = "U023"
    message = "The account is not kept in this currency."


class ReferenceUsed(Refused):
    """The TPP has asked under this reference before."""

    code = "U013"
    message = "This reference was used before under this consent."


def confirm(asked: dict[str, Any], *, consent_id: str, actor: str, now: datetime) -> FundsConfirmation:
    """Answer whether the asked amount can be spent from the consent's account, and keep the answer.

    asked is the request's Data, consent_id the token's consent. Checked in this order: consent, its status, amount and
    currency, reference. Raises ConsentMismatch, lifecycle.ConsentUnknown, lifecycle.WrongStatus, CurrencyUnsupported,
    AmountInvalid, CurrencyOfAnother, ReferenceUsed.
    Source: Confirmation of Funds v4.0.1, funds-confirmations.
    """
    consent = _lock(asked, consent_id=consent_id)
    account = consent.debtor_account
    assert account is not None, "a funds-confirmation consent is authorised for an account"
    amount = Money.parse(asked["InstructedAmount"]["Amount"], asked["InstructedAmount"]["Currency"], path=AMOUNT)
    if amount.currency != account.currency:
        raise CurrencyOfAnother(path=f"{AMOUNT}.Currency")
    confirmation = FundsConfirmation(
        id=ids.new("fnd"),
        consent=consent,
        reference=asked["Reference"],
        amount_minor=amount.minor,
        currency=amount.currency,
        is_available=_can_be_spent(amount, account=account, customer_id=consent.customer_id),
        created_at=now,
    )
    _keep(confirmation)
    detail = {"confirmation": confirmation.pk, "is_available": confirmation.is_available}
    trail.record(actor=actor, action="funds.confirmed", subject=consent.pk, now=now, detail=detail)
    return confirmation


def _lock(asked: dict[str, Any], *, consent_id: str) -> Consent:
    """Lock the token's consent, so that nobody withdraws it while it is being used."""
    if asked["ConsentId"] != consent_id:
        raise ConsentMismatch(path="Data.ConsentId")
    consent = lifecycle.lock(consent_id)
    if consent.kind != Kind.name:
        raise ConsentMismatch("The access token is for a consent of another kind.", path="Data.ConsentId")
    if consent.status != Status.AUTH:
        raise lifecycle.WrongStatus(f"The consent's status is {consent.status}, not AUTH.")
    return consent


def _can_be_spent(amount: Money, *, account: Account, customer_id: int | None) -> bool:
    """Whether the amount is there; from an account that is blocked, closed or no longer the customer's, nothing is."""
    if account.status != Account.Status.ENABLED or not account.holders.filter(customer_id=customer_id).exists():
        return False
    return ledger.available(account).minor >= amount.minor


def _keep(confirmation: FundsConfirmation) -> None:
    """Write the row down. Raises ReferenceUsed."""
    row = sql.prepared(
        INSERT,
        (
            confirmation.pk,
            confirmation.consent_id,
            confirmation.reference,
            confirmation.amount_minor,
            confirmation.currency,
            confirmation.is_available,
            confirmation.created_at,
        ),
    ).fetchone()
    if row is None:
        raise ReferenceUsed(path="Data.Reference")
