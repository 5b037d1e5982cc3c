"""The least that an HTTPS answer costs here: bytes that are ready, sent by the same server with the same TLS."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any


@cache
def _filling(size: int) -> bytes:
    return b"x" * size


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer /SIZE with so many bytes."""
    body = _filling(int(environ["PATH_INFO"].strip("/")))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
