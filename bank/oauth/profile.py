"""What a client may do and what it must send, by the profile that it registered for: one table, read by everything.

A column of TABLE is a profile, a row a question on which the profiles differ. Below it, what an authorization request
says beyond OAuth's own parameters, and the checks that every request meets: one a function, in the order of CHECKS.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from bank.oauth import details
from bank.oauth.models import Client
from bank.oauth.refusals import AccessDenied, InvalidRequest

Parameters = Mapping[str, str]
Way = Literal["by value", "pushed", "decided", "back-channel"]  # by which a request comes, and may come back
When = Literal["always", "as registered", "when pushed"]
FAPI1, FAPI2, SIGNED = Client.Profile.FAPI1, Client.Profile.FAPI2, Client.Profile.MESSAGE_SIGNING

SCA, CA = "urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"
ACR_VALUES = (SCA, CA)
OPEN_SCOPES = frozenset({"openid", "offline_access"})  # for everybody: who it is, and refresh tokens, given anyway
INTENT_SCOPES = frozenset({"accounts", "payments", "fundsconfirmations"})  # what only a consent gives access to
LENGTH_MAX = 10_000  # of any parameter
LENGTHS_MAX = {"state": 1000, "nonce": 1000}
# All that counts; other parameters are passed over (RFC 6749 section 3.1).
# fmt: off
PARAMETERS = frozenset({
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "response_mode", "code_challenge",
    "code_challenge_method", "claims", "prompt", "max_age", "login_hint", "id_token_hint", "acr_values", "ui_locales",
    "authorization_details", "dpop_jkt",
})
# fmt: on
PLAIN, JARM = ("", "query"), ("jwt", "query.jwt")
MAX_AGE = re.compile(r"[0-9]{1,9}", re.ASCII)
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One column of the table."""

    assertion_endpoints: tuple[str, ...]  # that an assertion may be made out to, beside the issuer
    assertion_audience_may_be_a_list: bool
    response_modes: Mapping[str, tuple[str, ...]]  # by response type; "" stands for none named
    is_request_signed: When
    is_request_pushed: When
    is_pkce_needed: When
    is_openid_needed: bool
    is_nonce_needed: bool
    may_use_dpop: bool
    code_seconds: int

    def needs_signed_request(self, client: Client) -> bool:
        """Tell whether this client says what it asks in signed objects only."""
        return self.is_request_signed == "always" or client.require_signed_request_object

    def needs_pushed_request(self, client: Client) -> bool:
        """Tell whether this client's requests come through the endpoint for pushed requests only."""
        return self.is_request_pushed == "always" or bool(client.require_pushed_authorization_requests)


HYBRID_OR_JARM = MappingProxyType({"code id_token": ("", "fragment"), "code": JARM})
CODE = MappingProxyType({"code": PLAIN})
CODE_OR_JARM = MappingProxyType({"code": PLAIN + JARM})
OURS = ("/oauth/token", "/oauth/par", "/oauth/backchannel")

# Alike for all: answers name the issuer (RFC 9207), refresh tokens are never rotated, PS256 and ES256 sign everything.
# Sources: FAPI 1.0 Advanced 5.2.2 and 8; FAPI 2.0 Security Profile 5.3.2; FAPI 2.0 Message Signing 5.3 and 5.4.
# fmt: off
TABLE: tuple[tuple[Any, ...], ...] = (
    ("",                                 FAPI1,           FAPI2,           SIGNED),
    ("assertion_endpoints",              OURS,            (),              ()),
    ("assertion_audience_may_be_a_list", True,            False,           False),
    ("response_modes",                   HYBRID_OR_JARM,  CODE,            CODE_OR_JARM),
    ("is_request_signed",                "always",        "as registered", "as registered"),
    ("is_request_pushed",                "as registered", "always",        "always"),
    ("is_pkce_needed",                   "when pushed",   "always",        "always"),
    ("is_openid_needed",                 True,            False,           False),
    ("is_nonce_needed",                  True,            False,           False),
    ("may_use_dpop",                     False,           True,            True),
    ("code_seconds",                     60,              60,              60),
)
# fmt: on
POLICIES: Mapping[str, Policy] = {
    name.value: Policy(**{row[0]: row[column] for row in TABLE[1:]})
    for column, name in enumerate(TABLE[0][1:], start=1)
}


def policy(client: Client) -> Policy:
    """The column of this client."""
    return POLICIES[client.profile]


def response_modes() -> list[str]:
    """Every response mode that some client may ask for."""
    named = (mode for each in POLICIES.values() for modes in each.response_modes.values() for mode in modes if mode)
    return list(dict.fromkeys(named))


# What a request says


def claims_of(text: str | None) -> dict[str, Any]:
    """The `claims` parameter (OpenID Connect Core section 5.5), or nothing. Raises InvalidRequest."""
    try:
        claims = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict) or not isinstance(claims.get("id_token", {}), dict):
        raise InvalidRequest("The claims parameter is malformed.")
    return claims


def intent_id(text: str | None) -> str:
    """The ConsentId that the `claims` parameter carries; empty if none. Raises InvalidRequest."""
    wanted = claims_of(text).get("id_token", {}).get("openbanking_intent_id")
    value = wanted.get("value") if isinstance(wanted, dict) else None
    return value if isinstance(value, str) else ""


def intent_of(parameters: Parameters) -> str:
    """The ConsentId that a request is about, by its claims or its details; empty for a log-in without one.

    Raises InvalidRequest, InvalidAuthorizationDetails.
    """
    claimed = intent_id(parameters.get("claims"))
    detailed = details.intent_id(details.read(parameters.get("authorization_details")))
    if claimed and detailed and claimed != detailed:
        raise InvalidRequest("The claims and the authorization_details name different intents.")
    return claimed or detailed


def holds_nul(text: str) -> bool:
    """Tell whether a parameter holds the one character that no column can, plainly or in its JSON."""
    return "\0" in text or "\\u0000" in text


def scopes_of(parameters: Parameters) -> list[str]:
    """The scopes that a request asks for."""
    return parameters.get("scope", "").split()


def acr(text: str | None, *, reached: str, acr_values: str = "") -> str:
    """The context class that the ID token states.

    SCA includes CA, so a client that asks for CA alone is told CA. Raises AccessDenied where an essential acr is
    beyond this bank; what acr_values asks for is a wish (OpenID Connect Core sections 3.1.2.1 and 5.5.1.1).
    """
    wanted = claims_of(text).get("id_token", {}).get("acr")
    if not isinstance(wanted, dict):
        offered = [value for value in acr_values.split() if value in (reached, CA)]
        return offered[0] if offered else reached
    values = wanted["values"] if isinstance(wanted.get("values"), list) else [wanted.get("value")]
    if reached in values:
        return reached
    if CA in values:
        return CA
    if wanted.get("essential") is True and values != [None]:
        raise AccessDenied("The authentication that acr asks for is not offered.")
    return reached


# What every request must meet


def check(parameters: Parameters, *, client: Client, way: Way) -> None:
    """Run the checks of the way that a request came by, in the order of CHECKS. Raises OAuthError.

    oauthlib has found the client and its redirect URI by then, so what fails here may be told by a redirect.
    """
    for rule, ways in CHECKS:
        if way in ways:
            rule(parameters, client)


def _check_push(_parameters: Parameters, client: Client) -> None:
    if policy(client).needs_pushed_request(client):
        raise InvalidRequest("This client must push its requests.")


def _check_lengths(parameters: Parameters, _client: Client) -> None:
    for name, value in parameters.items():
        longest = LENGTHS_MAX.get(name, LENGTH_MAX)
        if len(value) > longest:
            raise InvalidRequest(f"The {name} is longer than {longest} characters.")


def _check_response(parameters: Parameters, client: Client) -> None:
    modes = policy(client).response_modes.get(parameters.get("response_type", ""))
    if modes is None:
        return
    mode = parameters.get("response_mode", "")
    if mode not in modes:
        raise InvalidRequest("The response_mode does not go with the response_type.")
    if client.authorization_signed_response_alg and mode not in JARM:
        raise InvalidRequest("This client registered for signed responses: the response_mode must be jwt.")


def _check_scope(parameters: Parameters, client: Client) -> None:
    if policy(client).is_openid_needed and "openid" not in scopes_of(parameters):
        raise InvalidRequest("The scope must hold openid.")


def _check_nonce(parameters: Parameters, client: Client) -> None:
    if policy(client).is_nonce_needed and not parameters.get("nonce"):
        raise InvalidRequest("The nonce is missing.")


def _check_max_age(parameters: Parameters, _client: Client) -> None:
    if "max_age" in parameters and not MAX_AGE.fullmatch(parameters["max_age"]):
        raise InvalidRequest("The max_age is not a number of seconds.")


def _check_pkce(parameters: Parameters, client: Client) -> None:
    if "code_challenge" not in parameters:
        if policy(client).is_pkce_needed == "always":
            raise InvalidRequest("The code_challenge is missing.")
        return
    if parameters.get("code_challenge_method") != "S256":
        raise InvalidRequest("The code_challenge_method must be S256.")
    if not S256_CHALLENGE.fullmatch(parameters["code_challenge"]):
        raise InvalidRequest("The code_challenge is not one of S256.")


def _check_pkce_of_push(parameters: Parameters, client: Client) -> None:
    if policy(client).is_pkce_needed == "when pushed" and "code_challenge" not in parameters:
        raise InvalidRequest("The code_challenge is missing.")


def _check_intent(parameters: Parameters, _client: Client) -> None:
    if not intent_of(parameters) and not INTENT_SCOPES.isdisjoint(scopes_of(parameters)):
        raise InvalidRequest("The scope needs an intent: claims.id_token.openbanking_intent_id is missing.")


def _check_acr(parameters: Parameters, _client: Client) -> None:
    acr(parameters.get("claims"), reached=SCA)


# Checks down, ways across. What the customer decides is checked again: meanwhile a client may have changed.
# fmt: off
V: Final = "by value"
P: Final = "pushed"
D: Final = "decided"
B: Final = "back-channel"
CHECKS: tuple[tuple[Callable[[Parameters, Client], None], tuple[Way, ...]], ...] = (
    (_check_push,         (V,         )),
    (_check_lengths,      (V, P, D, B)),
    (_check_response,     (V, P, D   )),
    (_check_scope,        (V, P, D   )),
    (_check_nonce,        (V, P, D   )),
    (_check_max_age,      (V, P, D   )),
    (_check_pkce,         (V, P, D   )),
    (_check_pkce_of_push, (   P,     )),
    (_check_intent,       (V, P, D   )),
    (_check_acr,          (V, P, D, B)),
)
# fmt: on
