"""Software statements: what the directory says, and which of them the bank believes."""

from datetime import datetime, timedelta

import pytest

from bank.outbox import unit
from bank.tpps import directory, statements
from bank.tpps.models import SoftwareStatement


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

    assert statements.verify(token, now=now + timedelta(minutes=29))
    with pytest.raises(statements.StatementRefused) as caught:
        statements.verify(token, now=now + timedelta(minutes=31))
    assert caught.value.reason == statements.Reason.EXPIRED
