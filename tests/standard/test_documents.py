"""The documents of openapi/: up to date with the code, and as published but for what is meant."""

import re

import pytest
from django.core.management import CommandError, call_command

from bank import checks
from bank.api import schema
from bank.api.endpoint import Endpoint
from bank.api.management.commands import openapi

from . import facts

DIVERGENCES = facts.load(facts.REPOSITORY / "openapi" / "divergences.yaml")
PATTERNS = {entry["at"]: re.compile(".*".join(map(re.escape, entry["at"].split("*")))) for entry in DIVERGENCES}


def rows(name):
    """Everything in which a document of ours differs from the published one."""
    theirs = facts.of(facts.published(name))
    return facts.differences(facts.of(facts.ours(name)), theirs)


def declared():
    """Every operation that the bank answers, by its place in the documents, with its declaration."""
    for path, view, _audience in checks.routes():
        if path.startswith("open-banking/") and isinstance(view, type) and issubclass(view, Endpoint):
            place = re.sub("<.*?>", "{}", "/" + path.removeprefix("open-banking/v4.0/").partition("/")[2])
            for method, operation in view.operations().items():
                yield f"{method} {place}", operation


def published():
    """Every operation whose published facts are kept here, by its place."""
    return {
        place: operation for name in facts.DOCUMENTS for place, operation in facts.operations(facts.published(name))
    }


def header_names(operation):
    return {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"}


@pytest.mark.parametrize("family", schema.FAMILIES, ids=lambda family: family.name)
def test_are_up_to_date_with_the_code(family):
    assert (facts.REPOSITORY / "openapi" / f"{family.name}.yaml").read_bytes() == openapi.render(family)


def test_are_told_out_of_date_by_the_command(tmp_path):
    with pytest.raises(CommandError, match="out of date"):
        call_command("openapi", check=True, folder=tmp_path)


@pytest.mark.parametrize("name", facts.DOCUMENTS)
def test_differ_from_the_published_ones_only_where_it_is_meant(name):
    unmeant = [row for row in rows(name) if not any(pattern.fullmatch(row) for pattern in PATTERNS.values())]

    assert unmeant == []


def test_differ_wherever_a_divergence_says_so():
    found = [row for name in facts.DOCUMENTS for row in rows(name)]

    assert [at for at, pattern in PATTERNS.items() if not any(map(pattern.fullmatch, found))] == []


def test_hold_every_operation_that_the_bank_answers_and_no_other():
    assert {place for place, _ in declared()} == set(published())


@pytest.mark.parametrize(("place", "operation"), [pytest.param(*found, id=found[0]) for found in declared()])
def test_say_what_the_operations_declare(place, operation):
    standard = published()[place]
    answer = standard["responses"][str(operation.status)]

    assert operation.operation_id == standard["operationId"]
    assert [{schema.SCHEMES[operation.grant]: [operation.scope]}] == standard["security"]
    assert operation.signed == ("x-jws-signature" in answer["headers"])
    assert (operation.signed and operation.body is not None) == ("x-jws-signature" in header_names(standard))
    assert bool(operation.idempotent) == ("x-idempotency-key" in header_names(standard))
    assert (operation.body is not None) == ("requestBody" in standard)
    is_file = operation.media != schema.JSON
    assert (operation.answers is not None or is_file) == ("content" in answer)


def test_close_every_object():
    def objects(node, at):
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node:
                yield at, node.get("additionalProperties")
            for key, member in node.items():
                yield from objects(member, f"{at}.{key}")

    found = {at: extra for name in facts.DOCUMENTS for at, extra in objects(facts.ours(name)["components"], name)}

    assert len(found) > 50
    assert set(found.values()) == {False}


def test_explain_every_divergence_in_words():
    words = (facts.REPOSITORY / "openapi" / "divergences.md").read_text()

    assert set(PATTERNS) == set(re.findall(r"^- at `(.*)`$", words, re.MULTILINE))
    assert all(entry["why"] in words for entry in DIVERGENCES)
