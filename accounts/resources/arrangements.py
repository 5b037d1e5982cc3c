"""What will move money on the accounts, and to whom.

Source: Beneficiaries, Direct Debits, Standing Orders, Scheduled Payments v4.0.1.
"""

from dataclasses import replace
from typing import Any

from django.db.models import Q

from accounts import permissions
from accounts.models import Beneficiary, DirectDebit, ScheduledPayment, StandingOrder
from accounts.rendering import arrangements
from accounts.resources.row import MAY_BE_MISSING, Found, Reading, Resource
from accounts.schemas import beneficiaries, direct_debits, scheduled_payments, standing_orders


def read_direct_debits(reading: Reading) -> Found:
    """Every mandate, also those that have ended: their status tells."""
    return Found(
        items=reading.each(DirectDebit.objects.all(), lambda row, account: arrangements.direct_debit(row, of=account))
    )


def read_standing_orders(reading: Reading) -> Found:
    """Every standing order, also those that have ended."""
    held = reading.access.permissions
    return Found(
        items=reading.each(
            StandingOrder.objects.all(), lambda row, account: arrangements.standing_order(row, of=account, held=held)
        )
    )


def read_scheduled_payments(reading: Reading) -> Found:
    """The payments that are still to be made."""
    held, open_ones = reading.access.permissions, ScheduledPayment.objects.filter(ended_at=None)
    return Found(
        items=reading.each(open_ones, lambda row, account: arrangements.scheduled_payment(row, of=account, held=held))
    )


def read_account_beneficiaries(reading: Reading) -> Found:
    """Those kept for the account, and those that the customer keeps for all accounts."""
    (account,) = reading.accounts
    return Found(items=[_beneficiary(row, account.account_id, reading) for row in _beneficiaries(reading)])


def read_beneficiaries(reading: Reading) -> Found:
    """Those kept for each account, then once, and under none of them, those kept for all."""
    rows = _beneficiaries(reading)
    places = {account.account_id: place for place, account in enumerate(reading.accounts)}
    rows.sort(key=lambda row: places.get(row.account_id or "", len(places)))
    return Found(items=[_beneficiary(row, row.account_id, reading) for row in rows])


def _beneficiaries(reading: Reading) -> list[Beneficiary]:
    accounts = [account.account_id for account in reading.accounts]
    customers = Q(account=None, customer=reading.access.customer_id)
    return list(Beneficiary.objects.filter(Q(account__in=accounts) | customers))


def _beneficiary(row: Beneficiary, account_id: str | None, reading: Reading) -> Any:
    return arrangements.beneficiary(row, account_id=account_id, held=reading.access.permissions)


ACCOUNT_BENEFICIARIES = Resource(
    path="accounts/<str:AccountId>/beneficiaries",
    operation_id="GetAccountsAccountIdBeneficiaries",
    member="Beneficiary",
    permissions=permissions.BENEFICIARIES,
    answers=beneficiaries.ANSWER,
    read=read_account_beneficiaries,
    also=MAY_BE_MISSING,
)
ACCOUNT_DIRECT_DEBITS = Resource(
    path="accounts/<str:AccountId>/direct-debits",
    operation_id="GetAccountsAccountIdDirectDebits",
    member="DirectDebit",
    permissions=permissions.DIRECT_DEBITS,
    answers=direct_debits.ANSWER,
    read=read_direct_debits,
    also=MAY_BE_MISSING,
)
ACCOUNT_STANDING_ORDERS = Resource(
    path="accounts/<str:AccountId>/standing-orders",
    operation_id="GetAccountsAccountIdStandingOrders",
    member="StandingOrder",
    permissions=permissions.STANDING_ORDERS,
    answers=standing_orders.ANSWER,
    read=read_standing_orders,
    also=MAY_BE_MISSING,
)
ACCOUNT_SCHEDULED_PAYMENTS = Resource(
    path="accounts/<str:AccountId>/scheduled-payments",
    operation_id="GetAccountsAccountIdScheduledPayments",
    member="ScheduledPayment",
    permissions=permissions.SCHEDULED_PAYMENTS,
    answers=scheduled_payments.ANSWER,
    read=read_scheduled_payments,
    also=MAY_BE_MISSING,
)
ROWS = (
    ACCOUNT_BENEFICIARIES,
    replace(ACCOUNT_BENEFICIARIES, path="beneficiaries", operation_id="GetBeneficiaries", read=read_beneficiaries),
    ACCOUNT_DIRECT_DEBITS,
    replace(ACCOUNT_DIRECT_DEBITS, path="direct-debits", operation_id="GetDirectDebits"),
    ACCOUNT_STANDING_ORDERS,
    replace(ACCOUNT_STANDING_ORDERS, path="standing-orders", operation_id="GetStandingOrders"),
    ACCOUNT_SCHEDULED_PAYMENTS,
    replace(ACCOUNT_SCHEDULED_PAYMENTS, path="scheduled-payments", operation_id="GetScheduledPayments"),
)
