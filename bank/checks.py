"""Checks over the whole bank, run by Django before anything starts: no route without a declared audience.

Who may call a view is declared where it stands (bank/rights.py); tests/attacks/test_every_route_refuses.py proves it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from django.apps import AppConfig
from django.core import checks
from django.urls import URLPattern, URLResolver, get_resolver

from bank import rights
from bank.api.endpoint import METHODS, Endpoint

AUDIENCES = get_args(rights.Audience)


def routes(
    resolver: URLResolver | None = None, *, prefix: str = "", audience: str = ""
) -> Iterator[tuple[str, Any, str]]:
    """Every route that Django's resolver knows: its pattern, its view (a class or a function) and its audience."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inherited = "staff" if pattern.namespace == rights.STAFF_NAMESPACE else audience
            yield from routes(pattern, prefix=path, audience=inherited)
        elif isinstance(pattern, URLPattern):
            view = rights.view_behind(pattern.callback)
            yield path, view, audience or getattr(view, "audience", "")


@checks.register
def every_route_has_an_audience(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[checks.CheckMessage]:
    """Refuse a route that does not say who may call it, and one below the standard's paths that is no Endpoint."""
    del app_configs
    found = list(routes())
    errors: list[checks.CheckMessage] = [
        checks.Error(f"{path} declares no audience", id="lombard.E001")
        for path, _view, audience in found
        if audience not in AUDIENCES
    ]
    errors += [
        checks.Error(f"{path} stands below /open-banking and is no Endpoint", id="lombard.E002")
        for path, view, _audience in found
        if path.startswith("open-banking/") and not _is_endpoint(view)
    ]
    return errors + [error for _, view, _ in found if _is_endpoint(view) for error in _undeclared(view)]


def _is_endpoint(view: Any) -> bool:
    return isinstance(view, type) and issubclass(view, Endpoint)


def _undeclared(view: type[Endpoint]) -> list[checks.CheckMessage]:
    """Find handler methods without @operation; they could not be called, but would look as if they could."""
    handlers = [method for method in METHODS if method.lower() in vars(view)]
    return [
        checks.Error(f"{view.__name__}.{method.lower()} has no @operation", id="lombard.E003")
        for method in handlers
        if method not in view.operations()
    ]
