"""What people and TPPs do with the bank works behind each proxy, by the addresses that the proxy gives it."""

import pytest
import requests

from bank.sandbox.tpp import browser, client, pay
from tests import people
from tests.journeys import world

pytestmark = pytest.mark.timeout(300)


def test_takes_a_payment_that_a_customer_approves(bob, alice):
    own = bob.client_credentials("payments")
    consent = pay.lodge(bob, world.payment("12.34", to="20000012345678"), token=own)
    asked = bob.authorization(consent["Data"]["ConsentId"], scope="payments")
    who = browser.Customer(alice.username, people.PASSWORD, world.CODE)
    ca, page = bob.folder.file("ca.pem"), bob.identity["redirect_uri"]
    tokens = bob.finish(asked, fragment=browser.approve(asked.url, customer=who, ca=ca, stop_at=page))

    answer = bob.post(pay.ORDERS, pay.order_body(consent), token=tokens.access)

    order = client.expect(answer, status=201).json()
    assert order["Data"]["ConsentId"] == consent["Data"]["ConsentId"]
    assert order["Links"]["Self"].startswith(f"{bob.identity['resources']}{pay.ORDERS}/")
    assert answer.headers["Date"]
    assert answer.headers["x-fapi-interaction-id"] == answer.request.headers["x-fapi-interaction-id"]


def test_knows_a_client_by_its_certificate_alone(carol):
    token = carol.client_credentials("accounts")

    answer = carol.get("/aisp/account-access-consents/con_1", token=token)

    assert answer.status_code in {400, 403}, "whom the bank knows is told that there is no such consent"


def test_takes_a_proof_of_possession_for_its_public_address(bank, dave):
    token = dave.client_credentials("accounts")

    answer = dave.get("/aisp/account-access-consents/con_1", token=token)

    assert dave.identity["resources"].startswith(f"https://localhost:{bank.machines}/")
    assert answer.status_code in {400, 403}, "whom the bank knows is told that there is no such consent"


def test_names_its_own_public_addresses(bank, bob):
    issuer, machines = f"https://localhost:{bank.pages}", f"https://localhost:{bank.machines}"

    document = bob.discovery

    assert document["issuer"] == issuer
    endpoints = {name: url for name, url in document.items() if name.endswith("_endpoint")}
    assert endpoints.pop("authorization_endpoint").startswith(f"{issuer}/")
    assert all(url.startswith(f"{machines}/") for url in endpoints.values())
    assert document["mtls_endpoint_aliases"] == endpoints


def test_keeps_machines_and_people_apart(bank, bob):
    def ask(method, port, path):
        return requests.request(
            method, f"https://localhost:{port}{path}", verify=bob.session.verify, timeout=20, allow_redirects=False
        )

    assert ask("POST", bank.pages, "/oauth/token").status_code == 404
    assert ask("GET", bank.pages, "/open-banking/v4.0/aisp/accounts").status_code == 404
    assert ask("GET", bank.machines, "/login").status_code == 404
    assert ask("GET", bank.machines, "/nothing").headers["Content-Type"] == "application/json"
    assert ask("GET", bank.pages, "/").status_code == 200
