"""The bank's signing keys: made once, encrypted at rest, read once a minute by each process.

What is signed with them: bank/keys/jose.py. The key that encrypts them comes from outside the database (settings).
"""

import base64
import functools
import time
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from joserfc.jwk import ECKey, KeyParameters, RSAKey

from bank.keys.models import SigningKey

Key = RSAKey | ECKey
ALGORITHMS = ("PS256", "ES256")
RSA_BITS = 2048
REREAD_SECONDS = 60  # so long another process may go on signing with a key that was just replaced


class NoSigningKey(Exception):
    """The bank was never set up: there is no key of this algorithm."""


def ensure(now: datetime) -> None:
    """Make the first key of every algorithm that has none. May be called at every start."""
    present = set(SigningKey.objects.filter(retired_at=None).values_list("algorithm", flat=True))
    for algorithm in ALGORITHMS:
        if algorithm not in present:
            make(algorithm, now=now)


def make(algorithm: str, *, now: datetime) -> SigningKey:
    """Make a key; from now on it is the one that signs with its algorithm."""
    key: Key = RSAKey.generate_key(RSA_BITS) if algorithm == "PS256" else ECKey.generate_key("P-256")
    pem = key.as_bytes(encoding="PEM", private=True)
    row = SigningKey.objects.create(
        kid=key.thumbprint(), algorithm=algorithm, encrypted_pem=_cipher().encrypt(pem), created_at=now
    )
    _keys.cache_clear()
    return row


def current(algorithm: str) -> Key:
    """The private key that signs with this algorithm: the newest. Raises NoSigningKey."""
    for key in reversed(_published()):
        if key.alg == algorithm:
            return key
    raise NoSigningKey(algorithm)


def public_jwks() -> dict[str, Any]:
    """The key set that the bank publishes (RFC 7517): every key that is not retired, public halves only."""
    return {"keys": [key.as_dict(private=False) for key in _published()]}


def _published() -> tuple[Key, ...]:
    return _keys(int(time.monotonic()) // REREAD_SECONDS)


@functools.lru_cache(maxsize=1)
def _keys(_period: int) -> tuple[Key, ...]:
    rows = SigningKey.objects.filter(retired_at=None).order_by("created_at")
    return tuple(_read(row) for row in rows)


def _read(row: SigningKey) -> Key:
    private = serialization.load_pem_private_key(_cipher().decrypt(bytes(row.encrypted_pem)), None)
    names: KeyParameters = {"kid": row.kid, "use": "sig", "alg": row.algorithm}
    if isinstance(private, rsa.RSAPrivateKey):
        return RSAKey.import_key(private, names)
    assert isinstance(private, ec.EllipticCurvePrivateKey), "the bank makes RSA and P-256 keys only"
    return ECKey.import_key(private, names)


@functools.cache
def _cipher() -> Fernet:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"lombard: signing keys at rest")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.KEY_ENCRYPTION_KEY.encode())))
