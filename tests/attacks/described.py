"""The authorization server's endpoints as OpenAPI describes them, for machines that make up requests from that.

Which values count as right is read from the discovery document; a request is right throughout, or anything at all.
"""

from collections.abc import Iterable
from typing import Any

from bank.oauth import discovery
from tests import people
from tests.oauth import given

TEXT = {"type": "string", "maxLength": 200}
FORM, JSON, SIGNED = "application/x-www-form-urlencoded", "application/json", "application/jose"
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "pattern": r"^[\x20-\x21\x23-\x5B\x5D-\x7E]+$"},  # RFC 6749 section 5.2
        "error_description": {"type": "string", "pattern": r"^[\x20-\x21\x23-\x5B\x5D-\x7E]+$"},
    },
    "additionalProperties": False,
}
PUSHED = {
    "type": "object",
    "required": ["request_uri", "expires_in"],
    "properties": {"request_uri": {"type": "string", "pattern": "^urn:"}, "expires_in": {"type": "integer"}},
}
TOKENS = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "properties": {"access_token": TEXT, "token_type": {"enum": ["Bearer", "DPoP"]}, "expires_in": {"type": "integer"}},
}
CLIENT = {
    "type": "object",
    "required": ["client_id", "registration_client_uri", "redirect_uris"],
    "properties": {"client_id": TEXT, "registration_client_uri": TEXT, "redirect_uris": {"type": "array"}},
}
FREE = (
    *("software_id", "software_statement", "tls_client_auth_subject_dn", "jwks", "jwks_uri", "profile", "client_id"),
    *("dpop_bound_access_tokens", "backchannel_token_delivery_mode", "backchannel_client_notification_endpoint"),
    *("iss", "aud", "iat", "exp", "jti", "client_name", "authorization_details_types"),
)


def document(*, tess: given.Party, bob: given.Party, registered: str) -> dict[str, Any]:
    """The description, with the names of clients who exist: tess's certificate proves her, bob signs requests."""
    said = discovery.document()
    authorizing = _authorizing(tess, bob, said)
    proof = [_header("DPoP", TEXT), _header("x-fapi-interaction-id", TEXT)]
    told = [_header("x-fapi-interaction-id", TEXT)]
    one = {"name": "client_id", "in": "path", "required": True, "schema": {"enum": [registered, bob.client_id]}}
    registering = {"required": True, "content": {SIGNED: {"schema": _registering(said)}}}
    link = [
        {"name": name, "in": "query", "required": name in {"client_id", "request"}, "schema": schema}
        for name, schema in authorizing["anyOf"][1]["properties"].items()
    ]
    return {
        "openapi": "3.1.0",
        "info": {"title": "The authorization server", "version": "1"},
        "paths": {
            "/oauth/par": {"post": _machine(_form(_pushing(tess, said)), {201: PUSHED}, proof)},
            "/oauth/token": {"post": _machine(_form(_token(tess, said)), {200: TOKENS}, proof)},
            "/oauth/authorize": {
                "get": {"parameters": link, "responses": _led_on()},
                "post": {"requestBody": _form(authorizing), "responses": _led_on()},
            },
            "/oauth/register": {"post": _machine(registering, {201: CLIENT}, told)},
            "/oauth/register/{client_id}": {
                "parameters": [one],
                "get": _machine(None, {200: CLIENT}, told),
                "put": _machine(registering, {200: CLIENT}, told),
                "delete": _machine(None, {204: None}, told),
            },
        },
    }


def _some(values: Iterable[Any]) -> dict[str, Any]:
    return {"anyOf": [{"enum": list(values)}, {**TEXT, "minLength": 1}]}


def _header(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": schema}


def _form(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {FORM: {"schema": schema}}}


def _machine(body: dict[str, Any] | None, answers: dict[int, Any], parameters: list[Any]) -> dict[str, Any]:
    """An operation that answers in JSON, whatever it answers."""
    told = answers | {400: ERROR, 401: ERROR}
    operation: dict[str, Any] = {"parameters": parameters, "responses": {}}
    for status, schema in told.items():
        content = {} if schema is None else {"content": {JSON: {"schema": schema}}}
        operation["responses"][str(status)] = {"description": "An answer.", **content}
    return operation if body is None else operation | {"requestBody": body}


def _led_on() -> dict[str, Any]:
    """A browser is sent on, always."""
    location = {"required": True, "schema": {"type": "string", "minLength": 1}}
    return {"303": {"description": "To the log-in, the app, or the page of errors.", "headers": {"Location": location}}}


def _right_or_not(right: dict[str, str], others: dict[str, Any]) -> dict[str, Any]:
    """A form that is right, but for what it may hold beside; or any."""
    wrong = {name: _some([value]) for name, value in right.items()}
    consts = {name: {"const": value} for name, value in right.items()}
    beside = {name: schema for name, schema in others.items() if name not in right}
    return {
        "anyOf": [
            {"type": "object", "properties": consts | beside, "required": list(right), "additionalProperties": False},
            {
                "type": "object",
                "properties": wrong | {"client_id": consts["client_id"]} | others,
                "required": ["client_id"],
                "additionalProperties": False,
            },
        ]
    }


def _asked(said: dict[str, Any]) -> dict[str, Any]:
    """What an authorization request may hold."""
    return {
        "response_type": _some(said["response_types_supported"]),
        "response_mode": _some(said["response_modes_supported"]),
        "scope": _some([*said["scopes_supported"], "openid accounts"]),
        "acr_values": _some(said["acr_values_supported"]),
        "ui_locales": _some(said["ui_locales_supported"]),
        "code_challenge_method": _some(said["code_challenge_methods_supported"]),
        "prompt": _some(["none", "login", "consent", "select_account", "none login"]),
        "max_age": _some(["0", "-1", "3600", "9" * 30]),
        "claims": _some(
            ["{}", "[]", '{"id_token":[]}', '{"userinfo":{"sub":null}}', '{"id_token":{"acr":[]}}', "[" * 99]
        ),
        "authorization_details": _some(
            ["[]", "{}", "[1]", *(f'[{{"type":"{kind}"}}]' for kind in said["authorization_details_types_supported"])]
        ),
        **dict.fromkeys(("login_hint", "id_token_hint", "dpop_jkt", "nonce", "state", "display", "resource"), TEXT),
    }


def _pushing(tess: given.Party, said: dict[str, Any]) -> dict[str, Any]:
    others = _asked(said) | {
        "request": TEXT,
        "request_uri": TEXT,
        "client_assertion": TEXT,
        "client_assertion_type": _some([given.ASSERTION_TYPE]),
    }
    return _right_or_not({"client_id": tess.client_id} | tess.form(""), others)


def _authorizing(tess: given.Party, bob: given.Party, said: dict[str, Any]) -> dict[str, Any]:
    others = _asked(said) | {
        "client_id": _some([tess.client_id, bob.client_id]),
        "redirect_uri": _some([people.REDIRECT_URI]),
        "request_uri": _some([tess.pushed("")]),
    }
    return _right_or_not({"client_id": bob.client_id, "request": bob.request_object("")}, others)


def _token(tess: given.Party, said: dict[str, Any]) -> dict[str, Any]:
    others = {
        "grant_type": _some(said["grant_types_supported"]),
        "redirect_uri": _some([people.REDIRECT_URI]),
        "scope": _some(said["scopes_supported"]),
        "client_assertion_type": _some([given.ASSERTION_TYPE]),
        "code_verifier": _some([given.VERIFIER]),
        **dict.fromkeys(("code", "refresh_token", "auth_req_id", "client_assertion", "resource"), TEXT),
    }
    return _right_or_not({"client_id": tess.client_id, "grant_type": "client_credentials", "scope": "accounts"}, others)


def _registering(said: dict[str, Any]) -> dict[str, Any]:
    """What a request for registration changes of the right one."""
    algorithms = said["id_token_signing_alg_values_supported"]
    known = {
        "redirect_uris": [people.REDIRECT_URI],
        "grant_types": said["grant_types_supported"],
        "response_types": said["response_types_supported"],
        "scope": said["scopes_supported"],
        "token_endpoint_auth_method": said["token_endpoint_auth_methods_supported"],
        "application_type": ["web", "mobile"],
        "id_token_signed_response_alg": algorithms,
        "request_object_signing_alg": algorithms,
        "authorization_signed_response_alg": algorithms,
        "token_endpoint_auth_signing_alg": algorithms,
    }
    return {
        "type": "object",
        "maxProperties": 3,
        "additionalProperties": False,
        "properties": {
            **{
                name: {"anyOf": [{"type": "array", "items": {"enum": values}}, {"enum": values}, {}]}
                for name, values in known.items()
            },
            **{name: {} for name in FREE},
        },
    }
