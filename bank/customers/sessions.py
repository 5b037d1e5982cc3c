"""Two cookies, two worlds: a customer's session is not a member of staff's, even in one browser.

The store is one; what keeps the worlds apart is that a session counts only in the world of the person it belongs to, so
that a cookie's value moved to the other cookie's name opens nothing.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthentication
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessions
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from bank import clock
from bank.customers.models import User

STAFF_PATH = "/admin"
BACKEND = "bank.customers.backends.Passwords"
AUTHENTICATED_AT = "authenticated_at"
PROVED = "proved"
NONCES = "nonces"
SEEN_AT = "seen_at"
SEEN_EVERY = timedelta(seconds=20)  # so exactly it is known when somebody was last seen
IDLE_MAX = {"customer": timedelta(minutes=5), "staff": timedelta(minutes=30)}  # SCA standards, article 4(3)(d)
SESSION_MAX = {"customer": timedelta(hours=1), "staff": timedelta(hours=10)}
PROOFS_MAX = 5  # how many requests one session can have proved itself for; older ones must prove again


def is_staff_path(path: str) -> bool:
    """Tell whether a path belongs to the staff's world."""
    return path == STAFF_PATH or path.startswith(STAFF_PATH + "/")


class SessionMiddleware(DjangoSessions):
    """Django's sessions, under the staff's cookie name and path below /admin, the customers' elsewhere."""

    def process_request(self, request: HttpRequest) -> None:
        """Open the session of the world that the path belongs to."""
        name, _path = _cookie(request)
        request.session = self.SessionStore(request.COOKIES.get(name))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save a changed session and send its cookie; take the cookie of an emptied one away."""
        session = getattr(request, "session", None)
        if session is None:
            return response
        accessed, modified, is_empty = session.accessed, session.modified, session.is_empty()
        name, path = _cookie(request)
        if name in request.COOKIES and is_empty:
            response.delete_cookie(name, path=path, samesite=settings.SESSION_COOKIE_SAMESITE)
            accessed = True
        elif modified and not is_empty and response.status_code < 500:  # noqa: PLR2004 - a server's error saves nothing
            _save(session)
            response.set_cookie(
                name,
                session.session_key or "",
                max_age=session.get_expiry_age(),
                path=path,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=settings.SESSION_COOKIE_HTTPONLY,
                samesite=settings.SESSION_COOKIE_SAMESITE,
            )
        if accessed:
            patch_vary_headers(response, ("Cookie",))
        return response


def _cookie(request: HttpRequest) -> tuple[str, str]:
    """The name and path of the cookie of this request's world."""
    if is_staff_path(request.path_info):
        return settings.STAFF_COOKIE, STAFF_PATH
    return settings.CUSTOMER_COOKIE, "/"


def _save(session: SessionBase) -> None:
    try:
        session.save()
    except UpdateError as error:
        raise SessionInterrupted("The session was ended by another request in the meantime.") from error


class AuthenticationMiddleware(DjangoAuthentication):
    """Django's request.user, who is nobody outside their own world."""

    def process_request(self, request: HttpRequest) -> None:
        """Set request.user, read when it is first needed."""
        super().process_request(request)
        person = request.user

        def in_own_world() -> User | AnonymousUser:
            if not person.is_authenticated or person.is_staff != is_staff_path(request.path_info):
                return AnonymousUser()
            if _is_over(request.session, kind=person.kind, now=clock.now()):
                request.session.flush()
                return AnonymousUser()
            return person

        request.user = SimpleLazyObject(in_own_world)  # type: ignore[assignment] # stands for the user it wraps


def _is_over(session: SessionBase, *, kind: str, now: datetime) -> bool:
    """Tell whether a session was idle for too long or is too old; else note that its owner was seen.

    A session that was begun without a note (Django throws a stranger's away at the admin's log-in) begins with its use.
    """
    began, seen = (datetime.fromisoformat(session.get(name) or now.isoformat()) for name in (AUTHENTICATED_AT, SEEN_AT))
    if now - seen >= IDLE_MAX[kind] or now - began >= SESSION_MAX[kind]:
        return True
    if SEEN_AT not in session or now - seen >= SEEN_EVERY:
        session[SEEN_AT] = now.isoformat()
        session.setdefault(AUTHENTICATED_AT, now.isoformat())
    return False


def begin(request: HttpRequest, *, customer: User, now: datetime) -> None:
    """Let a customer in whose password was right: under a new session key, so that nobody can have fixed it before."""
    login(request, customer, backend=BACKEND)
    note_log_in(request.session, now=now)
    request.session[PROVED] = {}
    request.session[NONCES] = {}


def note_log_in(session: SessionBase, *, now: datetime) -> None:
    """Keep when the password was given; from now on the session can be idle or old."""
    session[AUTHENTICATED_AT] = session[SEEN_AT] = now.isoformat()


def authenticated_at(session: SessionBase) -> datetime | None:
    """When the session's customer gave the password."""
    text = session.get(AUTHENTICATED_AT)
    return datetime.fromisoformat(text) if text else None


def offer_nonce(session: SessionBase, *, errand: str) -> str:
    """Make and keep what a page offers for an errand."""
    nonce = secrets.token_urlsafe(24)
    kept = dict(list(session.get(NONCES, {}).items())[1 - PROOFS_MAX :])
    session[NONCES] = {**kept, errand: nonce}
    return nonce


def take_nonce(session: SessionBase, *, errand: str) -> str:
    """What was offered for an errand, once; empty if nothing was."""
    kept = dict(session.get(NONCES, {}))
    nonce: str = kept.pop(errand, "")
    session[NONCES] = kept
    return nonce


def prove(session: SessionBase, *, errand: str, evidence: dict[str, Any]) -> None:
    """Keep that the customer passed strong authentication for this errand, and for no other."""
    proofs = dict(list(session.get(PROVED, {}).items())[1 - PROOFS_MAX :])
    session[PROVED] = {**proofs, errand: evidence}
    session.cycle_key()


def proof(session: SessionBase, *, errand: str) -> dict[str, Any] | None:
    """The evidence of the strong authentication that was passed for this errand."""
    evidence: dict[str, Any] | None = session.get(PROVED, {}).get(errand)
    return evidence
