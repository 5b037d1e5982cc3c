"""Pages that only show: the base of every admin class, and the sections and offers that a page is made of.

A page about one thing tells its whole story: its own fields, sections that any package adds (tables of what belongs
to it), then what staff may ask to be done with it. A package adds to the pages of those below it, never the other way.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bank.desk import deeds
from bank.money import Money

ROWS_MAX = 50
NOTHING = "\N{EN DASH}"

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A section of a page. A cell is text, or HTML made by link() and its like."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""


def table(title: str, *, of: QuerySet[Row], row: Callable[[Row], dict[str, Any]], note: str = "") -> Table:
    """Make a section of rows, of each its cells by their headings: ROWS_MAX at most, and the note says if it is cut."""
    found = list(of[: ROWS_MAX + 1])
    rows = [row(one) for one in found[:ROWS_MAX]]
    if len(found) > ROWS_MAX:
        note = f"{note} {ROWS_MAX} are shown; there are more.".strip()
    return Table(
        title=title, columns=list(rows[0]) if rows else [], rows=[list(one.values()) for one in rows], note=note
    )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something that staff may ask to be done: the words on the button, and the page where it is asked."""

    words: str
    path: str


Section = Callable[[Any], Table]
_sections: list[tuple[type[models.Model], Section]] = []
_offers: list[tuple[type[models.Model], Callable[[Any], Iterable[Offer]]]] = []


def section(model: type[models.Model]) -> Callable[[Section], Section]:
    """Add a section to the pages of a model (of every model: models.Model), below those added before."""

    def add(function: Section) -> Section:
        _sections.append((model, function))
        return function

    return add


def offers(
    model: type[models.Model],
) -> Callable[[Callable[[Any], Iterable[Offer]]], Callable[[Any], Iterable[Offer]]]:
    """Add what may be asked for on the pages of a model; the function decides from the row's state."""

    def add(function: Callable[[Any], Iterable[Offer]]) -> Callable[[Any], Iterable[Offer]]:
        _offers.append((model, function))
        return function

    return add


def sections_of(thing: models.Model) -> list[Table]:
    """Everything that the packages tell about a thing: its own first, then what is told of everything."""
    own = [function(thing) for model, function in _sections if model is not models.Model and isinstance(thing, model)]
    return own + [function(thing) for model, function in _sections if model is models.Model]


def whole_story_of(thing: models.Model) -> list[Table]:
    """The fields of a thing's page and its sections: for pages about something else that leads there."""
    page = admin.site.get_model_admin(type(thing))
    fields: Sequence[str] = page.fields or ()  # type: ignore[assignment] # pages of this bank do not group fields
    rows = [
        [label_for_field(name, type(thing), model_admin=page), _value_of(thing, name, page=page)] for name in fields
    ]
    return [Table(title=str(thing), columns=[], rows=rows), *sections_of(thing)]


def _value_of(thing: models.Model, name: str, *, page: admin.ModelAdmin) -> Any:  # type: ignore[type-arg] # any model's
    in_words = getattr(thing, f"get_{name}_display", None)
    return in_words() if in_words else lookup_field(name, thing, model_admin=page)[2]


def offers_of(thing: models.Model) -> list[Offer]:
    """What staff may ask for, as the thing stands."""
    return [offer for model, function in _offers if isinstance(thing, model) for offer in function(thing)]


def path_to(model: type[models.Model], pk: Any) -> str:
    """The path of a thing's page."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def link(model: type[models.Model], pk: Any, words: str = "") -> SafeString:
    """A link to a thing's page, named by its id or in other words."""
    return format_html('<a href="{}">{}</a>', path_to(model, pk), words or pk)


def moment(at: datetime | None) -> str:
    """An instant to the millisecond, in UTC: order matters in a story."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] if at else NOTHING


def amount(minor: int, currency: str) -> SafeString:
    """An amount, aligned by the style sheet."""
    return format_html('<span class="amount">{}</span>', str(Money(minor, currency)))


def pretty(content: Any) -> SafeString | str:
    """JSON that a person can read."""
    return format_html("<pre>{}</pre>", json.dumps(content, indent=2, ensure_ascii=False)) if content else NOTHING


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg] # the model is named where the page is registered
    """Pages of a model that show and never edit: no permission adds, changes or deletes, not even a superuser's."""

    change_form_template = "admin/story.html"
    change_list_template = "admin/list.html"
    alone: ClassVar[tuple[deeds.Deed, ...]] = ()  # what one member of staff may do from the list
    actions = None
    list_per_page = ROWS_MAX
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - the signature is Django's
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - the signature is Django's
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - the signature is Django's
        """Nobody deletes."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Add a page for each deed."""
        own = [
            path(
                f"do/{deed.name}/",
                self.admin_site.admin_view(partial(deeds.page, deed=deed, admin=self)),
                name=self._name(deed.name),
            )
            for deed in self.alone
        ]
        return own + super().get_urls()

    def list_path(self) -> str:
        """The path of the list."""
        return reverse(f"admin:{self._name('changelist')}")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, with what may be done from it."""
        offered = [Offer(words=deed.words, path=reverse(f"admin:{self._name(deed.name)}")) for deed in self.alone]
        return super().changelist_view(request, {**(extra_context or {}), "deeds": offered})

    def _name(self, last: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{last}"

    def story(self, thing: Any) -> dict[str, Any]:
        """What the page shows below the fields."""
        return {"sections": sections_of(thing), "offers": offers_of(thing)}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *arguments: Any, **options: Any
    ) -> HttpResponse:
        """Show the fields, then the story."""
        thing = options.get("obj")
        if thing is not None:
            context |= self.story(thing)
        return super().render_change_form(request, context, *arguments, **options)
