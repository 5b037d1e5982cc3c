"""TPPs of every kind register at the running bank and use what they registered."""

import pytest

from bank.sandbox.tpp.client import Refused, expect
from tests.journeys import world

KINDS = [
    ("fapi1-advanced", "tls_client_auth", False),
    ("fapi1-advanced", "self_signed_tls_client_auth", False),
    ("fapi2-security", "private_key_jwt", True),
    ("fapi2-security", "tls_client_auth", False),
    ("fapi2-message-signing", "private_key_jwt", False),
]
pytestmark = pytest.mark.live


@pytest.mark.parametrize(("profile", "auth", "is_dpop"), KINDS)
def test_registers_and_reads_an_account(live, profile, auth, is_dpop):
    options = ["--profile", profile, *(["--dpop"] if is_dpop else [])]
    tpp = live.world.tpp(auth_method=auth, options=options)

    read = world.approved_read(tpp)

    accounts = expect(tpp.get("/aisp/accounts", token=read.tokens.access), status=200).json()["Data"]["Account"]
    assert accounts
    expect(tpp.get("/aisp/accounts", token=tpp.refresh(read.tokens)), status=200)


def test_reads_and_deletes_what_it_registered(live):
    tpp = live.world.tpp()
    address = tpp.identity["registration_client_uri"]
    token = {"Authorization": f"Bearer {tpp.identity['registration_access_token']}"}

    told = expect(tpp.session.get(address, headers=token, timeout=30), status=200).json()
    assert told["client_id"] == tpp.client_id
    expect(tpp.session.delete(address, headers=token, timeout=30), status=204)

    expect(tpp.session.get(address, headers=token, timeout=30), status=401)
    with pytest.raises(Refused, match="invalid_client"):
        tpp.client_credentials("accounts")


def test_says_what_the_profile_does_not_have(live):
    answer = live.world.manage("tpp", "new", "greedy", "--dpop", check=False)

    assert answer.returncode == 1
    assert "dpop_bound_access_tokens needs a profile of FAPI 2" in answer.stderr
