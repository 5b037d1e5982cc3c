"""What the authorization server answers where it does not do as it is asked: oauthlib's errors and the ones it lacks.

error_description holds only characters that RFC 6749 section 5.2 allows: no quotes, no backslash, ASCII alone.
"""

import json
from enum import Enum

from oauthlib.oauth2.rfc6749 import errors
from oauthlib.openid.connect.core import exceptions

OAuthError = errors.OAuth2Error
AccessDenied = errors.AccessDeniedError
InvalidGrant = errors.InvalidGrantError
InvalidRequest = errors.InvalidRequestError
ConsentRequired = exceptions.ConsentRequired
LoginRequired = exceptions.LoginRequired
InvalidScope = errors.InvalidScopeError
FatalError = errors.FatalClientError


class InvalidClient(errors.InvalidClientError):
    """The caller did not prove to be a client of this bank."""


class InvalidRequestObject(errors.OAuth2Error):
    """The signed request object cannot be believed (RFC 9101 section 7)."""

    error = "invalid_request_object"


class Page(Enum):
    """Why a customer ends on the page for errors: what its address calls it, its code and its words.

    Words stand here and never in the address, so that nobody can write on the bank's page.
    """

    UNREADABLE = "unreadable", "invalid_request", "The request says something twice, or cannot be read."
    UNSIGNED = "unsigned", "invalid_request", "The request is not signed, or it is there twice."
    UNKNOWN_APP = "unknown-app", "unauthorized_client", "The app that sent you here is not known to this bank."
    BAD_SIGNATURE = "bad-signature", "invalid_request_object", "The request was not signed as it must be."
    BAD_ADDRESS = (
        "bad-address",
        "invalid_request",
        "The app would have you sent to an address that it did not register.",
    )
    NOT_OURS = "not-ours", "invalid_request_uri", "The request_uri is not one of this bank."
    OTHER_APP = "other-app", "invalid_request_uri", "The request was pushed by another app."
    UNKNOWN = "unknown", "invalid_request_uri", "The request is not known."
    UNOPENED = "unopened", "invalid_request_uri", "The request was not opened at this bank."
    ANSWERED = "answered", "invalid_request_uri", "The request was answered already."
    RUN_OUT = "run-out", "invalid_request_uri", "The request has run out."

    def __init__(self, reason: str, code: str, words: str) -> None:
        self.reason, self.code, self.words = reason, code, words


class Untrusted(Exception):
    """An authorization request that cannot be answered by a redirect: nobody vouches for where it would lead."""

    def __init__(self, page: Page) -> None:
        self.page = page
        super().__init__(page.words)


def body(error: errors.OAuth2Error) -> str:
    """An error as a machine endpoint tells it (RFC 6749 section 5.2)."""
    return json.dumps(told(error))


def told(error: errors.OAuth2Error) -> dict[str, str]:
    """What a client is told of an error; no description rather than an empty one (RFC 6749 appendix A.8)."""
    answer = {"error": error.error, "error_description": error.description}
    return {name: text for name, text in answer.items() if text}
