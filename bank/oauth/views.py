"""The authorization server's endpoints: discovery, keys, pushed requests, authorize, token, revocation.

What machines call answers in JSON always, errors too; what a customer's browser opens, with a redirect or a page.
The pages where customers log in and decide are not here: consents/pages.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, UnreadablePostError
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from bank import clock, ids, rights
from bank.keys import remote, store
from bank.oauth import backends, clients, discovery, refusals, requests, responses
from bank.oauth.clients import Caller
from bank.oauth.models import AuthorizationRequest
from bank.oauth.refusals import InvalidRequest, OAuthError, Page, Untrusted
from bank.outbox import unit
from bank.tpps import presenting

log = structlog.get_logger()
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
FORM = "application/x-www-form-urlencoded"
UNREADABLE = (SuspiciousOperation, BadRequest, UnreadablePostError)
PAGES = {page.reason: page for page in Page}


@rights.audience("public")
@method_decorator(csrf_exempt, name="dispatch")  # reads only: another method is 405, no forgery
class Metadata(View):
    """GET /.well-known/openid-configuration and /.well-known/oauth-authorization-server."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Tell what this server can do."""
        return JsonResponse(discovery.document())


@rights.audience("public")
@method_decorator(csrf_exempt, name="dispatch")  # reads only: another method is 405, no forgery
class Keys(View):
    """GET /oauth/jwks: the bank's public keys, for ID tokens and message signatures alike."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Publish the keys."""
        return JsonResponse(store.public_jwks())


class Endpoint(View):
    """What can refuse: under an interaction id that the caller knows too, so that `manage.py tpp why` can tell why."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a request, under its id."""
        self.interaction_id = ids.interaction(request.META.get("HTTP_X_FAPI_INTERACTION_ID", ""))
        response = super().dispatch(request, *args, **kwargs)
        assert isinstance(response, HttpResponse), "no view here is asynchronous"
        response["x-fapi-interaction-id"] = self.interaction_id
        return response

    def tell(self, *, status: int, words: str, code: str = "") -> None:
        """Keep in the log why a request was refused."""
        operation = f"{self.request.method} {self.request.path}"
        known = {"interaction_id": self.interaction_id, "check": "authorization server", "operation": operation}
        log.info("request.refused", **known, status=status, code=code, words=words)


@rights.audience("client")
@method_decorator(csrf_exempt, name="dispatch")
class MachineEndpoint(Endpoint):
    """What a client calls with a form and is answered in JSON.

    One transaction each; a refusal is an answer like any other, so what it brings about is committed.
    """

    http_method_names: tuple[str, ...] = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer a form."""
        return self.respond(request, lambda caller: self.answer(_form(request), caller))

    def respond(self, request: HttpRequest, answer: Callable[[Caller], backends.Reply]) -> HttpResponse:
        """Answer one call, in its own unit of work."""
        caller = Caller(
            now=clock.now(),
            certificate=presenting.presented(request.META),
            dpop=request.META.get("HTTP_DPOP"),
            url=settings.MTLS_URL + request.path,
        )
        headers, body, status = remote.with_fresh_keys(lambda: _answered(answer, caller), now=caller.now)
        if status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            told = json.loads(body)
            self.tell(status=status, words=told.get("error_description", ""), code=told["error"])
        length = str(len(body.encode()))  # else the server sends it in chunks: two more writes
        headers = {"Content-Type": "application/json", **headers, **NO_STORE, "Content-Length": length}
        return HttpResponse(body, status=status, headers=headers)

    def answer(self, form: dict[str, str], caller: Caller) -> backends.Reply:
        """Answer a form. Raises OAuthError."""
        raise NotImplementedError

    def http_method_not_allowed(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Say in JSON which methods are known here."""
        self.tell(status=405, words=f"The method {request.method} is not known here.")
        allowed = ", ".join(name.upper() for name in self.http_method_names)
        body = {"error": "invalid_request", "error_description": f"Only {allowed} is allowed here."}
        return JsonResponse(body, status=405, headers={**NO_STORE, "Allow": allowed})


class PushedRequests(MachineEndpoint):
    """POST /oauth/par (RFC 9126)."""

    def answer(self, form: dict[str, str], caller: Caller) -> backends.Reply:
        """Keep a request and tell its reference."""
        client = clients.authenticate(form, caller)
        reference = requests.push(form, caller=replace(caller, client=client))
        body = {"request_uri": AuthorizationRequest.PREFIX + reference, "expires_in": requests.PUSHED_SECONDS}
        return {}, JsonResponse(body).text, 201


class Token(MachineEndpoint):
    """POST /oauth/token (RFC 6749 section 3.2)."""

    def answer(self, form: dict[str, str], caller: Caller) -> backends.Reply:
        """Turn a code, a refresh token or the client's own credentials into an access token."""
        if "grant_type" not in form:
            raise InvalidRequest("The grant_type is missing.")
        return backends.issue(form, caller)


class Revocation(MachineEndpoint):
    """POST /oauth/revoke (RFC 7009)."""

    def answer(self, form: dict[str, str], caller: Caller) -> backends.Reply:
        """End a token."""
        return backends.revoke(form, caller)


@rights.audience("public", is_page=True)
@method_decorator(csrf_exempt, name="dispatch")  # reads only: another method is 405, no forgery
class Authorize(Endpoint):
    """GET or POST /oauth/authorize: where a TPP sends its customer (OpenID Connect Core section 3.1.2.1)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Open the request that stands in the address."""
        return self._open(request, request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the request that stands in the body; what the address says beside it counts for nothing."""
        try:
            return self._open(request, request.POST)
        except UNREADABLE:
            return self._page(Untrusted(Page.UNREADABLE))

    def _open(self, request: HttpRequest, sent: QueryDict) -> HttpResponse:
        """Open the request and go on to the log-in page, or tell the client or the customer why not."""
        now = clock.now()
        try:
            parameters = _once(sent)
            reference = remote.with_fresh_keys(lambda: self._opened(request, parameters, now), now=now)
        except InvalidRequest:
            return self._page(Untrusted(Page.UNREADABLE))
        except Untrusted as refused:
            return self._page(refused)
        except requests.Unanswerable as refused:
            self.tell(status=303, words=refused.error.description, code=refused.error.error)
            answer = refusals.told(refused.error)
            return _see_other(responses.redirect(refused.parameters, answer, client=refused.client, now=now))
        return _see_other(f"/login?request={reference}")

    def _opened(self, request: HttpRequest, parameters: dict[str, str], now: datetime) -> str:
        return requests.open_request(parameters, is_logged_in=request.user.is_authenticated, now=now)

    def _page(self, refused: Untrusted) -> HttpResponse:
        self.tell(status=303, words=str(refused.__cause__ or refused), code=refused.page.code)
        return _see_other(f"/oauth/error?reason={refused.page.reason}")


@rights.audience("public", is_page=True)
@method_decorator(csrf_exempt, name="dispatch")  # reads only: another method is 405, no forgery
class ErrorPage(View):
    """GET /oauth/error: the customer is told that a request leads nowhere, and why, in words of the bank's own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Say why; a reason that the bank does not know is not repeated."""
        page = PAGES.get(request.GET.get("reason", ""))
        words = {"words": page.words, "code": page.code, "is_answered": page is Page.ANSWERED} if page else {}
        return render(request, "lombard/refused.html", words, status=400)


def _answered(answer: Callable[[Caller], backends.Reply], caller: Caller) -> backends.Reply:
    with unit.work():
        try:
            return answer(caller)
        except OAuthError as error:
            return error.headers, refusals.body(error), error.status_code


def _see_other(location: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": location, **NO_STORE})


def _form(request: HttpRequest) -> dict[str, str]:
    if request.META.get("QUERY_STRING"):
        raise InvalidRequest("Parameters belong into the body.")
    if request.content_type != FORM:
        raise InvalidRequest(f"The body must be {FORM}.")
    try:
        return _once(request.POST)
    except UNREADABLE:
        raise InvalidRequest("The body cannot be read.") from None


def _once(parameters: QueryDict) -> dict[str, str]:
    """Parameters that are each there once; one without a value counts as absent (RFC 6749 section 3.1)."""
    if any(len(values) > 1 for values in dict(parameters.lists()).values()):
        raise InvalidRequest("A parameter is there twice.")
    return {name: str(value) for name, value in parameters.items() if value}
