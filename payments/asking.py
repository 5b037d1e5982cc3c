"""What the customer is asked about a payment: the kind of consent that each payment type registers with consents."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from accounts.models import PAYMENT_TYPES, Account
from bank import numbering
from bank.customers.models import User
from bank.errors import Refused
from consents import transitions
from consents.kinds import Kind
from consents.models import Consent
from payments.types import domestic


class AccountUnsuitable(Refused):
    """This account may not be paid from, or is not the one that the TPP named."""

    code = "AG01"
    message = "The payment cannot be made from this account."


class CompletionTooLate(Refused):
    """The CompletionDateTime has passed before the customer decided."""

    code = "DS24"
    message = "The time to authorise this payment has passed."


class DomesticPaymentKind(Kind):
    """Leave for one domestic payment, out of one account."""

    name: ClassVar[str] = domestic.DomesticPayment.name
    scope: ClassVar[str] = "payments"
    template: ClassVar[str] = "lombard/payment.html"
    transitions: ClassVar[frozenset[tuple[str, str]]] = transitions.SINGLE_USE
    chooses_many: ClassVar[bool] = False

    def words(self, consent: Consent) -> dict[str, object]:
        """The amount, the payee with its account, and the reference; this bank charges nothing."""
        instruction = domestic.DomesticPayment().instruction(consent.data["Initiation"])
        amount, creditor = instruction.amount.written, instruction.creditor
        return {
            "purpose": f"pay {amount} to {creditor['Name']}",
            "amount": amount,
            "payee": creditor["Name"],
            "payee_account": numbering.written(creditor["Identification"], scheme=creditor["SchemeName"]),
            "reference": instruction.reference,
            "charges": [],
        }

    def facts(self, consent: Consent) -> dict[str, str]:
        """The amount and the payee, as the payee's bank will read them (dynamic linking)."""
        instruction = domestic.DomesticPayment().instruction(consent.data["Initiation"])
        return {
            "amount": instruction.amount.text,
            "currency": instruction.amount.currency,
            "payee": instruction.creditor["Name"],
            "payee_account": instruction.creditor["Identification"],
        }

    def eligible(self, consent: Consent, customer: User) -> Iterable[Account]:
        """The customer's open payment accounts in pounds: the one that the TPP named, if it named one."""
        initiation = consent.data["Initiation"]
        if not self.can_be_met(consent):
            return Account.objects.none()
        accounts = Account.objects.filter(
            holders__customer=customer,
            holders__may_pay=True,
            kind=Account.Kind.CUSTOMER,
            status=Account.Status.ENABLED,
            currency=initiation["InstructedAmount"]["Currency"],
            type_code__in=sorted(PAYMENT_TYPES),
        ).exclude(identification=initiation["CreditorAccount"]["Identification"])
        if "DebtorAccount" in initiation:
            accounts = accounts.filter(identification=initiation["DebtorAccount"]["Identification"])
        return accounts.order_by("opened_at", "identification")

    def can_be_met(self, consent: Consent) -> bool:
        """Every account of this bank is authorised by one person."""
        return bool(consent.data.get("Authorisation", {}).get("AuthorisationType") != "Multiple")

    def check_approval(self, consent: Consent, accounts: list[Account], now: datetime) -> None:
        """Refuse an approval that comes too late, or for an account that cannot pay or is not the one that was named.

        Raises CompletionTooLate, AccountUnsuitable.
        """
        if domestic.is_overdue(consent.data.get("Authorisation", {}), now=now):
            raise CompletionTooLate
        initiation = consent.data["Initiation"]
        named = initiation.get("DebtorAccount", {}).get("Identification")
        if len(accounts) != 1 or named not in (None, accounts[0].identification):
            raise AccountUnsuitable
        if accounts[0].type_code not in PAYMENT_TYPES or accounts[0].status != Account.Status.ENABLED:
            raise AccountUnsuitable
