"""How a client certificate reaches the bank: in the TLS handshake, or in the words of a proxy that ended TLS before it.

A proxy's word counts only from an address that settings.TRUSTED_PROXIES names, and only in one header, Client-Cert,
which that proxy must overwrite on every request. It has two spellings: RFC 9440's (`:base64:`, HAProxy) and nginx's
$ssl_client_escaped_cert. What a certificate is worth is judged elsewhere: bank/tpps/certificates.py.

No chain is taken from a caller (Client-Cert-Chain): a trust anchor brings its intermediate authorities along.
"""

import base64
import functools
import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

log = structlog.get_logger()

HEADER = "HTTP_CLIENT_CERT"
BYTE_SEQUENCE = re.compile(r":([A-Za-z0-9+/]+={0,2}):", re.ASCII)  # RFC 8941 section 3.3.5
UNREADABLE = b""  # stands for what cannot be decoded: bank/tpps/certificates.py refuses it with its reason


def presented(environ: Mapping[str, Any]) -> bytes | None:
    """The certificate (DER) whose key the caller proved to hold in a TLS handshake, if it showed any.

    The handshake is this connection's own; behind a proxy that we trust it is the proxy's with the caller, and then
    this connection's own says nothing. Anybody else's header is left unread, and the log tells of it.
    """
    claimed = environ.get(HEADER)
    if is_trusted(environ.get("REMOTE_ADDR", "")):
        return _decoded(claimed) if claimed else None
    if claimed is not None:
        log.warning(
            "certificate.header_ignored",
            address=environ.get("REMOTE_ADDR"),
            reason="The header Client-Cert counts only from an address in LOMBARD_TRUSTED_PROXIES.",
        )
    read = getattr(environ.get("gunicorn.socket"), "getpeercert", None)
    return read(True) if read else None


def address(environ: Mapping[str, Any]) -> str:
    """The caller's address, for the log: the other end of the connection, or whom a trusted proxy says it speaks for.

    A proxy appends to X-Forwarded-For, so only the last entry is its own word.
    """
    peer: str = environ.get("REMOTE_ADDR", "")
    if not is_trusted(peer):
        return peer
    return environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or peer


def is_trusted(peer: str) -> bool:
    """Tell whether an address is one of the proxies that stand before this bank."""
    return bool(settings.TRUSTED_PROXIES) and _is_within(peer, settings.TRUSTED_PROXIES)


@functools.lru_cache(maxsize=1024)
def _is_within(peer: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in networks)


@functools.lru_cache(maxsize=1024)
def _decoded(claimed: str) -> bytes:
    """Read a certificate in either spelling."""
    match = BYTE_SEQUENCE.fullmatch(claimed)
    try:
        if match:
            return base64.b64decode(match[1], validate=True)
        return x509.load_pem_x509_certificate(unquote(claimed).encode()).public_bytes(Encoding.DER)
    except ValueError:
        return UNREADABLE
