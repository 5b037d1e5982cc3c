"""The desk's pages for the audit trail: search it, and see it on the page of whatever it is about."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from bank.audit.models import Entry
from bank.desk import pages


@admin.register(Entry)
class EntryAdmin(pages.ReadOnly):
    """The trail, newest first."""

    list_display = ("moment", "who", "what", "about", "position")
    list_display_links = ("moment",)
    list_filter = (("at", admin.DateFieldListFilter),)
    list_select_related = ("seal",)
    ordering = ("-id",)
    search_fields = ("=subject", "=interaction_id", "^actor", "^action")
    search_help_text = "The id of anything, an interaction id, who (staff:sam, tpp:…), or what (order., approval.)"
    fields = ("moment", "actor", "action", "subject", "interaction_id", "content", "position", "digest")
    readonly_fields = ("moment", "content", "position", "digest")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """Read the seal with the entry."""
        return super().get_queryset(request).select_related("seal")

    @admin.display(description="at", ordering="id")
    def moment(self, entry: Entry) -> str:
        """When, to the millisecond."""
        return pages.moment(entry.at)

    @admin.display(description="who", ordering="actor")
    def who(self, entry: Entry) -> str:
        """Who did it."""
        return entry.actor

    @admin.display(description="what", ordering="action")
    def what(self, entry: Entry) -> str:
        """What was done."""
        return entry.action

    @admin.display(description="to what", ordering="subject")
    def about(self, entry: Entry) -> str:
        """What it was done to."""
        return entry.subject

    @admin.display(description="detail")
    def content(self, entry: Entry) -> str:
        """The detail, readable."""
        return pages.pretty(entry.detail)

    @admin.display(description="sealed at position")
    def position(self, entry: Entry) -> str:
        """Its place in the chain."""
        return str(entry.seal.position) if hasattr(entry, "seal") else "not sealed yet"

    @admin.display(description="digest")
    def digest(self, entry: Entry) -> str:
        """The chain's digest there."""
        return bytes(entry.seal.digest).hex() if hasattr(entry, "seal") else pages.NOTHING

    def story(self, thing: Entry) -> dict[str, Any]:
        """Nothing more is told of an entry than what it says."""
        return {"told": thing}


@pages.section(models.Model)
def trail_of(thing: models.Model) -> pages.Table:
    """What the trail says about a thing."""
    # People are known to the trail by their user names, what has only a number by its kind and number, all else by id.
    subject = getattr(thing, "username", None) or getattr(thing, "trail_subject", None) or str(thing.pk)
    entries = Entry.objects.filter(subject=subject).select_related("seal").order_by("-id")[: pages.ROWS_MAX]
    return pages.Table(
        title="Audit trail",
        columns=["At", "Who", "What", "Detail", "Interaction", "Sealed"],
        rows=[
            [
                pages.link(Entry, entry.pk, pages.moment(entry.at)),
                entry.actor,
                entry.action,
                ", ".join(f"{name}: {value}" for name, value in entry.detail.items()),
                entry.interaction_id or pages.NOTHING,
                entry.seal.position if hasattr(entry, "seal") else "not yet",
            ]
            for entry in reversed(entries)
        ],
        note=f"The last {pages.ROWS_MAX} entries; all of them: search the trail for the id.",
    )
