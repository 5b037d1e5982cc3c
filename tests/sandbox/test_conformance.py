"""What is set up for the OpenID Foundation's suite."""

import json
import re
import stat
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from bank.keys import jose
from bank.oauth import clients, registration
from bank.sandbox.conformance import pages, plans, writing

BASE = "https://localhost:8443/test/a/lombard"
ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = "".join(path.read_text() for path in ROOT.glob("bank/customers/templates/lombard/*.html"))


def written(name: str, now: datetime) -> dict:
    path = writing.write(name, plans.PLANS[name], suite="https://localhost:8443/", alias="lombard", now=now)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", plans.PLANS)
def test_registers_every_plans_clients_as_its_variant_has_it(name: str) -> None:
    plan = plans.PLANS[name]

    asked = registration.read(plan.metadata(base=BASE))

    assert asked["profile"].startswith(plan.name[:5].replace("-", "1"))
    assert ("dpop_bound_access_tokens" in asked) == ("dpop" in name)
    assert ("authorization_signed_response_alg" in asked) == ("jarm" in name)
    assert ("require_signed_request_object" in asked) == ("ms-signed" in name)
    assert ("require_pushed_authorization_requests" in asked) == ("pushed" in name)
    assert asked.get("backchannel_token_delivery_mode", "") == ("".join(re.findall("poll|ping", name)))
    assert asked["token_endpoint_auth_method"] == plans.AUTH_METHODS[plan.variant["client_auth_type"]]


def test_writes_two_clients_that_the_bank_knows_by_their_keys_and_certificates(db: None, now: datetime) -> None:
    made = written("f2-mtls-dpop", now)

    for name, certificate in (("client", "mtls"), ("client2", "mtls2")):
        client = clients.find(made[name]["client_id"])
        assert client.profile == "fapi2-security"
        assert client.dpop_bound_access_tokens
        (key,) = made[name]["jwks"]["keys"]
        assert {"d", "kid", "alg"} <= set(key)
        public = {member: value for member, value in key.items() if member not in jose.PRIVATE_MEMBERS}
        assert public in client.software_statement.jwks["keys"]
        subject = x509.load_pem_x509_certificate(made[certificate]["cert"].encode()).subject
        assert subject.rfc4514_string() == client.tls_client_auth_subject_dn
        load_pem_private_key(made[certificate]["key"].encode(), None)
    assert clients.find(made["client"]["client_id"]).redirect_uris == f"{BASE}/callback"
    assert clients.find(made["client2"]["client_id"]).redirect_uris == f"{BASE}/callback?dummy1=lorem&dummy2=ipsum"


def test_asks_for_what_the_plan_is_about(db: None, now: datetime) -> None:
    uk, backchannel = written("f1-obuk-pkjwt", now), written("ciba-ping", now)

    assert uk["client"]["scope"] == "openid accounts"
    assert uk["resource"]["resourceUrl"] == f"{settings.MTLS_URL}/open-banking/v4.0/aisp/"
    assert uk["server"]["discoveryUrl"] == f"{settings.ISSUER}/.well-known/openid-configuration"
    assert backchannel["client"]["hint_value"] == "alice"
    assert "browser" not in backchannel
    told = clients.find(backchannel["client"]["client_id"]).backchannel_client_notification_endpoint
    assert told == f"{BASE}/ciba-notification-endpoint"


def test_presses_only_what_the_banks_pages_have() -> None:
    rules = pages.rules() + [
        rule
        for plan in (plans.FAPI1, plans.FAPI2)
        for changed in pages.overrides(plan).values()
        for rule in changed["browser"]
    ]
    commands = [command for rule in rules for task in rule["tasks"] for command in task["commands"]]
    ids = {command[2] for command in commands if command[0] in ("text", "click")}

    assert ids == {"username", "password", "login-submit", "otp", "otp-submit", "consent-approve", "consent-cancel"}
    for found in ids:
        assert f'id="{found}"' in TEMPLATES
    assert f"<h1>{pages.ERROR_PAGE}</h1>" in TEMPLATES


def test_says_how_the_suite_starts_a_plan() -> None:
    shown = str(plans.PLANS["ciba-poll"])

    assert shown.startswith("fapi-ciba-id1-test-plan[client_auth_type=private_key_jwt][ciba_mode=poll]")


def test_makes_no_two_plans_alike() -> None:
    for one, other in product(plans.PLANS.values(), repeat=2):
        assert one is other or one != other
