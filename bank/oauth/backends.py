"""oauthlib's server, narrowed to what this bank offers, and the four questions that are put to it."""

import functools
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from oauthlib import openid
from oauthlib.common import Request

from bank.oauth import profile, tokens
from bank.oauth.backchannel import GRANT_TYPE
from bank.oauth.backchannel_grant import BackchannelGrant
from bank.oauth.clients import Caller
from bank.oauth.models import Authorization, Client
from bank.oauth.validators import CALLER, PARAMETERS, Validator, caller_of

Reply = tuple[dict[str, str], str, int]  # headers, body, status
NOT_OFFERED = ("token", "id_token", "id_token token", "code token", "code id_token token", "none")
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Server(openid.Server):
    """oauthlib's OpenID server without implicit, password and device grants, and without ID tokens as bearers."""

    def __init__(self, validator: Validator) -> None:
        super().__init__(
            validator,
            token_expires_in=_lifetime_seconds,
            token_generator=tokens.new_value,
            refresh_token_generator=tokens.new_value,
        )
        for name in NOT_OFFERED:
            del self.response_types[name]
        for name in ("password", DEVICE):
            del self.grant_types[name]
        del self.tokens["JWT"]
        for grant in (self.auth_grant, self.openid_connect_auth, self.openid_connect_hybrid):
            grant.custom_validators.pre_auth.append(validator.validate_profile)
        backchannel = BackchannelGrant(validator)
        self.grant_types[GRANT_TYPE] = backchannel
        for grant in (
            self.auth_grant,
            self.openid_connect_auth,
            self.credentials_grant,
            self.refresh_grant,
            backchannel,
        ):
            grant.custom_validators.post_token.append(validator.bind_token)


@functools.cache
def server() -> Server:
    """The one server of this process; it holds no state."""
    return Server(Validator())


def check_request(parameters: Mapping[str, str], caller: Caller) -> None:
    """Check an authorization request as OAuth, OpenID Connect and the profile ask. Raises OAuthError."""
    server().validate_authorization_request(_uri(parameters), "GET", "", _context(parameters, caller))


def approve(
    parameters: Mapping[str, str], *, client: Client, authorization: Authorization, caller: Caller, dpop_jkt: str = ""
) -> dict[str, str]:
    """Make the code, and for a hybrid request the ID token, of a decision. Raises OAuthError.

    The request is checked again: between asking and deciding, what a client may do can have changed.
    """
    credentials = {
        "user": authorization.user,
        "client": client,
        "authorization": authorization,
        "dpop_jkt": dpop_jkt,
    }
    headers, _, _ = server().create_authorization_response(
        _uri(parameters), "GET", "", _context(parameters, caller), profile.scopes_of(parameters), credentials
    )
    parts = urlsplit(headers["Location"])
    answer = dict(parse_qsl(parts.fragment or parts.query))
    return {name: answer[name] for name in ("error", "error_description", "code", "id_token") if name in answer}


def issue(form: Mapping[str, str], caller: Caller) -> Reply:
    """Answer a token request; errors are answers too, so that what they bring about is committed."""
    reply: Reply = server().create_token_response("/oauth/token", "POST", urlencode(form), {CALLER: caller})
    return reply


def revoke(form: Mapping[str, str], caller: Caller) -> Reply:
    """Answer a revocation request."""
    reply: Reply = server().create_revocation_response("/oauth/revoke", "POST", urlencode(form), {CALLER: caller})
    return reply


def _context(parameters: Mapping[str, str], caller: Caller) -> dict[str, object]:
    return {CALLER: caller, PARAMETERS: parameters}


def _uri(parameters: Mapping[str, str]) -> str:
    return f"/oauth/authorize?{urlencode(parameters)}"


def _lifetime_seconds(request: Request) -> int:
    return tokens.lifetime_seconds(request.authorization, now=caller_of(request).now)
