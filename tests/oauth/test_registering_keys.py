"""The keys that registered clients sign with: their directory's, as it publishes them now."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from joserfc.jwk import RSAKey

from bank.keys.models import RemoteKeySet
from bank.tpps import directory
from bank.tpps.models import TPP, Certificate, SoftwareStatement, TrustAnchor
from tests import calls
from tests.elsewhere import answer
from tests.oauth import given
from tests.oauth.newcomer import STATEMENT, client_of, expect_refusal, newcomer, stored, told


def test_counts_a_signing_key_that_the_directory_issued_since(nora):
    told(nora.register(), status=201)
    client = client_of(nora)
    directory.issue(nora.statement, use="signing", public_key=given.key("renewed").public_key(), now=nora.now)
    nora.statement.refresh_from_db()
    renewed = nora.statement.jwks["keys"][-1]["kid"]
    nora.provider = replace(nora.provider, client=client, signing_key=given.key("renewed"))

    answer = nora.post(
        given.TOKEN,
        {"grant_type": "client_credentials", "scope": "accounts", **nora.assertion(header={"kid": renewed})},
    )

    told(answer, status=200)


@pytest.fixture
def elsewhere_statement(nora, elsewhere, trusted) -> Callable[..., str]:
    """Signs for a directory that is not this sandbox's, which alone knows Nora, and publishes her keys somewhere."""
    key = RSAKey.import_key(given.key("directory"), {"kid": "directory", "alg": "PS256", "use": "sig"})
    TrustAnchor.objects.create(
        name="Elsewhere",
        issuer="Elsewhere Ltd",
        uses=["statements"],
        jwks={"keys": [key.as_dict(private=False)]},
        trusted_since=nora.now - timedelta(days=1),
    )
    organisation = nora.statement.tpp  # read before it is forgotten
    Certificate.objects.filter(software_statement=nora.statement).delete()
    SoftwareStatement.objects.filter(pk=nora.statement.pk).delete()
    TPP.objects.filter(pk=organisation.pk).delete()
    url, seen = elsewhere(answer(200, orjson.dumps(nora.statement.jwks)))

    def statement(**claims: Any) -> str:
        return nora.software_statement(key=key, iss="Elsewhere Ltd", software_jwks_endpoint=url, **claims)

    statement.seen = seen
    return statement


def test_takes_software_that_another_directory_vouches_for(nora, elsewhere_statement):
    registered = told(nora.register(software_statement=elsewhere_statement()), status=201)

    nora.provider = replace(nora.provider, client=client_of(nora))
    assert registered["jwks_uri"] == nora.client.client_jwks_uri
    assert nora.client.software_statement.tpp.name == "Nora's Notes"
    told(nora.token(grant_type="client_credentials", scope=""), status=200)
    assert len(elsewhere_statement.seen) == 1


def test_follows_what_another_directory_says_later(nora, elsewhere_statement):
    told(nora.register(software_statement=elsewhere_statement()), status=201)

    later = elsewhere_statement(software_client_name="Nora's New Notes", software_roles=["AISP"])
    changed = told(nora.send("put", nora.request(software_statement=later, scope=None)), status=200)

    assert (changed["client_name"], changed["scope"]) == ("Nora's New Notes", "openid accounts")


@pytest.mark.parametrize(
    "claims", [{"org_name": "n" * 141}, {"software_id": "s" * 41}, {"software_client_name": "a\0"}], ids=str
)
def test_refuses_a_statement_that_holds_what_cannot_be_kept(nora, elsewhere_statement, claims):
    before = stored()

    body = nora.request(
        software_statement=elsewhere_statement(**claims),
        iss=claims.get("software_id", nora.statement.pk),
        software_id=None,
    )
    expect_refusal(nora.send("post", body), STATEMENT)
    assert stored() == before


def test_lets_no_other_directory_speak_of_this_ones_software(nora, elsewhere_statement, now):
    otto = newcomer(now=now, name="Otto's Orders")

    forged = elsewhere_statement(org_id=otto.statement.tpp_id, software_id=otto.statement.pk)
    expect_refusal(otto.register(software_statement=forged), STATEMENT, "another directory")


def test_checks_messages_with_keys_that_are_published_elsewhere(nora, elsewhere_statement):
    told(nora.register(software_statement=elsewhere_statement()), status=201)
    nora.provider = replace(nora.provider, client=client_of(nora))
    caller = calls.Caller(provider=nora.provider, now=nora.now)
    path, token = f"{calls.PISP}/domestic-payment-consents", caller.token("payments")
    RemoteKeySet.objects.update(fetched_at=nora.now - timedelta(minutes=16), tried_at=nora.now - timedelta(minutes=16))

    lodged = caller.call("POST", path, calls.payment(), token=token)
    forged = caller.call("POST", path, calls.payment(), token=token, x_jws_signature=caller.sign(b"", kid="other"))

    assert lodged.status_code == 201, lodged.content
    assert calls.error(forged)["ErrorCode"] == "U016"
    assert len(elsewhere_statement.seen) == 2
