"""What the authorization server answers where it does not do as it is asked: oauthlib's errors and the ones it lacks.

error_description holds only characters that RFC 6749 section 5.2 allows: no quotes, no backslash, ASCII alone.
"""

import json

from oauthlib.oauth2.rfc6749 import errors

OAuthError = errors.OAuth2Error
AccessDenied = errors.AccessDeniedError
InvalidGrant = errors.InvalidGrantError
InvalidRequest = errors.InvalidRequestError
InvalidScope = errors.InvalidScopeError
FatalError = errors.FatalClientError


class InvalidClient(errors.InvalidClientError):
    """The caller did not prove to be a client of this bank."""


class InvalidRequestObject(errors.OAuth2Error):
    """The signed request object cannot be believed (RFC 9101 section 7)."""

    error = "invalid_request_object"


class Untrusted(Exception):
    """An authorization request that cannot be answered by a redirect: nobody vouches for where it would lead.

    The customer is told on a page, in these words.
    """

    def __init__(self, words: str, *, code: str = "invalid_request") -> None:
        self.code = code
        super().__init__(words)


def body(error: errors.OAuth2Error) -> str:
    """An error as a machine endpoint tells it (RFC 6749 section 5.2)."""
    return json.dumps(told(error))


def told(error: errors.OAuth2Error) -> dict[str, str]:
    """What a client is told of an error; no description rather than an empty one (RFC 6749 appendix A.8)."""
    answer = {"error": error.error, "error_description": error.description}
    return {name: text for name, text in answer.items() if text}
