"""A TPP's folder: who it is, where its bank is, its certificates and its private keys."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from joserfc.jwk import RSAKey


@dataclass(frozen=True)
class Folder:
    """What `manage.py tpp new` wrote, read back.

    tpp.json      name, client_id, organisation_id, software_id, token_endpoint_auth_method, redirect_uri,
                  signing_kid, discovery, resources, bank_organisation_id, trust_anchor
    transport.*   the certificate that the bank sees in every connection, and its key
    signing.*     the certificate whose key signs requests, and that key
    redirect.*    the certificate of the TPP's own page, to which the bank sends the customer back
    ca.pem        whom the TPP believes when the bank shows its certificate
    """

    path: Path

    @cached_property
    def identity(self) -> dict[str, str]:
        """The content of tpp.json."""
        identity: dict[str, str] = json.loads((self.path / "tpp.json").read_text())
        return identity

    def file(self, name: str) -> str:
        """The path of one of the folder's files, as requests and ssl want it."""
        return str(self.path / name)

    @cached_property
    def signing_key(self) -> RSAKey:
        """The private key that signs requests, with the id under which the bank finds its public half."""
        pem = (self.path / "signing.key").read_bytes()
        return RSAKey.import_key(pem, {"kid": self.identity["signing_kid"], "use": "sig", "alg": "PS256"})
