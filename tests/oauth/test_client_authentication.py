"""Client authentication: every fault, at every endpoint where clients authenticate."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from joserfc import jws

from bank.keys import jose
from bank.oauth.models import SpentIdentifier, digest
from bank.outbox import unit
from bank.tpps import directory
from tests.https import Identity
from tests.oauth import given
from tests.oauth.given import Party
from tests.tpps.forging import Forged, another_authority

pytestmark = pytest.mark.exhaustive

OTHER = "client_of_nobody"
DEEP = b"[" * 10_000 + b"]" * 10_000

FAULTS: dict[str, Callable[[Party], dict[str, str]]] = {
    "nothing": lambda _: {},
    "its name alone": lambda bob: {"client_id": bob.client_id},
    "another type of assertion": lambda bob: bob.assertion() | {"client_assertion_type": "saml"},
    "no type of assertion": lambda bob: {"client_assertion": bob.assertion()["client_assertion"]},
    "no JWT": lambda bob: bob.assertion() | {"client_assertion": "a.b"},
    "a JWT of three dots": lambda bob: bob.assertion() | {"client_assertion": "..."},
    "a JWT that is not ASCII": lambda bob: bob.assertion() | {"client_assertion": "ä.ö.ü"},
    "claims that are a list": lambda bob: bob.assertion() | {"client_assertion": bob.sign_raw(b"[]")},
    "claims nested 10,000 deep": lambda bob: bob.assertion() | {"client_assertion": bob.sign_raw(DEEP)},
    "the client_id of another": lambda bob: bob.assertion() | {"client_id": OTHER},
    "an unknown sub": lambda bob: bob.assertion(sub=OTHER),
    "a sub with a NUL": lambda bob: bob.assertion(sub="a\0b"),
    "a sub that is a number": lambda bob: bob.assertion(sub=7),
    "no sub": lambda bob: bob.assertion(sub=None),
    "another iss": lambda bob: bob.assertion(iss=OTHER),
    "no iss": lambda bob: bob.assertion(iss=None),
    "no aud": lambda bob: bob.assertion(aud=None),
    "another aud": lambda bob: bob.assertion(aud="https://other.example"),
    "a list of other auds": lambda bob: bob.assertion(aud=["https://other.example", 7, None]),
    "an aud that is an object": lambda bob: bob.assertion(aud={"a": "b"}),
    "no exp": lambda bob: bob.assertion(exp=None),
    "an exp five minutes ago": lambda bob: bob.assertion(exp=bob.seconds(-300)),
    "an exp that is a text": lambda bob: bob.assertion(exp=str(bob.seconds(60))),
    "an exp that is true": lambda bob: bob.assertion(exp=True),
    "an exp next year": lambda bob: bob.assertion(exp=bob.seconds(365 * 86400)),
    "an iat in 62 seconds": lambda bob: bob.assertion(iat=bob.seconds(62)),
    "an nbf in 62 seconds": lambda bob: bob.assertion(nbf=bob.seconds(62)),
    "an nbf that is a text": lambda bob: bob.assertion(nbf="now"),
    "no jti": lambda bob: bob.assertion(jti=None),
    "an empty jti": lambda bob: bob.assertion(jti=""),
    "a jti that is a number": lambda bob: bob.assertion(jti=7),
    "RS256": lambda bob: bob.assertion(header={"alg": "RS256"}),
    "PS512": lambda bob: bob.assertion(header={"alg": "PS512"}),
    "no algorithm": lambda bob: bob.assertion() | {"client_assertion": _unsigned(bob)},
    "no kid": lambda bob: bob.assertion(header={"kid": None}),
    "an unknown kid": lambda bob: bob.assertion(header={"kid": "of-nobody"}),
    "crit": lambda bob: bob.assertion(header={"crit": ["exp"], "exp": 1}),
    "a changed payload": lambda bob: bob.assertion() | {"client_assertion": _changed(bob)},
}


def _parts(bob: Party) -> list[str]:
    return bob.assertion()["client_assertion"].split(".")


def _changed(bob: Party) -> str:
    other = bob.assertion(exp=bob.seconds(61))["client_assertion"].split(".")[1]
    head, _, signature = _parts(bob)
    return f"{head}.{other}.{signature}"


def _unsigned(bob: Party) -> str:
    claims = jose.orjson.dumps(
        {"iss": bob.client_id, "sub": bob.client_id, "aud": settings.ISSUER, "exp": bob.seconds(60), "jti": "1"}
    )
    return jws.serialize_compact({"alg": "none", "kid": bob.kid}, claims, None, algorithms=["none"])


FORMS: dict[str, dict[str, str]] = {
    given.TOKEN: {"grant_type": "client_credentials"},
    given.PAR: {"request": "not looked at"},
    given.REVOKE: {"token": "not looked at"},
    given.INTROSPECT: {"token": "not looked at"},
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("endpoint", FORMS)
@pytest.mark.parametrize("fault", FAULTS)
def test_refuses_a_client_that_proves_itself_by(bob: Party, fault: str, endpoint: str) -> None:
    answer = bob.post(endpoint, FORMS[endpoint] | FAULTS[fault](bob))

    body = answer.json()
    assert (answer.status_code, body["error"]) == (401, "invalid_client"), body
    assert set(body["error_description"]) <= {chr(c) for c in range(0x20, 0x7F)} - {'"', "\\"}
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")


ACCEPTED: dict[str, dict[str, Any]] = {
    "the issuer": {"aud": settings.ISSUER},
    "the token endpoint": {"aud": f"{settings.MTLS_URL}/oauth/token"},
    "the endpoint for pushed requests": {"aud": f"{settings.MTLS_URL}/oauth/par"},
    "a list with the issuer": {"aud": ["https://other.example", settings.ISSUER]},
}


@pytest.mark.parametrize("audience", ACCEPTED)
def test_accepts_an_assertion_for(bob: Party, audience: str) -> None:
    answer = bob.token(grant_type="client_credentials", **bob.assertion(**ACCEPTED[audience]))

    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_accepts_a_clock_that_is_eight_seconds_ahead(bob: Party, claim: str) -> None:
    answer = bob.token(grant_type="client_credentials", **bob.assertion(**{claim: bob.seconds(8)}))

    assert answer.status_code == 200, answer.content


def test_accepts_the_client_id_beside_the_assertion(bob: Party) -> None:
    answer = bob.token(grant_type="client_credentials", client_id=bob.client_id, **bob.assertion())

    assert answer.status_code == 200, answer.content


def test_accepts_es256(bob: Party) -> None:
    key = given.elliptic_key()
    jwks = {"keys": [key.as_dict(private=False) | {"kid": "elliptic", "use": "sig"}]}
    bob.client.client_jwks = jose.orjson.dumps(jwks).decode()
    bob.client.save(update_fields=["client_jwks"])
    form = bob.assertion()
    claims = jose.peek(form["client_assertion"]).claims
    header = {"alg": "ES256", "kid": "elliptic"}
    form["client_assertion"] = jws.serialize_compact(header, jose.orjson.dumps(claims), key, algorithms=["ES256"])

    answer = bob.token(grant_type="client_credentials", **form)

    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("endpoint", FORMS)
def test_refuses_an_assertion_that_was_used_before(bob: Party, endpoint: str) -> None:
    proof = bob.assertion()
    assert bob.token(grant_type="client_credentials", **proof).status_code == 200

    answer = bob.post(endpoint, FORMS[endpoint] | proof)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_remembers_an_assertion_though_the_request_was_refused_for_another_reason(bob: Party) -> None:
    proof = bob.assertion()
    assert bob.token(grant_type="client_credentials", scope="all", **proof).json()["error"] == "invalid_scope"

    answer = bob.token(grant_type="client_credentials", **proof)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_remembers_an_assertion_until_it_counts_no_more(bob: Party) -> None:
    bob.token(grant_type="client_credentials", **bob.assertion(jti="once"))

    spent = SpentIdentifier.objects.get(digest=digest(f"assertion:{bob.client_id}:once"))

    assert spent.expires_at == datetime.fromtimestamp(bob.seconds(70), tz=UTC)


def test_lets_two_clients_use_the_same_jti(bob: Party, mallory: Party) -> None:
    answers = [
        party.token(grant_type="client_credentials", **party.assertion(jti="common")) for party in (bob, mallory)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_refuses_a_shared_secret(bob: Party) -> None:
    answer = bob.token(grant_type="client_credentials", client_id=bob.client_id, client_secret="secret")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


# By the certificate


@pytest.fixture
def carol(db: None, now: datetime) -> Party:
    """A TPP that authenticates by its certificate."""
    return given.party(now=now, auth_method="tls_client_auth", name="Carol's Cash")


@pytest.mark.parametrize("endpoint", FORMS)
def test_believes_the_certificate_of_a_client_that_registered_so(carol: Party, endpoint: str) -> None:
    answer = carol.post(endpoint, FORMS[endpoint] | {"client_id": carol.client_id})

    assert answer.status_code != 401, answer.content


def test_believes_a_renewed_certificate(carol: Party) -> None:
    renewed = _issued(carol, "renewed", now=carol.now)

    answer = carol.post(given.TOKEN, FORMS[given.TOKEN] | {"client_id": carol.client_id}, identity=renewed)

    assert answer.status_code == 200, answer.content


def _revoked(carol: Party) -> Identity:
    with unit.work():
        directory.revoke(carol.provider.transport, now=carol.now)
    return carol.identity


PRESENTED: dict[str, Callable[[Party], Identity | None]] = {
    "no certificate": lambda _: None,
    "another TPP's": lambda carol: given.party(now=carol.now, name="Mallory Money").identity,
    "that of an unknown authority": lambda carol: (
        Forged(by=another_authority("Theirs", now=carol.now), now=carol.now).identity
    ),
    "the signing one": lambda carol: Identity(given.der(carol.provider.signing), carol.provider.signing_key),
    "a revoked one": _revoked,
    "an expired one": lambda carol: _issued(carol, "old", now=carol.now - timedelta(days=800)),
}


@pytest.mark.parametrize("endpoint", FORMS)
@pytest.mark.parametrize("presented", PRESENTED)
def test_refuses_for_a_client_that_registered_its_certificate(carol: Party, presented: str, endpoint: str) -> None:
    shown = PRESENTED[presented](carol)

    answer = carol.post(endpoint, FORMS[endpoint] | {"client_id": carol.client_id}, identity=shown)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def _issued(carol: Party, key: str, *, now: datetime) -> Identity:
    """Another certificate of the directory for the same software."""
    public_key = given.key(key).public_key()
    row = directory.issue(carol.provider.statement, use="transport", public_key=public_key, now=now)
    return Identity(given.der(row), given.key(key))


def test_refuses_an_assertion_of_a_client_that_registered_its_certificate(carol: Party) -> None:
    answer = carol.token(grant_type="client_credentials", **carol.assertion())

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
