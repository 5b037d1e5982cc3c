"""The life of a request for a resource, from top to bottom: Endpoint.dispatch.

The order of the checks is part of the interface; tests/api/test_order.py walks it.

    1  interaction id, host (400 U006), method (405), media types (406, 415)
    2  client certificate, token and its binding (401), TPP (403), grant, scope, permissions (403), rate (429)
    3  header values and ids (400 U006, U007, U011), size of the body (400 U010), signature (400 U015 to U019)
    4  body against the operation's wire type (400 U002 to U005, U010)
    5  one transaction: idempotency key (422), then the operation itself and its rules
    6  rendered once, signed, sent; a refusal is written to the trail in a transaction of its own

Each step has a module beside this one. No middleware and no signal decides anything about these requests.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from bank import clock, ids
from bank.api import access, authentication, envelope, idempotency, permissions, responses, signatures, throttling
from bank.api.responses import Answer
from bank.api.wire import Wire
from bank.audit import trail
from bank.errors import Refused
from bank.oauth import intents
from bank.outbox import unit
from bank.tpps import presenting

__all__ = ["Answer", "Call", "Endpoint", "Operation", "operation"]

log = structlog.get_logger(__name__)
SIGNED_ERRORS = (400, 403, 409, 422, 500)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Handler = TypeVar("Handler", bound=Callable[..., Answer | None])


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What an operation declares where it stands, in the columns of the standard's own tables."""

    grant: str  # empty: either
    scope: str  # empty: any
    operation_id: str
    body: Wire | None = None
    answers: Wire | None = None
    query: Wire | None = None
    status: int = 200
    signed: bool = False  # answers and errors are signed, and so is a request with a body
    idempotent: str = ""  # needs x-idempotency-key; the prefix of the id of what it creates
    permissions: tuple[str, ...] = ()  # of these the consent must have one
    also: tuple[int, ...] = ()  # statuses that the standard lists here beside the usual ones: 404, 409
    media: str = envelope.JSON  # what it answers; refusals are JSON all the same


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a handler is told of the request."""

    access: access.Access
    now: datetime
    request: HttpRequest
    query: dict[str, str]
    resource_id: str = ""  # the id of what an idempotent operation is to create

    def url(self, path: str) -> str:
        """The absolute URI of a path of this bank."""
        return responses.absolute(path)


def operation(
    *,
    grant: str,
    scope: str,
    operation_id: str,
    body: Wire | None = None,
    answers: Wire | None = None,
    query: Wire | None = None,
    status: int = 200,
    signed: bool = False,
    idempotent: str = "",
    permissions: tuple[str, ...] = (),
    also: tuple[int, ...] = (),
    media: str = envelope.JSON,
) -> Callable[[Handler], Handler]:
    """Declare a handler method of an Endpoint; `operation_id` is the published one."""
    declared = Operation(
        grant=grant,
        scope=scope,
        operation_id=operation_id,
        body=body,
        answers=answers,
        query=query,
        status=status,
        signed=signed,
        idempotent=idempotent,
        permissions=permissions,
        also=also,
        media=media,
    )

    def declare(handler: Handler) -> Handler:
        handler.operation = declared  # type: ignore[attr-defined] # functions take attributes
        return handler

    return declare


class Endpoint(APIView):
    """A path of the standard. Its handler methods are declared by @operation, and are called with a Call."""

    audience: ClassVar[str] = "tpp"
    authentication_classes = (authentication.BoundToken,)
    permission_classes = (permissions.Declared,)
    throttle_classes = (throttling.PerClient,)
    parser_classes = ()  # bodies are read by wire types, answers rendered by responses
    renderer_classes = ()

    http: Any  # Django's request, with what dispatch notes on it
    operation: Operation
    access: access.Access
    check: str  # the check under way, as a refusal will name it
    rate_headers: dict[str, str]
    self_path: str  # where what is answered is found, unless the handler says otherwise

    @classmethod
    def operations(cls) -> dict[str, Operation]:
        """The declared operations by method, in upper case."""
        handlers: dict[str, Any] = {method: getattr(cls, method.lower(), None) for method in METHODS}
        return {method: handler.operation for method, handler in handlers.items() if hasattr(handler, "operation")}

    def show(self, call: Call, resource_id: str) -> Answer:
        """Show the resource that an idempotent operation created, as it stands now. Override beside such a handler."""
        raise NotImplementedError

    def dispatch(self, http: HttpRequest, *args: Any, **path: str) -> HttpResponseBase:  # type: ignore[override] # the bytes are ready
        """Take a request through its life, and answer it."""
        began = time.perf_counter()
        self.args, self.kwargs, self.http = args, path, http
        self.check, self.rate_headers, self.self_path = "interaction id", {}, http.get_full_path()
        self.http.now, self.http.caller = clock.now(), authentication.Caller()
        self.http.interaction_id = envelope.interaction_id(http)
        self.request = self.initialize_request(http, *args, **path)
        known = {"interaction_id": self.http.interaction_id, "client_id": None, "consent_id": None}
        known["address"] = presenting.address(http.META)
        with structlog.contextvars.bound_contextvars(**known):
            try:
                answer = self._answer(self._take(self.request, path))
            except Exception as problem:  # noqa: BLE001 - an edge: whatever happens is answered
                answer = self.handle_exception(problem)
            taken_ms = round((time.perf_counter() - began) * 1000, 1)
            log.info(
                "request.answered", method=http.method, path=http.path, status=answer.status_code, taken_ms=taken_ms
            )
        return answer

    def initialize_request(self, request: HttpRequest, *_args: Any, **_path: Any) -> Request:
        """Wrap Django's request for the hooks of authentication; nothing is parsed, and nothing refers to itself.

        DRF's own wrapper and its context hold one another, and all that a request has made would stay in memory until
        the garbage collector looks for it.
        """
        wrapped = Request(request, authenticators=self.get_authenticators())
        wrapped.parser_context.clear()
        return wrapped

    def _take(self, request: Request, path: dict[str, str]) -> Answer | None:
        """Check everything that can be checked before the rules are asked, then ask them."""
        self._begin("host and method")
        envelope.check_host(self.http)
        handler = self._handler()
        self._begin("media types")
        envelope.check_media(self.http, answers=self.operation.media, reads_body=self.operation.body is not None)

        self._begin("certificate and token")
        self.perform_authentication(request)
        self.access = cast("access.Access", request.auth)
        structlog.contextvars.bind_contextvars(client_id=self.access.client_id, consent_id=self.access.consent_id)
        self._begin("grant, scope and permission")
        self.check_permissions(request)
        self._begin("rate")
        self.check_throttles(request)

        self._begin("headers")
        envelope.check_headers(self.http, is_idempotent=bool(self.operation.idempotent))
        envelope.check_ids(path)
        call = Call(access=self.access, now=self.http.now, request=self.http, query=self._query())
        if self.operation.body is None:
            return self._perform(call, handler, path)

        self._begin("size of the body")
        raw = envelope.body(self.http)
        if self.operation.signed:
            self._begin("signature")
            self._verify(raw)
        self._begin("body")
        body = self.operation.body.read(raw)
        return self._perform(call, handler, path, raw=raw, body=body)

    def _begin(self, check: str) -> None:
        self.check = check

    def _handler(self) -> Callable[..., Answer | None]:
        """Find the method's handler, and with it what the operation declares. Raises MethodUnknown."""
        declared = self.operations()
        if self.http.method not in declared:
            raise envelope.MethodUnknown(allowed=list(declared))
        self.operation = declared[self.http.method]
        handler: Callable[..., Answer | None] = getattr(self, self.http.method.lower())
        return handler

    def _query(self) -> dict[str, str]:
        query: dict[str, str] = self.http.GET.dict()
        envelope.check_query(query)
        if self.operation.query is not None:
            self.operation.query.read_query(query)
        return query

    def _verify(self, raw: bytes) -> None:
        signatures.verify(
            self.http.META.get("HTTP_X_JWS_SIGNATURE", ""),
            raw,
            client_jwks=self.http.caller.client_jwks,
            issuer=f"{self.access.tpp_id}/{self.access.software_id}",
            now=self.http.now,
        )

    def _perform(
        self, call: Call, handler: Callable[..., Answer | None], path: dict[str, str], *, raw: bytes = b"", **body: Any
    ) -> Answer | None:
        """Call the handler: a read as it is, a write in its transaction, its idempotency key claimed first."""
        if self.http.method == "GET":
            self._begin("rules")
            return handler(call, **path)
        with unit.work(interaction_id=self.http.interaction_id):
            if self.operation.idempotent:
                self._begin("idempotency key")
                claim = idempotency.claim(
                    self.http.META["HTTP_X_IDEMPOTENCY_KEY"],
                    client_pk=self.access.client_pk,
                    endpoint=self.operation.operation_id,
                    body=raw,
                    resource_id=ids.new(self.operation.idempotent),
                    now=self.http.now,
                )
                call = replace(call, resource_id=claim.resource_id)
                self.self_path = f"{self.http.path}/{claim.resource_id}"
                if not claim.is_first:
                    return self.show(call, claim.resource_id)
            self._begin("rules")
            return handler(call, **body, **path)

    def _answer(self, answer: Answer | None) -> HttpResponse:
        """Render the answer once to bytes, sign those bytes where the operation signs, and send them."""
        body = b""
        if answer is not None:
            body = answer.render(self_path=self.self_path)
        return responses.send(
            body,
            status=self.operation.status,
            interaction_id=self.http.interaction_id,
            signed_at=self.http.now if self.operation.signed else None,
            headers=self.rate_headers,
            media=self.operation.media,
        )

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override] # bytes are ready: no rendering
        """Turn what went wrong into an answer, after everything was rolled back: a refusal, or a bare 500."""
        try:
            refused = exc if isinstance(exc, Refused) else self._unexpected(exc)
            self._record(refused)
        except Exception as problem:  # noqa: BLE001 - an edge: the trail itself may be what fails
            refused = self._unexpected(problem)
        return responses.refusal(
            refused,
            interaction_id=self.http.interaction_id,
            signed_at=self.http.now if self._signs(refused.status) else None,
        )

    def _signs(self, status: int) -> bool:
        """Tell whether this error is signed: where the standard signs, it signs the errors that it has a body for."""
        return status in SIGNED_ERRORS and any(declared.signed for declared in self.operations().values())

    def _unexpected(self, problem: Exception) -> Refused:
        log.error("request.failed", exc_info=problem, path=self.http.path, check=self.check)
        return responses.Unexpected()

    def _record(self, refused: Refused) -> None:
        """Tell the log of a refusal and, for a known caller, the trail; carry out what the refusal leads to.

        A refusal for the rate is only logged: who calls too often shall not make the bank write more.
        """
        fault, caller = refused.faults[0], self.http.caller
        named = getattr(self, "operation", None)
        subject = named.operation_id if named else f"{self.http.method} {self.http.path}"[:140]
        detail = {
            "check": self.check,
            "status": refused.status,
            "code": fault.code,
            "path": fault.path,
            "words": refused.reason or fault.message,
        }
        log.warning("request.refused", operation=subject, **{**detail, "client_id": caller.client_id or None})
        if not caller.actor or refused.status == throttling.TooManyRequests.status:
            return
        with unit.work(interaction_id=self.http.interaction_id):
            trail.record(
                actor=caller.actor, action="request.refused", subject=subject, now=self.http.now, detail=detail
            )
            if refused.consequence is not None and caller.consent_id is not None:
                intents.port().apply(consequence=refused.consequence, consent_id=caller.consent_id, now=self.http.now)
