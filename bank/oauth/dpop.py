"""DPoP: proof of possession of a key, by a small JWT signed with it for one request alone (RFC 9449).

Here is what makes a proof good at any endpoint. Which key a code or token is bound to, and what a bad proof is answered
with, is said where proofs are asked for: bank/oauth/validators.py and bank/api/authentication.py.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from bank.keys import jose
from bank.oauth import tokens
from bank.oauth.clients import is_instant
from bank.oauth.refusals import OAuthError

TYP = "dpop+jwt"
WINDOW_SECONDS = 60  # how far a proof's clock may be from ours, either way
ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = re.compile(rb"[A-Za-z0-9._~-]")
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class InvalidDpopProof(OAuthError):
    """The request does not prove that its sender holds the key (RFC 9449 section 5)."""

    error = "invalid_dpop_proof"


@dataclass(frozen=True, kw_only=True)
class Target:
    """The request that a proof must have been made for."""

    method: str
    url: str
    access_token: str | None
    now: float


def verify(header: str | None, *, method: str, url: str, now: datetime, access_token: str | None = None) -> str:
    """Return the thumbprint (jkt) of the key that a request's DPoP header proves its sender to hold.

    header is the field as WSGI has it: fields of one name come joined by a comma. url is the address that the bank
    publishes for the endpoint, whatever proxies made of it. access_token: the proof must have been made for that token
    too. A proof counts once; its jti is spent in the caller's transaction. Raises InvalidDpopProof.
    Source: RFC 9449 section 4.3.
    """
    if not header:
        raise InvalidDpopProof("The DPoP proof is missing.")
    if "," in header:
        raise InvalidDpopProof("There is more than one DPoP proof.")
    try:
        token, key = jose.verify_by_own_key(header)
    except jose.Unverified as reason:
        raise InvalidDpopProof(str(reason)) from None
    if token.header.get("typ") != TYP:
        raise InvalidDpopProof("The typ of the proof must be dpop+jwt.")
    target = Target(method=method, url=url, access_token=access_token, now=now.timestamp())
    for check in CHECKS:
        check(token.claims, target)
    thumbprint = key.thumbprint()
    if not tokens.spend(f"dpop:{thumbprint}:{token.claims['jti']}", until=token.claims["iat"] + WINDOW_SECONDS + 1):
        raise InvalidDpopProof("The proof was used before.")
    return thumbprint


def is_thumbprint(text: str) -> bool:
    """Tell whether a text can be the SHA-256 of a key, as dpop_jkt has it (RFC 9449 section 10)."""
    return THUMBPRINT.fullmatch(text) is not None


def _check_identifier(claims: dict[str, Any], _target: Target) -> None:
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise InvalidDpopProof("The proof has no jti.")


def _check_method(claims: dict[str, Any], target: Target) -> None:
    if claims.get("htm") != target.method:
        raise InvalidDpopProof("The htm of the proof is not the method of the request.")


def _check_address(claims: dict[str, Any], target: Target) -> None:
    address = claims.get("htu")
    if not isinstance(address, str) or _normalized(address) != _normalized(target.url):
        raise InvalidDpopProof("The htu of the proof is not the address of this endpoint.")


def _check_time(claims: dict[str, Any], target: Target) -> None:
    made = claims.get("iat")
    if not is_instant(made) or abs(made - target.now) > WINDOW_SECONDS:
        raise InvalidDpopProof("The iat of the proof is more than 60 seconds away from the time at the bank.")


def _check_token(claims: dict[str, Any], target: Target) -> None:
    if target.access_token is not None and claims.get("ath") != _digest(target.access_token):
        raise InvalidDpopProof("The ath of the proof is not that of the access token.")


CHECKS: tuple[Callable[[dict[str, Any], Target], None], ...] = (
    _check_identifier,
    _check_method,
    _check_address,
    _check_time,
    _check_token,
)


def _digest(value: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()).rstrip(b"=").decode()


def _normalized(url: str) -> tuple[str, str, int | None, str] | None:
    """A URL as RFC 3986 sections 6.2.2 and 6.2.3 compare it, less its query and fragment; None for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else None)
    except ValueError:
        return None
    if "@" in parts.netloc or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port, ESCAPED.sub(_unescaped, parts.path) or "/"


def _unescaped(escape: re.Match[str]) -> str:
    """An escape that need not be one becomes its letter, any other is written in upper case."""
    raw = unquote_to_bytes(escape[0])
    return raw.decode() if UNRESERVED.fullmatch(raw) else escape[0].upper()
