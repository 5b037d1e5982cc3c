"""Tells in words why a call was refused, from its interaction id: the standard's 401 has no body that could.

A caller whom the bank knows has an entry in the audit trail; all others have a line in the web server's log.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bank.audit.models import Entry

REFUSED = "request.refused"


def explain(interaction_id: str, *, logs: Path) -> list[str]:
    """Sentences about every refusal of this interaction, in the order of time; none if there was none."""
    entries = Entry.objects.filter(interaction_id=interaction_id).order_by("id")
    told = [
        _sentence(f"{entry.at:%Y-%m-%d %H:%M:%S} UTC", entry.actor, entry.subject, entry.detail)
        for entry in entries
        if entry.action == REFUSED
    ]
    if told:
        return told
    lines = (line for path in sorted(logs.glob("web.log*")) for line in _lines(path, interaction_id))
    return [
        _sentence(
            str(line.get("timestamp", "")),
            "a caller whom the bank does not know",
            str(line.get("subject") or line.get("operation") or ""),
            line,
        )
        for line in lines
    ]


def _sentence(at: str, who: str, operation: str, detail: dict[str, Any]) -> str:
    code = f" ({detail['code']})" if detail.get("code") else ""
    path = f" Look at {detail['path']}." if detail.get("path") else ""
    return (
        f"{at}: {who} called {operation} and was refused by the check “{detail.get('check', 'unknown')}”{code}: "
        f"{detail.get('words') or 'no words were kept'}{path}"
    )


def _lines(path: Path, interaction_id: str) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for text in file:
            if interaction_id in text and REFUSED in text:
                line: dict[str, Any] = json.loads(text)
                yield line
