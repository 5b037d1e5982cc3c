"""The bank's signing keys at hand: encrypted at rest, read every five seconds by each process.

What is signed with them: bank/keys/jose.py. How one follows another: bank/keys/rotation.py. The key that encrypts them
comes from outside the database (settings).
"""

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import ECKey, KeyParameters, RSAKey

from bank.keys import sealing
from bank.keys.models import SigningKey

Key = RSAKey | ECKey
State = SigningKey.State
ALGORITHMS = ("PS256", "ES256")
RSA_BITS = 2048
REREAD_SECONDS = 5  # so long another process may go on signing with a key that was just replaced
PUBLISHED_ORDER = (
    State.ACTIVE,
    State.NEXT,
    State.RETIRED,
)  # who takes the first one takes the right one


class NoSigningKey(Exception):
    """The bank was never set up: there is no key of this algorithm."""


@dataclass(frozen=True)
class Ring:
    """The keys as they were read: those that sign, by algorithm, and the set that is published."""

    signing: Mapping[str, Key]
    published: dict[str, Any]


def ensure(now: datetime) -> None:
    """Give every algorithm the key that signs and the one that comes after it. May be called at every start."""
    for algorithm in ALGORITHMS:
        held = {row.state for row in SigningKey.objects.filter(algorithm=algorithm, retired_at=None)}
        if State.ACTIVE not in held:
            make(algorithm, now=now, activated_at=now)
        if State.NEXT not in held:
            make(algorithm, now=now)


def make(algorithm: str, *, now: datetime, activated_at: datetime | None = None) -> SigningKey:
    """Make a key and publish it; unless it is active already, another one signs until it is this one's turn."""
    key: Key = RSAKey.generate_key(RSA_BITS) if algorithm == "PS256" else ECKey.generate_key("P-256")
    row = SigningKey.objects.create(
        kid=key.thumbprint(),
        algorithm=algorithm,
        encrypted_pem=_cipher().encrypt(key.as_bytes(encoding="PEM", private=True)),
        created_at=now,
        activated_at=activated_at,
    )
    forget()
    return row


def current(algorithm: str) -> Key:
    """The private key that signs with this algorithm. Raises NoSigningKey."""
    key = _ring().signing.get(algorithm)
    if key is None:
        raise NoSigningKey(algorithm)
    return key


def public_jwks() -> dict[str, Any]:
    """The key set that the bank publishes (RFC 7517), public halves only: what signs, what will and what did."""
    return _ring().published


def forget() -> None:
    """Read anew at the next signature, since this process changed a key."""
    _read_ring.cache_clear()


def _ring() -> Ring:
    return _read_ring(int(time.monotonic()) // REREAD_SECONDS)


@functools.lru_cache(maxsize=1)
def _read_ring(_period: int) -> Ring:
    rows = sorted(
        SigningKey.objects.filter(withdrawn_at=None).order_by("-created_at"),
        key=lambda row: PUBLISHED_ORDER.index(row.state),
    )
    keys = {row.kid: _open(row.kid, row.algorithm, bytes(row.encrypted_pem)) for row in rows}
    return Ring(
        signing={row.algorithm: keys[row.kid] for row in rows if row.state == State.ACTIVE},
        published={"keys": [key.as_dict(private=False) for key in keys.values()]},
    )


@functools.lru_cache(maxsize=64)
def _open(kid: str, algorithm: str, encrypted_pem: bytes) -> Key:
    """Decrypt a key, once in a process's life."""
    private = serialization.load_pem_private_key(_cipher().decrypt(encrypted_pem), None)
    names: KeyParameters = {"kid": kid, "use": "sig", "alg": algorithm}
    if isinstance(private, rsa.RSAPrivateKey):
        return RSAKey.import_key(private, names)
    assert isinstance(private, ec.EllipticCurvePrivateKey), "the bank makes RSA and P-256 keys only"
    return ECKey.import_key(private, names)


def _cipher() -> Fernet:
    return sealing.cipher("signing keys at rest")
