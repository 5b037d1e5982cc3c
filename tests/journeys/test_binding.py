"""What only a real connection shows of tokens and proofs: header fields, as the web server hands them on."""

import json
import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPSConnection
from urllib.parse import urljoin, urlsplit

import pytest

from bank import clock
from bank.sandbox.tpp import client, signing
from tests.journeys import world
from tests.oauth.proofs import Prover

pytestmark = pytest.mark.live
PATH = "/sandbox/whoami"


def ask(tpp: client.Client, *fields: tuple[str, str], shows_certificate: bool = True, path: str = PATH) -> tuple:
    """Call with these header fields, each as often as it is listed; return the status, header and words of refusal."""
    context = ssl.create_default_context(cafile=tpp.folder.file("ca.pem"))
    if shows_certificate:
        context.load_cert_chain(tpp.folder.file("transport.pem"), tpp.folder.file("transport.key"))
    place = urlsplit(tpp.identity["resources"])
    connection = HTTPSConnection(str(place.hostname), place.port, context=context, timeout=30)
    connection.putrequest("GET", path)
    for name, value in fields:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, body


def test_stamps_what_it_tells_with_date_and_interaction_id(tpp):
    token = tpp.client_credentials("")

    status, headers, _ = ask(tpp, ("Authorization", f"Bearer {token}"))

    assert status == 200
    assert abs(parsedate_to_datetime(headers["Date"]).timestamp() - clock.now().timestamp()) < 60
    assert headers["x-fapi-interaction-id"]


def test_refuses_a_token_over_a_connection_without_its_certificate(tpp):
    token = tpp.client_credentials("")

    status, headers, body = ask(tpp, ("Authorization", f"Bearer {token}"), shows_certificate=False)

    assert status == 401
    assert headers["WWW-Authenticate"] == 'Bearer realm="open-banking", error="invalid_token"'
    assert "The connection has no client certificate." in body


@dataclass(frozen=True)
class Holder:
    """A TPP that has its tokens bound to a key of its own."""

    tpp: client.Client
    prover: Prover
    token: str

    def proof(self) -> str:
        url = urljoin(self.tpp.identity["resources"], PATH)
        return self.prover.proof("GET", url, access_token=self.token)


@pytest.fixture(scope="module")
def holder(bank: world.World) -> Holder:
    tpp = bank.tpp(options=["--profile", "fapi2-security", "--dpop"])
    return Holder(tpp, Prover(now=clock.now(), key=tpp.folder.dpop_key), tpp.client_credentials("accounts"))


def test_takes_a_token_of_a_key_without_any_certificate(holder):
    status, _, body = ask(
        holder.tpp,
        ("Authorization", f"DPoP {holder.token}"),
        ("DPoP", holder.proof()),
        shows_certificate=False,
    )

    assert status == 200
    assert json.loads(body)["token"]["bound_to"] == {"jkt": holder.prover.jkt}


def test_refuses_a_proof_that_another_process_has_seen(holder):
    fields = (("Authorization", f"DPoP {holder.token}"), ("DPoP", holder.proof()))

    answers = [ask(holder.tpp, *fields) for _ in range(6)]

    assert [status for status, _, _ in answers] == [200] + [401] * 5
    assert all("The proof was used before." in body for _, _, body in answers[1:])


def test_tells_the_customers_name_to_a_tpp_with_a_key_and_what_its_token_is_worth(bank):
    tpp = bank.tpp(options=["--profile", "fapi2-message-signing", "--dpop"])
    read = world.approved_read(tpp)

    told = client.expect(tpp.get(tpp.endpoint("userinfo_endpoint"), token=read.tokens.access), status=200).json()
    form = {"token": read.tokens.access, **tpp._authentication()}
    accept = {"Accept": "application/token-introspection+jwt"}
    answer = tpp.session.post(tpp.endpoint("introspection_endpoint"), data=form, headers=accept, timeout=30)
    worth = signing.verify_jwt(answer.text, keys=tpp.bank_keys)["token_introspection"]

    assert told["sub"] == read.tokens.claims["sub"] == worth["sub"]
    assert worth["active"] is True
    assert worth["cnf"] == {"jkt": tpp.folder.dpop_key.thumbprint()}
    assert worth["openbanking_intent_id"] == read.consent_id


def test_refuses_two_proofs_as_the_web_server_joins_them(holder):
    status, headers, body = ask(
        holder.tpp,
        ("Authorization", f"DPoP {holder.token}"),
        ("DPoP", holder.proof()),
        ("DPoP", holder.proof()),
    )

    assert status == 401
    assert headers["WWW-Authenticate"].startswith("DPoP")
    assert "There is more than one DPoP proof." in body


def test_refuses_a_token_in_the_address(tpp):
    status, _, _ = ask(tpp, path=f"{PATH}?access_token={tpp.client_credentials('')}")

    assert status == 401
