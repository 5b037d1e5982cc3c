"""What the authorization server says of itself, and that it is so."""

from collections.abc import Callable
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from joserfc.jwk import KeySet

from bank.keys import store
from bank.oauth import backends
from tests.https import Browser

PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
ISSUER, MTLS = "https://localhost:7443", "https://localhost:7444"


@pytest.fixture
def document() -> dict[str, object]:
    """The discovery document."""
    answer = Browser().get(PATHS[0])
    assert answer["Content-Type"] == "application/json"
    found: dict[str, object] = answer.json()
    return found


def test_says_the_same_under_both_names() -> None:
    first, second = (Browser().get(path).json() for path in PATHS)

    assert first == second


def test_puts_every_machine_endpoint_on_the_mutual_tls_host(document: dict[str, object]) -> None:
    aliases = document["mtls_endpoint_aliases"]

    assert isinstance(aliases, dict)
    assert set(aliases) == {name for name in document if name.endswith("_endpoint")} - {"authorization_endpoint"}
    for name, url in aliases.items():
        assert document[name] == url
        assert url.startswith(f"{MTLS}/")


def test_puts_what_browsers_open_on_the_issuer(document: dict[str, object]) -> None:
    assert document["issuer"] == ISSUER
    assert document["authorization_endpoint"] == f"{ISSUER}/oauth/authorize"
    assert document["jwks_uri"] == f"{ISSUER}/oauth/jwks"


def test_serves_every_address_that_it_names(document: dict[str, object]) -> None:
    named = {str(url) for name, url in document.items() if name.endswith(("_endpoint", "jwks_uri"))}

    served = {resolve(url.removeprefix(ISSUER).removeprefix(MTLS)).func for url in named}

    assert len(served) == len(named) == 9


def test_names_no_algorithm_but_the_two(document: dict[str, object]) -> None:
    listed = {name: values for name, values in document.items() if "_alg_values_" in name}

    assert set(listed) == {
        f"{use}_alg_values_supported"
        for use in (
            "token_endpoint_auth_signing",
            "revocation_endpoint_auth_signing",
            "introspection_endpoint_auth_signing",
            "id_token_signing",
            "request_object_signing",
            "authorization_signing",
            "introspection_signing",
            "dpop_signing",
            "backchannel_authentication_request_signing",
        )
    }
    assert all(values == ["PS256", "ES256"] for values in listed.values())


def is_https(value: object) -> bool:
    """A URL as RFC 8414 section 2 wants it of endpoints."""
    parts = urlsplit(str(value))
    return parts.scheme == "https" and bool(parts.hostname) and not parts.query and not parts.fragment


def is_texts(value: object) -> bool:
    """A list of texts that is not empty (RFC 8414 section 3.2) and says nothing twice."""
    return (
        isinstance(value, list) and 0 < len(set(value)) == len(value) and all(isinstance(text, str) for text in value)
    )


def is_aliases(value: object) -> bool:
    """RFC 8705 section 5."""
    return isinstance(value, dict) and all(is_https(url) for url in value.values())


def is_flag(value: object) -> bool:
    return isinstance(value, bool)


# Every member that some specification defines, among those that the bank says, by the type it has there.
TYPES: dict[Callable[[object], bool], tuple[str, ...]] = {
    is_https: (
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "registration_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
        "userinfo_endpoint",
        "pushed_authorization_request_endpoint",
        "backchannel_authentication_endpoint",
    ),
    is_texts: (
        "scopes_supported",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "code_challenge_methods_supported",
        "ui_locales_supported",
        "subject_types_supported",
        "acr_values_supported",
        "claims_supported",
        "id_token_signing_alg_values_supported",
        "request_object_signing_alg_values_supported",
        "authorization_signing_alg_values_supported",
        "introspection_signing_alg_values_supported",
        "dpop_signing_alg_values_supported",
        "authorization_details_types_supported",
        "backchannel_token_delivery_modes_supported",
        "backchannel_authentication_request_signing_alg_values_supported",
    ),
    is_flag: (
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_signed_request_object",
        "require_pushed_authorization_requests",
        "authorization_response_iss_parameter_supported",
        "tls_client_certificate_bound_access_tokens",
        "backchannel_user_code_parameter_supported",
    ),
    is_aliases: ("mtls_endpoint_aliases",),
}


def test_says_everything_in_the_type_that_it_has(document: dict[str, object]) -> None:
    for is_right, members in TYPES.items():
        for name in members:
            assert is_right(document[name]), name


def test_says_nothing_that_no_specification_defines(document: dict[str, object]) -> None:
    assert set(document) == {name for members in TYPES.values() for name in members}


EXPECTED: dict[str, object] = {
    "response_types_supported": ["code id_token", "code"],
    "response_modes_supported": ["fragment", "jwt", "query.jwt", "query"],
    "grant_types_supported": [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:openid:params:grant-type:ciba",
    ],
    "token_endpoint_auth_methods_supported": ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"],
    "code_challenge_methods_supported": ["S256"],
    "acr_values_supported": ["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"],
    "scopes_supported": ["openid", "offline_access", "accounts", "payments", "fundsconfirmations"],
    "claims_supported": ["sub", "acr", "auth_time", "openbanking_intent_id"],
    "authorization_details_types_supported": ["openbanking_intent"],
    "backchannel_token_delivery_modes_supported": ["poll", "ping"],
    "request_parameter_supported": True,
    "require_signed_request_object": False,  # plain requests are pushed by some clients of FAPI 2.0
    "require_pushed_authorization_requests": False,  # some clients of FAPI 1.0 send them by value
    "tls_client_certificate_bound_access_tokens": True,
    "authorization_response_iss_parameter_supported": True,
    "claims_parameter_supported": True,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_says_of(document: dict[str, object], name: str) -> None:
    assert document[name] == EXPECTED[name]


def test_offers_what_the_server_has_and_nothing_else(document: dict[str, object]) -> None:
    server = backends.server()

    assert set(server.grant_types) == set(cast("list[str]", document["grant_types_supported"]))
    assert set(server.response_types) == set(cast("list[str]", document["response_types_supported"]))


def test_publishes_public_keys_only(db: None, now: datetime) -> None:
    store.ensure(now)

    keys = Browser().get("/oauth/jwks").json()["keys"]

    assert {key["alg"] for key in keys} == {"PS256", "ES256"}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert all(key["use"] == "sig" for key in keys)
    assert not any({"d", "p", "q", "dp", "dq", "qi"} & set(key) for key in keys)
    assert KeySet.import_key_set({"keys": keys})


@pytest.mark.parametrize("path", [*PATHS, "/oauth/jwks"])
def test_takes_nothing_but_get(path: str) -> None:
    assert Browser().post(path, {}).status_code == 405
