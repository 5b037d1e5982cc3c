"""Kinds of consent: what differs between them, as hooks.

This package holds account-access and funds-confirmation, whose rows are in consents/resources.py; payments registers
its own through register().
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from accounts.models import Account
from bank import hooks
from bank.errors import Refused
from consents import transitions

if TYPE_CHECKING:
    from datetime import datetime

    from bank.customers.models import User
    from consents.models import Consent, Status


class ConsentHasEnded(Refused):
    """The ExpirationDateTime has passed before the customer decided."""

    code = "TKXP"
    message = "The consent's ExpirationDateTime has passed."


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

    @abstractmethod
    def facts(self, consent: "Consent") -> dict[str, str]:
        """What the customer's proof is bound to besides the consent's id; of a payment, amount, currency and payee.

        Without a default, so that no kind of payment can forget it.
        """

    def can_be_met(self, consent: "Consent") -> bool:  # noqa: ARG002 - a hook's signature
        """Tell whether any customer of this bank could approve what the consent asks for."""
        return True

    def can_be_asked(self, status: "Status | str") -> bool:
        """Tell whether a customer may be asked about a consent of this status; re-authentication is a kind's own."""
        return status == "AWAU"


class Lasting(Kind):
    """Access that goes on until it ends or is taken back."""

    transitions: ClassVar[frozenset[tuple[str, str]]] = transitions.LASTING

    def check_approval(self, consent: "Consent", accounts: list[Account], now: "datetime") -> None:  # noqa: ARG002 - a hook's signature
        """Refuse an approval after the end. Raises ConsentHasEnded."""
        if consent.expires_at is not None and consent.expires_at <= now:
            raise ConsentHasEnded

    def can_be_asked(self, status: "Status | str") -> bool:
        """Besides the first time, a customer may approve once more while it is AUTH, and after it was CANC."""
        return status in ("AWAU", "AUTH", "CANC")


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; refuses a name that is taken. Raises bank.hooks.LeftOut."""
    hooks.check(kind, base=Kind)
    if kind.name in KINDS:
        raise ValueError(f"{kind.name} is registered twice")
    KINDS[kind.name] = kind
