"""Clients from package registries complete every profile's flow against the running bank, unchanged."""

import json
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import RSAKey
from jwcrypto.common import JWException
from jwskate import Jwt
from requests_oauth2client import (
    AuthorizationRequest,
    BearerToken,
    DPoPToken,
    InvalidGrant,
    OAuth2Client,
    PrivateKeyJwt,
    PublicApp,
)

from bank.sandbox.tpp import pay
from tests.journeys import outsiders, world
from tests.journeys.outsiders import Outsider

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
PLANS = [
    "f1-plain-byvalue",
    "f1-plain-byvalue-jarm",
    "f1-plain-pushed",
    "f2-pkjwt-dpop",
    "f2-pkjwt-mtls",
    "f2-mtls-mtls",
    "f2ms-signed-jarm",
    "ciba-poll",
]
VERIFIER = "v" * 64


@pytest.fixture(scope="module")
def registered(bank: world.World) -> dict[str, Outsider]:
    return outsiders.register(bank, *PLANS)


def oauth2client(who: Outsider, **more: object) -> OAuth2Client:
    """requests_oauth2client, set up from discovery and the registration's answer."""
    discovery = who.discovery()
    by_key = PrivateKeyJwt(who.client_id, who.key, aud=discovery["issuer"])
    return OAuth2Client.from_discovery_document(
        discovery,
        auth=PublicApp(who.client_id) if "mtls-mtls" in who.configuration["alias"] else by_key,
        redirect_uri=who.redirect_uri,
        session=who.session(),
        authorization_server_jwks=json.loads(who.bank_keys().export()),
        id_token_signed_response_alg="PS256",
        **more,
    )


def finish(client: OAuth2Client, asked: AuthorizationRequest, back: str, who: Outsider) -> BearerToken:
    """From the customer's return to a call of a resource, a refresh and a second call."""
    answer = asked.validate_callback(back)
    # With a DPoP key its own check of the ID token fails on a fault of its own; ours below, by jwcrypto, does for both.
    token = client.authorization_code(answer, validate=not client.dpop_bound_access_tokens)
    assert who.checked(str(token.id_token))["nonce"] == asked.nonce
    assert client.session.get(who.resource, auth=token).status_code == 200
    assert client.session.get(who.resource, auth=client.refresh_token(token)).status_code == 200
    with pytest.raises(InvalidGrant):
        client.authorization_code(answer)
    with pytest.raises(InvalidGrant):  # a code that comes twice ends its tokens
        client.refresh_token(token)
    return token


def test_requests_oauth2client_completes_fapi2_with_a_dpop_key(registered):
    who = registered["f2-pkjwt-dpop"]
    client = oauth2client(who, dpop_bound_access_tokens=True)
    asked = client.authorization_request(scope=who.scope)

    pushed = client.pushed_authorization_request(asked)
    token = finish(client, asked, who.walk(pushed.uri), who)

    assert isinstance(token, DPoPToken)


def test_requests_oauth2client_completes_fapi2_with_certificates_alone(registered):
    who = registered["f2-mtls-mtls"]
    client = oauth2client(who)
    asked = client.authorization_request(scope=who.scope)

    pushed = client.pushed_authorization_request(asked)

    finish(client, asked, who.walk(pushed.uri), who)


def push_signed(client: OAuth2Client, who: Outsider, asked: dict[str, object]) -> str:
    """Push what it asks, signed; return the customer's link."""
    now = Jwt.timestamp()
    claims = asked | {"iss": who.client_id, "aud": client.issuer, "nbf": now, "exp": now + 300}
    signed = Jwt.sign(claims, key=who.key, typ="oauth-authz-req+jwt")
    answer = client.session.post(
        client.pushed_authorization_request_endpoint,
        data={"client_id": who.client_id, "request": str(signed)},
        auth=client.auth,
    )
    assert answer.status_code == 201, answer.text
    query = urlencode({"client_id": who.client_id, "request_uri": answer.json()["request_uri"]})
    return f"{client.authorization_endpoint}?{query}"


def test_requests_oauth2client_completes_message_signing(registered):
    who = registered["f2ms-signed-jarm"]
    client = oauth2client(who)
    asked = client.authorization_request(scope=who.scope, response_mode="jwt")

    back = who.walk(push_signed(client, who, asked.args))
    (response,) = parse_qs(urlsplit(back).query)["response"]
    told = who.checked(response)

    finish(client, asked, f"{who.redirect_uri}?{urlencode(told | {'aud': who.client_id})}", who)


def test_requests_oauth2client_completes_fapi1_pushed(registered):
    who = registered["f1-plain-pushed"]
    client = oauth2client(who)
    asked = client.authorization_request(scope=who.scope)

    back = urlsplit(who.walk(push_signed(client, who, asked.args | {"response_type": "code id_token"})))
    (front,) = parse_qs(back.fragment)["id_token"]
    assert who.checked(front)["nonce"] == asked.nonce

    finish(client, asked, f"{who.redirect_uri}?{back.fragment}", who)


def test_requests_oauth2client_completes_a_request_without_a_browser(registered):
    who = registered["ciba-poll"]
    endpoint = who.discovery()["backchannel_authentication_endpoint"]
    client = oauth2client(who, backchannel_authentication_endpoint=endpoint)
    now = Jwt.timestamp()
    claims = {
        "iss": who.client_id,
        "aud": client.issuer,
        "iat": now,
        "nbf": now,
        "exp": now + 300,
        "jti": f"other-{now}",
        "scope": who.scope,
        "login_hint": "alice",
        "binding_message": "1234",
    }
    signed = str(Jwt.sign(claims, key=who.key))

    asked = client.session.post(endpoint, data={"request": signed}, auth=client.auth)
    assert asked.status_code == 200, asked.text
    auth_req_id = asked.json()["auth_req_id"]
    approval = who.configuration["automated_ciba_approval_url"].format(auth_req_id=auth_req_id, action="allow")
    assert client.session.post(approval).ok
    token = client.ciba(auth_req_id)

    assert who.checked(str(token.id_token))["acr"]
    assert client.session.get(who.resource, auth=token).status_code == 200


def authlib(who: Outsider) -> OAuth2Session:
    """authlib's session, with the one way to authenticate that it has for keys."""
    key = RSAKey.import_key(who.key)
    session = who.session(
        OAuth2Session(
            who.client_id,
            key,
            token_endpoint_auth_method="private_key_jwt",
            scope=who.scope,
            redirect_uri=who.redirect_uri,
            code_challenge_method="S256",
        )
    )
    issuer = who.discovery()["issuer"]
    session.register_client_auth_method(PrivateKeyJWT(issuer, headers={"kid": who.key["kid"]}, alg="PS256"))
    return session


def ask(session: OAuth2Session, who: Outsider, **more: str) -> tuple[dict[str, str], str]:
    """What authlib would ask by its link, and the state that must come back."""
    url, state = session.create_authorization_url(
        who.discovery()["authorization_endpoint"], code_verifier=VERIFIER, nonce="a-nonce", **more
    )
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}, state


def sign(who: Outsider, asked: dict[str, str]) -> dict[str, str]:
    """The same, signed by another library: authlib makes no request objects."""
    now = int(time.time())
    standard = {"iss": who.client_id, "aud": who.discovery()["issuer"], "nbf": now, "exp": now + 300}
    return {"client_id": who.client_id, "request": str(Jwt.sign(asked | standard, key=who.key))}


def come_back(session: OAuth2Session, who: Outsider, back: str, *, state: str) -> dict[str, str]:
    """From the customer's return to a call of a resource, a refresh and a second call; return what came back."""
    parts, endpoint = urlsplit(back), who.discovery()["token_endpoint"]
    told = {name: values[0] for name, values in parse_qs(parts.query or parts.fragment).items()}
    told = who.checked(told["response"]) if "response" in told else told
    assert told["state"] == state
    token = session.fetch_token(endpoint, code=told["code"], grant_type="authorization_code", code_verifier=VERIFIER)
    assert who.checked(token["id_token"])["nonce"] == "a-nonce"
    assert session.get(who.resource).status_code == 200
    session.refresh_token(endpoint)
    assert session.get(who.resource).status_code == 200
    return told


def test_authlib_completes_fapi1_by_value(registered):
    who = registered["f1-plain-byvalue"]
    session = authlib(who)
    asked, state = ask(session, who)
    asked["response_type"] = "code id_token"

    query = {"response_type": "code id_token", "scope": who.scope} | sign(who, asked)
    back = who.walk(f"{who.discovery()['authorization_endpoint']}?{urlencode(query)}")

    told = come_back(session, who, back, state=state)
    assert who.checked(told["id_token"])["nonce"] == "a-nonce"


def test_authlib_completes_fapi1_with_a_signed_answer(registered):
    who = registered["f1-plain-byvalue-jarm"]
    session = authlib(who)
    asked, state = ask(session, who, response_mode="jwt")

    query = {"response_type": "code", "scope": who.scope} | sign(who, asked)
    back = who.walk(f"{who.discovery()['authorization_endpoint']}?{urlencode(query)}")

    come_back(session, who, back, state=state)


@pytest.mark.parametrize("name", ["f1-plain-pushed", "f2-pkjwt-mtls", "f2ms-signed-jarm"])
def test_authlib_completes_what_it_pushed(registered, name):
    who = registered[name]
    session, discovery = authlib(who), who.discovery()
    more = {"f1-plain-pushed": {"response_type": "code id_token"}, "f2ms-signed-jarm": {"response_mode": "jwt"}}
    asked, state = ask(session, who)
    asked |= more.get(name, {})

    pushed = who.session().post(
        discovery["pushed_authorization_request_endpoint"],
        data=sign(who, asked) if name in more else asked,
        auth=session.client_auth(session.token_endpoint_auth_method),
    )
    assert pushed.status_code == 201, pushed.text
    query = {"client_id": who.client_id, "request_uri": pushed.json()["request_uri"]}
    back = who.walk(f"{discovery['authorization_endpoint']}?{urlencode(query)}")

    come_back(session, who, back, state=state)


def test_another_library_believes_the_banks_signature_over_an_answer(bank, tpp):
    """The detached signature of the Read/Write API, whose header has critical members of its own."""
    own = tpp.client_credentials("payments")
    answer = tpp.get(f"{pay.CONSENTS}/{lodged(tpp, own)}", token=own)
    who = Outsider({"server": {"discoveryUrl": tpp.identity["discovery"]}}, tpp.folder.file("ca.pem"), tpp.folder.path)

    who.check_detached(answer.headers["x-jws-signature"], answer.content)

    with pytest.raises(JWException):
        who.check_detached(answer.headers["x-jws-signature"], answer.content + b" ")


def lodged(tpp, own: str) -> str:
    """A payment consent."""
    consent_id: str = pay.lodge(tpp, world.payment("1.00"), token=own)["Data"]["ConsentId"]
    return consent_id
