"""Calls of a TPP over real HTTPS: what tests/calls.py writes, sent as tests/https.py sends it."""

import base64
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Self

from django.test import override_settings

from tests import calls, https


@dataclass(kw_only=True)
class Remote(calls.Caller):
    """A TPP that calls the bank from elsewhere."""

    @classmethod
    def like(cls, caller: calls.Caller) -> Self:
        """The same TPP as another caller."""
        return cls(provider=caller.provider, now=caller.now)

    def call(  # type: ignore[override] # both kinds of answers are read alike
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        der: bytes | str | None = "own",
        key: Any = None,
        **headers: str | None,
    ) -> https.Answer:
        """Send one request as every caller does, over the TPP's certificate, another one (der), or none.

        A certificate without its key cannot be shown in a handshake: a proxy that the bank trusts brings it.
        """
        raw, sent = self.written(body, token=token, **headers)
        if isinstance(der, bytes) and key is None:
            said = {"Client-Cert": f":{base64.b64encode(der).decode()}:"}
            with override_settings(TRUSTED_PROXIES=(ip_network("127.0.0.1"),)):
                return https.ask(method, path, raw, headers=sent | said)
        own = https.Identity(self.der, self.provider.transport_key)
        identity = https.Identity(der, key) if isinstance(der, bytes) else own if der == "own" else None
        return https.ask(method, path, raw, identity=identity, headers=sent)
