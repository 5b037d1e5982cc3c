"""Domestic payments: one amount in pounds, now, to a sort code and account number in the United Kingdom."""

from datetime import UTC, datetime
from typing import Any

from accounts import identification
from bank.api.wire import Wire
from bank.errors import Refused
from bank.money import Money
from bank.outbox import unit
from payments import statements
from payments.schemas import domestic
from payments.statuses import Status
from payments.types.base import Instruction, PaymentType

CURRENCY = "GBP"
LOCAL_INSTRUMENTS = frozenset({"UK.OBIE.FPS"})
LEGACY_CONTEXTS = frozenset(
    {"BillPayment", "EcommerceGoods", "EcommerceServices", "Other", "PartyToParty", "PispPayee"}
)
INITIATION = "Data.Initiation"


class AmountIsZero(Refused):
    """Nothing is to be paid."""

    code = "AM01"
    message = "The amount is zero."


class CurrencyNotPounds(Refused):
    """Domestic payments are in pounds."""

    code = "U023"
    message = "A domestic payment is made in GBP."


class LocalInstrumentUnsupported(Refused):
    """The bank does not pay by this instrument."""

    code = "U026"
    message = "The local instrument is not supported."


class PaysItself(Refused):
    """Debtor and creditor are one account."""

    code = "U021"
    message = "The payment would go to the account that it comes from."


class ContextIsLegacy(Refused):
    """The context code is of version 3 and only readable in old data."""

    code = "U002"
    message = "This context code is not used in new consents."


class AuthorisationUnsuitable(Refused):
    """The authorisation that is asked for cannot come about."""

    code = "U002"
    message = "No account of this bank is authorised by several people."


class CompletionHasPassed(Refused):
    """The customer had until CompletionDateTime."""

    code = "U002"
    message = "The time to complete the authorisation has passed."


class DomesticPayment(PaymentType):
    """A single immediate payment in the United Kingdom.

    Source: Domestic Payment Consents and Domestic Payments, v4.0.1.
    """

    name = "domestic-payment"
    title = "DomesticPayment"
    order_id = "DomesticPaymentId"
    statuses = frozenset(Status.values)
    consent = Wire(domestic.OBWriteDomesticConsent4)
    consent_answer = Wire(domestic.OBWriteDomesticConsentResponse5)
    order = Wire(domestic.OBWriteDomestic2)
    order_answer = Wire(domestic.OBWriteDomesticResponse5)

    def instruction(self, initiation: dict[str, Any]) -> Instruction:
        """Read the Initiation. Raises AmountInvalid, CurrencyUnsupported with the path."""
        instructed = initiation["InstructedAmount"]
        path = f"{INITIATION}.InstructedAmount"
        return Instruction(
            amount=Money.parse(instructed["Amount"], instructed["Currency"], path=path),
            creditor=initiation["CreditorAccount"],
            reference=statements.reference(initiation),
        )

    def check_consent(self, body: dict[str, Any], *, now: datetime) -> None:
        """Refuse what can be seen at lodging, in this order: context, instrument, amount, accounts, authorisation.

        Raises ContextIsLegacy, LocalInstrumentUnsupported, CurrencyUnsupported, AmountInvalid, CurrencyNotPounds,
        AmountIsZero, SchemeUnsupported, IdentificationUnsupported, PaysItself, AuthorisationUnsuitable,
        CompletionHasPassed.
        """
        data, initiation = body["Data"], body["Data"]["Initiation"]
        if body["Risk"].get("PaymentContextCode") in LEGACY_CONTEXTS:
            raise ContextIsLegacy(path="Risk.PaymentContextCode")
        if initiation.get("LocalInstrument", "UK.OBIE.FPS") not in LOCAL_INSTRUMENTS:
            raise LocalInstrumentUnsupported(path=f"{INITIATION}.LocalInstrument")
        amount = self.instruction(initiation).amount
        if amount.currency != CURRENCY:
            raise CurrencyNotPounds(path=f"{INITIATION}.InstructedAmount.Currency")
        if amount.minor == 0:
            raise AmountIsZero(path=f"{INITIATION}.InstructedAmount.Amount")
        check_accounts(initiation)
        check_authorisation(data, now=now)

    def check_order(self, consent: dict[str, Any], *, now: datetime) -> None:
        """Nothing of an immediate payment runs out between its authorisation and its order."""

    def due(self, initiation: dict[str, Any], *, now: datetime) -> datetime:  # noqa: ARG002 - a hook's signature
        """At once."""
        return now

    def after_order(self, order_id: str, *, due_at: datetime, now: datetime) -> None:
        """Have it screened."""
        unit.put(kind="payments.screen", payload={"order_id": order_id}, due_at=due_at, now=now)


def check_accounts(initiation: dict[str, Any]) -> None:
    """Refuse accounts that are not named by sort code and number, and a payment to itself."""
    for member in ("DebtorAccount", "CreditorAccount"):
        if member in initiation:
            identification.check(initiation[member], path=f"{INITIATION}.{member}")
    if initiation.get("DebtorAccount", {}).get("Identification") == initiation["CreditorAccount"]["Identification"]:
        raise PaysItself(path=f"{INITIATION}.CreditorAccount.Identification")


def check_authorisation(data: dict[str, Any], *, now: datetime) -> None:
    """Refuse an authorisation that contradicts the debtor's account, or whose time has passed.

    Without a debtor's account `Multiple` is lodged, and fails when the customer has no account that fits it.
    """
    authorisation = data.get("Authorisation", {})
    if authorisation.get("AuthorisationType") == "Multiple" and "DebtorAccount" in data["Initiation"]:
        raise AuthorisationUnsuitable(path="Data.Authorisation.AuthorisationType")
    if is_overdue(authorisation, now=now):
        raise CompletionHasPassed(path="Data.Authorisation.CompletionDateTime")


def is_overdue(authorisation: dict[str, Any], *, now: datetime) -> bool:
    """Tell whether the CompletionDateTime, if there is one, has passed."""
    text = authorisation.get("CompletionDateTime")
    if text is None:
        return False
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) <= now
