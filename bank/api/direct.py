"""Which of the bank's doors leads where, and the short way to the standard's paths.

Sessions, forms' tokens and content policies are for browsers; a resource request has its whole life in endpoint.py, and
what pages need neither touches it nor decides anything about it.
"""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve

from bank import rights
from bank.api import doors, responses

find = functools.lru_cache(maxsize=1024)(resolve)  # payments are all placed at the same few paths


class DirectMiddleware:
    """Stands first: below /open-banking the view comes next, everywhere else the middleware for pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Find the view and call it. A path that nobody knows raises Django's Resolver404, for responses.not_found."""
        if not request.path_info.startswith(responses.PREFIX):
            return self.get_response(request)
        if doors.is_pages(request):
            return responses.turn_away(request, doors.MachinesElsewhere())
        request.resolver_match = find(request.path_info)
        view, positional, named = request.resolver_match
        answer: HttpResponseBase = view(request, *positional, **named)
        return answer

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_arguments: Any) -> HttpResponse | None:
        """Turn away who came to the wrong door, before the view is called."""
        match = request.resolver_match
        behind = rights.view_behind(view)
        is_staffs = match is not None and rights.STAFF_NAMESPACE in match.namespaces
        audience = "staff" if is_staffs else getattr(behind, "audience", "")
        if doors.is_machines(request) and (audience in doors.PEOPLE or getattr(behind, "is_page", False)):
            return responses.turn_away(request, doors.PagesElsewhere())
        if doors.is_pages(request) and audience in doors.MACHINES:
            return responses.turn_away(request, doors.MachinesElsewhere())
        return None
