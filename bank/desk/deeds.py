"""What one member of staff may do alone: a small form, a rule that is called, a line in the trail."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from bank import clock
from bank.outbox import unit

if TYPE_CHECKING:
    from bank.desk.pages import ReadOnly


class DeedRefused(Exception):
    """It cannot be done; the words, one text or several, are for staff."""


class Deed(ABC):
    """Something that staff do from the list of a model."""

    name: ClassVar[str]  # the last part of its path
    words: ClassVar[str]  # on the button
    permission: ClassVar[str]
    form: ClassVar[type[forms.Form]]
    done: ClassVar[str]  # told when it is done

    @abstractmethod
    def perform(self, fields: dict[str, Any], *, actor: str, now: datetime) -> None:
        """Do it, in the open unit of work; the rule that this calls writes the trail. Raises DeedRefused."""


def page(request: HttpRequest, deed: Deed, admin: "ReadOnly") -> HttpResponse:
    """Show a deed's form, filled from the address; on POST do it and go back to the list."""
    if not request.user.has_perm(deed.permission):
        raise PermissionDenied
    form = deed.form(request.POST, request.FILES) if request.method == "POST" else deed.form(initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            with unit.work():
                deed.perform(form.cleaned_data, actor=f"staff:{request.user.get_username()}", now=clock.now())
        except DeedRefused as refused:
            form.add_error(None, list(refused.args))
        else:
            admin.message_user(request, deed.done, messages.SUCCESS)
            return redirect(admin.list_path())
    context = {**admin.admin_site.each_context(request), "title": deed.words, "form": form, "list": admin.list_path()}
    return TemplateResponse(request, "admin/deed.html", context)
