"""What leaves the bank: answers and refusals, rendered once to bytes, signed over those bytes, and sent.

The standard's error object is made in refusal() and nowhere else; the endpoint and Django's error handlers, which stand
at the end of this module, both go through it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from bank.api import doors, envelope, wire
from bank.errors import Fault, Refused
from bank.keys import jose

log = structlog.get_logger(__name__)

PREFIX = "/open-banking/"  # the standard's paths
NO_CONTENT = 204


class PathUnknown(Refused):
    """The standard has no such path, or this bank does not offer it."""

    code = "U011"
    status = 404
    message = "There is no such path."


class RequestBad(Refused):
    """Django refused the request before any view of ours saw it: a wrong host, for one."""

    code = "U006"
    message = "The request is not one that this host answers."


class Unexpected(Refused):
    """Something went wrong in the bank. Nothing is said about what; the log has it, under the interaction id."""

    code = "U000"
    status = 500
    message = "Something unexpected happened at the bank."


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a handler answers: the envelope's parts. Paths in links are absolute paths of this bank.

    self_path: where the resource is found, if not under the path that was asked. risk: echoed by consents alone.
    """

    data: Any
    risk: Any = None
    self_path: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)

    def render(self, *, self_path: str) -> bytes:
        """Write {Data, Risk, Links, Meta}; every link becomes an absolute URI of the mutual-TLS host."""
        body: dict[str, Any] = {"Data": self.data}
        if self.risk is not None:
            body["Risk"] = self.risk
        paths = {"Self": self.self_path or self_path, **self.links}
        body["Links"] = {name: absolute(path) for name, path in paths.items()}
        body["Meta"] = dict(self.meta)
        return orjson.dumps(body)


class Document(Answer):
    """An answer that is no JSON: the bytes of a file, as they are."""

    def render(self, *, self_path: str) -> bytes:  # noqa: ARG002 - the signature of every answer
        """The bytes."""
        document: bytes = self.data
        return document


class Bare(Answer):
    """An answer of another standard than the Read/Write API: its data alone, without an envelope."""

    def render(self, *, self_path: str) -> bytes:  # noqa: ARG002 - the signature of every answer
        """Write Data's members, and nothing around them."""
        return orjson.dumps(self.data)


def absolute(path: str) -> str:
    """The URI of a path, on the host that answers over mutual TLS."""
    return path if path.startswith("https://") else f"{settings.MTLS_URL}{path}"


def send(
    body: bytes,
    *,
    status: int,
    interaction_id: str,
    signed_at: datetime | None,
    headers: Mapping[str, str],
    media: str = envelope.JSON,
) -> HttpResponse:
    """Put bytes into an answer, with the headers that every answer has; signed_at: sign them, as of this instant."""
    response = HttpResponse(body, status=status, content_type=media)
    if not body:
        del response["Content-Type"]
    elif signed_at is not None:
        response["x-jws-signature"] = jose.sign_detached(body, now=signed_at)
    if status != NO_CONTENT:
        response["Content-Length"] = str(len(body))  # else the server sends it in chunks: two more writes
    response["x-fapi-interaction-id"] = interaction_id
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    for name, value in headers.items():
        response[name] = value
    return response


def refusal(refused: Refused, *, interaction_id: str, signed_at: datetime | None) -> HttpResponse:
    """Turn a refusal into the standard's error object (OBErrorResponse1): the one place where that is done."""
    body = b""
    if refused.has_body:
        errors = [_error(fault) for fault in refused.faults[: wire.FAULTS_MAX]]
        body = orjson.dumps({"Id": interaction_id, "Errors": errors})
    return send(
        body,
        status=refused.status,
        interaction_id=interaction_id,
        signed_at=signed_at,
        headers=refused.headers(),
    )


def _error(fault: Fault) -> dict[str, str]:
    error = {"ErrorCode": fault.code, "Message": wire.readable(fault.message)}
    if fault.path:
        error["Path"] = wire.readable(fault.path)
    return error


def turn_away(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Answer for a request that no endpoint has taken, in the standard's way."""
    interaction_id = envelope.interaction_id(request)
    log.warning(
        "request.refused",
        check="path",
        interaction_id=interaction_id,
        status=refused.status,
        words=refused.faults[0].message,
        path=request.path,
    )
    return refusal(refused, interaction_id=interaction_id, signed_at=None)


def _outside(request: HttpRequest, refused: Refused, page: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer for what Django does not let through: to machines in the standard's way, to people with a page."""
    if request.path.startswith(PREFIX) or doors.is_machines(request):
        return turn_away(request, refused)
    return page()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return _outside(request, RequestBad(), lambda: defaults.bad_request(request, exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return _outside(request, PathUnknown(), lambda: defaults.page_not_found(request, exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, for what fails outside of an endpoint; Django has logged it."""
    return _outside(request, Unexpected(), lambda: defaults.server_error(request))
