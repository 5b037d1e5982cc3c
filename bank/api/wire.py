"""Wire types: how the standard's JSON is read, and the atoms and objects that several resources share.

Each package's schemas/ folder holds the types of its own resources, as closed TypedDicts over the atoms below. A type
is read by pydantic through one Wire object; what comes out is the plain dict as it stood on the wire, never converted.
How the documents are written from the same types: bank/api/schema.py. Names are the published ones.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import typing_extensions as te
from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from bank.errors import Fault, Refused

FAULTS_MAX = 20
CODES = Path(__file__).parent / "codes"
DATE_TIME = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}([T ][0-9:.,]+(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?", re.ASCII)
IN_FULL = re.compile(r"[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,5})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)

# What pydantic found, in the standard's codes: a wrong kind of container is a wrong shape, all else an invalid value.
FAULT_CODES = {
    "missing": "U004",
    "extra_forbidden": "U005",
    "date_time": "U003",
    "dict_type": "U010",
    "list_type": "U010",
}
WORDS = {
    "missing": "The field is required.",
    "extra_forbidden": "The field is not expected here.",
    "date_time": "This is not an ISO 8601 date and time.",
    "dict_type": "An object was expected.",
    "list_type": "An array was expected.",
    "string_type": "A text was expected.",
    "bool_type": "A boolean was expected.",
    "int_type": "A whole number was expected.",
    "string_pattern_mismatch": "The text does not have the published pattern.",
    "literal_error": "The value is not one of the published codes.",
}


class BodyInvalid(Refused):
    """The body is not JSON, or not of the type that the operation reads; it carries up to 20 faults."""

    code = "U002"
    message = "The body is not JSON in UTF-8, or is nested too deep."


class Wire:
    """What an operation reads or answers: a closed TypedDict and its one compiled adapter."""

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def __repr__(self) -> str:
        return f"Wire({self.kind.__name__})"

    def read(self, raw: bytes) -> dict[str, Any]:
        """Read a body and check it against the type. Raises BodyInvalid with every fault, at most 20, with its path.

        Refused as well: a member that stands twice in one object (readers differ in which one counts), and NUL in any
        text (no database column could keep it).
        """
        try:
            body: dict[str, Any] = self.adapter.validate_json(raw, strict=True)
        except ValidationError as invalid:
            raise BodyInvalid(faults=_faults(invalid)) from None
        json.loads(raw, object_pairs_hook=_each_once)
        if b"\\u0000" in raw and (paths := list(_places_of_nul(body, path=""))):
            raise BodyInvalid(faults=[_nul(path) for path in paths[:FAULTS_MAX]])
        return body

    def read_query(self, query: dict[str, str]) -> None:
        """Check query parameters; those that the type does not name are left alone. Raises BodyInvalid."""
        known = self.kind.__annotations__
        try:
            self.adapter.validate_python({name: text for name, text in query.items() if name in known}, strict=True)
        except ValidationError as invalid:
            raise BodyInvalid(faults=_faults(invalid)) from None


def _faults(invalid: ValidationError) -> list[Fault]:
    """Put pydantic's findings into the standard's words. What the caller sent is never repeated: it may be personal."""
    errors = invalid.errors(include_url=False, include_input=False, include_context=False)
    return [_fault(error) for error in errors[:FAULTS_MAX]]


def _fault(error: ErrorDetails) -> Fault:
    kind = error["type"]
    if kind == "json_invalid":
        return Fault(code=BodyInvalid.code, message=BodyInvalid.message)
    path = _path(error["loc"])
    message = WORDS.get(kind, error["msg"].rstrip(".") + ".")
    return Fault(code=FAULT_CODES.get(kind, "U002"), message=message, path=path or None)


def _path(location: tuple[int | str, ...]) -> str:
    """Write a place as the standard does: `Data.Initiation.RegulatoryReporting[0].Authority`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return readable(text)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object whose members stand once. Raises BodyInvalid."""
    built = dict(pairs)
    if len(built) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyInvalid(f"The member {readable(twice)[:70]} stands twice in one object.")
    return built


def readable(text: str) -> str:
    """Cut a text that a caller chose so that it fits an error object and the audit trail: at most 500, no NUL."""
    return text[:500].replace("\0", "\N{REPLACEMENT CHARACTER}")


def _places_of_nul(value: Any, *, path: str) -> Iterator[str]:
    if isinstance(value, str) and "\0" in value:
        yield path
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _places_of_nul(member, path=f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places_of_nul(item, path=f"{path}[{index}]")


def _nul(path: str) -> Fault:
    return Fault(code="U002", message="The text holds a NUL character.", path=path)


def instant(text: str) -> datetime:
    """Read a date and time in any ISO 8601 form; without a zone it is UTC, a date alone is its first instant.

    Raises ValueError. Source: Read/Write API profile v4.0.1, "Date Formats".
    """
    if not DATE_TIME.fullmatch(text):
        raise ValueError("not a date and time")
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def is_in_full(text: str) -> bool:
    """Tell whether a date is written as the bank writes it: day, time to the second, offset.

    Source: Read/Write API profile v4.0.1, "Date Formats": shorter forms are read, and never sent.
    """
    return IN_FULL.fullmatch(text) is not None


def _check_date_time(text: str) -> str:
    try:
        instant(text)
    except (ValueError, OverflowError):
        raise PydanticCustomError("date_time", "This is not an ISO 8601 date and time.") from None
    return text


@cache
def codes(name: str) -> tuple[str, ...]:
    """The values of a published code set of more than 30 codes, in published order."""
    return tuple((CODES / f"{name}.txt").read_text(encoding="ascii").split())


class code:  # noqa: N801 - reads as a word in an annotation: Annotated[str, code("ExternalPurpose1Code")]
    """An atom whose values are those of a code set kept in bank/api/codes; `document` adds published keywords."""

    def __init__(self, name: str, **document: Any) -> None:
        self.values = codes(name)
        self.document = document

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What pydantic runs: one look into a set."""
        return core_schema.literal_schema(list(self.values))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What stands in the document."""
        return {"type": "string", **self.document, "enum": list(self.values)}


def pattern(published: str, **bounds: Any) -> Any:
    r"""A pattern as published; checked with ASCII digits, since \d would also take those of other scripts."""
    return Field(pattern=published.replace(r"\d", "[0-9]"), json_schema_extra={"pattern": published}, **bounds)


# Texts, by their published bounds.
Max4Text = Annotated[str, Field(min_length=1, max_length=4)]
Max16Text = Annotated[str, Field(min_length=1, max_length=16)]
Max34Text = Annotated[str, Field(min_length=1, max_length=34)]
Max35Text = Annotated[str, Field(min_length=1, max_length=35)]
Max40Text = Annotated[str, Field(min_length=1, max_length=40)]
Max70Text = Annotated[str, Field(min_length=1, max_length=70)]
Max128Text = Annotated[str, Field(min_length=1, max_length=128)]
Max140Text = Annotated[str, Field(min_length=1, max_length=140)]
Max210Text = Annotated[str, Field(min_length=1, max_length=210)]
Max256Text = Annotated[str, Field(min_length=1, max_length=256)]
Max350Text = Annotated[str, Field(min_length=1, max_length=350)]
Max500Text = Annotated[str, Field(min_length=1, max_length=500)]
Max2048Text = Annotated[str, Field(min_length=1, max_length=2048)]
Min3Max4Text = Annotated[str, Field(min_length=3, max_length=4)]
Exact4Text = Annotated[str, Field(min_length=4, max_length=4)]

DateTime = Annotated[str, AfterValidator(_check_date_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Uri = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31), WithJsonSchema({"type": "integer", "format": "int32"})]
Amount = Annotated[str, pattern(r"^\d{1,13}$|^\d{1,13}\.\d{1,5}$")]
CurrencyCode = Annotated[str, pattern(r"^[A-Z]{3,3}$")]
Country = Annotated[str, pattern(r"^[A-Z]{2,2}$")]
LEI = Annotated[str, pattern(r"^[A-Z0-9]{18,18}[0-9]{2,2}$", min_length=1, max_length=20)]

# Codes that several families use. Lists that the standard leaves open (`UK.OBIE.…`) stay plain text; rules judge them.
OBInternalAccountIdentification4Code = str
OBInternalFinancialInstitutionIdentification4Code = str
OBInternalLocalInstrument1Code = str
OBCreditDebitCode = Literal["Credit", "Debit"]
OBAddressType2Code = Literal["BIZZ", "DLVY", "MLTO", "PBOX", "ADDR", "HOME", "CORR", "STAT"]
ExternalProxyAccountType1Code = Literal[
    "TELE", "EMAL", "DNAM", "CINC", "COTX", "COID", "CUST", "DRLC", "EIDN", "EWAL", "PVTX", "LEIC", "MBNO", "NIDN",
    "CCPT", "SHID", "SOSE", "TOKN", "UBIL", "VIPN", "BIID",
]  # fmt: skip
ExternalPurpose1Code = Annotated[str, code("ExternalPurpose1Code", minLength=1, maxLength=4)]
ExternalCategoryPurpose1Code = Annotated[str, code("ExternalCategoryPurpose1Code")]


class OBSupplementaryData1(te.TypedDict, closed=True):
    """Closed and empty here: this bank documents no supplementary data (openapi/divergences.md)."""


class Links(te.TypedDict, closed=True):
    """Where this answer and its neighbours are."""

    Self: Uri
    First: te.NotRequired[Uri]
    Prev: te.NotRequired[Uri]
    Next: te.NotRequired[Uri]
    Last: te.NotRequired[Uri]


class Meta(te.TypedDict, closed=True):
    """What is to be said of the answer as a whole."""

    TotalPages: te.NotRequired[Int32]
    FirstAvailableDateTime: te.NotRequired[DateTime]
    LastAvailableDateTime: te.NotRequired[DateTime]


class OBError1(te.TypedDict, closed=True):
    """One fault."""

    ErrorCode: Exact4Text
    Message: te.NotRequired[Max500Text]
    Path: te.NotRequired[Max500Text]
    Url: te.NotRequired[str]


class OBErrorResponse1(te.TypedDict, closed=True):
    """The error object."""

    Id: te.NotRequired[Max40Text]
    Code: te.NotRequired[Max40Text]
    Message: te.NotRequired[Max500Text]
    Errors: Annotated[list[OBError1], Field(min_length=1)]


class OBStatusReason(te.TypedDict, closed=True):
    """Why something has the status it has."""

    StatusReasonCode: te.NotRequired[Max4Text]
    StatusReasonDescription: te.NotRequired[Max500Text]
    Path: te.NotRequired[Max500Text]


class OBActiveOrHistoricCurrencyAndAmount(te.TypedDict, closed=True):
    """An amount of money; the sign stands in a CreditDebitIndicator."""

    Amount: Amount
    Currency: CurrencyCode


class OBPostalAddress7(te.TypedDict, closed=True):
    """A postal address."""

    AddressType: te.NotRequired[OBAddressType2Code]
    Department: te.NotRequired[Max70Text]
    SubDepartment: te.NotRequired[Max70Text]
    StreetName: te.NotRequired[Max140Text]
    BuildingNumber: te.NotRequired[Max16Text]
    BuildingName: te.NotRequired[Max140Text]
    Floor: te.NotRequired[Max70Text]
    UnitNumber: te.NotRequired[Max16Text]
    Room: te.NotRequired[Max70Text]
    PostBox: te.NotRequired[Max16Text]
    TownLocationName: te.NotRequired[Max140Text]
    DistrictName: te.NotRequired[Max140Text]
    CareOf: te.NotRequired[Max140Text]
    PostCode: te.NotRequired[Max16Text]
    TownName: te.NotRequired[Max140Text]
    CountrySubDivision: te.NotRequired[Max35Text]
    Country: te.NotRequired[Country]
    AddressLine: te.NotRequired[Annotated[list[Max70Text], Field(max_length=7, json_schema_extra={"minItems": 0})]]


class OBProxy1(te.TypedDict, closed=True):
    """What stands for an account: a telephone number or an e-mail address, say."""

    Identification: Max2048Text
    Code: ExternalProxyAccountType1Code
    Type: te.NotRequired[Max35Text]


class OBUltimateCreditor1(te.TypedDict, closed=True):
    """Who is paid in the end."""

    Name: te.NotRequired[Max140Text]
    Identification: te.NotRequired[Max256Text]
    LEI: te.NotRequired[LEI]
    SchemeName: te.NotRequired[OBInternalAccountIdentification4Code]
    PostalAddress: te.NotRequired[OBPostalAddress7]


class OBUltimateDebtor1(te.TypedDict, closed=True):
    """Who owes in the end."""

    Name: te.NotRequired[Max140Text]
    Identification: te.NotRequired[Max256Text]
    LEI: te.NotRequired[LEI]
    SchemeName: te.NotRequired[OBInternalAccountIdentification4Code]
    PostalAddress: te.NotRequired[OBPostalAddress7]


class OBCashAccount6(te.TypedDict, closed=True):
    """An account on one side of a transaction, as far as it is known."""

    SchemeName: te.NotRequired[OBInternalAccountIdentification4Code]
    Identification: te.NotRequired[Max256Text]
    Name: te.NotRequired[Max350Text]
    SecondaryIdentification: te.NotRequired[Max34Text]
    Proxy: te.NotRequired[OBProxy1]


class OBBranchAndFinancialInstitutionIdentification6(te.TypedDict, closed=True):
    """A bank or branch, by its code or by its name and address."""

    SchemeName: te.NotRequired[OBInternalFinancialInstitutionIdentification4Code]
    Identification: te.NotRequired[Max35Text]
    Name: te.NotRequired[Max140Text]
    LEI: te.NotRequired[LEI]
    PostalAddress: te.NotRequired[OBPostalAddress7]
