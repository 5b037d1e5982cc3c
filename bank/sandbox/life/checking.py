"""What is wrong with a customer's document: what its types refuse, and what no single member shows."""

import itertools
from collections.abc import Iterator
from typing import Any, cast

from bank.api import wire
from bank.errors import Fault
from bank.sandbox.life import places
from bank.sandbox.life.document import WIRE, Document

LISTS = tuple(name for name in Document.__annotations__ if name not in {"customer", "months", "seed"})
NO_ACCOUNT = "The document has no account of this key."
EITHER_OR = (
    ("income", "day", "weekday"),
    ("standing_orders", "day", "weekday"),
    ("unbooked", "in_days", "days_ago"),
)


class DocumentInvalid(wire.BodyInvalid):
    """The document is well formed and describes what cannot be."""


def read(raw: bytes) -> Document:
    """Read a document. Raises wire.BodyInvalid, with every fault (at most 20) and its path."""
    found = cast("Document", WIRE.read(raw))
    if faults := list(itertools.islice(check(found), wire.FAULTS_MAX)):
        raise DocumentInvalid(faults=faults)
    return found


def check(document: Document) -> Iterator[Fault]:
    """Look for what no single member shows: names that nothing has, amounts that a currency cannot hold, doubles."""
    accounts = document.get("accounts", [])
    keys = [account["key"] for account in accounts]
    for index, account in enumerate(accounts):
        path = f"accounts[{index}]"
        if account["product"] not in places.products():
            yield _fault(f"{path}.product", "There is no such product.")
        if account["key"] in keys[:index]:
            yield _fault(f"{path}.key", "Another account has this key.")
        if ("scheme" in account) != ("identification" in account):
            yield _fault(f"{path}.identification", "A scheme and an identification come together.")
    for name, index, row in rows(document):
        yield from _check_row(row, path=f"{name}[{index}]", keys=keys, username=document["customer"]["username"])


def rows(document: Document) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Every row of every list but the accounts."""
    for name in LISTS:
        if name != "accounts":
            found: list[dict[str, Any]] = document.get(name, [])  # type: ignore[assignment] # one of the lists
            yield from ((name, index, row) for index, row in enumerate(found))


def _check_row(row: dict[str, Any], *, path: str, keys: list[str], username: str) -> Iterator[Fault]:
    if "account" in row and row["account"] not in keys:
        yield _fault(f"{path}.account", NO_ACCOUNT)
    for member in ("to", "collector", "friend"):
        if member in row:
            yield from _check_other(row[member], path=f"{path}.{member}", keys=keys, username=username)
    if path.startswith("odd_events") and row["kind"] not in places.CODES:
        yield _fault(f"{path}.kind", f"The kind is none of {', '.join(places.CODES)}.")
    if row.get("comes_in") and "number" not in row["friend"]:
        yield _fault(f"{path}.friend", "Who pays in is somebody outside this bank, with a number.")
    for name, either, other in EITHER_OR:
        if path.startswith(name) and (either in row) == (other in row):
            yield _fault(path, f"Either {either} or {other} says when.")


def _check_other(other: Any, *, path: str, keys: list[str], username: str) -> Iterator[Fault]:
    """Whom a row names: a collector, an own account by its key, or an account of this bank."""
    if path.startswith("direct_debits") and isinstance(other, str):
        if other not in places.collectors():
            yield _fault(path, "There is no such collector in the town.")
    elif isinstance(other, str):
        if other not in keys:
            yield _fault(path, NO_ACCOUNT)
    elif "account" in other and other.get("of", username) == username and other["account"] not in keys:
        yield _fault(path, NO_ACCOUNT)


def _fault(path: str, message: str) -> Fault:
    return Fault(code="U002", message=message, path=path)
