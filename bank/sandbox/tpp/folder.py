"""A TPP's folder: who it is, where its bank is, its certificates and its private keys."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from joserfc.jwk import ECKey, RSAKey

SELF_SIGNED = "self_signed_tls_client_auth"
USUAL = {"profile": "fapi1-advanced", "sender_constraint": "mtls"}  # of a folder that says nothing else


@dataclass(frozen=True)
class Folder:
    """What `manage.py tpp new` wrote, read back.

    tpp.json      name, client_id, registration_client_uri and registration_access_token (where it registered itself),
                  organisation_id, software_id, profile, token_endpoint_auth_method, sender_constraint (mtls or dpop),
                  redirect_uri, signing_kid, discovery, resources, bank_organisation_id, trust_anchor
    transport.*   the certificate that the directory issued for connections, and its key
    own.*         for self_signed_tls_client_auth: the certificate that we made ourselves, shown instead of that one
    dpop.key      for tokens that are bound to a key: that key
    signing.*     the certificate whose key signs requests, and that key
    redirect.*    the certificate of the TPP's own page, to which the bank sends the customer back
    ca.pem        whom the TPP believes when the bank shows its certificate
    """

    path: Path

    @cached_property
    def identity(self) -> dict[str, str]:
        """The content of tpp.json."""
        identity: dict[str, str] = USUAL | json.loads((self.path / "tpp.json").read_text())
        return identity

    def file(self, name: str) -> str:
        """The path of one of the folder's files, as requests and ssl want it."""
        return str(self.path / name)

    @cached_property
    def signing_key(self) -> RSAKey:
        """The private key that signs requests, with the id under which the bank finds its public half."""
        pem = (self.path / "signing.key").read_bytes()
        return RSAKey.import_key(pem, {"kid": self.identity["signing_kid"], "use": "sig", "alg": "PS256"})

    @cached_property
    def dpop_key(self) -> ECKey:
        """The private key that access tokens are bound to."""
        return ECKey.import_key((self.path / "dpop.key").read_bytes())

    @property
    def connection(self) -> tuple[str, str]:
        """The certificate that the bank sees in every connection, and its key."""
        is_own = self.identity["token_endpoint_auth_method"] == SELF_SIGNED
        name = "own" if is_own else "transport"
        return self.file(f"{name}.pem"), self.file(f"{name}.key")
