"""Tells a journey on the terminal: each step with its request, its answer and what it proved."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO
from urllib.parse import parse_qsl

import requests

TEXT_MAX = 110
TOLD_REQUEST = ("Authorization", "x-idempotency-key", "x-jws-signature", "x-fapi-interaction-id")
TOLD_ANSWER = ("x-fapi-interaction-id", "x-jws-signature", "WWW-Authenticate")


class Telling:
    """Numbers the steps. `heard` is what the client calls with every answer."""

    def __init__(self, *, out: TextIO | None = None, quiet: bool = False) -> None:
        self.out = out or sys.stdout
        self.quiet = quiet
        self.is_short = False
        self.steps = 0

    def step(self, words: str) -> None:
        """Begin a step."""
        self.steps += 1
        self._line(f"\n{self.steps:2}. {words}")

    def proved(self, words: str) -> None:
        """Say what is certain now."""
        self._line(f"    ✓ {words}")

    def note(self, words: str) -> None:
        """Say something by the way."""
        self._line(f"    {words}")

    @contextmanager
    def in_short(self) -> Iterator[None]:
        """Show requests and answers in a line each: what is in them is said in words."""
        before, self.is_short = self.is_short, True
        try:
            yield
        finally:
            self.is_short = before

    def heard(self, answer: requests.Response) -> None:
        """Show a request and its answer."""
        request = answer.request
        if self.quiet:
            return
        if self.is_short:
            self._line(f"    → {request.method} {_short(request.url)} ← {answer.status_code} {answer.reason}")
            return
        self._line(f"    → {request.method} {_short(request.url)}")
        self._headers(request.headers, names=TOLD_REQUEST)
        self._body(request.body, kind=str(request.headers.get("Content-Type", "")))
        self._line(f"    ← {answer.status_code} {answer.reason}")
        self._headers(answer.headers, names=TOLD_ANSWER)
        self._body(answer.content, kind=answer.headers.get("Content-Type", ""))

    def _headers(self, headers: Any, *, names: tuple[str, ...]) -> None:
        for name in names:
            if name in headers:
                self._line(f"      {name}: {_short(headers[name])}")

    def _body(self, body: Any, *, kind: str) -> None:
        text = body.decode() if isinstance(body, bytes) else body or ""
        if "urlencoded" in kind:
            text = "\n".join(f"{name}={_short(value)}" for name, value in parse_qsl(text))
        elif "json" in kind and text:
            text = json.dumps(_shortened(json.loads(text)), indent=1, ensure_ascii=False)
        for line in text.splitlines() if "html" not in kind else []:
            self._line(f"      {line}")

    def _line(self, words: str) -> None:
        if not self.quiet:
            print(words, file=self.out, flush=True)


def _short(text: Any) -> str:
    text = text.decode() if isinstance(text, bytes) else str(text)
    return text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 30]}…{text[-12:]} ({len(text)} characters)"


def _shortened(value: Any, list_max: int = 3) -> Any:
    """The same JSON, for a terminal: long texts cut, long lists told by their beginning."""
    shorten: Callable[[Any], Any] = _shortened
    if isinstance(value, dict):
        return {name: shorten(member) for name, member in value.items()}
    if isinstance(value, list):
        rest = [f"… and {len(value) - list_max} more"] if len(value) > list_max else []
        return [shorten(member) for member in value[:list_max]] + rest
    return _short(value) if isinstance(value, str) else value
