"""Payment consents and orders in the standard's words, typed against the wire types that mypy checks them with."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

from accounts.models import Account
from bank.api import wire
from consents.models import Consent
from payments import statements
from payments.models import OrderTransition, PaymentOrder
from payments.schemas import initiation as schemas
from payments.submission import Taken


def consent(row: Consent) -> dict[str, Any]:
    """Data of a payment consent's answer: what was lodged, where it stands, and who pays once that is known."""
    data: dict[str, Any] = {
        "ConsentId": row.pk,
        "CreationDateTime": instant(row.created_at),
        "Status": str(row.status),
        "StatusUpdateDateTime": instant(row.status_updated_at),
        **row.data,
    }
    if "Authorisation" in data:
        data["Authorisation"] = authorisation(data["Authorisation"])
    if row.status_reasons:
        data["StatusReason"] = row.status_reasons
    if row.debtor_account is not None:
        data["Debtor"] = debtor(row.debtor_account, initiation=row.data["Initiation"])
    return data


def authorisation(asked: dict[str, str]) -> dict[str, str]:
    """The Authorisation that was asked for, its date written in full."""
    text = asked.get("CompletionDateTime")
    if text is None or wire.is_in_full(text):
        return asked
    return {**asked, "CompletionDateTime": instant(wire.instant(text))}


def order(row: PaymentOrder | Taken, *, id_name: str) -> dict[str, Any]:
    """Data of an order's answer; id_name is the member that holds its id, DomesticPaymentId say."""
    data: dict[str, Any] = {
        id_name: row.pk,
        "ConsentId": row.consent_id,
        "CreationDateTime": instant(row.created_at),
        "Status": str(row.status),
        "StatusUpdateDateTime": instant(row.status_updated_at),
        "Initiation": row.initiation,
        "Debtor": debtor(row.debtor_account, initiation=row.initiation),
    }
    if row.status_reasons:
        data["StatusReason"] = row.status_reasons
    if row.consent_data.get("ReadRefundAccount") == "Yes":
        data["Refund"] = refund(row.debtor_account)
    return data


def debtor(account: Account | statements.Debtor, *, initiation: dict[str, Any]) -> schemas.OBCashAccountDebtor4:
    """Who pays: the name always; the account's number only for a TPP that knew it. Others ask by ReadRefundAccount."""
    if "DebtorAccount" not in initiation:
        return {"Name": account.name}
    named = statements.named(account)
    return {
        "SchemeName": named["SchemeName"],
        "Identification": named["Identification"],
        "Name": named["Name"],
    }


def refund(account: Account | statements.Debtor) -> schemas.OBDomesticRefundAccount1:
    """Where a refund would go."""
    named = statements.named(account)
    return {
        "Account": {
            "SchemeName": named["SchemeName"],
            "Identification": named["Identification"],
            "Name": named["Name"],
        }
    }


def funds(*, are_available: bool, now: datetime) -> schemas.FundsConfirmationData:
    """Data of a funds confirmation."""
    return {"FundsAvailableResult": {"FundsAvailableDateTime": instant(now), "FundsAvailable": are_available}}


def details(row: PaymentOrder, transitions: Iterable[OrderTransition]) -> schemas.PaymentDetailsData:
    """Data of payment-details: every status since RCVD, oldest first. The payment keeps the order's id throughout."""
    received = _detail(row.pk, status="RCVD", at=row.created_at, code="", words="")
    later = [
        _detail(row.pk, status=step.to_status, at=step.at, code=step.reason_code, words=step.reason)
        for step in transitions
    ]
    return {"PaymentStatus": [received, *later]}


def _detail(order_id: str, *, status: str, at: datetime, code: str, words: str) -> schemas.OBWritePaymentDetails1:
    code_of_status = cast("schemas.ExternalPaymentTransactionStatus1Code", status)
    detail: schemas.StatusDetail = {"Status": code_of_status}
    if code:
        detail["StatusReason"], detail["StatusReasonDescription"] = code, words
    return {
        "PaymentTransactionId": order_id,
        "Status": code_of_status,
        "StatusUpdateDateTime": instant(at),
        "StatusDetail": detail,
    }


def instant(at: datetime) -> str:
    """An instant in the standard's form, with its offset, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
