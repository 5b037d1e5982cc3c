"""Entries on the wire."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, cast

from accounts import permissions
from accounts.entries import Entry
from accounts.rendering.atoms import amount, indicator, instant
from accounts.rendering.facts import Account
from accounts.schemas.transactions import OBTransaction6

DETAILS = OBTransaction6.__optional_keys__ - {
    "TransactionId",
    "TransactionMutability",
    "StatementReference",
    "ValueDateTime",
    "Balance",
}
MASKS = {
    "CardInstrument": permissions.mask_card,
    "CreditorAccount": permissions.mask_account,
    "DebtorAccount": permissions.mask_account,
}
MUTABLE = {"PDNG", "FUTR"}  # whatever else may still change says so itself


def transactions(
    entries: Iterable[Entry], *, of: Mapping[str, Account], held: AbstractSet[str]
) -> list[OBTransaction6]:
    """Entries: announced, then pending, then booked for good, or refused; more of each under ReadTransactionsDetail."""
    hidden = permissions.hidden_fields(held, detail="ReadTransactionsDetail")
    visible, has_balance = DETAILS - hidden, "Balance" not in hidden
    return [
        _transaction(entry, currency=of[entry.account_id].currency, visible=visible, has_balance=has_balance, held=held)
        for entry in entries
    ]


def _transaction(
    entry: Entry,
    *,
    currency: str,
    visible: AbstractSet[str],
    has_balance: bool,
    held: AbstractSet[str],
) -> OBTransaction6:
    details, at = entry.details, instant(entry.booked_at)
    is_mutable = entry.status in MUTABLE or details.get("TransactionMutability") == "Mutable"
    shown: dict[str, Any] = {
        "AccountId": entry.account_id,
        "TransactionId": entry.transaction_id,
        "CreditDebitIndicator": indicator(entry.amount_minor),
        "Status": entry.status,
        "TransactionMutability": "Mutable" if is_mutable else "Immutable",
        "BookingDateTime": at,
        "Amount": amount(entry.amount_minor, currency),
    }
    if entry.statements:
        shown["StatementReference"] = list(entry.statements)
    for name, value in details.items():
        if name in visible:
            shown[name] = MASKS[name](value, held=held) if name in MASKS else value
    if entry.balance_minor is not None:
        shown["ValueDateTime"] = at
        if has_balance:
            shown["Balance"] = {
                "CreditDebitIndicator": indicator(entry.balance_minor),
                "Type": "ITBD",
                "Amount": amount(entry.balance_minor, currency),
            }
    return cast("OBTransaction6", shown)
