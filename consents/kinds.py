"""Kinds of consent: what differs between them, as hooks.

This package holds account-access (and, in time, funds-confirmation); payments registers its own through register().
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from accounts.models import Account

if TYPE_CHECKING:
    from datetime import datetime

    from bank.customers.models import User
    from consents.models import Consent, Status


class Kind(ABC):
    """One kind of consent."""

    name: ClassVar[str]  # the resource's name: account-access, domestic-payment, …
    scope: ClassVar[str]  # accounts, payments or fundsconfirmations
    template: ClassVar[str]  # the page that asks the customer
    transitions: ClassVar[frozenset[tuple[str, str]]]  # the steps that its life may take
    chooses_many: ClassVar[bool]  # several accounts, or exactly one

    @abstractmethod
    def words(self, consent: "Consent") -> dict[str, object]:
        """What the page says: the context of the template."""

    @abstractmethod
    def eligible(self, consent: "Consent", customer: "User") -> Iterable[Account]:
        """The customer's accounts that may be put into the consent; empty: the consent cannot be approved."""

    @abstractmethod
    def check_approval(self, consent: "Consent", accounts: list[Account], now: "datetime") -> None:
        """Refuse an approval that the rules of this kind do not allow. Raises bank.errors.Refused."""

    def facts(self, consent: "Consent") -> dict[str, str]:  # noqa: ARG002 - a hook's signature
        """What the customer's proof is bound to besides the consent's id; of a payment, amount, currency and payee."""
        return {}

    def can_be_met(self, consent: "Consent") -> bool:  # noqa: ARG002 - a hook's signature
        """Tell whether any customer of this bank could approve what the consent asks for."""
        return True

    def can_be_asked(self, status: "Status | str") -> bool:
        """Tell whether a customer may be asked about a consent of this status; re-authentication is a kind's own."""
        return status == "AWAU"


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; refuses a name that is taken."""
    if kind.name in KINDS:
        raise ValueError(f"{kind.name} is registered twice")
    KINDS[kind.name] = kind
