"""What is declared about tables and views, where they stand: what the database lets the application do, who may call.

The application's role owns no table. By default it may read, insert, update and delete; a model narrows that here,
and `manage.py setup` turns the declarations into grants.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from django.db import models

Model = TypeVar("Model", bound=type[models.Model])
View = TypeVar("View", bound=Callable[..., Any])
Audience = Literal["public", "client", "tpp", "customer", "staff"]

APPEND_ONLY: set[str] = set()
GUARDED_COLUMNS: dict[str, tuple[str, ...]] = {}
STAFF_NAMESPACE = "admin"  # the admin site's views are Django's own; whatever stands below it is for staff


def append_only(model: Model) -> Model:
    """Let the application insert and read rows of this table, never change or delete them."""
    APPEND_ONLY.add(model._meta.label)
    return model


def guarded(*columns: str) -> Callable[[Model], Model]:
    """Keep these columns from being updated by the application; only a trigger of the owner's moves them."""

    def declare(model: Model) -> Model:
        GUARDED_COLUMNS[model._meta.label] = columns
        return model

    return declare


def audience(who: Audience, *, is_page: bool = False) -> Callable[[View], View]:
    """Declare who may call a view; bank/checks.py refuses a route whose view declares nobody.

    public: anybody; client: an OAuth client that authenticates itself; tpp: the holder of a bound access token;
    customer, staff: somebody who is logged in as such (or is just doing so). is_page: a public view that is for
    people's browsers alone (bank/api/doors.py).
    """

    def declare(view: View) -> View:
        view.audience, view.is_page = who, is_page  # type: ignore[attr-defined] # functions and classes take them
        return view

    return declare


def view_behind(callback: Callable[..., Any]) -> Any:
    """The class, or else the function, that a route's callback stands for: where its audience is declared."""
    return getattr(callback, "cls", None) or getattr(callback, "view_class", None) or callback
