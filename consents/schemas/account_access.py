"""Account-access consents on the wire: OBReadConsent1 and OBReadConsentResponse1, v4.0.1."""

from typing import Annotated, Any, Literal

import typing_extensions as te
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from accounts.permissions import Permission
from bank.api.wire import DateTime, Links, Max128Text, Meta, OBStatusReason, Wire


def _as_a_whole(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """An unknown code is a fault of Data.Permissions, which the standard names, and not of one place in the list."""
    try:
        return check(value)
    except ValidationError as invalid:
        if any(error["type"] == "literal_error" for error in invalid.errors(include_input=False, include_url=False)):
            raise PydanticCustomError("permission", "This bank knows no such permission") from None
        raise


Permissions = Annotated[list[Permission], Field(min_length=1), WrapValidator(_as_a_whole)]
OBInternalConsentStatus1Code = Literal["AUTH", "AWAU", "CANC", "EXPD", "RJCT"]


class OBRisk2(te.TypedDict, closed=True):
    """Empty: the standard tells nothing of the risk here yet."""


class OBReadConsent1Data(te.TypedDict, closed=True):
    """What a TPP asks to read, within which dates, until when."""

    Permissions: Permissions
    ExpirationDateTime: te.NotRequired[DateTime]
    TransactionFromDateTime: te.NotRequired[DateTime]
    TransactionToDateTime: te.NotRequired[DateTime]


class OBReadConsent1(te.TypedDict, closed=True):
    """An account-access consent as a TPP lodges it."""

    Data: OBReadConsent1Data
    Risk: OBRisk2


class OBReadConsentResponse1Data(te.TypedDict, closed=True):
    """What was asked, and what became of it."""

    ConsentId: Max128Text
    CreationDateTime: DateTime
    Status: OBInternalConsentStatus1Code
    StatusReason: te.NotRequired[list[OBStatusReason]]
    StatusUpdateDateTime: DateTime
    Permissions: Permissions
    ExpirationDateTime: te.NotRequired[DateTime]
    TransactionFromDateTime: te.NotRequired[DateTime]
    TransactionToDateTime: te.NotRequired[DateTime]


class OBReadConsentResponse1(te.TypedDict, closed=True):
    """An account-access consent as the bank shows it."""

    Data: OBReadConsentResponse1Data
    Risk: OBRisk2
    Links: te.NotRequired[Links]
    Meta: te.NotRequired[Meta]


CONSENT = Wire(OBReadConsent1)
ANSWER = Wire(OBReadConsentResponse1)
