"""What oauthlib asks the bank: thin answers, the rules themselves are in clients, profile and tokens."""

# ruff: noqa: ARG002 - oauthlib passes by name what most of these answers do not need

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request

from bank.oauth import binding, clients, details, id_tokens, profile, tokens
from bank.oauth.clients import Caller
from bank.oauth.models import Client, Grant
from bank.oauth.refusals import InvalidGrant

CALLER, PARAMETERS = "bank.caller", "bank.parameters"  # no HTTP header has such a name


def caller_of(request: Request) -> Caller:
    """What is known of the HTTP request behind oauthlib's request."""
    caller: Caller = request.headers[CALLER]
    return caller


class Validator(OAuth2Validator):
    """The only subclass of django-oauth-toolkit's validator."""

    # Clients

    def client_authentication_required(self, request: Request, *_args: Any, **_kwargs: Any) -> bool:
        """Every client authenticates, on every endpoint."""
        return True

    def authenticate_client(self, request: Request, *_args: Any, **_kwargs: Any) -> bool:
        """Set request.client; raises InvalidClient with the reason."""
        form = dict(request.decoded_body or [])
        request.client = clients.authenticate(form, caller_of(request))
        request.client_id = request.client.client_id
        return True

    def authenticate_client_id(self, client_id: str, request: Request, *_args: Any, **_kwargs: Any) -> bool:
        """No client is believed for its name alone."""
        return False

    def validate_client_id(self, client_id: str, request: Request, *_args: Any, **_kwargs: Any) -> bool:
        """Set request.client at the authorization endpoint, where nobody authenticates; the request is signed."""
        request.client = request.client or caller_of(request).client or clients.find(client_id)
        return request.client is not None and request.client.client_id == client_id

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Client, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        """Grant types are the client's own, as registered."""
        return grant_type in client.grant_types

    def validate_response_type(
        self, client_id: str, response_type: str, client: Client, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        """Response types are the client's own, as registered, and among those of its profile."""
        return response_type in client.response_types and response_type in profile.policy(client).response_modes

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Client, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        """Scopes are the client's own, as registered, and those that are everybody's."""
        return set(scopes) <= profile.OPEN_SCOPES.union(client.scopes)

    def get_default_scopes(self, client_id: str, request: Request, *_args: Any, **_kwargs: Any) -> list[str]:
        """An empty scope of client_credentials stands for all that the client registered."""
        return list(request.client.scopes) if request.grant_type == "client_credentials" else []

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        """A redirect URI counts exactly as it was registered, to the last character."""
        return redirect_uri in request.client.redirect_uris.split(" ")

    def get_default_redirect_uri(self, client_id: str, request: Request, *_args: Any, **_kwargs: Any) -> None:
        """There is none: a request names its redirect URI (FAPI 1.0 Baseline section 5.2.2)."""

    # Authorization requests

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Which requests use PKCE stands in profile.CHECKS; what a code was made with is asked of the code."""
        return False

    def validate_profile(self, request: Request) -> dict[str, Any]:
        """Run the profile's checks; oauthlib calls this before its own."""
        parameters = request.headers[PARAMETERS]
        profile.check(parameters, client=request.client, way=caller_of(request).way)
        if "id_token_hint" in parameters:
            id_tokens.read_hint(parameters["id_token_hint"], client=request.client)
        return {}

    def validate_silent_login(self, request: Request) -> bool:
        """Asked when the browser is there: requests.open_request."""
        return True

    def validate_silent_authorization(self, request: Request) -> bool:
        """Asked when the browser is there: requests.open_request."""
        return True

    # Codes: read once, locked until the transaction ends

    def _grant(self, request: Request, code: str) -> Grant | None:
        if not hasattr(request, "grant"):
            request.grant = tokens.lock_code(code)
        grant: Grant | None = request.grant
        return grant

    def get_authorization_code_scopes(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> list[str]:
        """The scopes decide whether oauthlib adds an ID token."""
        grant = self._grant(request, code)
        return grant.scope.split() if grant else []

    def validate_code(
        self, client_id: str, code: str, client: Client, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        """Accept a code of this client that is fresh and unspent; a spent one ends all that it brought."""
        grant, now = self._grant(request, code), caller_of(request).now
        if grant is None or grant.application_id != client.pk:
            raise InvalidGrant("The code is not known.")
        if grant.redeemed_at is not None:
            tokens.revoke_reused(grant, client=client, now=now)
            raise InvalidGrant("The code was used before.")
        if now >= grant.expires:
            raise InvalidGrant("The code has expired.")
        if not tokens.is_alive(grant.authorization, now=now):
            raise InvalidGrant("The consent is at an end.")
        request.scopes, request.user, request.authorization = grant.scope.split(), grant.user, grant.authorization
        return True

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Client,
        request: Request,
        *_args: Any,
        **_kwargs: Any,
    ) -> bool:
        """The token request names the redirect URI of the authorization request."""
        if redirect_uri != request.grant.redirect_uri:
            raise InvalidGrant("The redirect_uri is not the one of the authorization request.")
        return True

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        """The challenge of the code; a missing verifier is invalid_grant (oauthlib would say invalid_request)."""
        challenge: str = request.grant.code_challenge
        if challenge and not request.code_verifier:
            raise InvalidGrant("The code_verifier is missing.")
        return challenge or None

    def get_code_challenge_method(self, code: str, request: Request) -> str | None:
        """How the challenge was made: S256, the profile allows nothing else."""
        method: str = request.grant.code_challenge_method
        return method or None

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> str | None:
        """The nonce of the authorization request goes into the ID token."""
        nonce: str = request.grant.nonce
        return nonce or None

    def save_authorization_code(
        self, client_id: str, code: dict[str, str], request: Request, *_args: Any, **_kwargs: Any
    ) -> None:
        """Keep a code; only its digest is stored."""
        tokens.save_code(request, code=code["code"], now=caller_of(request).now)

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *_args: Any, **_kwargs: Any
    ) -> None:
        """Mark a code as spent; the row stays, so that its reuse is noticed."""
        Grant.objects.filter(pk=request.grant.pk).update(redeemed_at=caller_of(request).now)

    # Tokens

    def bind_token(self, request: Request) -> None:
        """Decide what the access token is bound to; the last of oauthlib's checks."""
        grant = getattr(request, "grant", None)
        code_key = grant.dpop_jkt if grant else ""
        request.cnf = binding.confirmation(request.client, caller_of(request), code_key=code_key)
        if request.grant_type == "client_credentials":
            request.scopes = [scope for scope in request.scopes if scope not in profile.OPEN_SCOPES]
            request.authorization = None
        authorization = getattr(request, "authorization", None)  # a back-channel's is looked up later, and has none
        asked = dict(request.decoded_body).get("authorization_details")
        details.check_granted(asked, granted=authorization.authorization_details if authorization else [])

    def save_bearer_token(self, token: dict[str, Any], request: Request, *_args: Any, **_kwargs: Any) -> None:
        """Keep the tokens; only their digests are stored. What oauthlib calls a bearer's may be bound to a key."""
        if "jkt" in request.cnf:
            token["token_type"] = "DPoP"  # noqa: S105 - a type, not a secret
        if not token["scope"]:
            del token["scope"]
        if request.authorization and request.authorization.authorization_details:
            token["authorization_details"] = request.authorization.authorization_details
        tokens.save_tokens(token, request, cnf=request.cnf, now=caller_of(request).now)

    def rotate_refresh_token(self, request: Request) -> bool:
        """Refresh tokens stay as they are (FAPI 2.0 section 5.3.2.1 forbids rotation).

        oauthlib asks with every grant, and would else take a form's refresh_token for the one to hand out.
        """
        return bool(request.grant_type != "refresh_token")

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Request, *_args: Any, **_kwargs: Any
    ) -> bool:
        """Accept a refresh token of this client for as long as the decision behind it counts."""
        found = tokens.find_refresh_token(refresh_token, client=client)
        if found is None or not tokens.is_alive(found.authorization, now=caller_of(request).now):
            raise InvalidGrant("The refresh token is not valid.")
        request.user, request.authorization = found.user, found.authorization
        request.original_scope = found.scope
        return True

    def get_original_scopes(self, refresh_token: str, request: Request, *_args: Any, **_kwargs: Any) -> str:
        """The scopes that the customer approved."""
        scope: str = request.original_scope
        return scope

    def revoke_token(
        self, token: str, token_type_hint: str | None, request: Request, *_args: Any, **_kwargs: Any
    ) -> None:
        """End a token, whatever the hint says."""
        tokens.revoke(token, client=request.client, now=caller_of(request).now)

    # ID tokens

    def refresh_id_token(self, request: Request) -> bool:
        """A refresh brings no ID token: the customer was not there."""
        return False

    def finalize_id_token(
        self, id_token: dict[str, Any], token: dict[str, Any], token_handler: Any, request: Request
    ) -> str:
        """Complete and sign an ID token; oauthlib put in aud, nonce, at_hash and c_hash."""
        state = request.state if "code" in token else None
        return id_tokens.sign(
            id_token,
            authorization=request.authorization,
            client=request.client,
            state=state,
            now=caller_of(request).now,
        )
