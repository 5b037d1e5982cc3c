"""What a payment scheme is to this bank: who it reaches, how a payment is sent, and what it may answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Answer(StrEnum):
    """What a scheme says of a payment, in the order in which it may say it."""

    ACCEPTED = "accepted"  # the creditor's bank takes it: the money leaves
    REJECTED = "rejected"  # nobody takes it: no money has moved
    CREDITED = "credited"  # it stands on the creditor's account
    RETURNED = "returned"  # accepted, but could not be credited: the money comes back


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A payment as it leaves: amount in minor units, the creditor's sort code and account number in 14 digits."""

    order_id: str
    amount_minor: int
    identification: str
    reference: str


class Scheme(ABC):
    """A way for money to other banks. Its answers come later, as messages of kind `payments.answered`."""

    @abstractmethod
    def reaches(self, identification: str) -> bool:
        """Tell whether the scheme knows a bank behind this sort code and account number."""

    @abstractmethod
    def send(self, payment: Outgoing, *, now: datetime) -> None:
        """Send a payment, within the unit of work. Sent twice it is still one payment: the order's id tells."""
