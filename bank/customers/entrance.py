"""The way into the bank's own pages, which no TPP sends people to: a password, then a strong authentication of its own.

The log-in is one for all of them (bank/customers/security.py); each group of pages has an entrance, which asks for the
proof and keeps out who has not given it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bank import clock, rights
from bank.customers import passwords, proving, sca, sessions
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.outbox import unit

LOGIN = "/security/login"
BAD_REQUEST, SEE_OTHER = 400, 303
READ, WRITE = ("GET",), ("GET", "POST")
WRONG_PASSWORD = "That user name and password do not fit together. After five wrong tries, log-in is paused."  # noqa: S105 - words for the page
WRONG_PROOF = "That was not right. After five wrong tries, log-in is paused."

Page = Callable[..., HttpResponse]  # takes the request, the customer, the instant, and what the path names
View = Callable[..., HttpResponse]


def locked_down(view: View, *, methods: Sequence[str] = WRITE) -> View:
    """Make a page for customers that no cache keeps; the clock is read once, for it."""

    @wraps(view)
    def wrapped(request: HttpRequest, **named: Any) -> HttpResponse:
        response = view(request, clock.now(), **named)
        response["Cache-Control"] = "no-store"
        return response

    return rights.audience("customer")(require_http_methods(list(methods))(wrapped))


def go(path: str, **query: str) -> HttpResponse:
    """Send the browser on with a GET."""
    return HttpResponse(status=SEE_OTHER, headers={"Location": f"{path}?{urlencode(query)}" if query else path})


def log_in(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """Check the user name and password that the log-in's page sent, and begin the customer's session.

    Returns what the page is to say if they do not fit together; nothing once the customer is in.
    """
    username = request.POST.get("username", "").strip()
    with unit.work():
        person = passwords.attempt(
            username=username, password=request.POST.get("password", ""), kind=User.Kind.CUSTOMER, now=now
        )
    if person is None:
        return {"username": username, "problems": [{"field": "username", "words": WRONG_PASSWORD}]}
    sessions.begin(request, customer=person, now=now)
    return {}


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """What stands before a group of pages. A proof that was given here counts for `lasts`, and for these pages only."""

    home: str  # where one comes out
    prove_path: str
    errand: Errand
    lasts: timedelta = proving.PROOF_LASTS

    def page(self, *, methods: Sequence[str] = WRITE) -> Callable[[Page], View]:
        """Make a page that lets in who has logged in and proved it here."""

        def declare(view: Page) -> View:
            @wraps(view)
            def wrapped(request: HttpRequest, now: datetime, **named: Any) -> HttpResponse:
                customer = request.user
                if not isinstance(customer, User):
                    return go(LOGIN, to=request.path)
                if proving.proof(request.session, errand=self.errand, now=now, lasts=self.lasts) is None:
                    return go(self.prove_path)
                return view(request, customer, now, **named)

            return locked_down(wrapped, methods=methods)

        return declare

    @property
    def prove(self) -> View:
        """The page that asks for the proof."""
        return locked_down(self._prove)

    def _prove(self, request: HttpRequest, now: datetime) -> HttpResponse:
        customer = request.user
        if not isinstance(customer, User):
            return go(LOGIN, to=self.home)
        if request.POST.get("step") == "cancel":
            return go("/")
        problems = []
        if request.method == "POST":
            outcome = proving.attempt(request, customer=customer, errand=self.errand, now=now)
            if outcome is not sca.Outcome.FAILED:
                return go(self.home if outcome is sca.Outcome.PASSED else LOGIN)
            problems = [{"field": proving.field_of(request), "words": WRONG_PROOF}]
        offer = proving.offer(request, customer=customer, errand=self.errand)
        context = {**offer, "here": self.prove_path, "login_again": LOGIN, "problems": problems}
        return render(request, "lombard/sca.html", context, status=BAD_REQUEST if problems else 200)
