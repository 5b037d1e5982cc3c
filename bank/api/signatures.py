"""Message signatures: a request's is verified over the bytes of its body before they are parsed.

How a signature is made and checked: bank/keys/jose.py. Answers are signed in bank/api/responses.py.
"""

from datetime import datetime
from functools import lru_cache

import orjson

from bank.keys import jose
from bank.keys.store import Key


@lru_cache(maxsize=1024)
def keys(client_jwks: str) -> dict[str, Key]:
    """The signing keys of a registered key set, kept by the set's text: a changed set is another text."""
    return jose.public_keys(orjson.loads(client_jwks)) if client_jwks else {}


def verify(signature: str, body: bytes, *, client_jwks: str, issuer: str, now: datetime) -> None:
    """Check x-jws-signature against the caller's own keys. Raises the refusals U015 to U019 of bank/keys/jose.py."""
    jose.verify_detached(signature, body, key_for=keys(client_jwks).get, issuer=issuer, now=now)
