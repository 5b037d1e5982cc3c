"""What a payment type is: the places where the types of payments differ, as hooks.

Views, submission and settlement know these hooks and no type; a new type is one class in this package and a line in
payments/urls.py.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bank.api.wire import Wire
from bank.money import Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """What an Initiation asks for, in the bank's own words."""

    amount: Money
    creditor: dict[str, Any]  # CreditorAccount, as it came
    reference: str  # what the creditor's statement says

    @property
    def counterparty(self) -> str:
        """The creditor's account as the ledger and the fraud rules name it."""
        return f"{self.creditor['SchemeName']}:{self.creditor['Identification']}"


class PaymentType(ABC):
    """One type of payment: its names in the standard, its wire types, its rules."""

    name: ClassVar[str]  # domestic-payment: the consent's kind, and the resource's name without its plural s
    title: ClassVar[str]  # DomesticPayment: as in the published operation ids
    order_id: ClassVar[str]  # DomesticPaymentId
    statuses: ClassVar[frozenset[str]]  # what its orders may stand at
    consent: ClassVar[Wire]
    consent_answer: ClassVar[Wire]
    order: ClassVar[Wire]
    order_answer: ClassVar[Wire]

    @abstractmethod
    def instruction(self, initiation: dict[str, Any]) -> Instruction:
        """Read an Initiation that check_consent has let through."""

    @abstractmethod
    def check_consent(self, body: dict[str, Any], *, now: datetime) -> None:
        """Refuse a consent that could never be carried out. Raises bank.errors.Refused."""

    @abstractmethod
    def check_order(self, consent: dict[str, Any], *, now: datetime) -> None:
        """Refuse an order whose time has passed; consent is the consent's Data. Raises bank.errors.Refused."""

    @abstractmethod
    def due(self, initiation: dict[str, Any], *, now: datetime) -> datetime:
        """When the order is to be executed."""

    @abstractmethod
    def after_order(self, order_id: str, *, due_at: datetime, now: datetime) -> None:
        """Leave to the bank's future what follows from a new order."""
