"""Mandates, standing orders, scheduled payments and beneficiaries on the wire."""

from collections.abc import Set as AbstractSet
from typing import Any, cast

from accounts import permissions
from accounts.models import Beneficiary, DirectDebit, ScheduledPayment, StandingOrder
from accounts.rendering.atoms import amount, amount_of, instant, instant_of, present
from accounts.rendering.facts import Account
from accounts.schemas.beneficiaries import OBBeneficiary5
from accounts.schemas.direct_debits import DirectDebit as WireDirectDebit
from accounts.schemas.scheduled_payments import OBScheduledPayment3
from accounts.schemas.standing_orders import OBStandingOrder6


def direct_debit(row: DirectDebit, *, of: Account) -> WireDirectDebit:
    """A mandate, and what it collected last."""
    shown = {
        "AccountId": of.account_id,
        "DirectDebitId": row.pk,
        "DirectDebitStatusCode": row.status,
        "Name": row.name,
        "MandateRelatedInformation": row.mandate,
        "PreviousPaymentDateTime": instant_of(row.previous_at),
        "PreviousPaymentAmount": amount_of(row.previous_minor, of.currency),
    }
    return cast("WireDirectDebit", present(shown))


def standing_order(row: StandingOrder, *, of: Account, held: AbstractSet[str]) -> OBStandingOrder6:
    """A payment that repeats; to whom only under ReadStandingOrdersDetail."""
    shown = {
        "AccountId": of.account_id,
        "StandingOrderId": row.pk,
        "NextPaymentDateTime": instant_of(row.next_at),
        "LastPaymentDateTime": instant_of(row.last_at),
        "NumberOfPayments": None if row.number_of_payments is None else str(row.number_of_payments),
        "StandingOrderStatusCode": row.status,
        "FirstPaymentAmount": amount(row.first_minor, of.currency),
        "NextPaymentAmount": amount_of(row.next_minor, of.currency),
        "LastPaymentAmount": amount_of(row.last_minor, of.currency),
        "FinalPaymentAmount": amount_of(row.final_minor, of.currency),
        "MandateRelatedInformation": row.mandate,
        "RemittanceInformation": row.remittance,
        **_creditor(row, held=held),
    }
    hidden = permissions.hidden_fields(held, detail="ReadStandingOrdersDetail")
    return cast("OBStandingOrder6", present(shown, hidden=hidden))


def scheduled_payment(row: ScheduledPayment, *, of: Account, held: AbstractSet[str]) -> OBScheduledPayment3:
    """A payment on a later day; to whom only under ReadScheduledPaymentsDetail."""
    shown = {
        "AccountId": of.account_id,
        "ScheduledPaymentId": row.pk,
        "ScheduledPaymentDateTime": instant(row.due_at),
        "ScheduledType": row.kind,
        "Reference": row.reference,
        "DebtorReference": row.debtor_reference,
        "InstructedAmount": amount(row.amount_minor, of.currency),
        **_creditor(row, held=held),
    }
    hidden = permissions.hidden_fields(held, detail="ReadScheduledPaymentsDetail")
    return cast("OBScheduledPayment3", present(shown, hidden=hidden))


def beneficiary(row: Beneficiary, *, account_id: str | None, held: AbstractSet[str]) -> OBBeneficiary5:
    """Somebody whom the customer pays; the number only under ReadBeneficiariesDetail.

    account_id: under which account it is shown; none where it is the customer's and not one account's.
    """
    shown = {
        "AccountId": account_id,
        "BeneficiaryId": row.pk,
        "BeneficiaryType": row.kind,
        "Reference": row.reference,
        **_creditor(row, held=held),
    }
    hidden = permissions.hidden_fields(held, detail="ReadBeneficiariesDetail")
    return cast("OBBeneficiary5", present(shown, hidden=hidden))


def _creditor(row: Beneficiary | ScheduledPayment | StandingOrder, *, held: AbstractSet[str]) -> dict[str, Any]:
    return {
        "CreditorAgent": row.creditor_agent,
        "CreditorAccount": permissions.mask_account(row.creditor_account, held=held),
    }
