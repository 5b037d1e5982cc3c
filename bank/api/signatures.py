"""Message signatures: a request's is verified over the bytes of its body before they are parsed.

How a signature is made and checked: bank/keys/jose.py. Answers are signed in bank/api/responses.py.
"""

from datetime import datetime

from bank.keys import jose, remote


def verify(signature: str, body: bytes, *, client_jwks: str, issuer: str, now: datetime) -> None:
    """Check x-jws-signature against the caller's own keys, given as a key set or as the address of one.

    Raises the refusals U015 to U019 of bank/keys/jose.py.
    """
    remote.with_fresh_keys(
        lambda: jose.verify_detached(
            signature, body, key_for=remote.keys_of(client_jwks, now=now).get, issuer=issuer, now=now
        ),
        now=now,
    )
