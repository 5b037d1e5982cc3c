"""The bank's own calls to other people's servers: over HTTPS, to the address that was checked, each wait with an end.

Where a call goes, a TPP says (the address of its key set, of its notification endpoint), so nothing here trusts it: no
redirect is followed, no address inside our own network is called, and an answer is read to a size and a time. Which
hosts may be called at all, and what an answer means, the caller says.
"""

import functools
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import certifi
from django.conf import settings

TLS_PORT = 443
LENGTH_MAX = 2048  # of an address


class Unreachable(Exception):
    """The call brought no answer, or was not made. The words are ours, and a TPP may read them."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. The body is empty where the caller wanted none."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    seconds: float = 5.0,
    size_max: int = 0,
) -> Answer:
    """Call a server once; whatever its status, its answer is the caller's to judge.

    seconds: the whole of it, but for the look-up of the name. size_max: how many bytes of the answer's body are wanted;
    with 0 it is not read. Raises Unreachable.
    """
    host, port, target = _taken_apart(url)
    connection = _Pinned(host, port, address=_address(host, port), seconds=seconds)
    try:
        return connection.exchange(method, target, body=body, headers=headers, size_max=size_max)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable("The server's certificate is not trusted.") from error
    except (OSError, http.client.HTTPException) as error:
        words = "The server took too long." if connection.is_over_time else "The server did not answer."
        raise Unreachable(words) from error
    finally:
        connection.close()


def _taken_apart(url: str) -> tuple[str, int, str]:
    """Host, port, and what stands in the request's first line."""
    if len(url) > LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise Unreachable("The address is malformed.")
    try:
        parts = urlsplit(url)
        port = parts.port or TLS_PORT
    except ValueError:
        raise Unreachable("The address is malformed.") from None
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise Unreachable("The address is not an https URL of a host.")
    return parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _address(host: str, port: int) -> str:
    """Look a name up, once: what was checked is what is called, so that a name cannot change its mind in between."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("The host has no address.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.SANDBOX and not all(is_public(address) for address in addresses):
        raise Unreachable("The host has an address that is not public.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an address can belong to somebody else: not ours, not a private network's, not this machine's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = (ip.ipv4_mapped or ip.sixtofour or ip) if isinstance(ip, ipaddress.IPv6Address) else ip
    return inner.is_global and ip.is_global and not inner.is_multicast


@functools.cache
def _context() -> ssl.SSLContext:
    """Whom the bank believes on the way out: the public authorities, and those that settings name."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for path in settings.OUTBOUND_CA_FILES:
        context.load_verify_locations(cafile=path)
    return context


class _Pinned(http.client.HTTPSConnection):
    """A connection to one address, under the name that its certificate must have, cut off when its time is over."""

    def __init__(self, host: str, port: int, *, address: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.address, self.seconds, self.is_over_time = address, seconds, False

    def connect(self) -> None:
        """Connect and shake hands."""
        plain = socket.create_connection((self.address, self.port), self.seconds)
        self.sock = _context().wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock.do_handshake()

    def exchange(self, method: str, target: str, *, body: bytes, headers: Mapping[str, str], size_max: int) -> Answer:
        """Send a request and read its answer. Raises OSError, HTTPException, Unreachable."""
        alarm = threading.Timer(self.seconds, self._cut_off)
        alarm.daemon = True
        alarm.start()
        try:
            self.request(method, target, body=body or None, headers=dict(headers))
            answer = self.getresponse()
            read = answer.read(size_max + 1) if size_max else b""
        finally:
            alarm.cancel()
        if self.is_over_time:
            raise TimeoutError
        if len(read) > size_max:
            raise Unreachable("The answer is too long.")
        return Answer(status=answer.status, headers=dict(answer.getheaders()), body=read)

    def _cut_off(self) -> None:
        """End a wait that drips on below each single time-out."""
        self.is_over_time = True
        sock: Any = self.sock
        if sock is not None:
            # Of TCP alone: to end TLS as well would be to take it from under the thread that waits.
            _quietly(functools.partial(socket.socket.shutdown, sock, socket.SHUT_RDWR))


def _quietly(act: "functools.partial[None]") -> None:
    try:
        act()
    except OSError:
        return  # it was over already
