"""Who handles a message, by its kind. Packages register in the module that holds the rule; nothing here knows them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar


class Handler(Protocol):
    """What is called with a message: its payload by keyword, and the instant at which it is handled."""

    def __call__(self, *, now: datetime, **payload: Any) -> None:
        """Do what the message asks, within the open unit of work."""


Function = TypeVar("Function", bound=Callable[..., None])
HANDLERS: dict[str, Handler] = {}


class HandlerUnknown(Exception):
    """Nobody handles messages of this kind: it was written by a newer version of the bank, and waits for its worker."""


def handler(kind: str) -> Callable[[Function], Function]:
    """Register the function that handles a kind of message; refuses a kind that is taken."""

    def register(function: Function) -> Function:
        if kind in HANDLERS:
            raise ValueError(f"{kind} is handled twice")
        HANDLERS[kind] = function
        return function

    return register


def find(kind: str) -> Handler:
    """Find who handles a kind. Raises HandlerUnknown."""
    if kind not in HANDLERS:
        raise HandlerUnknown(kind)
    return HANDLERS[kind]
