"""How a software statement becomes a client."""

from datetime import datetime

import pytest

from bank.audit.models import Entry
from bank.oauth import registration
from bank.outbox import unit
from bank.tpps import directory
from bank.tpps.models import SoftwareStatement
from tests.oauth import given


def statement(
    *, now: datetime, redirect_uri: str = "https://tpp.example/cb", has_key: bool = True
) -> SoftwareStatement:
    """A software statement of the directory."""
    made = directory.enrol("Bob's Budget", roles=["AISP"], redirect_uris=[redirect_uri], now=now)
    if has_key:
        directory.issue(made, use="signing", public_key=given.key("signing").public_key(), now=now)
    return made


def test_registers_a_client_under_the_profile(work: unit.Unit, now: datetime) -> None:
    made = statement(now=now)

    client = registration.register(made, token_endpoint_auth_method="private_key_jwt", now=now)

    assert client.profile == "fapi1-advanced"
    assert client.grant_types == ["authorization_code", "refresh_token", "client_credentials"]
    assert client.response_types == ["code id_token", "code"]
    assert client.scopes == ["accounts"]
    assert client.redirect_uris == "https://tpp.example/cb"
    assert client.algorithm == "PS256"
    work.write()
    assert Entry.objects.filter(action="client.registered", subject=client.client_id).count() == 1


@pytest.mark.parametrize("uri", ["https://localhost:7450/callback", "https://127.0.0.1/cb?a=b"])
def test_takes_the_redirect_uri(work: unit.Unit, now: datetime, uri: str) -> None:
    made = statement(now=now, redirect_uri=uri)

    assert registration.register(made, token_endpoint_auth_method="private_key_jwt", now=now).redirect_uris == uri


@pytest.mark.parametrize(
    "uri", ["http://tpp.example/cb", "https://tpp.example/cb#a", "https://me@tpp.example/", "https:///cb", "app:/cb"]
)
def test_refuses_the_redirect_uri(work: unit.Unit, now: datetime, uri: str) -> None:
    made = statement(now=now, redirect_uri=uri)

    with pytest.raises(registration.RegistrationRefused):
        registration.register(made, token_endpoint_auth_method="private_key_jwt", now=now)


@pytest.mark.parametrize("method", ["client_secret_basic", "none", "tls_client_auth"])
def test_refuses_a_method_that_the_statement_cannot_serve(work: unit.Unit, now: datetime, method: str) -> None:
    made = statement(now=now)

    with pytest.raises(registration.RegistrationRefused):
        registration.register(made, token_endpoint_auth_method=method, now=now)


def test_refuses_a_statement_without_a_signing_key(work: unit.Unit, now: datetime) -> None:
    made = statement(now=now, has_key=False)

    with pytest.raises(registration.RegistrationRefused):
        registration.register(made, token_endpoint_auth_method="private_key_jwt", now=now)
