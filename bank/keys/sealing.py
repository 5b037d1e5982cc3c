"""Encryption at rest, under the key from outside the database (settings); each purpose has a key of its own."""

import base64
import functools

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@functools.cache
def cipher(purpose: str) -> Fernet:
    """What encrypts and decrypts for this purpose; what was encrypted for another cannot be read with it."""
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"lombard: {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.KEY_ENCRYPTION_KEY.encode())))
