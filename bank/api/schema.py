"""How drf-spectacular writes the documents of openapi/ from the operations' own declarations and wire types.

One document for each family of the standard; `manage.py openapi` writes them, and a test keeps them in step.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from bank.api import access, wire
from bank.api.endpoint import SIGNED_ERRORS, Operation
from bank.api.envelope import JSON

VERSION = "4.0.1"
HOST = "https://localhost:7444"  # the documents name the sandbox's usual address; the servers' paths are relative
ERROR = wire.Wire(wire.OBErrorResponse1)

SCHEMES = {access.CLIENT_CREDENTIALS: "TPPOAuth2Security", access.AUTHORIZATION_CODE: "PSUOAuth2Security"}
TEXT = {"type": "string"}
AUTH_DATE = (
    r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d{2}:\d{2}:\d{2} (GMT|UTC)$"
)
REQUEST_HEADERS = {
    "x-fapi-auth-date": {"type": "string", "pattern": AUTH_DATE},
    "x-fapi-customer-ip-address": TEXT,
    "x-fapi-interaction-id": TEXT,
    "x-customer-user-agent": TEXT,
    "x-client-id": TEXT,
}
IDEMPOTENCY_KEY = {"type": "string", "maxLength": 40, "pattern": r"^(?!\s)(.*)(\S)$"}


@dataclass(frozen=True, kw_only=True)
class Family:
    """One document: its file, its title, the path that all its operations begin with, and its scope."""

    name: str
    title: str
    prefix: str
    scope: str
    scope_words: str


FAMILIES = (
    Family(
        name="account-info",
        title="Account and transaction information",
        prefix="/open-banking/v4.0/aisp",
        scope="accounts",
        scope_words="Read accounts",
    ),
    Family(
        name="confirmation-funds",
        title="Confirmation of funds",
        prefix="/open-banking/v4.0/cbpii",
        scope="fundsconfirmations",
        scope_words="Ask whether an amount is there",
    ),
    Family(
        name="payment-initiation",
        title="Payment initiation",
        prefix="/open-banking/v4.0/pisp",
        scope="payments",
        scope_words="Initiate payments",
    ),
)


class NameTaken(Exception):
    """Two types of one name that are not the same: a document could hold only one of them."""


class WireExtension(OpenApiSerializerExtension):
    """Lets drf-spectacular read a Wire where it would expect a serializer."""

    target_class = wire.Wire

    def get_name(self, *_: Any, **__: Any) -> str:
        """The component's name: the published one."""
        name: str = self.target.kind.__name__
        return name

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002 - a hook of spectacular's
        """The type's schema; what it refers to is registered beside it."""
        schema: dict[str, Any] = _thirty(self.target.adapter.json_schema(ref_template="#/components/schemas/{model}"))
        for name, body in schema.pop("$defs", {}).items():
            _register(auto_schema.registry, name=name, body=body)
        return schema


def _register(registry: ComponentRegistry, *, name: str, body: dict[str, Any]) -> None:
    component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=body)
    if component in registry and registry[component].schema != body:
        raise NameTaken(name)
    registry.register_on_missing(component)


def _thirty(node: Any) -> Any:
    """Turn pydantic's JSON Schema 2020-12 into that of OpenAPI 3.0."""
    if isinstance(node, list):
        return [_thirty(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    if isinstance(members := kept.get("properties"), dict):
        return {**{key: _thirty(kept[key]) for key in kept}, "properties": {n: _thirty(m) for n, m in members.items()}}
    return {key: _thirty(value) for key, value in kept.items()}


class Schema(AutoSchema):
    """Reads everything from the operation's declaration; the standard's usual headers and errors are added to all."""

    @property
    def operation(self) -> Operation:
        """The declaration of the method being documented."""
        endpoint: Any = self.view
        declared: Operation = endpoint.operations()[self.method]
        return declared

    def get_operation_id(self) -> str:
        """The published one."""
        return self.operation.operation_id

    def get_tags(self) -> list[str]:
        """The resource's name in words; what belongs to an account has a name of its own."""
        first, *rest = self.path.removeprefix(self.path_prefix).strip("/").split("/")
        name = rest[1] if first == "accounts" and len(rest) > 1 else first
        return [name.replace("-", " ").capitalize()]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Which kind of token, with which scope."""
        return [{SCHEMES[self.operation.grant]: [self.operation.scope]}]

    def get_request_serializer(self) -> Any:
        """The type that the operation reads."""
        return self.operation.body

    def get_response_serializers(self) -> Any:
        """The type that the operation answers; of a file there is only to say that it is one."""
        if self.operation.media != JSON:
            return {(self.operation.status, self.operation.media): OpenApiTypes.BINARY}
        return {self.operation.status: self.operation.answers}

    def map_parsers(self) -> list[str]:
        """Bodies are JSON."""
        return [JSON]

    def map_renderers(self, attribute: str) -> list[str]:  # noqa: ARG002 - the signature is spectacular's
        """So are answers."""
        return [JSON]

    def get_override_parameters(self) -> list[Any]:
        """Headers and query parameters of the request, headers of the answers."""
        return [*self._path(), *self._request_headers(), *self._query_parameters(), *self._response_headers()]

    def _path(self) -> Iterable[OpenApiParameter]:
        for name in re.findall(r"{(\w+)}", self.path):
            yield OpenApiParameter(name, TEXT, OpenApiParameter.PATH)

    def _request_headers(self) -> Iterable[OpenApiParameter]:
        yield _header("Authorization", TEXT, required=True)
        for name, schema in REQUEST_HEADERS.items():
            yield _header(name, schema)
        if self.operation.idempotent:
            yield _header("x-idempotency-key", IDEMPOTENCY_KEY, required=True)
        if self.operation.signed and self.operation.body is not None:
            yield _header("x-jws-signature", TEXT, required=True)

    def _query_parameters(self) -> Iterable[OpenApiParameter]:
        if self.operation.query is not None:
            properties = _thirty(self.operation.query.adapter.json_schema())["properties"]
            for name, schema in properties.items():
                yield OpenApiParameter(name, schema, OpenApiParameter.QUERY)

    def _response_headers(self) -> Iterable[OpenApiParameter]:
        yield _header("x-fapi-interaction-id", TEXT, required=True, response=True)
        yield _header("RateLimit-Policy", TEXT, response=[self.operation.status])
        yield _header("RateLimit", TEXT, response=[self.operation.status])
        yield _header("Retry-After", {"type": "integer"}, response=[429])
        if self.operation.signed:
            signed = [self.operation.status, *SIGNED_ERRORS]
            yield _header("x-jws-signature", TEXT, required=True, response=signed)

    def _errors(self) -> list[int]:
        errors = [400, 401, 403, 405, 406, 429, 500, *self.operation.also]
        if self.operation.body is not None:
            errors.append(415)
        if self.operation.idempotent:
            errors.append(422)
        return sorted(errors)

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._errors():
            bodies[str(status)] = self._get_response_for_code(ERROR, str(status))
        return bodies


def _header(
    name: str, schema: dict[str, Any], *, required: bool = False, response: bool | list[int] = False
) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, required=required, response=response)


class Generator(SchemaGenerator):
    """Writes the document of one family."""

    def __init__(self, family: Family) -> None:
        self.family = family
        super().__init__()

    def _get_paths_and_endpoints(self) -> list[Any]:
        return [found for found in super()._get_paths_and_endpoints() if found[0].startswith(self.family.prefix + "/")]

    def document(self) -> dict[str, Any]:
        """The document: paths below the family's prefix, which is its server."""
        document: dict[str, Any] = self.get_schema(request=None, public=True)
        prefix, title = self.family.prefix, self.family.title
        document["info"] = {"title": f"{title}, as this bank publishes it", "version": VERSION}
        document["servers"] = [{"url": prefix}]
        document["paths"] = {path.removeprefix(prefix): item for path, item in document["paths"].items()}
        document["components"]["securitySchemes"] = _security_schemes(self.family)
        return document


def _security_schemes(family: Family) -> dict[str, Any]:
    token = {"tokenUrl": f"{HOST}/oauth/token", "scopes": {family.scope: family.scope_words}}
    redirect = {"authorizationUrl": "https://localhost:7443/oauth/authorize", **token}
    return {
        "PSUOAuth2Security": {"type": "oauth2", "flows": {"authorizationCode": redirect}},
        "TPPOAuth2Security": {"type": "oauth2", "flows": {"clientCredentials": token}},
    }
