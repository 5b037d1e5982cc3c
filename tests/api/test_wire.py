"""How bodies are read: what is found wrong, in which words, and what comes out."""

from datetime import UTC, datetime
from typing import Annotated

import orjson
import pytest
import typing_extensions as te
from pydantic import Field

from bank import checks
from bank.api import wire
from bank.api.endpoint import Endpoint
from bank.errors import Refused


class Inner(te.TypedDict, closed=True):
    """Something inside."""

    Amount: te.NotRequired[wire.Amount]
    Purpose: te.NotRequired[wire.ExternalPurpose1Code]
    Is: te.NotRequired[bool]


class Outer(te.TypedDict, closed=True):
    """Something with something inside."""

    Data: Inner
    At: te.NotRequired[wire.DateTime]
    Lines: te.NotRequired[Annotated[list[wire.Max35Text], Field(max_length=3)]]


WIRE = wire.Wire(Outer)


def read(raw: str | bytes):
    return WIRE.read(raw.encode() if isinstance(raw, str) else raw)


def test_gives_back_what_stood_on_the_wire():
    body = {"Data": {"Amount": "10.00000", "Is": True}, "At": "2026-02-28", "Lines": ["a"]}

    assert WIRE.read(orjson.dumps(body)) == body


@pytest.mark.parametrize(
    ("raw", "code", "path"),
    [
        ("{}", "U004", "Data"),
        ('{"Data": {"Extra": 1}}', "U005", "Data.Extra"),
        ('{"Data": []}', "U010", "Data"),
        ('{"Data": {}, "Lines": {}}', "U010", "Lines"),
        ('{"Data": {}, "Lines": ["a", 2]}', "U002", "Lines[1]"),
        ('{"Data": {}, "Lines": ["a", "b", "c", "d"]}', "U002", "Lines"),
        ('{"Data": {}, "Lines": [""]}', "U002", "Lines[0]"),
        ('{"Data": {"Is": "true"}}', "U002", "Data.Is"),
        ('{"Data": {"Is": 1}}', "U002", "Data.Is"),
        ('{"Data": {"Amount": 10}}', "U002", "Data.Amount"),
        ('{"Data": {"Purpose": "NONE"}}', "U002", "Data.Purpose"),
        ('{"Data": {}, "At": "tomorrow"}', "U003", "At"),
        ('{"Data": {}, "At": 20260228}', "U002", "At"),
    ],
)
def test_names_code_and_place_of_what_is_wrong(raw, code, path):
    with pytest.raises(wire.BodyInvalid) as refused:
        read(raw)

    assert [(fault.code, fault.path) for fault in refused.value.faults] == [(code, path)]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
        ("2026-02-28T10:11", datetime(2026, 2, 28, 10, 11, tzinfo=UTC)),
        ("2026-02-28T10:11:12", datetime(2026, 2, 28, 10, 11, 12, tzinfo=UTC)),
        ("2026-02-28T10:11:12Z", datetime(2026, 2, 28, 10, 11, 12, tzinfo=UTC)),
        ("2026-02-28T10:11:12.5+01:00", datetime(2026, 2, 28, 9, 11, 12, 500_000, tzinfo=UTC)),
        ("2026-02-28T10:11:12.12345-0130", datetime(2026, 2, 28, 11, 41, 12, 123_450, tzinfo=UTC)),
        ("20260228T101112Z", datetime(2026, 2, 28, 10, 11, 12, tzinfo=UTC)),
    ],
)
def test_reads_dates_in_every_form_of_iso_8601(text, at):
    assert wire.instant(text) == at


@pytest.mark.parametrize(
    "text", ["", "now", "2026", "2026-2-8", "2026-02-30", "2026-02-28T25:00", "2026-02-28T10:11+99:00"]
)
def test_refuses_dates_that_do_not_exist(text):
    with pytest.raises(ValueError, match=r".*"):
        wire.instant(text)


def test_is_used_by_every_operation_with_types_of_names_that_stand_for_one_thing():
    kinds: dict[str, type] = {}
    for _path, view, _audience in checks.routes():
        for operation in view.operations().values() if isinstance(view, type) and issubclass(view, Endpoint) else ():
            for used in filter(None, (operation.body, operation.answers, operation.query)):
                assert kinds.setdefault(used.kind.__name__, used.kind) is used.kind
    assert len(kinds) > 8


def test_knows_the_code_sets_of_the_standard():
    assert len(wire.codes("OBExternalStatusReason1Code")) == 330
    assert len(wire.codes("ExternalPurpose1Code")) == 329
    assert "SALA" in wire.codes("ExternalCategoryPurpose1Code")


def test_refuses_only_with_codes_of_the_standard():
    """Every refusal's code is one of OBExternalStatusReason1Code, and is a status that the standard has."""

    def below(kind):
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    own = [kind for kind in below(Refused) if not kind.__module__.startswith("tests")]
    assert len(own) > 30
    for kind in own:
        assert kind.code in wire.codes("OBExternalStatusReason1Code"), kind
        assert kind.status in {400, 401, 403, 404, 405, 406, 409, 415, 422, 429, 500}, kind
