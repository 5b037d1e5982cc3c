"""The outside of a request: its interaction id, its media types, the values of its headers, the bytes of its body.

Source: Read/Write API profile v4.0.1, "Request Headers" and "HTTP Status Codes".
"""

import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from bank import ids
from bank.errors import Fault, Refused

BODY_BYTES_MAX = 256 * 1024
ID = re.compile(r"[!-~]{1,128}", re.ASCII)
HTTP_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2})"
    r" (GMT|UTC)",
    re.ASCII,
)
IDEMPOTENCY_KEY = re.compile(r"(?!\s).{0,39}\S")
JSON = "application/json"
JSON_RANGES = (JSON, "application/*+json")  # the second is what Java's clients say when they mean JSON


class MethodUnknown(Refused):
    """The standard has no such method on this path."""

    code = "MS03"
    status = 405
    message = "The path does not have this method."

    def __init__(self, *, allowed: list[str]) -> None:
        super().__init__()
        self.allowed = allowed

    def headers(self) -> dict[str, str]:
        """The methods that there are."""
        return {"Allow": ", ".join(self.allowed)}


class HostUnknown(Refused):
    """The Host header names a host that is not this bank's."""

    code = "U006"
    message = "The header Host is not valid."


class NotAcceptable(Refused):
    """The caller does not take what the operation answers, and there is nothing else."""

    code = "U006"
    status = 406

    def __init__(self, answers: str) -> None:
        words = f"{answers} in UTF-8" if answers == JSON else answers
        super().__init__(f"The answer is {words}; the Accept header does not allow that.")


class MediaTypeUnsupported(Refused):
    """The body is not JSON in UTF-8, going by what its header says."""

    code = "U006"
    status = 415
    message = "The body must be application/json in UTF-8."


class HeadersInvalid(Refused):
    """Headers that are missing (U007) or have a value that they may not have (U006); all of them at once."""

    code = "U006"
    message = "A header is not valid."


class BodyTooLarge(Refused):
    """More than the bank reads. 400 rather than 413, which the standard's table of statuses does not have."""

    code = "U010"
    message = f"The body has more than {BODY_BYTES_MAX // 1024} kB."


class QueryInvalid(Refused):
    """A query parameter holds a NUL character."""

    code = "U002"
    message = "The query parameter is not valid."


class IdUnknown(Refused):
    """The path holds something that no resource is called."""

    code = "U011"
    message = "There is no such resource."


def interaction_id(http: HttpRequest) -> str:
    """The caller's id for this exchange exactly as sent, or a fresh one where there is none that is a UUID."""
    return ids.interaction(http.META.get("HTTP_X_FAPI_INTERACTION_ID", ""))


def check_host(http: HttpRequest) -> None:
    """Raises HostUnknown."""
    try:
        http.get_host()
    except DisallowedHost:
        raise HostUnknown from None


def check_media(http: HttpRequest, *, answers: str, reads_body: bool) -> None:
    """Answers: the media type of what would be sent. Raises NotAcceptable, MediaTypeUnsupported."""
    if not _accepts(http.META.get("HTTP_ACCEPT", ""), answers):
        raise NotAcceptable(answers)
    if reads_body:
        media_type, parameters = _media_type(http.META.get("CONTENT_TYPE", ""))
        if media_type != JSON or parameters.get("charset", "utf-8") != "utf-8":
            raise MediaTypeUnsupported


def _accepts(header: str, answers: str) -> bool:
    """Tell whether an Accept header allows a media type; the most specific range that matches decides (RFC 9110)."""
    if not header.strip():
        return True
    qualities: dict[str, float] = {}
    for part in header.split(","):
        media_range, parameters = _media_type(part)
        if parameters.get("charset", "utf-8") == "utf-8":
            qualities[media_range] = max(qualities.get(media_range, 0.0), _quality(parameters.get("q", "1")))
    ranges = (*(JSON_RANGES if answers == JSON else (answers,)), f"{answers.partition('/')[0]}/*", "*/*")
    return next((qualities[name] > 0 for name in ranges if name in qualities), False)


def _media_type(text: str) -> tuple[str, dict[str, str]]:
    media_type, *rest = text.split(";")
    pairs = (part.partition("=") for part in rest)
    return media_type.strip().lower(), {name.strip().lower(): value.strip(' "').lower() for name, _, value in pairs}


def _quality(text: str) -> float:
    return float(text) if re.fullmatch(r"[01](\.[0-9]{0,3})?", text, re.ASCII) else 0.0


def check_headers(http: HttpRequest, *, is_idempotent: bool) -> None:
    """Check the values of the standard's request headers. Raises HeadersInvalid with a fault for each."""
    faults = [_invalid(name) for name, (key, is_valid) in VALID.items() if not is_valid(http.META.get(key))]
    if is_idempotent:
        key = http.META.get("HTTP_X_IDEMPOTENCY_KEY")
        if key is None:
            faults.append(Fault(code="U007", message="The header x-idempotency-key is missing."))
        elif not IDEMPOTENCY_KEY.fullmatch(key):
            faults.append(_invalid("x-idempotency-key"))
    if faults:
        raise HeadersInvalid(faults=faults)


def _invalid(name: str) -> Fault:
    return Fault(code="U006", message=f"The header {name} is not valid.")


def _is_interaction_id(value: str | None) -> bool:
    return value is None or ids.UUID.fullmatch(value) is not None


def _is_http_date(value: str | None) -> bool:
    if value is None:
        return True
    match = HTTP_DATE.fullmatch(value)
    try:
        return match is not None and datetime.strptime(f"{match[2]} +0000", "%d %b %Y %H:%M:%S %z") is not None
    except ValueError:
        return False


def _is_ip_address(value: str | None) -> bool:
    try:
        return value is None or ("%" not in value and ipaddress.ip_address(value) is not None)
    except ValueError:
        return False


VALID = {
    "x-fapi-interaction-id": ("HTTP_X_FAPI_INTERACTION_ID", _is_interaction_id),
    "x-fapi-auth-date": ("HTTP_X_FAPI_AUTH_DATE", _is_http_date),
    "x-fapi-customer-ip-address": ("HTTP_X_FAPI_CUSTOMER_IP_ADDRESS", _is_ip_address),
}


def check_ids(path: Mapping[str, Any]) -> None:
    """Refuse a path that cannot hold an id of ours, before a database is asked. Raises IdUnknown."""
    if not all(ID.fullmatch(str(value)) for value in path.values()):
        raise IdUnknown


def check_query(query: Mapping[str, str]) -> None:
    """Refuse what no database could look for. Raises QueryInvalid."""
    for name, text in query.items():
        if "\0" in text:
            raise QueryInvalid(path=name)


def body(http: HttpRequest) -> bytes:
    """Read the body's bytes; one that is too large is left unread. Raises BodyTooLarge.

    Django reads as much as Content-Length says and so nothing of a body sent in chunks; that is read from the server.
    """
    if int(http.META.get("CONTENT_LENGTH") or 0) > BODY_BYTES_MAX:
        raise BodyTooLarge
    is_chunked = "chunked" in http.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    stream: Any = http.META["wsgi.input"] if is_chunked else http
    raw: bytes = stream.read(BODY_BYTES_MAX + 1)
    if len(raw) > BODY_BYTES_MAX:
        raise BodyTooLarge
    return raw
