"""A customer's device that keeps a passkey, made of the same bytes as a real one, and can be told to get any wrong."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Device:
    """One authenticator with one passkey. Its answers are what navigator.credentials gives, as JSON."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    origin: str = settings.ISSUER
    rp_id: str = "localhost"
    counter: int = 0
    is_verified: bool = True
    is_framed: bool = False

    @property
    def flags(self) -> FLAG:
        return FLAG.UP | (FLAG.UV if self.is_verified else FLAG(0))

    def create(self, options: str) -> str:
        """Make the passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.credential_id, public)
        data = AuthenticatorData.create(self._rp_hash, self.flags | FLAG.AT, self.counter, credential)
        client_data = self._client_data("webauthn.create", orjson.loads(options)["challenge"])
        attestation = AttestationObject.create("none", data, {})
        return self._answer({"clientDataJSON": client_data, "attestationObject": attestation})

    def get(self, options: str, *, alter: Callable[[dict[str, Any]], Any] = lambda _answer: None) -> str:
        """Sign the challenge."""
        self.counter += 1
        client_data = self._client_data("webauthn.get", orjson.loads(options)["challenge"])
        data = AuthenticatorData.create(self._rp_hash, self.flags, self.counter)
        signature = self.key.sign(bytes(data) + sha256(bytes(client_data)), ec.ECDSA(hashes.SHA256()))
        answer = self._answer({"clientDataJSON": client_data, "authenticatorData": data, "signature": signature})
        altered = orjson.loads(answer)
        alter(altered)
        return orjson.dumps(altered).decode()

    @property
    def _rp_hash(self) -> bytes:
        return sha256(self.rp_id.encode())

    def _client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin, self.is_framed)

    def _answer(self, response: dict[str, bytes]) -> str:
        name = websafe_encode(self.credential_id)
        written = {key: websafe_encode(bytes(value)) for key, value in response.items()}
        whole = {"id": name, "rawId": name, "type": "public-key", "response": written, "clientExtensionResults": {}}
        return orjson.dumps(whole).decode()
