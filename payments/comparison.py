"""Whether an order asks for what the consent allows: field by field, by meaning and not by spelling.

`10.0` and `10.00` are one amount; two spellings of an instant are one instant; an absent member is equal to an absent
member only. Source: Read/Write API v4.0.1, domestic payments, "POST /domestic-payments"; knowledge base, "comparing".
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import orjson

from bank.errors import Refused

AMOUNTS = frozenset({"Amount", "ReferredDocumentAmount"})
INSTANTS = ("DateTime", "Date")


class ConsentMismatch(Refused):
    """The order differs from its consent, or names another one than its token."""

    code = "U008"
    message = "The order differs from what the customer consented to."


def check_same(ordered: object, consented: object, *, path: str) -> None:
    """Refuse an order part that differs from the consent's. Raises ConsentMismatch with the first difference's path.

    Most orders repeat their consent to the letter; the members of others are compared one by one.
    """
    if _written(ordered) == _written(consented):
        return
    difference = first_difference(ordered, consented, path=path)
    if difference is not None:
        raise ConsentMismatch(path=difference)


def _written(part: object) -> bytes:
    return orjson.dumps(part, option=orjson.OPT_SORT_KEYS)


def first_difference(ordered: object, consented: object, *, path: str) -> str | None:
    """The path of the first member that differs, in the order of the consent's members; None: they are the same."""
    if isinstance(ordered, dict) and isinstance(consented, dict):
        for key in [*consented, *(key for key in ordered if key not in consented)]:
            if key not in ordered or key not in consented:
                return f"{path}.{key}"
            if difference := first_difference(ordered[key], consented[key], path=f"{path}.{key}"):
                return difference
        return None
    if isinstance(ordered, list) and isinstance(consented, list):
        return _first_in_lists(ordered, consented, path=path)
    return None if _same_value(ordered, consented, name=path.rpartition(".")[2]) else path


def _first_in_lists(ordered: Sequence[object], consented: Sequence[object], *, path: str) -> str | None:
    for index, (one, other) in enumerate(zip(ordered, consented, strict=False)):
        if difference := first_difference(one, other, path=f"{path}[{index}]"):
            return difference
    return None if len(ordered) == len(consented) else f"{path}[{min(len(ordered), len(consented))}]"


def _same_value(one: object, other: object, *, name: str) -> bool:
    if type(one) is type(other) and one == other:
        return True
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    if name in AMOUNTS:
        return Decimal(one) == Decimal(other)
    return name.endswith(INSTANTS) and _instant(one) == _instant(other)


def _instant(text: str) -> datetime | str:
    """An instant, in UTC where there is no offset (as bank/api/wire.py reads it), or the text where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
