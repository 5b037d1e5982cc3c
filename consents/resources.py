"""The consents that this package takes itself: one row for each kind, from which its endpoints are made.

What a customer is asked stands in the kind, what a TPP may ask for in consents/asking.py, the endpoints in
consents/views.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bank.api.wire import Wire
from consents import asking
from consents.account_access import AccountAccess
from consents.funds_confirmation import FundsConfirmation
from consents.kinds import Kind
from consents.schemas import account_access, funds_confirmation

ROOT = "/open-banking/v4.0"


class Read(Protocol):
    """Reads and checks what the rules of a kind say about its Data. Raises bank.errors.Refused."""

    def __call__(self, data: Mapping[str, Any], *, now: datetime) -> asking.Asked:
        """Read it, as of now."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One kind of consent, as TPPs lodge, read and delete it."""

    kind: Kind
    family: str  # the part of the path that its family has: aisp, cbpii
    title: str  # AccountAccess: as in the published operation ids
    prefix: str  # of its ids
    body: Wire
    answers: Wire
    read: Read

    @property
    def path(self) -> str:
        """Where its consents are, below ROOT."""
        return f"{self.family}/{self.kind.name}-consents"

    @property
    def has_risk(self) -> bool:
        """Tell whether Risk stands beside Data."""
        return "Risk" in self.body.kind.__annotations__


RESOURCES: tuple[Resource, ...] = (
    Resource(
        kind=AccountAccess(),
        family="aisp",
        title="AccountAccess",
        prefix="aac",
        body=account_access.CONSENT,
        answers=account_access.ANSWER,
        read=asking.account_access,
    ),
    Resource(
        kind=FundsConfirmation(),
        family="cbpii",
        title="FundsConfirmation",
        prefix="fcc",
        body=funds_confirmation.CONSENT,
        answers=funds_confirmation.CONSENT_ANSWER,
        read=asking.funds_confirmation,
    ),
)
