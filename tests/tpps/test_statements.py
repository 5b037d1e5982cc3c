"""Software statements: what the directory says, and which of them the bank believes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from bank.keys import jose
from bank.outbox import unit
from bank.tpps import directory, statements
from bank.tpps.models import SoftwareStatement, TrustAnchor
from bank.tpps.statements import Reason
from tests import calls
from tests.tpps import forging


@pytest.fixture
def statement(work: unit.Unit, now: datetime) -> SoftwareStatement:
    """An application of a TPP."""
    directory.ensure_authority(now)
    return directory.enrol("Bob's Budget", roles=["AISP"], redirect_uris=["https://tpp.example/cb"], now=now)


def test_believes_what_the_sandboxs_directory_says(statement: SoftwareStatement, now: datetime) -> None:
    claims = statements.verify(statements.sign(statement, now=now), now=now)

    assert claims["iss"] == "Lombard sandbox directory"
    assert (claims["org_id"], claims["software_id"]) == (statement.tpp_id, statement.pk)
    assert claims["software_roles"] == ["AISP"]
    assert claims["software_redirect_uris"] == ["https://tpp.example/cb"]
    assert claims["software_jwks_endpoint"].endswith(f"/directory/{statement.tpp_id}/{statement.pk}.jwks")


def test_says_it_under_a_new_identifier_each_time(statement: SoftwareStatement, now: datetime) -> None:
    first, second = (statements.verify(statements.sign(statement, now=now), now=now) for _ in range(2))

    assert first["jti"] != second["jti"]


def test_believes_it_for_half_an_hour(statement: SoftwareStatement, now: datetime) -> None:
    token = statements.sign(statement, now=now)

    assert statements.verify(token, now=now + timedelta(minutes=30))
    assert reason(token, now=now + timedelta(minutes=30, seconds=10)) == Reason.EXPIRED


def reason(token: str, *, now: datetime) -> Reason:
    """Why a statement is refused."""
    with pytest.raises(statements.StatementRefused) as caught:
        statements.verify(token, now=now)
    return caught.value.reason


def said(statement: SoftwareStatement, now: datetime, **claims: Any) -> str:
    """A statement that the directory signed, with other claims than it would say; None leaves one out."""
    complete = statements.claims_of(statement, now=now) | claims
    kept = {name: value for name, value in complete.items() if value is not None}
    return jose.sign_jwt(kept, algorithm="PS256", key=statements.key())


def with_header(statement: SoftwareStatement, now: datetime, *, key: Any = None, **members: str) -> str:
    """A statement that looks like the directory's, signed in another way."""
    own = statements.key()
    signer = key or RSAKey.import_key(own.as_dict(private=True) | {"alg": members["alg"]})
    header = {"alg": "PS256", "kid": own.kid} | members
    claims = orjson.dumps(statements.claims_of(statement, now=now))
    return jws.serialize_compact(header, claims, signer, algorithms=[header["alg"]])


def unsigned(statement: SoftwareStatement, now: datetime) -> str:
    _header, claims, _signature = statements.sign(statement, now=now).split(".")
    return f"{calls.base64url(orjson.dumps({'alg': 'none', 'kid': statements.key().kid}))}.{claims}."


def of_a_withdrawn_directory(statement: SoftwareStatement, now: datetime) -> str:
    TrustAnchor.objects.filter(issuer=statements.ISSUER).update(withdrawn_at=now)
    return statements.sign(statement, now=now)


def of_a_directory_for_certificates_alone(statement: SoftwareStatement, now: datetime) -> str:
    TrustAnchor.objects.filter(issuer=statements.ISSUER).update(uses=["transport", "signing"])
    return statements.sign(statement, now=now)


def withdrawn(statement: SoftwareStatement, now: datetime) -> str:
    token = statements.sign(statement, now=now)
    directory.withdraw(statement, reason="test", actor="staff:sam", now=now)
    return token


def seconds(now: datetime, later: int) -> int:
    return int(now.timestamp()) + later


AUTHORISED_FOR_PISP = {"authorisations": [{"member_state": "GB", "roles": ["PISP"]}]}
STRANGER = RSAKey.import_key(forging.ROOT_KEY, {"kid": "stranger"})
Make = Callable[[SoftwareStatement, datetime], str]
KINDS: dict[str, tuple[Reason, Make]] = {
    "nothing": (Reason.UNREADABLE, lambda _s, _n: ""),
    "rubbish": (Reason.UNREADABLE, lambda _s, _n: "a.b.c"),
    "no JWT": (Reason.UNREADABLE, lambda s, n: statements.sign(s, now=n).replace(".", "")),
    "an unknown directory": (Reason.UNKNOWN_ISSUER, lambda s, n: said(s, n, iss="Another directory")),
    "nobody": (Reason.UNKNOWN_ISSUER, lambda s, n: said(s, n, iss=None)),
    "a list of directories": (Reason.UNKNOWN_ISSUER, lambda s, n: said(s, n, iss=[statements.ISSUER])),
    "a withdrawn directory": (Reason.UNKNOWN_ISSUER, of_a_withdrawn_directory),
    "a directory for certificates alone": (Reason.UNKNOWN_ISSUER, of_a_directory_for_certificates_alone),
    "unsigned": (Reason.WRONG_ALGORITHM, unsigned),
    "RS256": (Reason.WRONG_ALGORITHM, lambda s, n: with_header(s, n, alg="RS256")),
    "another key": (Reason.UNKNOWN_KEY, lambda s, n: with_header(s, n, key=STRANGER, kid="stranger")),
    "another key under the same kid": (Reason.BAD_SIGNATURE, lambda s, n: with_header(s, n, key=STRANGER)),
    "ES256 under an RSA key": (
        Reason.BAD_SIGNATURE,
        lambda s, n: forged_header(statements.sign(s, now=n), alg="ES256"),
    ),
    "changed": (Reason.BAD_SIGNATURE, lambda s, n: changed(statements.sign(s, now=n), org_id="Mallory")),
    "no software": (Reason.INCOMPLETE, lambda s, n: said(s, n, software_id=None)),
    "no organisation": (Reason.INCOMPLETE, lambda s, n: said(s, n, org_id="")),
    "no identifier": (Reason.INCOMPLETE, lambda s, n: said(s, n, jti=None)),
    "no time": (Reason.INCOMPLETE, lambda s, n: said(s, n, iat=None)),
    "a time in words": (Reason.INCOMPLETE, lambda s, n: said(s, n, iat="now")),
    "a number for a name": (Reason.INCOMPLETE, lambda s, n: said(s, n, software_client_name=7)),
    "roles in one text": (Reason.INCOMPLETE, lambda s, n: said(s, n, software_roles="AISP")),
    "no list of redirect URIs": (Reason.INCOMPLETE, lambda s, n: said(s, n, software_redirect_uris=None)),
    "from the future": (Reason.FROM_THE_FUTURE, lambda s, n: said(s, n, iat=seconds(n, 11))),
    "too old": (Reason.EXPIRED, lambda s, n: said(s, n, iat=seconds(n, -1811))),
    "ended by its own word": (Reason.EXPIRED, lambda s, n: said(s, n, exp=seconds(n, -11))),
    "an organisation that was withdrawn": (Reason.NOT_ACTIVE, lambda s, n: said(s, n, org_status="Withdrawn")),
    "no role": (Reason.NO_ROLES, lambda s, n: said(s, n, software_roles=[])),
    "a bank's role": (Reason.UNKNOWN_ROLE, lambda s, n: said(s, n, software_roles=["AISP", "ASPSP"])),
    "a role beyond its authorisations": (
        Reason.UNAUTHORISED_ROLE,
        lambda s, n: said(s, n, organisation_competent_authority_claims=AUTHORISED_FOR_PISP),
    ),
    "no redirect URI": (Reason.NO_REDIRECT_URI, lambda s, n: said(s, n, software_redirect_uris=[])),
    "a redirect over plain HTTP": (
        Reason.BAD_REDIRECT_URI,
        lambda s, n: said(s, n, software_redirect_uris=["http://tpp.example/cb"]),
    ),
    "a redirect with a fragment": (
        Reason.BAD_REDIRECT_URI,
        lambda s, n: said(s, n, software_redirect_uris=["https://tpp.example/cb", "https://tpp.example/#cb"]),
    ),
    "no address of a key set": (Reason.BAD_KEY_SET_ADDRESS, lambda s, n: said(s, n, software_jwks_endpoint=None)),
    "a key set over plain HTTP": (
        Reason.BAD_KEY_SET_ADDRESS,
        lambda s, n: said(s, n, software_jwks_endpoint="http://tpp.example/jwks"),
    ),
    "withdrawn": (Reason.WITHDRAWN, withdrawn),
}


def forged_header(token: str, **members: str) -> str:
    head, claims, signature = token.split(".")
    header = jws.extract_compact(token.encode()).headers() | members
    assert head
    return f"{calls.base64url(orjson.dumps(header))}.{claims}.{signature}"


def changed(token: str, **claims: str) -> str:
    head, _claims, signature = token.split(".")
    other = jose.peek(token).claims | claims
    return f"{head}.{calls.base64url(orjson.dumps(other))}.{signature}"


@pytest.mark.parametrize("kind", KINDS)
def test_refuses(statement: SoftwareStatement, now: datetime, kind: str) -> None:
    expected, make = KINDS[kind]

    assert reason(make(statement, now), now=now) == expected


def test_refuses_a_test_statement_outside_a_sandbox(statement: SoftwareStatement, now: datetime, settings: Any) -> None:
    settings.SANDBOX = False
    test, live = (
        said(statement, now, software_mode=mode, software_jwks_endpoint="https://keys.example/jwks")
        for mode in ("Test", "Live")
    )

    assert reason(test, now=now) == Reason.WRONG_MODE
    assert statements.verify(live, now=now)["software_mode"] == "Live"


def test_has_a_bad_statement_for_every_reason() -> None:
    assert {reason for reason, _ in KINDS.values()} | {Reason.WRONG_MODE} == set(Reason)


def test_believes_another_directory_by_its_row(statement: SoftwareStatement, now: datetime) -> None:
    keys = {"keys": [STRANGER.as_dict(private=False)]}
    TrustAnchor.objects.create(
        name="OBL", kind="open-banking", uses=["statements"], issuer="OpenBanking Ltd", jwks=keys, trusted_since=now
    )
    claims = statements.claims_of(statement, now=now) | {"iss": "OpenBanking Ltd"}

    token = jose.sign_jwt(claims, algorithm="PS256", key=STRANGER)

    assert statements.verify(token, now=now)["iss"] == "OpenBanking Ltd"
