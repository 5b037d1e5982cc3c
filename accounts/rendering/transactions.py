"""Entries on the wire."""

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
MUTABLE = {"PDNG", "FUTR"}  # whatever else may still change says so itself


def transaction(entry: Entry, *, of: Account, held: AbstractSet[str]) -> OBTransaction6:
    """An entry: announced, then pending, then booked for good, or refused; more of it under ReadTransactionsDetail."""
    hidden = permissions.hidden_fields(held, detail="ReadTransactionsDetail")
    is_mutable = entry.status in MUTABLE or entry.details.get("TransactionMutability") == "Mutable"
    shown: dict[str, Any] = {
        "AccountId": of.account_id,
        "TransactionId": entry.transaction_id,
        "CreditDebitIndicator": indicator(entry.amount_minor),
        "Status": entry.status,
        "TransactionMutability": "Mutable" if is_mutable else "Immutable",
        "BookingDateTime": instant(entry.booked_at),
        "Amount": amount(entry.amount_minor, of.currency),
    }
    if entry.statements:
        shown["StatementReference"] = list(entry.statements)
    for name, value in entry.details.items():
        if name in DETAILS and name not in hidden:
            shown[name] = _unmasked(name, value, held=held)
    if entry.balance_minor is not None:
        shown["ValueDateTime"] = shown["BookingDateTime"]
        if "Balance" not in hidden:
            shown["Balance"] = {
                "CreditDebitIndicator": indicator(entry.balance_minor),
                "Type": "ITBD",
                "Amount": amount(entry.balance_minor, of.currency),
            }
    return cast("OBTransaction6", shown)


def _unmasked(name: str, value: Any, *, held: AbstractSet[str]) -> Any:
    if name == "CardInstrument":
        return permissions.mask_card(value, held=held)
    if name in {"CreditorAccount", "DebtorAccount"}:
        return permissions.mask_account(value, held=held)
    return value
