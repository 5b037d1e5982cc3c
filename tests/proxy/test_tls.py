"""TLS as the proxies speak it, which must be what the bank itself speaks, and what they answer by themselves."""

import json

import pytest
from OpenSSL import SSL

from tests import handshakes
from tests.handshakes import FAPI_SUITES, OTHER_SUITES, shaken_hands
from tests.journeys import world
from tests.proxy.conftest import settings_of, start

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=["pages", "machines"])
def port(request, bank):
    return getattr(bank, request.param)


@pytest.mark.parametrize("suite", FAPI_SUITES)
def test_speaks_tls_1_2_with_the_suites_of_fapi(port, suite):
    with shaken_hands(port, version=SSL.TLS1_2_VERSION, suite=suite) as connection:
        assert connection.get_cipher_name() == suite


@pytest.mark.parametrize("suite", OTHER_SUITES)
def test_refuses_other_suites_of_tls_1_2(port, suite):
    with (
        pytest.raises(SSL.Error, match="handshake failure"),
        shaken_hands(port, version=SSL.TLS1_2_VERSION, suite=suite),
    ):
        pass


@pytest.mark.parametrize("version", [SSL.TLS1_VERSION, SSL.TLS1_1_VERSION])
def test_refuses_what_is_older_than_tls_1_2(port, version):
    with pytest.raises(SSL.Error, match="protocol version"), shaken_hands(port, version=version):
        pass


def test_prefers_tls_1_3(port):
    with shaken_hands(port) as connection:
        assert connection.get_protocol_version_name() == "TLSv1.3"


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_names_no_authorities(bank, version):
    with shaken_hands(bank.machines, version=version) as connection:
        assert connection.get_client_ca_list() == []


def test_asks_for_a_certificate_on_the_machines_port_alone(bank):
    assert handshakes.asks_for_certificate(bank.machines)
    assert not handshakes.asks_for_certificate(bank.pages)


def test_demands_no_certificate(bank):
    with shaken_hands(bank.machines) as connection:
        answer = handshakes.send(connection, "GET", "/.well-known/openid-configuration")

    assert answer.status == 200
    assert json.loads(answer.body)["issuer"] == f"https://localhost:{bank.pages}"


def test_answers_in_json_to_a_body_that_is_too_large(bank):
    announced = ["Content-Type: application/x-www-form-urlencoded", "Content-Length: 3000000"]
    with shaken_hands(bank.machines) as connection:
        answer = handshakes.send(connection, "POST", "/oauth/token", *announced)

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.body)["error"] == "invalid_request"


def test_answers_in_json_while_the_bank_is_away(bank, tmp_path):
    port, nobody = world.free_port(), f"127.0.0.1:{world.free_port()}"
    told = settings_of(bank, tmp_path) | {
        "LOMBARD_PAGES_LISTEN": f"127.0.0.1:{world.free_port()}",
        "LOMBARD_MACHINES_LISTEN": f"127.0.0.1:{port}",
        "LOMBARD_MACHINES": nobody,
    }
    process = start(bank.proxy, tmp_path, told)
    try:
        with shaken_hands(port) as connection:
            answer = handshakes.send(connection, "POST", "/oauth/token", body=b"grant_type=client_credentials")
    finally:
        process.terminate()
        process.wait(20)

    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.body) == {"error": "temporarily_unavailable"}
