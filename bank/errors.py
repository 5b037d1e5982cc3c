"""Refusals: what the bank does not take, in the standard's words.

A Refused rolls the request back and becomes the standard's error object in one place, bank/api/endpoint.py.
Subclasses stand beside the function that raises them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Consequence(StrEnum):
    """What else must happen when a request is refused: the closed list, carried out after the roll-back."""

    CONSENT_EXPIRED = "consent-expired"  # AUTH becomes EXPD: its time had passed when it was used
    CONSENT_REJECTED = "consent-rejected"  # AWAU becomes RJCT: it can no longer be approved
    CONSENT_CANCELED = "consent-canceled"  # AUTH becomes CANC: suspected misuse


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong: a code of OBExternalStatusReason1Code, words, and the JSON path if there is one."""

    code: str
    message: str
    path: str | None = None


class Refused(Exception):
    """The bank does not take this request; nothing of it is kept.

    Source: Read/Write API profile v4.0.1, "Error response structure" and "HTTP status codes".
    """

    code: ClassVar[str] = "U000"
    status: ClassVar[int] = 400
    message: ClassVar[str] = "The request was refused."

    def __init__(
        self,
        message: str | None = None,
        *,
        path: str | None = None,
        faults: list[Fault] | None = None,
        consequence: Consequence | None = None,
    ) -> None:
        self.faults = faults or [Fault(code=self.code, message=message or self.message, path=path)]
        self.consequence = consequence
        super().__init__(self.faults[0].message)
