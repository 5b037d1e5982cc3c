"""What an OpenAPI document says, as facts that can be compared: (place, what) and the value.

A place reads `POST /domestic-payments body.Data.Initiation.InstructedAmount.Amount`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Facts = dict[tuple[str, str], Any]
REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = ("account-info", "confirmation-funds", "payment-initiation")
METHODS = ("get", "post", "put", "patch", "delete")
WORDS = ("type", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")


def load(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)


def ours(name: str) -> dict[str, Any]:
    """The document that this bank publishes."""
    return load(REPOSITORY / "openapi" / f"{name}.yaml")


def published(name: str) -> dict[str, Any]:
    """The facts of the published one."""
    return load(Path(__file__).parent / "published" / f"{name}.yaml")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its place; the names of a path's parts do not matter."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {re.sub('{.*?}', '{}', path)}", item[method]


def of(document: dict[str, Any]) -> Facts:
    """Everything that a document says and that binds."""
    found: Facts = {}
    for place, operation in operations(document):
        found[place, "operationId"] = operation["operationId"]
        found[place, "security"] = [sorted(entry.items()) for entry in operation["security"]]
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "path" and parameter["name"] != "Authorization":
                at = f"{place} {parameter['in']} {parameter['name']}"
                found[at, "required"] = bool(parameter.get("required"))
                found |= _schema(document, parameter["schema"], at)
        found |= _content(document, operation.get("requestBody", {}), f"{place} body")
        for status, answer in operation["responses"].items():
            found[f"{place} {status}", "status"] = True
            found |= {(f"{place} {status} header {name}", "header"): True for name in answer.get("headers", [])}
            found |= _content(document, answer, f"{place} {status}")
    return found


def _content(document: dict[str, Any], holder: dict[str, Any], place: str) -> Facts:
    found: Facts = {}
    for media_type, content in holder.get("content", {}).items():
        found[place, f"media type: {media_type}"] = True
        found |= _schema(document, content["schema"], place)
    return found


def _schema(document: dict[str, Any], schema: dict[str, Any], place: str) -> Facts:
    schema = _resolved(document, schema)
    found: Facts = {(place, word): schema[word] for word in WORDS if word in schema}
    if "enum" in schema:
        found[place, "enum"] = tuple(sorted(schema["enum"]))
    if schema.get("type") == "object":
        found[place, "additionalProperties"] = schema.get("additionalProperties")
    for name, member in schema.get("properties", {}).items():
        found[f"{place}.{name}", "required"] = name in schema.get("required", [])
        found |= _schema(document, member, f"{place}.{name}")
    if "items" in schema:
        found |= _schema(document, schema["items"], f"{place}[]")
    return found


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references; spectacular wraps one that has a description of its own into allOf."""
    while "$ref" in schema or "allOf" in schema:
        if "allOf" in schema:
            [schema] = schema["allOf"]
        else:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def differences(mine: Facts, theirs: Facts) -> list[str]:
    """One row for each fact that differs, as openapi/divergences.yaml names them.

    Where only one side has a body, that is one row, and what is in the body none.
    """
    rows: list[str] = []
    bodies = one_sided(mine, theirs)
    for place, what in sorted(mine.keys() | theirs.keys()):
        here, there = mine.get((place, what)), theirs.get((place, what))
        kind, _, name = what.partition(": ")
        if here == there or (not name and re.split(r"[.\[]", place)[0] in bodies):
            continue
        if name:
            rows.append(f"{place}: {kind} {'not published' if here else 'missing'}: {name}")
        else:
            rows.append(f"{place}: {what}: {there} published, {here} here")
    return rows


def one_sided(mine: Facts, theirs: Facts) -> set[str]:
    """Places where only one side has a body."""
    return {place for place, what in mine.keys() ^ theirs.keys() if what.startswith("media type")}
