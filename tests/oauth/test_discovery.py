"""What the authorization server says of itself, and that it is so."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import resolve
from joserfc.jwk import KeySet

from bank.keys import store

PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
ISSUER, MTLS = "https://localhost:7443", "https://localhost:7444"


@pytest.fixture
def document(client: Client) -> dict[str, object]:
    """The discovery document."""
    answer = client.get(PATHS[0], secure=True)
    assert answer["Content-Type"] == "application/json"
    found: dict[str, object] = answer.json()
    return found


def test_says_the_same_under_both_names(client: Client) -> None:
    first, second = (client.get(path, secure=True).json() for path in PATHS)

    assert first == second


def test_puts_every_machine_endpoint_on_the_mutual_tls_host(document: dict[str, object]) -> None:
    aliases = document["mtls_endpoint_aliases"]

    assert isinstance(aliases, dict)
    assert set(aliases) == {
        "token_endpoint",
        "pushed_authorization_request_endpoint",
        "revocation_endpoint",
        "backchannel_authentication_endpoint",
    }
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

    assert len(served) == len(named) == 6


def test_names_no_algorithm_but_the_two(document: dict[str, object]) -> None:
    listed = [values for name, values in document.items() if "_alg_values_" in name]

    assert len(listed) == 6
    assert all(values == ["PS256", "ES256"] for values in listed)


EXPECTED: dict[str, object] = {
    "response_types_supported": ["code id_token", "code"],
    "response_modes_supported": ["fragment", "jwt", "query.jwt", "query"],
    "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
    "token_endpoint_auth_methods_supported": ["private_key_jwt", "tls_client_auth"],
    "code_challenge_methods_supported": ["S256"],
    "acr_values_supported": ["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"],
    "scopes_supported": ["openid", "accounts", "payments"],
    "request_parameter_supported": True,
    "require_pushed_authorization_requests": False,
    "tls_client_certificate_bound_access_tokens": True,
    "authorization_response_iss_parameter_supported": True,
    "claims_parameter_supported": True,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_says_of(document: dict[str, object], name: str) -> None:
    assert document[name] == EXPECTED[name]


@pytest.mark.parametrize("name", ["introspection_endpoint", "userinfo_endpoint", "registration_endpoint"])
def test_says_nothing_of_what_it_does_not_have(document: dict[str, object], name: str) -> None:
    assert name not in document


def test_publishes_public_keys_only(db: None, now: datetime, client: Client) -> None:
    store.ensure(now)

    keys = client.get("/oauth/jwks", secure=True).json()["keys"]

    assert {key["alg"] for key in keys} == {"PS256", "ES256"}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert all(key["use"] == "sig" for key in keys)
    assert not any({"d", "p", "q", "dp", "dq", "qi"} & set(key) for key in keys)
    assert KeySet.import_key_set({"keys": keys})


@pytest.mark.parametrize("path", [*PATHS, "/oauth/jwks"])
def test_takes_nothing_but_get(client: Client, path: str) -> None:
    assert client.post(path, secure=True).status_code == 405
