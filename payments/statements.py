"""What statement lines say about payments: members of the standard's transactions, which the ledger keeps as they are.

Source: Transactions v4.0.1, OBTransaction6; ISO 20022 external bank transaction codes, "Issued" and "Received Real Time
Credit Transfers".
"""

from dataclasses import dataclass
from typing import Any

from accounts.models import Account
from bank import numbering

ISSUED = {"Code": "IRCT", "SubCode": "DMCT"}
RECEIVED = {"Code": "RRCT", "SubCode": "DMCT"}
RETURNED = {"Code": "RRCT", "SubCode": "RRTN"}
ACCOUNT_MEMBERS = ("SchemeName", "Identification", "Name", "SecondaryIdentification")


@dataclass(frozen=True, kw_only=True, slots=True)
class Debtor:
    """What is told of the account that pays, where its row was not read."""

    identification: str
    name: str


def paid(creditor: dict[str, Any], reference: str) -> dict[str, Any]:
    """The debtor's line."""
    return {
        "TransactionInformation": f"{creditor['Name']}, {reference}",
        "BankTransactionCode": ISSUED,
        "CreditorAccount": _account(creditor),
    }


def received(debtor: Account, reference: str) -> dict[str, Any]:
    """The creditor's line, where both are customers of this bank."""
    return {
        "TransactionInformation": f"{debtor.name}, {reference}",
        "BankTransactionCode": RECEIVED,
        "DebtorAccount": named(debtor),
    }


def returned(creditor: dict[str, Any], why: str) -> dict[str, Any]:
    """The debtor's line when a payment comes back."""
    return {
        "TransactionInformation": f"Returned by the bank of {creditor['Name']}: {why}",
        "BankTransactionCode": RETURNED,
        "DebtorAccount": _account(creditor),
    }


def reference(initiation: dict[str, Any]) -> str:
    """What the creditor's statement says: the structured reference, else the first text, else the end-to-end id."""
    remittance = initiation.get("RemittanceInformation", {})
    for structured in remittance.get("Structured", []):
        if found := structured.get("CreditorReferenceInformation", {}).get("Reference"):
            return str(found)
    free: list[str] = remittance.get("Unstructured", [])
    return free[0] if free else str(initiation["EndToEndIdentification"])


def named(account: Account | Debtor) -> dict[str, str]:
    """An account of this bank in the standard's words."""
    return {
        "SchemeName": numbering.SORT_CODE_ACCOUNT_NUMBER,
        "Identification": account.identification,
        "Name": account.name,
    }


def counterparty(account: Account) -> str:
    """An account of this bank as the other side's posting names it."""
    return f"{numbering.SORT_CODE_ACCOUNT_NUMBER}:{account.identification}"


def _account(given: dict[str, Any]) -> dict[str, Any]:
    return {member: given[member] for member in ACCOUNT_MEMBERS if member in given}
