"""The admin site: who comes in, what is offered on its first page, and that nothing on it edits a row."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.response import TemplateResponse

from bank import clock
from bank.audit import trail
from bank.desk import pages
from bank.outbox import unit


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Work that waits for staff: shown on the first page with its number."""

    words: str
    path: Callable[[], str]
    waiting: Callable[[], int]


QUEUES: list[Queue] = []


class Desk(admin.AdminSite):
    """The bank's admin site."""

    site_header = "Lombard desk"
    site_title = "Lombard desk"
    index_title = "What waits, and what there is"
    index_template = "admin/desk.html"
    login_template = "admin/desk_login.html"  # bank/customers/admin.py gives the form
    site_url = None
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take the pages of this bank; what libraries register by themselves could edit rows and is left out."""
        if admin_class is not None and issubclass(admin_class, pages.ReadOnly):
            super().register(model_or_iterable, admin_class, **options)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what waits for a decision above all else."""
        queues = [{"words": queue.words, "path": queue.path(), "waiting": queue.waiting()} for queue in QUEUES]
        return super().index(request, {**(extra_context or {}), "queues": queues})

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Let staff change their own password, and tell the trail."""
        response = super().password_change(request, extra_context)
        if response.status_code == HTTPStatus.FOUND:
            self._record(request.user.get_username(), action="password.changed")
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Let staff go, and tell the trail; the log-in told it from where the password was checked."""
        username = "" if isinstance(request.user, AnonymousUser) else request.user.get_username()
        response = super().logout(request, extra_context)
        if username:
            self._record(username, action="log-out.done")
        return response

    def _record(self, username: str, *, action: str) -> None:
        with unit.work():
            trail.record(actor=f"staff:{username}", action=action, subject=username, now=clock.now())
