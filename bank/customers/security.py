"""The customer's security page: what they prove themselves with, and how more is added, removed or recovered.

It opens after the password and a strong authentication of its own, which a recovery code can stand in for. The log-in
here is that of every page of the bank that no TPP sends people to.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from bank.audit import trail
from bank.customers import codes, passkeys, recovery, sca, sessions
from bank.customers.entrance import BAD_REQUEST, LOGIN, Entrance, go, locked_down, log_in
from bank.customers.errands import Errand
from bank.customers.models import Authenticator, Passkey, User
from bank.outbox import unit

HOME = "/security"
ENTRANCE = Entrance(
    home=HOME,
    prove_path="/security/prove",
    errand=Errand(id=recovery.SECURITY, words="change what you log in with", facts={"page": HOME}),
)
ANYTHING = Errand(id="anything", words="", facts={})
ENROLMENT = "enrolment"  # what the session calls the nonce of a passkey to be made
NAME_MAX = 60
WRONG_CODE = "That is not the code. Wait for the next one, and check the time of your phone."
DONE = {
    "passkey": "Your passkey was added.",
    "app": "Your app was added.",
    "removed": "It was removed, and you were logged out everywhere else.",
}


class LastOne(Exception):
    """The customer would have nothing left to log in with."""


@locked_down
def login(request: HttpRequest, now: datetime) -> HttpResponse:
    """Ask for user name and password; lead to the page of the bank's own that `to` names."""
    to = request.GET.get("to", "")
    here = f"{LOGIN}?{urlencode({'to': to})}"
    if request.method == "GET":
        return render(request, "lombard/login.html", {"here": here, "username": ""})
    if request.POST.get("step") == "cancel":
        return go("/")
    if wrong := log_in(request, now=now):
        return render(request, "lombard/login.html", {"here": here, **wrong}, status=BAD_REQUEST)
    is_ours = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None, require_https=True)
    return go(to if is_ours else HOME)


@ENTRANCE.page()
def overview(request: HttpRequest, customer: User, now: datetime) -> HttpResponse:
    """Show what the customer has."""
    context = {
        "passkeys": customer.passkeys.order_by("added_at"),
        "apps": customer.authenticators.filter(confirmed_at__isnull=False).order_by("added_at"),
        "codes_left": recovery.usable(customer, now=now).count(),
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    return _show(request, "security", customer, **context)


@ENTRANCE.page()
def add_passkey(request: HttpRequest, customer: User, now: datetime) -> HttpResponse:
    """Have a passkey made, and keep it."""
    problems = []
    if request.method == "POST":
        nonce = sessions.take_nonce(request.session, errand=ENROLMENT)
        answer, name = request.POST.get("credential", ""), _name(request, otherwise="My passkey")
        try:
            with unit.work():
                passkeys.enrol(customer, nonce=nonce, answer=answer, name=name, now=now)
                _record("passkey-added", customer=customer, now=now)
            return go(HOME, done="passkey")
        except passkeys.Unusable as reason:
            problems = [{"field": "passkey-add", "words": str(reason)}]
    options = passkeys.options_to_enrol(customer, nonce=sessions.offer_nonce(request.session, errand=ENROLMENT))
    return _show(request, "security_passkey", customer, options=options, problems=problems)


@ENTRANCE.page()
def add_app(request: HttpRequest, customer: User, now: datetime) -> HttpResponse:
    """Share a secret with an app, and let it count once its first code was right."""
    name, problems = _name(request, otherwise="My phone"), []
    with unit.work():
        begun = customer.authenticators.select_for_update().filter(confirmed_at=None).first()
        app = begun or codes.begin(customer, name=name, now=now)
        if request.method == "POST":
            if begun and codes.confirm(app, name=name, code=request.POST.get("code", ""), now=now):
                _record("app-added", customer=customer, now=now)
                return go(HOME, done="app")
            problems = [{"field": "code", "words": WRONG_CODE}]
    secret = codes.spelled(app)
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    picture = codes.picture(codes.address(app))
    return _show(request, "security_app", customer, picture=picture, secret=groups, name=name, problems=problems)


@ENTRANCE.page()
def make_codes(request: HttpRequest, customer: User, now: datetime) -> HttpResponse:
    """Make recovery codes anew, and show them this once."""
    if request.method == "GET":
        return go(HOME)
    with unit.work():
        made = recovery.make_codes(customer, now=now)
        _record("recovery-codes-made", customer=customer, now=now)
    return _show(request, "security_codes", customer, codes=made)


@ENTRANCE.page()
def remove(request: HttpRequest, customer: User, now: datetime) -> HttpResponse:
    """Let a passkey or an app count no more, and end the customer's other sessions."""
    row = _named(request, customer=customer)
    if row is None:
        return go(HOME)
    try:
        with unit.work():
            _remove(row, customer=customer)
            _record("passkey-removed" if isinstance(row, Passkey) else "app-removed", customer=customer, now=now)
    except LastOne:
        problems = [{"field": "add-passkey", "words": "This is all that you have. Add another one first."}]
        return _show(request, "security_refused", customer, problems=problems)
    update_session_auth_hash(request, customer)
    return go(HOME, done="removed")


def _named(request: HttpRequest, *, customer: User) -> Passkey | Authenticator | None:
    """The customer's own passkey or app that the form names."""
    passkey, app = (request.POST.get(name, "") for name in ("passkey", "app"))
    if passkey.isdecimal() and passkey.isascii():
        return customer.passkeys.filter(pk=passkey[:18]).first()
    if app.isdecimal() and app.isascii():
        return customer.authenticators.filter(pk=app[:18]).first()
    return None


def _remove(row: Passkey | Authenticator, *, customer: User) -> None:
    row.delete()
    if not sca.offered(customer=customer, errand=ANYTHING):
        raise LastOne
    customer.end_sessions()


@locked_down
def log_out(request: HttpRequest, now: datetime) -> HttpResponse:
    """End every session of the customer."""
    if request.method == "POST" and isinstance(request.user, User):
        with unit.work():
            request.user.end_sessions()
            _record("logged-out", customer=request.user, now=now)
        request.session.flush()
    return go("/")


def _name(request: HttpRequest, *, otherwise: str) -> str:
    return request.POST.get("name", "").replace("\0", "").strip()[:NAME_MAX] or otherwise


def _record(what: str, *, customer: User, now: datetime) -> None:
    actor = f"customer:{customer.username}"
    trail.record(actor=actor, action=f"security.{what}", subject=customer.username, now=now)


def _show(request: HttpRequest, template: str, customer: User, **context: Any) -> HttpResponse:
    status = BAD_REQUEST if context.get("problems") else 200
    everywhere = {"customer": customer, "here": request.path}
    return render(request, f"lombard/{template}.html", {**everywhere, **context}, status=status)
