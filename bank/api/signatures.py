"""Message signatures: a request's is verified over the bytes of its body before they are parsed.

How a signature is made and checked: bank/keys/jose.py. Answers are signed in bank/api/responses.py.
"""

from datetime import datetime

from bank.keys import jose


def verify(signature: str, body: bytes, *, client_jwks: str, issuer: str, now: datetime) -> None:
    """Check x-jws-signature against the caller's own keys. Raises the refusals U015 to U019 of bank/keys/jose.py."""
    jose.verify_detached(signature, body, key_for=jose.key_set(client_jwks).get, issuer=issuer, now=now)
