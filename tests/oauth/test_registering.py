"""POST, GET, PUT and DELETE at /oauth/register: what works, as the UK's Dynamic Client Registration v3.3 has it."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from bank.audit.models import Entry
from bank.keys import jose
from bank.oauth.models import AccessToken, Authorization, Client
from bank.tpps.models import SoftwareStatement
from tests import people
from tests.oauth.newcomer import (
    CIBA,
    METADATA,
    PATH,
    REDIRECT_URIS,
    STATEMENT,
    Newcomer,
    client_of,
    expect_refusal,
    newcomer,
    told,
)


def test_registers_a_client_and_tells_what_it_is(nora):
    answer = told(nora.register(), status=201)

    client = Client.objects.get(client_id=answer["client_id"])
    assert len(client.client_id) <= 36
    assert client.software_statement == nora.statement
    assert (client.profile, client.token_endpoint_auth_method) == ("fapi1-advanced", "private_key_jwt")
    assert (client.scopes, client.redirect_uris) == (["accounts", "payments"], people.REDIRECT_URI)
    assert client.registration_token_checksum == hashlib.sha256(nora.access.encode()).hexdigest()
    expected = {
        "registration_client_uri": f"https://localhost:7444{nora.path}",
        "redirect_uris": [people.REDIRECT_URI],
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types": ["code id_token"],
        "software_id": nora.statement.pk,
        "scope": "openid accounts payments",
        "application_type": "web",
        "id_token_signed_response_alg": "PS256",
        "request_object_signing_alg": "PS256",
        "token_endpoint_auth_signing_alg": "PS256",
        "org_id": nora.statement.tpp_id,
        "software_client_name": "Nora's Notes",
    }
    assert {name: answer[name] for name in expected} == expected
    assert answer["software_statement"].count(".") == 2
    assert answer["client_id_issued_at"] > 0
    assert not {"client_secret", "iss", "jti", "exp"} & set(answer)
    assert Entry.objects.filter(action="client.registered", subject=client.client_id).exists()


def test_serves_the_client_at_once(nora):
    told(nora.register(), status=201)
    nora.provider = replace(nora.provider, client=client_of(nora))

    told(nora.token(grant_type="client_credentials", scope=""), status=200)


@pytest.mark.parametrize("content_type", ["application/jose", "application/jwt", "application/jwt; charset=utf-8"])
def test_takes_the_media_type(nora, content_type):
    told(nora.send("post", nora.request(), content_type=content_type), status=201)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"redirect_uris": None}, {"redirect_uris": REDIRECT_URIS}),
        ({"redirect_uris": REDIRECT_URIS[1:]}, {"redirect_uris": REDIRECT_URIS[1:]}),
        ({"scope": "openid accounts"}, {"scope": "openid accounts"}),
        ({"scope": None}, {"scope": "openid accounts payments"}),
        ({"scope": ""}, {"scope": "openid accounts payments"}),
        ({"response_types": None}, {"response_types": ["code id_token", "code"]}),
        ({"grant_types": None}, {"grant_types": ["authorization_code", "refresh_token", "client_credentials"]}),
        (
            {"grant_types": ["client_credentials"], "response_types": []},
            {"grant_types": ["client_credentials"], "response_types": []},
        ),
        ({"id_token_signed_response_alg": "ES256"}, {"id_token_signed_response_alg": "ES256"}),
        ({"request_object_signing_alg": None}, {"request_object_signing_alg": "PS256"}),
        ({"application_type": "mobile"}, {"application_type": "mobile"}),
        ({"software_id": None}, {}),
        ({"aud": "https://localhost:7443"}, {}),
        ({"aud": ["https://localhost:7444/oauth/register", "somebody"]}, {}),
        ({"made_up": {"by": "the TPP"}, "logo_uri": 7}, {}),
        ({"require_pushed_authorization_requests": True}, {"require_pushed_authorization_requests": True}),
        (
            {"profile": "fapi2-security", "response_types": ["code"], "dpop_bound_access_tokens": True},
            {"dpop_bound_access_tokens": True, "tls_client_certificate_bound_access_tokens": False},
        ),
        (
            {
                "profile": "fapi2-message-signing",
                "response_types": ["code"],
                "authorization_signed_response_alg": "PS256",
            },
            {"authorization_signed_response_alg": "PS256", "profile": "fapi2-message-signing"},
        ),
        ({"profile": "fapi2-security", "response_types": None}, {"response_types": ["code"]}),
        (
            {"grant_types": [CIBA], "response_types": [], "backchannel_token_delivery_mode": "poll"},
            {"backchannel_token_delivery_mode": "poll"},
        ),
        (
            {
                "grant_types": [CIBA, "authorization_code"],
                "backchannel_token_delivery_mode": "ping",
                "backchannel_client_notification_endpoint": "https://tpp.example/ping",
                "backchannel_authentication_request_signing_alg": "PS256",
            },
            {"backchannel_client_notification_endpoint": "https://tpp.example/ping"},
        ),
        ({"token_endpoint_auth_method": "self_signed_tls_client_auth"}, {}),
    ],
    ids=str,
)
def test_takes(nora, claims, expected):
    answer = told(nora.register(**claims), status=201)

    assert {name: answer[name] for name in expected} == expected


def test_gives_a_role_its_scope(db, now):
    answer = told(newcomer(now=now, roles=("CBPII",)).register(scope="openid fundsconfirmations"), status=201)

    assert answer["scope"] == "openid fundsconfirmations"


@pytest.mark.parametrize(
    "write", [lambda name: name, lambda name: ", ".join(name.split(",")), lambda name: name.upper()]
)
def test_takes_the_subject_of_the_certificate_as_tools_write_it(nora, write):
    subject = nora.provider.transport.subject

    answer = told(
        nora.register(token_endpoint_auth_method="tls_client_auth", tls_client_auth_subject_dn=write(subject)),
        status=201,
    )

    assert answer["tls_client_auth_subject_dn"] == subject


def test_tells_a_client_what_it_is_registered_as(nora):
    registered = told(nora.register(), status=201)

    assert told(nora.send("get"), status=200) == registered


def own_token(nora: Newcomer, **more: Any) -> str:
    """An access token of the client's own credentials."""
    value = "own-token"
    usual = {"cnf": {"x5t#S256": nora.provider.transport.thumbprint}, "expires": nora.now + timedelta(minutes=5)}
    checksum = hashlib.sha256(value.encode()).hexdigest()
    AccessToken.objects.create(application=client_of(nora), scope="accounts", token_checksum=checksum, **usual | more)
    return value


def test_takes_an_access_token_of_the_clients_own(nora):
    registered = told(nora.register(), status=201)

    answer = told(nora.send("get", token=own_token(nora)), status=200)

    assert answer == {name: value for name, value in registered.items() if name != "registration_access_token"}


@pytest.mark.parametrize(
    "more",
    [{"cnf": {"x5t#S256": "another"}}, {"cnf": {"jkt": "a key"}}, {"expires": datetime(2020, 1, 1, tzinfo=UTC)}],
    ids=["another certificate", "a key", "expired"],
)
def test_refuses_an_access_token_that_does_not_count(nora, more):
    told(nora.register(), status=201)

    expect_refusal(nora.send("get", token=own_token(nora, **more)), "invalid_token", status=401)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("token", ["", "made-up", "\u00fc"])
def test_refuses_other_tokens(nora, method, token):
    told(nora.register(), status=201)

    answer = nora.send(method, nora.request(), token=token or " ")

    expect_refusal(answer, "invalid_token", status=401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_refuses_the_token_of_another_client(nora, method, now):
    told(nora.register(), status=201)
    other = newcomer(now=now, name="Otto's Orders")
    told(other.register(), status=201)

    expect_refusal(other.send(method, path=nora.path), "invalid_client", "another TPP", status=401)
    expect_refusal(nora.send(method, token=other.access), "invalid_token", status=401)
    expect_refusal(nora.send(method, identity=None), "invalid_client", status=401)


def test_revokes_an_access_token_that_is_used_for_an_unknown_client(nora):
    told(nora.register(), status=201)
    value = own_token(nora)

    expect_refusal(nora.send("get", path=f"{PATH}/nobody", token=value), "invalid_token", status=401)
    expect_refusal(nora.send("get", token=value), "invalid_token", status=401)


def test_changes_a_client(nora):
    before = told(nora.register(), status=201)
    body = nora.request(
        client_id=before["client_id"],
        redirect_uris=REDIRECT_URIS,
        scope="accounts",
        profile="fapi2-security",
        response_types=["code"],
    )

    after = told(nora.send("put", body), status=200)

    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {"redirect_uris", "scope", "profile", "response_types", "software_statement"}
    assert told(nora.send("get"), status=200) == after
    assert Entry.objects.filter(action="client.updated", subject=before["client_id"]).exists()


def test_takes_back_what_a_change_does_not_ask_again(nora):
    told(nora.register(require_pushed_authorization_requests=True), status=201)

    after = told(nora.send("put", nora.request()), status=200)

    assert "require_pushed_authorization_requests" not in after


def test_refuses_a_change_that_is_wrong(nora, now):
    registered = told(nora.register(), status=201)
    otto = newcomer(now=now, name="Otto's Orders")

    expect_refusal(nora.send("put", nora.request(client_id="somebody")), METADATA, "client_id")
    expect_refusal(nora.send("put", nora.request(scope="everything")), METADATA, "scope")
    expect_refusal(nora.send("put", otto.request()), STATEMENT, "another organisation")
    assert told(nora.send("get"), status=200) == registered


def test_refuses_other_software_of_the_same_organisation(nora):
    told(nora.register(), status=201)
    sibling = SoftwareStatement.objects.create(
        pk="sibling",
        tpp=nora.statement.tpp,
        client_name="Sibling",
        redirect_uris=REDIRECT_URIS,
        roles=["AISP"],
        jwks=nora.statement.jwks,
        created_at=nora.now,
    )
    other = Newcomer(provider=replace(nora.provider, statement=sibling), now=nora.now)

    expect_refusal(nora.send("put", other.request(scope="accounts")), STATEMENT, "other software")


def test_takes_an_application_type_that_is_null_for_none(nora):
    claims = {**jose.peek(nora.request()).claims, "application_type": None}

    answer = nora.send("post", nora.sign_raw(orjson.dumps(claims)))

    assert told(answer, status=201)["application_type"] == "web"


def test_deletes_a_client_and_all_that_it_was_allowed(nora):
    told(nora.register(), status=201)
    client = client_of(nora)
    own_token(nora)
    alice = people.customer(now=nora.now)
    allowed = Authorization.objects.create(client=client, user=alice, acr="a", auth_time=nora.now, created_at=nora.now)

    answer = nora.send("delete")

    assert (answer.status_code, answer.content) == (204, b"")
    allowed.refresh_from_db()
    assert allowed.revoked_at is not None
    assert not AccessToken.objects.filter(application=client).exists()
    assert Entry.objects.filter(action="client.deleted", subject=client.client_id).exists()
    for method in ("get", "put", "delete"):
        expect_refusal(nora.send(method, nora.request()), "invalid_token", status=401)


def test_registers_anew_after_a_deletion(nora):
    statement = nora.software_statement()
    first = told(nora.register(software_statement=statement), status=201)
    assert nora.send("delete").status_code == 204

    again = told(nora.register(software_statement=statement), status=201)

    assert again["client_id"] != first["client_id"]


@pytest.mark.parametrize(("method", "path"), [("get", PATH), ("put", PATH), ("delete", PATH), ("post", f"{PATH}/a")])
def test_knows_no_other_methods(nora, method, path):
    expect_refusal(nora.send(method, path=path), "invalid_request", status=405)
