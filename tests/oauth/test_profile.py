"""What every profile refuses and how: the table of errors, row by row, for each kind of client."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from bank.oauth import decisions, profile, requests
from bank.oauth.models import AuthorizationRequest, Client, Grant
from bank.outbox import unit
from tests import calls, people
from tests.https import Answer, Browser
from tests.oauth import given, proofs
from tests.oauth.given import Party

pytestmark = pytest.mark.exhaustive

FAPI2, SIGNED = {"profile": "fapi2-security"}, {"profile": "fapi2-message-signing"}
JARM = {"authorization_signed_response_alg": "ES256"}
CLIENTS: dict[str, dict[str, Any]] = {
    "FAPI 1": {},
    "FAPI 1, TLS": {"auth_method": "tls_client_auth"},
    "FAPI 2": FAPI2,
    "FAPI 2, DPoP": FAPI2 | {"dpop_bound_access_tokens": True},
    "FAPI 2, TLS": FAPI2 | {"auth_method": "tls_client_auth"},
    "FAPI 2, TLS, DPoP": FAPI2 | {"auth_method": "tls_client_auth", "dpop_bound_access_tokens": True},
    "signing": SIGNED | {"require_signed_request_object": True},
    "signing, JARM": SIGNED | JARM | {"require_signed_request_object": True},
    "JARM alone, DPoP": SIGNED | JARM | {"dpop_bound_access_tokens": True},
}
every_client = pytest.mark.parametrize("kind", CLIENTS)
every_profile = pytest.mark.parametrize("kind", ["FAPI 1", "FAPI 2, DPoP", "signing, JARM"])


@pytest.fixture
def party(db: None, now: datetime, kind: str) -> Party:
    """A TPP with a client of the kind."""
    return given.party(now=now, **CLIENTS[kind])


def code_of(party: Party) -> str:
    return str(given.told(party.approved())["code"])


def refresh_token_of(party: Party) -> str:
    value: str = party.redeem(code_of(party)).json()["refresh_token"]
    return value


@every_client
@pytest.mark.parametrize("has_consent", [True, False])
def test_completes_its_flow(party: Party, kind: str, has_consent: bool) -> None:  # noqa: FBT001 - a parameter of the test
    brought = given.told(party.approved(consent_id=None if has_consent else ""))
    body = party.redeem(brought["code"]).json()
    again = party.token(grant_type="refresh_token", refresh_token=body["refresh_token"]).json()

    assert brought["iss"] == "https://localhost:7443"
    assert given.claims_of(body["id_token"])["acr"] == given.SCA
    assert given.header_of(body["id_token"])["alg"] == party.client.algorithm
    assert body["token_type"] == again["token_type"] == ("DPoP" if "DPoP" in kind else "Bearer")
    assert again["refresh_token"] == body["refresh_token"]


# Pushed requests. The answers of the table are one for all clients, but where a row says otherwise.

OBJECT, REQUEST = (400, "invalid_request_object"), (400, "invalid_request")
Row = tuple[Callable[[Party], Answer], tuple[int, str]]
OBJECTS: dict[str, dict[str, Any]] = {
    "no exp": {"exp": None},
    "an exp in the past": {"exp": 1},
    "no nbf": {"nbf": None},
    "an nbf in the past": {"nbf": 1},
    "another aud": {"aud": "https://other.example"},
    "RS256": {"header": {"alg": "RS256"}},
    "an unknown key": {"header": {"kid": "of-nobody"}},
    "a request_uri inside": {"request_uri": "urn:x"},
    "a request inside": {"request": "a"},
}
PUSHES: dict[str, Row] = {
    **{
        f"a signed object with {name}": (
            lambda party, change=change: party.push(party.request_object(**change)),
            OBJECT,
        )
        for name, change in OBJECTS.items()
    },
    "an object that another signed": (lambda party: party.push(_of_another(party)), OBJECT),
    "an object that nobody signed": (lambda party: party.push(_of_nobody(party)), OBJECT),
    "no code_challenge": (lambda party: party.ask(code_challenge=None, code_challenge_method=None), REQUEST),
    "plain PKCE": (lambda party: party.ask(code_challenge_method="plain"), REQUEST),
    "no redirect_uri": (lambda party: party.ask(redirect_uri=None), REQUEST),
    "an unregistered redirect_uri": (lambda party: party.ask(redirect_uri="https://evil.example/"), REQUEST),
    "no response_type": (lambda party: party.ask(response_type=None), REQUEST),
    "a scope of others": (lambda party: party.ask(scope="openid everything"), (400, "invalid_scope")),
    "a scope without its intent": (lambda party: party.ask(claims=None), REQUEST),
    "a nonce of 1001 letters": (lambda party: party.ask(nonce="n" * 1001), REQUEST),
    "a max_age in words": (lambda party: party.ask(max_age="soon"), REQUEST),
    "a request_uri": (lambda party: party.push(party.request_object(), request_uri="urn:x"), REQUEST),
    "nothing": (lambda party: party.push(None), REQUEST),
    "the name of another client": (
        lambda party: party.post(given.PAR, party.assertion(iss="client_of_nobody", sub="client_of_nobody")),
        (401, "invalid_client"),
    ),
    "an assertion that has expired": (
        lambda party: party.post(given.PAR, party.assertion(exp=party.seconds(-300))),
        (401, "invalid_client"),
    ),
    "another method": (lambda party: party.call("GET", given.PAR), (405, "invalid_request")),
}


def _of_another(party: Party) -> str:
    head, _, signature = party.request_object().split(".")
    return f"{head}.{party.request_object(state='another').split('.')[1]}.{signature}"


def _of_nobody(party: Party) -> str:
    header = orjson.dumps({"alg": "none", "kid": party.kid})
    return f"{calls.base64url(header)}.{party.request_object().split('.')[1]}."


@every_profile
@pytest.mark.parametrize("row", PUSHES)
def test_refuses_to_keep_a_request_with(party: Party, row: str) -> None:
    push, (status, error) = PUSHES[row]

    answer = push(party)

    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.content
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
    assert not AuthorizationRequest.objects.filter(client=party.client).exists()


@every_client
def test_keeps_plain_requests_of_those_who_need_not_sign(party: Party, kind: str) -> None:
    answer = party.post(given.PAR, party.proof() | party.form())

    assert answer.status_code == (400 if kind.startswith(("FAPI 1", "signing")) else 201), answer.content


@every_profile
@pytest.mark.parametrize("left_out", ["nonce", "state"])
def test_needs_a_nonce_of_fapi_1_alone(party: Party, kind: str, left_out: str) -> None:
    answer = party.ask(**{left_out: None})

    assert answer.status_code == (400 if (kind, left_out) == ("FAPI 1", "nonce") else 201), answer.content


@every_profile
def test_gives_a_code_a_minute(party: Party) -> None:
    party.approved()

    assert Grant.objects.get(application=party.client).expires == party.now + timedelta(seconds=60)


@every_client
@pytest.mark.parametrize("mode", ["jwt", "query", "fragment", "form_post"])
def test_takes_the_response_modes_of_the_profile_alone(party: Party, kind: str, mode: str) -> None:
    modes = profile.policy(party.client).response_modes[party.asked()["response_type"]]

    answer = party.ask(response_mode=mode)

    fits = mode == "jwt" if "JARM" in kind else mode in modes
    assert answer.status_code == (201 if fits else 400), answer.content


@every_client
@pytest.mark.parametrize("response_type", ["code", "code id_token", "id_token", "token", "code token"])
def test_takes_the_response_types_of_the_profile_alone(party: Party, kind: str, response_type: str) -> None:
    """A code alone comes to a client of FAPI 1 in a signed answer only."""
    mode = "jwt" if "FAPI 2" not in kind and response_type == "code" else None

    answer = party.ask(response_type=response_type, response_mode=mode)

    known = {"code", "code id_token"} if kind.startswith("FAPI 1") else {"code"}
    assert answer.status_code == (201 if response_type in known else 400), answer.content


@every_client
def test_refuses_an_essential_acr_that_is_beyond_the_bank(party: Party) -> None:
    intent = party.asked()["claims"]["id_token"]
    unmet = {"id_token": intent | {"acr": {"essential": True, "values": ["urn:mace:incommon:iap:gold"]}}}

    answer = party.ask(claims=unmet)

    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied"), answer.content


# The token endpoint

GRANT, NO_CLIENT = (400, "invalid_grant"), (401, "invalid_client")
TOKENS: dict[str, Row] = {
    "a code that was used": (lambda party: [party.redeem(code) for code in [code_of(party)] * 2][1], GRANT),
    "a code that has expired": (lambda party: party.redeem(_expired(code_of(party))), GRANT),
    "a code of another": (lambda party: party.redeem(code_of(_other(party))), GRANT),
    "another verifier": (lambda party: party.redeem(code_of(party), code_verifier="w" * 64), GRANT),
    "no verifier": (lambda party: party.redeem(code_of(party), code_verifier=None), GRANT),
    "another redirect_uri": (lambda party: party.redeem(code_of(party), redirect_uri="https://tpp.example/"), GRANT),
    "a refresh token of another": (
        lambda party: party.token(grant_type="refresh_token", refresh_token=refresh_token_of(_other(party))),
        GRANT,
    ),
    "a refresh token of nobody": (lambda party: party.token(grant_type="refresh_token", refresh_token="none"), GRANT),
    "a refresh token without its client": (
        lambda party: party.post(
            given.TOKEN, {"grant_type": "refresh_token", "refresh_token": refresh_token_of(party)}
        ),
        NO_CLIENT,
    ),
    "no code": (lambda party: party.redeem(""), REQUEST),
    "no grant": (lambda party: party.token(), REQUEST),
    "no client": (lambda party: party.post(given.TOKEN, {"grant_type": "client_credentials"}), NO_CLIENT),
    "another client's name": (
        lambda party: party.token(grant_type="client_credentials", client_id="client_of_nobody"),
        NO_CLIENT,
    ),
    "a wrong assertion": (
        lambda party: party.token(grant_type="client_credentials", **party.assertion(aud="https://other.example")),
        NO_CLIENT,
    ),
    "an unknown grant": (lambda party: party.token(grant_type="password"), (400, "unsupported_grant_type")),
}


def _other(party: Party) -> Party:
    return given.party(now=party.now, name="Mallory Money")


def _expired(code: str) -> str:
    Grant.objects.filter(code=code).update(expires=datetime.fromisoformat("2020-01-01T00:00:00Z"))
    return code


@every_profile
@pytest.mark.parametrize("row", TOKENS)
def test_gives_no_token_for(party: Party, row: str) -> None:
    call, (status, error) = TOKENS[row]

    answer = call(party)

    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.content
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")


ASKED: dict[str, Callable[[Party], dict[str, str]]] = {
    "client_credentials": lambda _: {},
    "authorization_code": lambda party: {
        "code": code_of(party),
        "redirect_uri": people.REDIRECT_URI,
        "code_verifier": given.VERIFIER,
    },
    "refresh_token": lambda party: {"refresh_token": refresh_token_of(party)},
}


@every_client
@pytest.mark.parametrize("grant_type", ASKED)
def test_gives_no_token_that_is_bound_to_nothing(party: Party, kind: str, grant_type: str) -> None:
    """Who authenticates by the certificate is not even known without one."""
    answer = party.token(grant_type=grant_type, identity=None, headers={}, **ASKED[grant_type](party))

    expected = (401, "invalid_client") if "TLS" in kind else (400, "invalid_request")
    if "DPoP" in kind and "TLS" not in kind:
        expected = (400, "invalid_dpop_proof")
    assert (answer.status_code, answer.json()["error"]) == expected, answer.content


@pytest.mark.parametrize("kind", [kind for kind in CLIENTS if "TLS" in kind])
@pytest.mark.parametrize("path", [given.TOKEN, given.PAR, given.REVOKE, given.INTROSPECT])
def test_believes_no_name_that_comes_with_the_certificate_of_another(party: Party, path: str) -> None:
    form = {"client_id": party.client_id, "grant_type": "client_credentials", "token": "none"}

    answer = party.post(path, form, identity=_other(party).identity)

    assert (answer.status_code, answer.json()["error"]) == NO_CLIENT, answer.content


@every_client
def test_binds_no_code_to_a_key_that_the_request_does_not_prove(party: Party, kind: str, now: datetime) -> None:
    answer = party.ask(dpop_jkt=proofs.Prover(now=now).jkt)

    expected = (201, None)  # who sends no proof with the request names a key, and proves it later
    if kind.startswith("FAPI 1"):
        expected = (400, "invalid_request")
    elif "DPoP" in kind:
        expected = (400, "invalid_dpop_proof")
    assert (answer.status_code, answer.json().get("error")) == expected, answer.content


AUDIENCES: dict[str, tuple[Any, bool]] = {  # and whether FAPI 2 takes it (Security Profile 5.3.2.1)
    "the issuer": ("https://localhost:7443", True),
    "the issuer in a list": (["https://localhost:7443"], False),
    "the token endpoint": ("https://localhost:7444/oauth/token", False),
    "the endpoint for pushed requests": ("https://localhost:7444/oauth/par", False),
}


@pytest.mark.parametrize("kind", ["FAPI 1", "FAPI 2", "signing"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_takes_assertions_for_whom_the_profile_says(party: Party, kind: str, audience: str) -> None:
    value, is_fapi2s = AUDIENCES[audience]

    answer = party.token(grant_type="client_credentials", **party.assertion(aud=value))

    assert answer.status_code == (200 if is_fapi2s or kind == "FAPI 1" else 401), answer.content


# The authorization endpoint


@every_profile
def test_tells_the_customer_on_a_page_of_a_request_that(party: Party) -> None:
    foreign, expired, decided = party.pushed(party.lodge()), party.pushed(), party.pushed(party.lodge())
    reference = expired.rsplit(":", 1)[1]
    AuthorizationRequest.objects.filter(reference=reference).update(expires_at=party.now - timedelta(seconds=1))
    party.visit(request_uri=decided)
    with unit.work():
        row = requests.load(decided.rsplit(":", 1)[1], now=party.now, lock=True)
        decisions.refuse(row, description="CN01", now=party.now)
    plain = without_claims(party)

    shown = {
        "is another's": given.error_page(_other(party).visit(request_uri=foreign)),
        "has run out": given.error_page(party.visit(request_uri=expired)),
        "was answered": given.error_page(party.visit(request_uri=decided)),
        "was never pushed": given.error_page(party.visit(request_uri="urn:ietf:params:oauth:request_uri:none")),
        "is not signed": given.error_page(party.visit(**plain)),
    }

    assert all(b"Request refused" in page.content for page in shown.values())


def without_claims(party: Party) -> dict[str, str]:
    return {name: value for name, value in party.form().items() if name != "claims"}


@every_client
def test_opens_by_value_what_need_not_be_pushed(party: Party, kind: str) -> None:
    answer = party.visit(request=party.request_object(party.lodge()))

    if kind.startswith("FAPI 1"):
        assert answer["Location"].startswith("/login?"), answer["Location"]
    else:
        told = given.told(given.brought_back(answer["Location"]))
        assert (told["error"], told["state"]) == ("invalid_request", "a state")


@every_client
def test_tells_the_client_of_a_customer_who_declines(party: Party) -> None:
    reference = party.open(party.lodge())
    with unit.work():
        row = requests.load(reference, now=party.now, lock=True)
        location = decisions.refuse(row, description="CN01", now=party.now)

    told = given.told(given.brought_back(location))

    assert location.startswith(people.REDIRECT_URI)
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "a state", "https://localhost:7443")


@every_client
def test_tells_the_client_of_an_intent_that_is_not_its_own(party: Party) -> None:
    uri = party.pushed(_other(party).lodge())

    told = given.told(given.brought_back(party.visit(request_uri=uri)["Location"]))

    assert told["error"] == "invalid_request"


def test_answers_to_who_posts_the_request_as_to_who_gets_it(bob: Party) -> None:
    request = {"client_id": bob.client_id, "request": bob.request_object(bob.lodge())}

    opened = bob.browser.post("/oauth/authorize", request)
    refused = bob.browser.post("/oauth/authorize", {"client_id": bob.client_id})

    assert opened["Location"].startswith("/login?request=")
    assert given.error_page(refused)


def test_repeats_nothing_on_the_page_for_errors_that_stands_in_its_address(db: None) -> None:
    page = Browser().get("/oauth/error?reason=Call+us+at+once&words=Evil")

    assert page.status_code == 400
    assert b"Request refused" in page.content
    assert b"Evil" not in page.content
    assert b"Call us" not in page.content


def test_has_a_policy_for_every_profile() -> None:
    assert set(profile.POLICIES) == set(Client.Profile.values)


def test_puts_every_check_to_use() -> None:
    """A check that stands in no column of the matrix would hold nobody."""
    written = {name for name in vars(profile) if name.startswith("_check_")}

    assert {check.__name__ for check, ways in profile.CHECKS if ways} == written
