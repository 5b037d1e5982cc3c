"""Who handles a message, by its kind, and in which of Celery's queues it waits.

Packages register in the module that holds the rule; nothing here knows them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar


class Handler(Protocol):
    """What is called with a message: its payload by keyword, and the instant at which it is handled."""

    def __call__(self, *, now: datetime, **payload: Any) -> None:
        """Do what the message asks, within the open unit of work."""


Function = TypeVar("Function", bound=Callable[..., None])
HANDLERS: dict[str, Handler] = {}
CALLING: set[str] = set()  # the kinds that wait for other people's servers
MAIN, CALLS = "celery", "calls"  # the queue of all others, and of these; bank/settings.py declares both


class HandlerUnknown(Exception):
    """Nobody handles messages of this kind: it was written by a newer version of the bank, and waits for its worker."""


def handler(kind: str, *, calls_others: bool = False) -> Callable[[Function], Function]:
    """Register the function that handles a kind of message; refuses a kind that is taken.

    calls_others: what it leads to waits for a server that is not ours, and so in a queue with workers of its own.
    """

    def register(function: Function) -> Function:
        if kind in HANDLERS:
            raise ValueError(f"{kind} is handled twice")
        HANDLERS[kind] = function
        if calls_others:
            CALLING.add(kind)
        return function

    return register


def find(kind: str) -> Handler:
    """Find who handles a kind. Raises HandlerUnknown."""
    if kind not in HANDLERS:
        raise HandlerUnknown(kind)
    return HANDLERS[kind]
