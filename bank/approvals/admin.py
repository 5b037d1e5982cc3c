"""The desk's pages for what takes two people: asking, and deciding."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from bank import clock
from bank.approvals import requests
from bank.approvals.models import Approval
from bank.desk import pages, site
from bank.outbox import unit


class Reason(forms.Form):
    """Why something is asked for."""

    reason = forms.CharField(
        max_length=requests.REASON_MAX, label="Why", widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )


class ByDecision(admin.SimpleListFilter):
    """What waits, and what was decided."""

    title = "decision"
    parameter_name = "state"

    def lookups(self, *_arguments: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("waits", "Waits"), *Approval.Decision.choices]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:
        """Those of the choice."""
        chosen = self.value()
        return queryset.filter(decision="" if chosen == "waits" else chosen) if chosen else queryset


@admin.register(Approval)
class ApprovalAdmin(pages.ReadOnly):
    """What was asked for, and what became of it."""

    change_form_template = "admin/approvals/approval/change_form.html"
    list_display = ("words", "subject", "reason", "requested_by", "requested_at", "state", "decided_by")
    list_filter = (ByDecision,)
    list_select_related = ("requested_by", "decided_by")
    ordering = ("decision", "-requested_at")
    search_fields = ("=subject",)
    fields = ("words", "thing", "reason", "requested_by", "requested_at", "state", "decided_by", "decided_at")
    readonly_fields = ("words", "thing", "state")

    @admin.display(description="asked for", ordering="action")
    def words(self, approval: Approval) -> str:
        """What is asked for."""
        return requests.ACTIONS[approval.action].words

    @admin.display(description="to what")
    def thing(self, approval: Approval) -> str:
        """The subject, with a link to its own page."""
        thing = requests.ACTIONS[approval.action].find(approval.subject)
        return pages.link(type(thing), thing.pk, str(thing)) if thing else approval.subject

    @admin.display(description="decision", ordering="decision")
    def state(self, approval: Approval) -> str:
        """Where it stands."""
        return approval.get_decision_display() or "waits for a second person"

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks and the two buttons that decide."""
        wrap = self.admin_site.admin_view
        own = [
            path("ask/<str:action>/<path:subject>/", wrap(self.ask), name="approvals_ask"),
            path("<int:pk>/decide/", wrap(self.decide), name="approvals_decide"),
        ]
        return own + super().get_urls()

    def story(self, thing: Approval) -> dict[str, Any]:
        """Show the whole story of what it is about to who decides, and the buttons while it waits."""
        subject = requests.ACTIONS[thing.action].find(thing.subject)
        return {"sections": pages.whole_story_of(subject) if subject else [], "waits": not thing.decision}

    def ask(self, request: HttpRequest, action: str, subject: str) -> HttpResponse:
        """Ask for an action: a page with a reason to fill in."""
        person = _with_permission(request, "approvals.ask_approval")
        known = requests.ACTIONS.get(action)
        thing = known.find(subject) if known else None
        if known is None or thing is None:
            raise Http404
        form = Reason(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                with unit.work():
                    requests.ask(
                        action=action,
                        subject=subject,
                        reason=form.cleaned_data["reason"],
                        by=person,
                        now=clock.now(),
                    )
            except requests.NotAllowed as refused:
                form.add_error(None, str(refused))
            except IntegrityError:  # somebody asked for the same in this very moment
                form.add_error(None, "The same is asked for already and waits for a second person.")
            else:
                self.message_user(request, "Asked for. A second person decides.", messages.SUCCESS)
                return redirect(pages.path_to(type(thing), thing.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": known.words,
            "form": form,
            "thing": thing,
            "thing_path": pages.path_to(type(thing), thing.pk),
            "sections": pages.whole_story_of(thing),
        }
        return TemplateResponse(request, "admin/approvals/ask.html", context)

    @method_decorator(require_POST)
    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve or refuse; approving carries it out."""
        person = _with_permission(request, "approvals.decide_approval")
        approval = get_object_or_404(Approval, pk=pk)
        approve = request.POST.get("decision") == "approve"
        try:
            with unit.work():
                requests.decide(approval, by=person, approve=approve, now=clock.now())
        except requests.NotAllowed as refused:
            self.message_user(request, str(refused), messages.ERROR)
        else:
            self.message_user(request, "Approved, and done." if approve else "Refused.", messages.SUCCESS)
        return redirect(pages.path_to(Approval, pk))


def _with_permission(request: HttpRequest, permission: str) -> requests.Staff:
    """The member of staff who asks, if allowed to; the site let in nobody else."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return cast(requests.Staff, request.user)


@pages.offers(models.Model)
def actions_on(thing: models.Model) -> Iterator[pages.Offer]:
    """Offer, on the page of a thing, every action that can be done to it as it stands."""
    for action in requests.ACTIONS.values():
        if action.model == thing._meta.label and action.is_offered(thing):
            yield pages.Offer(words=action.words, path=reverse("admin:approvals_ask", args=[action.name, thing.pk]))


@pages.section(models.Model)
def approvals_of(thing: models.Model) -> pages.Table:
    """What was asked for and decided about a thing."""
    names = [action.name for action in requests.ACTIONS.values() if action.model == thing._meta.label]
    asked = Approval.objects.filter(subject=str(thing.pk), action__in=names).order_by("id")
    return pages.table(
        "Asked for and decided",
        of=asked.select_related("requested_by", "decided_by"),
        row=lambda approval: {
            "What": pages.link(Approval, approval.pk, requests.ACTIONS[approval.action].words),
            "Why": approval.reason,
            "Asked by": approval.requested_by,
            "Asked at": pages.moment(approval.requested_at),
            "Decision": approval.get_decision_display() or "waits for a second person",
            "Decided by": approval.decided_by or pages.NOTHING,
            "Decided at": pages.moment(approval.decided_at),
        },
    )


site.QUEUES.append(
    site.Queue(
        words="waiting for a second person",
        path=lambda: reverse("admin:approvals_approval_changelist") + "?state=waits",
        waiting=lambda: Approval.objects.filter(decision="").count(),
    )
)
