"""How often a client may call: so many requests in a window, counted in each web process.

Counted in memory, since a count in the database would cost every call a statement and make one row hot; the limit of
the whole bank is therefore the figure times the number of web processes. It protects the bank from a client that has
run wild, and is no quota to be sold. Changed by LOMBARD_RATE_LIMIT (requests) and LOMBARD_RATE_WINDOW (seconds).
"""

import time
from threading import Lock
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from bank.errors import Refused

CLIENTS_MAX = 10_000  # so many are remembered at a time; the count of the longest unheard of is dropped


class TooManyRequests(Refused):
    """The client has used up its requests of this window."""

    code = "MS03"
    status = 429
    message = "Too many requests; the Retry-After header says how many seconds to wait."

    def __init__(self, *, wait_seconds: int) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds

    def headers(self) -> dict[str, str]:
        """Seconds to wait."""
        return {"Retry-After": str(self.wait_seconds)}


_lock = Lock()
_windows: dict[str, tuple[float, int]] = {}  # client id: when its window began, and the requests in it


def take(client_id: str, *, at: float) -> tuple[int, int]:
    """Count one request; return the requests left (-1: one too many) and the whole seconds until the window ends."""
    with _lock:
        began, count = _windows.pop(client_id, (at, 0))
        if at - began >= settings.RATE_WINDOW_SECONDS:
            began, count = at, 0
        _windows[client_id] = (began, count + 1)
        if len(_windows) > CLIENTS_MAX:
            del _windows[next(iter(_windows))]
    return max(settings.RATE_LIMIT - count - 1, -1), max(1, int(began + settings.RATE_WINDOW_SECONDS - at + 0.999))


def headers(*, remaining: int, wait_seconds: int) -> dict[str, str]:
    """The two headers of draft-ietf-httpapi-ratelimit-headers."""
    return {
        "RateLimit-Policy": f'"client";q={settings.RATE_LIMIT};w={settings.RATE_WINDOW_SECONDS}',
        "RateLimit": f'"client";r={remaining};t={wait_seconds}',
    }


class PerClient(BaseThrottle):
    """A fixed window for each OAuth client."""

    def allow_request(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - the signature is DRF's
        """Count this request, and leave the headers that tell the client. Raises TooManyRequests."""
        remaining, wait_seconds = take(view.access.client_id, at=time.monotonic())
        if remaining < 0:
            raise TooManyRequests(wait_seconds=wait_seconds)
        view.rate_headers = headers(remaining=remaining, wait_seconds=wait_seconds)
        return True
