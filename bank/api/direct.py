"""The short way to the standard's paths: what pages need does not touch them, and decides nothing about them.

Sessions, forms' tokens and content policies are for browsers; a resource request has its whole life in endpoint.py.
"""

import functools
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

from bank.api import responses

find = functools.lru_cache(maxsize=1024)(resolve)  # payments are all placed at the same few paths


class DirectMiddleware:
    """Stands first: below /open-banking the view comes next, everywhere else the middleware for pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Find the view and call it. A path that nobody knows raises Django's Resolver404, for responses.not_found."""
        if not request.path_info.startswith(responses.PREFIX):
            return self.get_response(request)
        request.resolver_match = find(request.path_info)
        view, positional, named = request.resolver_match
        answer: HttpResponseBase = view(request, *positional, **named)
        return answer
