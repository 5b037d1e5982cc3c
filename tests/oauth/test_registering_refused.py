"""What /oauth/register refuses: each with the code of RFC 7591 and words of its own, and nothing is kept."""

from collections.abc import Callable

import pytest
from joserfc.jwk import RSAKey

from bank.oauth.models import Client
from bank.tpps.models import TPP, SoftwareStatement
from tests import people
from tests.oauth import given
from tests.oauth.newcomer import (
    CIBA,
    METADATA,
    STATEMENT,
    UNAPPROVED,
    URI,
    Newcomer,
    expect_refusal,
    stored,
    told,
)


def somebody() -> RSAKey:
    """A signing key of nobody's that the bank knows."""
    return RSAKey.import_key(given.key("somebody"), {"kid": "somebody"})


DN = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=somebody,O=else"}
WRONG: dict[str, tuple[Callable[[Newcomer], str], str, str]] = {
    "no JWT": (lambda _nora: "no.jwt", METADATA, "not a signed JWT"),
    "an unsigned JWT": (lambda nora: nora.request().rsplit(".", 1)[0] + ".", METADATA, ""),
    "RS256": (lambda nora: nora.request(header={"alg": "RS256"}), METADATA, "algorithm"),
    "another kid": (lambda nora: nora.request(header={"kid": "b"}), METADATA, "kid"),
    "no kid": (lambda nora: nora.request(header={"kid": None}), METADATA, "kid"),
    "a changed signature": (lambda nora: nora.request()[:-8] + "AAAAAAAA", METADATA, "signature is wrong"),
    "an issuer of another name": (lambda nora: nora.request(iss="foo.is/invalid"), METADATA, "iss"),
    "no issuer": (lambda nora: nora.request(iss=None), METADATA, "iss"),
    "another audience": (lambda nora: nora.request(aud="0015800000OTHERBNK"), METADATA, "aud"),
    "no audience": (lambda nora: nora.request(aud=None), METADATA, "aud"),
    "an odd audience": (lambda nora: nora.request(aud=[["x"], {}]), METADATA, "aud"),
    "an end that is past": (lambda nora: nora.request(exp=nora.seconds(-3600)), METADATA, "expired"),
    "no end": (lambda nora: nora.request(exp=None), METADATA, "exp"),
    "an end in words": (lambda nora: nora.request(exp="tomorrow"), METADATA, "exp"),
    "an end too far": (lambda nora: nora.request(exp=nora.seconds(7200)), METADATA, "longer than an hour"),
    "a beginning in the future": (lambda nora: nora.request(iat=nora.seconds(62)), METADATA, "not valid yet"),
    "no beginning": (lambda nora: nora.request(iat=None), METADATA, "iat"),
    "no jti": (lambda nora: nora.request(jti=None), METADATA, "jti"),
    "a long jti": (lambda nora: nora.request(jti="j" * 257), METADATA, "jti"),
    "a NUL": (lambda nora: nora.request(scope="a\0"), METADATA, "NUL"),
    "other software": (lambda nora: nora.request(software_id="somebody"), METADATA, "software_id"),
    "no method": (lambda nora: nora.request(token_endpoint_auth_method=None), METADATA, "token_endpoint_auth_method"),
    "a secret": (
        lambda nora: nora.request(token_endpoint_auth_method="client_secret_basic"),
        METADATA,
        "token_endpoint_auth_method",
    ),
    "the implicit grant": (lambda nora: nora.request(grant_types=["implicit"]), METADATA, "grant_types"),
    "no grant": (lambda nora: nora.request(grant_types=[]), METADATA, "grant_types"),
    "refreshing alone": (
        lambda nora: nora.request(grant_types=["refresh_token"], response_types=[]),
        METADATA,
        "never gets a token",
    ),
    "tokens from the browser": (
        lambda nora: nora.request(response_types=["id_token", "token"]),
        METADATA,
        "response_t",
    ),
    "answers without a grant": (lambda nora: nora.request(grant_types=["client_credentials"]), METADATA, "go with"),
    "a grant without answers": (lambda nora: nora.request(response_types=[]), METADATA, "go with"),
    "hybrid answers under FAPI 2": (lambda nora: nora.request(profile="fapi2-security"), METADATA, "profile"),
    "an unknown profile": (lambda nora: nora.request(profile="fapi3"), METADATA, "profile"),
    "DPoP under FAPI 1": (lambda nora: nora.request(dpop_bound_access_tokens=True), METADATA, "dpop_bound"),
    "signed answers without message signing": (
        lambda nora: nora.request(
            profile="fapi2-security", response_types=["code"], authorization_signed_response_alg="PS256"
        ),
        METADATA,
        "fapi2-message-signing",
    ),
    "a text for a truth": (lambda nora: nora.request(dpop_bound_access_tokens="yes"), METADATA, "dpop_bound"),
    "more than its roles": (lambda nora: nora.request(scope="openid fundsconfirmations"), METADATA, "scope"),
    "RS256 for ID tokens": (lambda nora: nora.request(id_token_signed_response_alg="RS256"), METADATA, "id_token"),
    "none for requests": (lambda nora: nora.request(request_object_signing_alg="none"), METADATA, "request_object"),
    "RS256 for assertions": (
        lambda nora: nora.request(token_endpoint_auth_signing_alg="RS256"),
        METADATA,
        "token_endpoint_auth_signing_alg",
    ),
    "a type of machine": (lambda nora: nora.request(application_type="fridge"), METADATA, "application_type"),
    "keys by value": (lambda nora: nora.request(jwks={"keys": []}), METADATA, "never by value"),
    "keys from elsewhere": (lambda nora: nora.request(jwks_uri="https://tpp.example/jwks"), METADATA, "jwks_uri"),
    "no usable key by value": (
        lambda nora: nora.request(token_endpoint_auth_method="self_signed_tls_client_auth", jwks={"keys": [{}]}),
        METADATA,
        "jwks",
    ),
    "a private key by value": (
        lambda nora: nora.request(
            token_endpoint_auth_method="self_signed_tls_client_auth",
            jwks={"keys": [somebody().as_dict(private=True)]},
        ),
        METADATA,
        "private",
    ),
    "a certificate without its name": (
        lambda nora: nora.request(token_endpoint_auth_method="tls_client_auth"),
        METADATA,
        "tls_client_auth_subject_dn",
    ),
    "the name of another's certificate": (lambda nora: nora.request(**DN), METADATA, "not the subject"),
    "CIBA without its mode": (
        lambda nora: nora.request(grant_types=[CIBA, "authorization_code"]),
        METADATA,
        "backchan",
    ),
    "push": (lambda nora: nora.request(backchannel_token_delivery_mode="push"), METADATA, "backchannel"),
    "ping without an address": (
        lambda nora: nora.request(grant_types=[CIBA], response_types=[], backchannel_token_delivery_mode="ping"),
        METADATA,
        "notification_endpoint",
    ),
    "a redirect URI of its own": (
        lambda nora: nora.request(redirect_uris=["https://tpp.example/b"]),
        URI,
        "not one of",
    ),
    "a longer redirect URI": (lambda nora: nora.request(redirect_uris=[people.REDIRECT_URI + "/"]), URI, "not one of"),
    "a plain redirect URI": (lambda nora: nora.request(redirect_uris=["http://tpp.example/callback"]), URI, "https"),
    "a fragment": (lambda nora: nora.request(redirect_uris=[people.REDIRECT_URI + "#a"]), URI, "fragment"),
    "a redirect URI that is none": (lambda nora: nora.request(redirect_uris=["https://[a"]), URI, "not a URL"),
    "a redirect URI in a text": (lambda nora: nora.request(redirect_uris=people.REDIRECT_URI), URI, "redirect_uris"),
    "no redirect URI": (lambda nora: nora.request(redirect_uris=[]), URI, "redirect_uris"),
    "no statement": (lambda nora: nora.sign({"iss": nora.statement.pk}), STATEMENT, "missing"),
    "a statement that is none": (lambda nora: nora.request(software_statement="a.b.c"), STATEMENT, ""),
    "a statement that somebody signed": (
        lambda nora: nora.request(software_statement=nora.software_statement(key=somebody())),
        STATEMENT,
        "",
    ),
    "a statement that is too old": (
        lambda nora: nora.request(software_statement=nora.software_statement(iat=nora.seconds(-7200))),
        STATEMENT,
        "old",
    ),
    "a statement of the future": (
        lambda nora: nora.request(software_statement=nora.software_statement(iat=nora.seconds(120))),
        STATEMENT,
        "future",
    ),
    "a statement of another organisation": (
        lambda nora: nora.request(software_statement=nora.software_statement(org_id="0015800000OTHERTPP")),
        STATEMENT,
        "another organisation",
    ),
    "a statement of an organisation that is not active": (
        lambda nora: nora.request(software_statement=nora.software_statement(org_status="Revoked")),
        UNAPPROVED,
        "not active",
    ),
    "a statement of software that the directory lost": (
        lambda nora: nora.request(software_statement=nora.software_statement(software_id="gone"), iss="gone"),
        UNAPPROVED,
        "no longer knows",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refuses(nora, case):
    body, code, words = WRONG[case]
    signed = body(nora)
    before = stored()

    expect_refusal(nora.send("post", signed), code, words)
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "content_type"), [("{}", "application/json"), ("a=b", "application/x-www-form-urlencoded")]
)
def test_refuses_what_is_not_signed(nora, body, content_type):
    expect_refusal(nora.send("post", body, content_type=content_type), "invalid_request", "application/jose")


@pytest.mark.parametrize("body", ["x" * 65537, "\u00fc"])
def test_refuses_a_body_that_is_too_long_or_no_text(nora, body):
    expect_refusal(nora.send("post", body), "invalid_request", "64 kB")


def test_refuses_a_caller_without_a_certificate(nora):
    expect_refusal(
        nora.send("post", nora.request(), identity=None), "invalid_client", "no client certificate", status=401
    )


def test_refuses_a_signing_certificate(nora):
    signing = given.Identity(given.der(nora.provider.signing), nora.provider.signing_key)

    expect_refusal(nora.send("post", nora.request(), identity=signing), "invalid_client", status=401)


def test_refuses_another_organisations_certificate(nora, mallory):
    answer = nora.send("post", nora.request(), identity=mallory.identity)

    expect_refusal(answer, STATEMENT, "another organisation than the certificate")


def test_refuses_a_blocked_tpp(nora):
    TPP.objects.filter(pk=nora.statement.tpp_id).update(status="blocked")

    expect_refusal(nora.register(), UNAPPROVED, "blocked")


def test_refuses_a_request_that_was_sent_before(nora):
    signed = nora.request()
    told(nora.send("post", signed), status=201)
    Client.objects.filter(software_statement=nora.statement).update(deleted_at=nora.now)

    expect_refusal(nora.send("post", signed), METADATA, "sent before")


def test_refuses_a_statement_that_has_a_client(nora):
    statement = nora.software_statement()
    told(nora.register(software_statement=statement), status=201)

    expect_refusal(nora.register(software_statement=statement), STATEMENT, "has a client already")
    expect_refusal(nora.register(), STATEMENT, "has a client already")


def test_refuses_a_statement_that_is_older_than_the_last_one(nora):
    older = nora.software_statement(iat=nora.seconds(-60))
    told(nora.register(), status=201)
    assert nora.send("delete").status_code == 204

    expect_refusal(nora.register(software_statement=older), STATEMENT, "newer")


def test_takes_the_directorys_later_word_for_what_was_taken_away(nora):
    statement = nora.software_statement()
    SoftwareStatement.objects.filter(pk=nora.statement.pk).update(roles=["AISP"])

    expect_refusal(nora.register(software_statement=statement), METADATA, "scope")
    assert told(nora.register(software_statement=statement, scope=None), status=201)["scope"] == "openid accounts"
