"""The load: requests made and signed beforehand, sent over connections that stay open, answers counted and checked.

As little Python as possible between two requests, since the client runs on the cores that it measures.
"""

import socket
import ssl
import statistics
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

RECEIVE_BYTES = 65536


@dataclass(frozen=True)
class Result:
    """How a round went."""

    per_second: float
    p50_ms: float
    p99_ms: float
    seconds: float


def trusting(folder: Path) -> ssl.SSLContext:
    """The client's side of TLS, believing the CA whose ca.pem lies in this folder."""
    return ssl.create_default_context(cafile=str(folder / "ca.pem"))


def request(method: str, path: str, *, token: str, body: bytes = b"", extra: Mapping[str, str] | None = None) -> bytes:
    """A whole request, ready to be sent."""
    headers = {
        "Host": "localhost",
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "x-fapi-interaction-id": str(uuid.uuid4()),
        "x-fapi-customer-ip-address": "203.0.113.7",
        **(extra or {}),
    }
    if body:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Connection:
    """One connection over mutual TLS, kept open."""

    def __init__(self, folder: Path, *, host: str, port: int) -> None:
        context = trusting(folder)
        context.load_cert_chain(folder / "transport.pem", folder / "transport.key")
        plain = socket.create_connection((host, port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname=host)

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and return status and body of its answer."""
        self.socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        head, body = received[:end].lower(), received[end + 4 :]
        start = head.index(b"content-length:") + 15
        stop = head.find(b"\r\n", start)
        length = int(head[start : stop if stop > 0 else len(head)])
        while len(body) < length:
            body += self._receive()
        return int(received[9:12]), body

    def _receive(self) -> bytes:
        part = self.socket.recv(RECEIVE_BYTES)
        if not part:
            raise ConnectionError("the bank hung up")
        return part

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def run(requests: Sequence[bytes], connections: Sequence[Connection], *, expect: int) -> Result:
    """Send all requests over these connections, each as fast as it is answered."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for request in requests:
        waiting.put(request)
    times: list[float] = []
    unexpected: list[bytes] = []

    def work(connection: Connection) -> None:
        while True:
            try:
                request = waiting.get_nowait()
            except Empty:
                return
            began = time.perf_counter()
            status, body = connection.send(request)
            times.append(time.perf_counter() - began)
            if status != expect:
                unexpected.append(b"%d %s" % (status, body[:300]))

    threads = [threading.Thread(target=work, args=[connection]) for connection in connections]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    assert not unexpected, f"{len(unexpected)} of {len(requests)}: {unexpected[0].decode()}"
    assert len(times) == len(requests), "a connection failed; its thread said why"
    cuts = statistics.quantiles(times, n=100)
    return Result(len(requests) / seconds, cuts[49] * 1000, cuts[98] * 1000, seconds)
