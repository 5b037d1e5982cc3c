"""With the bank's clock three years ahead, nothing has ended that should work."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from bank import clock
from bank.outbox import unit
from bank.tpps import certificates, directory, statements, tasks
from bank.tpps.models import RevocationList
from tests import calls, people
from tests.oauth import given

AHEAD = timedelta(days=3 * 365)


@pytest.fixture
def later(db: None, settings: Any) -> datetime:
    """The instant of a bank whose clock was set ahead long after it was founded."""
    with unit.work():
        directory.issue_server_certificate(["localhost"], clock.now())
    settings.CLOCK_AHEAD = AHEAD
    certificates.forget()
    return clock.now().replace(microsecond=0)


def test_the_banks_own_certificate_is_renewed_and_trusted_by_who_trusted_the_bank_then(
    later: datetime, settings: Any
) -> None:
    trusted_then = x509.load_pem_x509_certificate((settings.VAR_DIR / "ca.pem").read_bytes())

    tasks.renew()

    served, *chain = x509.load_pem_x509_certificates((settings.VAR_DIR / "keys" / "server.pem").read_bytes())
    verifier = PolicyBuilder().time(later).store(Store([trusted_then])).build_server_verifier(x509.DNSName("localhost"))
    assert verifier.verify(served, chain)[-1] == trusted_then


def test_a_tpp_of_then_renews_and_calls(later: datetime, settings: Any) -> None:
    settings.CLOCK_AHEAD = timedelta(0)
    bob = given.party(now=clock.now(), auth_method="tls_client_auth")
    old = bob.identity
    settings.CLOCK_AHEAD = AHEAD
    tasks.renew()
    form = {"grant_type": "client_credentials", "client_id": bob.client_id, "scope": "accounts"}
    refused = bob.post(given.TOKEN, form, identity=old)
    assert refused.json()["error_description"] == "The certificate has expired."

    with unit.work():
        renewed = directory.reissue(bob.provider.transport, actor="tpp:bob", now=later)
    identity = given.Identity(given.der(renewed), bob.provider.transport_key)
    answer = bob.post(given.TOKEN, form, identity=identity)

    assert answer.status_code == 200, answer.content


def test_a_tpp_of_now_pays_with_all_that_is_made_for_it(later: datetime) -> None:
    bob = calls.caller(now=later)
    alice = people.customer(now=later)
    consent, body = calls.authorised_payment(bob, customer=alice, account=people.account(alice, now=later))

    answer = bob.call("POST", f"{calls.PISP}/domestic-payments", body, token=calls.customers_token(bob, consent))

    assert answer.status_code == 201, answer.content
    said = statements.verify(statements.sign(bob.provider.statement, now=later), now=later)
    assert said["software_id"] == bob.provider.statement.pk
    assert RevocationList.objects.get(anchor__name=directory.ANCHOR).ends_at > later


def test_a_bank_whose_clock_was_set_back_again_is_trusted_too(later: datetime, settings: Any) -> None:
    tasks.renew()
    settings.CLOCK_AHEAD = timedelta(0)

    with unit.work():
        directory.issue_server_certificate(["localhost"], now := clock.now())

    root = x509.load_pem_x509_certificate((settings.VAR_DIR / "ca.pem").read_bytes())
    served, *chain = x509.load_pem_x509_certificates((settings.VAR_DIR / "keys" / "server.pem").read_bytes())
    verifier = PolicyBuilder().time(now).store(Store([root])).build_server_verifier(x509.DNSName("localhost"))
    assert verifier.verify(served, chain)[-1] == root
