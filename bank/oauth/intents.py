"""The port through which the authorization server learns what a customer is asked to allow.

Filled by the consents package in its apps.py; the server knows of a consent its id and what this class tells.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from bank.errors import Consequence


class IntentUnusable(Exception):
    """The intent does not exist, is not this client's, is not of this scope, or can no longer be approved."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What the customer is asked to allow: the consent's id and the path of the page that asks."""

    consent_id: str
    page: str


class Intents(ABC):
    """What the authorization server needs of consents."""

    @abstractmethod
    def find(self, *, consent_id: str, client_pk: int, scopes: set[str], now: datetime) -> Intent:
        """Find an intent that can be put to a customer. Raises IntentUnusable, whose words a TPP may read."""

    @abstractmethod
    def refuse(self, *, consent_id: str, code: str, description: str, actor: str, now: datetime) -> None:
        """Reject the consent, because the customer declined, failed to authenticate or never decided."""

    @abstractmethod
    def apply(self, *, consequence: Consequence, consent_id: str, now: datetime) -> None:
        """Carry out what a refused request brings upon its consent."""


_installed: list[Intents] = []


def install(port: Intents) -> None:
    """Fill the port; called once, while Django starts."""
    _installed[:] = [port]


def port() -> Intents:
    """The port as filled."""
    return _installed[0]
