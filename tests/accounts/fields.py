"""The fields of a wire type, and those that an answer fills, in the same words.

A field is written with the type of its answer before it, `OBReadBalance1 Data.Balance.Amount.Currency`; what stands in
a list has no place in it. Addresses are kept and shown as a whole: their own fields are counted once for all answers,
`OBPostalAddress7 Floor`.
"""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

import typing_extensions as te

from bank.api import wire

WRAPPERS = (te.NotRequired, te.Required, Annotated, list)
ADDRESS = wire.OBPostalAddress7
ADDRESSES = {"Address", "DeliveryAddress", "PostalAddress"}  # what a member of this type is called


def of_type(answers: wire.Wire) -> set[str]:
    """Every field of a type that has no fields of its own."""
    return set(_leaves(answers.kind, path=f"{answers.kind.__name__} "))


def of_answer(answers: wire.Wire, body: Any) -> set[str]:
    """Every such field that an answer has a value for."""
    return set(_filled(body, path=f"{answers.kind.__name__} "))


def _leaves(kind: Any, *, path: str) -> Iterator[str]:
    if kind is ADDRESS and not path.startswith(ADDRESS.__name__):
        yield path
        yield from _leaves(kind, path=f"{ADDRESS.__name__} ")
    elif te.is_typeddict(kind):
        for name, member in te.get_type_hints(kind, include_extras=True).items():
            yield from _leaves(member, path=_below(path, name))
    elif (origin := get_origin(kind)) in WRAPPERS:
        yield from _leaves(get_args(kind)[0], path=path)
    elif origin in {Union, types.UnionType}:
        for one in get_args(kind):
            yield from _leaves(one, path=path)
    else:
        yield path


def _filled(value: Any, *, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        if path.rpartition(".")[2] in ADDRESSES:
            yield path
            path = f"{ADDRESS.__name__} "
        for name, member in value.items():
            yield from _filled(member, path=_below(path, name))
    elif isinstance(value, list):
        for item in value:
            yield from _filled(item, path=path)
    else:
        yield path


def _below(path: str, name: str) -> str:
    return f"{path}{name}" if path.endswith(" ") else f"{path}.{name}"
