"""What becomes of an account: frozen and thawed, closed, switched to another bank.

Each is decided by two members of staff (accounts/desk.py), written in the trail, and seen at a TPP's next call: the
account stays in the consents that cover it and can be read, under the status that it has; no payment goes in or out.
"""

from datetime import datetime

from accounts import ledger, statements
from accounts.models import Account, DirectDebit, Mandate, ScheduledPayment, StandingOrder, Unbooked
from bank.audit import trail
from bank.money import Money

SWITCH_COMPLETED = "UK.CASS.SwitchCompleted"
SWITCHES = frozenset({"CACC"})  # AccountTypeCode of accounts that the Current Account Switch Service moves
LIVE = (Mandate.ACTIVE, Mandate.SUSPENDED)


class NotPossible(Exception):
    """It cannot be done as the account stands; the words are for staff."""


def freeze(account_id: str, *, reason: str, actor: str, now: datetime) -> None:
    """Stop everything on an account (Disabled) until it is thawed. Raises NotPossible."""
    account = _lock(account_id, needs=(Account.Status.ENABLED,))
    _become(account, Account.Status.DISABLED, action="account.frozen", reason=reason, actor=actor, now=now)


def thaw(account_id: str, *, reason: str, actor: str, now: datetime) -> None:
    """Let a frozen account be used again (Enabled). Raises NotPossible."""
    account = _lock(account_id, needs=(Account.Status.DISABLED,))
    _become(account, Account.Status.ENABLED, action="account.thawed", reason=reason, actor=actor, now=now)


def close(account_id: str, *, reason: str, actor: str, now: datetime) -> None:
    """Close an account for good (Deleted), with all that would have moved money on it.

    Nothing may be left on it, owed or pending. Raises NotPossible.
    """
    account = _lock(account_id, needs=(Account.Status.ENABLED, Account.Status.DISABLED))
    if account.booked_minor:
        left = Money(abs(account.booked_minor), account.currency)
        raise NotPossible(f"{left} {'is left on' if account.booked_minor > 0 else 'is owed on'} this account.")
    _end(account, action="account.closed", reason=reason, actor=actor, now=now)


def switch(account_id: str, *, reason: str, actor: str, now: datetime) -> None:
    """Complete a switch to another bank: what is on the account, or owed, goes there, and the account is closed.

    Raises NotPossible. Source: Accounts v4.0.1, SwitchStatus (OBExternalSwitchStatusCode).
    """
    account = _lock(account_id, needs=(Account.Status.ENABLED,))
    if account.type_code not in SWITCHES or account.currency != "GBP":
        raise NotPossible("Only a current account in pounds can be switched.")
    if account.held_minor:
        raise NotPossible("A payment is pending on this account.")
    if account.booked_minor:
        _move_on(account, now=now)
    account.switch_status = SWITCH_COMPLETED
    _end(account, action="account.switched", reason=reason, actor=actor, now=now)


def _move_on(account: Account, *, now: datetime) -> None:
    details = {
        "TransactionInformation": "BALANCE TO YOUR NEW BANK",
        "BankTransactionCode": {"Code": "ICDT", "SubCode": "DMCT"}
        if account.booked_minor > 0
        else {"Code": "RCDT", "SubCode": "DMCT"},
    }
    ledger.transfer(
        kind="switch",
        legs=[
            ledger.Leg(account_id=account.pk, amount_minor=-account.booked_minor, details=details),
            ledger.Leg(account_id=ledger.settlement_account(account.pk), amount_minor=account.booked_minor),
        ],
        now=now,
    )


def _lock(account_id: str, *, needs: tuple[Account.Status, ...]) -> Account:
    """Lock a customer's account that has one of these statuses. Raises NotPossible."""
    account = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account_id)
    if account.kind != Account.Kind.CUSTOMER:
        raise NotPossible("This is an account of the bank's own.")
    if account.status not in needs:
        raise NotPossible(f"This account is {account.get_status_display()}.")
    return account


def _end(account: Account, *, action: str, reason: str, actor: str, now: datetime) -> None:
    """Close it: nothing is collected, paid or announced any more, and a last statement is made."""
    if account.held_minor:
        raise NotPossible("A payment is pending on this account.")
    DirectDebit.objects.filter(account=account, status__in=LIVE).update(
        status=Mandate.CANCELLED, next_at=None, ended_at=now
    )
    StandingOrder.objects.filter(account=account, status__in=LIVE).update(
        status=Mandate.CANCELLED, next_at=None, next_minor=None
    )
    ScheduledPayment.objects.filter(account=account, ended_at=None).update(ended_at=now)
    Unbooked.objects.filter(account=account, status=Unbooked.Status.ANNOUNCED, ended_at=None).update(ended_at=now)
    statements.make_due(account.pk, now=now)
    statements.close(account.pk, now=now)
    _become(account, Account.Status.DELETED, action=action, reason=reason, actor=actor, now=now)


def _become(account: Account, status: Account.Status, *, action: str, reason: str, actor: str, now: datetime) -> None:
    account.status, account.status_updated_at = status, now
    account.save(update_fields=["status", "status_updated_at", "switch_status"])
    trail.record(actor=actor, action=action, subject=account.pk, now=now, detail={"reason": reason})
