"""Django's log-in (the admin's form) under the same rules as the customers' page."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from bank import clock
from bank.customers import passwords, sessions
from bank.customers.models import User
from bank.outbox import unit


class Passwords(ModelBackend):
    """User name and password, each in their own world, paused after too many failures. A code follows (staff.py)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_more: Any
    ) -> User | None:
        """Return the member of staff, or below /admin nobody else; customers come in by their own page only."""
        if request is None or username is None or password is None or not sessions.is_staff_path(request.path_info):
            return None
        now = clock.now()
        with unit.work():
            person = passwords.attempt(username=username, password=password, kind=User.Kind.STAFF, now=now)
            if person is not None:
                sessions.note_log_in(request.session, now=now)
        return person
