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
    has_body: ClassVar[bool] = True  # False: the standard answers this one without an error object

    def __init__(
        self,
        message: str | None = None,
        *,
        path: str | None = None,
        faults: list[Fault] | None = None,
        consequence: Consequence | None = None,
        reason: str = "",
    ) -> None:
        """`reason` is for the trail and `manage.py tpp why`: what the caller is not told."""
        self.faults = faults or [Fault(code=self.code, message=message or self.message, path=path)]
        self.consequence = consequence
        self.reason = reason
        super().__init__(self.faults[0].message)

    def headers(self) -> dict[str, str]:
        """What the answer's header says beside the error object, such as Retry-After."""
        return {}


class Forbidden(Refused):
    """The caller is known, and may not do this: wrong kind of token, scope or permission, or another TPP's resource."""

    code = "TK01"
    status = 403
    message = "The access token does not allow this."
