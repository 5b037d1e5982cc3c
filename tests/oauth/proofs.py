"""A TPP's DPoP key, and proofs by it that can be wrong in any detail."""

import base64
import functools
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests import calls

Key = ECKey | RSAKey | OctKey


def fresh() -> ECKey:
    """A key that nobody else has."""
    return ECKey.generate_key("P-256")


@functools.cache
def rsa(bits: int = 2048) -> RSAKey:
    """An RSA key that the whole run shares."""
    return RSAKey.generate_key(bits)


@dataclass(kw_only=True)
class Prover:
    """Whoever holds a key. Header and claims can be changed proof by proof; None leaves one out."""

    now: datetime
    key: Key = field(default_factory=fresh)

    @property
    def jkt(self) -> str:
        return self.key.thumbprint()

    def proof(
        self,
        method: str,
        url: str,
        *,
        access_token: str | None = None,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A proof that is right in everything but what is said."""
        complete = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": url,
            "iat": int(self.now.timestamp()),
            "ath": ath(access_token) if access_token else None,
        }
        return self.sign(complete | claims, **(header or {}))

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Sign claims, with the public key in the header."""
        algorithm = "ES256" if isinstance(self.key, ECKey) else "PS256"
        complete = {"typ": "dpop+jwt", "alg": algorithm, "jwk": self.public()} | header
        kept = {name: value for name, value in complete.items() if value is not None}
        parts = [calls.base64url(orjson.dumps(kept)), calls.base64url(orjson.dumps(without(claims)))]
        if kept.get("alg") == "none":
            return ".".join([*parts, ""])
        signer = jws.JWSRegistry.algorithms[kept.get("alg", algorithm)]
        return ".".join([*parts, calls.base64url(signer.sign(".".join(parts).encode(), self.key))])

    def public(self) -> dict[str, Any]:
        return dict(self.key.as_dict(private=False)) if not isinstance(self.key, OctKey) else dict(self.key.as_dict())


def without(values: dict[str, Any]) -> dict[str, Any]:
    """Values, less those that are None."""
    return {name: value for name, value in values.items() if value is not None}


def ath(access_token: str) -> str:
    """The hash by which a proof names an access token (RFC 9449 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()).rstrip(b"=").decode()
