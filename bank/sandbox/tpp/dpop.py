"""Proof of a key on every call (RFC 9449), for a TPP whose tokens are bound to a key and not to a certificate."""

import base64
import hashlib
import secrets
import time
from urllib.parse import urlsplit, urlunsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from requests import PreparedRequest
from requests.auth import AuthBase


class Prover(AuthBase):
    """Signs what is sent: method, address, time, and the access token if there is one."""

    def __init__(self, key: ECKey) -> None:
        self.key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the proof; a token becomes one that needs it."""
        scheme, _, token = str(request.headers.get("Authorization", "")).partition(" ")
        if scheme == "Bearer":
            request.headers["Authorization"] = f"DPoP {token}"
        request.headers["DPoP"] = self.proof(str(request.method), str(request.url), token=token)
        return request

    def proof(self, method: str, url: str, *, token: str = "") -> str:
        """A proof for one call."""
        plain = urlunsplit(urlsplit(url)._replace(query="", fragment=""))
        claims = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": plain, "iat": int(time.time())}
        if token:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])
