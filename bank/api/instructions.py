"""What repeats, and what a payment is known by, on the wire: the same in every family that tells of payments.

Source: "OBMandateRelatedInformation1" and the frequency codes of the Read/Write API, v4.0.1.
"""

import re
from typing import Annotated, Any, Literal, get_args

import typing_extensions as te
from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from bank.api import wire

OBFrequency6Code = Literal[
    "ADHO", "YEAR", "DAIL", "FRTN", "INDA", "MNTH", "QURT", "MIAN", "WEEK", "WODL", "FOWK", "TWMH", "FOMH", "FIMH",
    "ALMH", "NONE", "LWMH", "LXMH", "TWYR",
]  # fmt: skip
OLD_FREQUENCY = (
    r"^(NotKnown)$|^(EvryDay)$|^(EvryWorkgDay)$|^(IntrvlDay:((0[2-9])|([1-2][0-9])|3[0-1]))$"
    r"|^(IntrvlWkDay:0[1-9]:0[1-7])$|^(WkInMnthDay:0[1-5]:0[1-7])$"
    r"|^(IntrvlMnthDay:(0[1-6]|12|24):(-0[1-5]|0[1-9]|[12][0-9]|3[01]))$|^(QtrDay:(ENGLISH|SCOTTISH|RECEIVED))$"
)
FREQUENCIES = frozenset(get_args(OBFrequency6Code))
FREQUENCY_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"type": "string", "enum": list(get_args(OBFrequency6Code))},
        {"type": "string", "pattern": OLD_FREQUENCY},
    ]
}
OBExternalMandateClassification1Code = Literal["FIXE", "USGB", "VARI"]
ExternalCreditorReferenceType1Code = Annotated[
    Literal["DISP", "FXDR", "PUOR", "RPIN", "RADM", "SCOR"],
    Field(json_schema_extra={"minLength": 1, "maxLength": 4}),
]


def _check_frequency(text: str) -> str:
    if text not in FREQUENCIES and not re.fullmatch(OLD_FREQUENCY, text, re.ASCII):
        raise PydanticCustomError("literal_error", "The value is not one of the published codes.")
    return text


# One atom, though two are published: a union would write itself into the path of every fault.
FrequencyType = Annotated[str, AfterValidator(_check_frequency), WithJsonSchema(FREQUENCY_SCHEMA)]


class OBFrequency6(te.TypedDict, closed=True):
    """How often something repeats."""

    Type: FrequencyType
    CountPerPeriod: te.NotRequired[wire.Int32]
    PointInTime: te.NotRequired[Annotated[str, Field(max_length=2)]]


class OBMandateRelatedInformation1(te.TypedDict, closed=True):
    """What was agreed about payments that repeat."""

    MandateIdentification: te.NotRequired[wire.Max35Text]
    Classification: te.NotRequired[OBExternalMandateClassification1Code]
    CategoryPurposeCode: te.NotRequired[wire.ExternalCategoryPurpose1Code]
    FirstPaymentDateTime: te.NotRequired[wire.DateTime]
    RecurringPaymentDateTime: te.NotRequired[wire.DateTime]
    FinalPaymentDateTime: te.NotRequired[wire.DateTime]
    Frequency: OBFrequency6
    Reason: te.NotRequired[wire.Max256Text]


class CreditorReferenceInformation(te.TypedDict, closed=True):
    """What the creditor knows the payment by."""

    Code: te.NotRequired[ExternalCreditorReferenceType1Code]
    Issuer: te.NotRequired[wire.Max35Text]
    Reference: te.NotRequired[wire.Max35Text]
