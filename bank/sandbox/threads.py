"""Gunicorn's worker with threads, hardened: a silent caller holds no thread, before or after its handshake.

What cannot be read as HTTP is answered in JSON, as whatever else a machine gets wrong.
"""

import contextlib
import select
import ssl
import time
import uuid
from typing import Any

from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName, ParseException
from gunicorn.workers import gthread

from bank.api import responses

LINGER_MS = 3  # so long a thread stays with a connection that it has just answered
SILENCE_SECONDS = 0.05  # so long a thread waits for the next bytes; then the connection waits where it costs none
PAUSE_SECONDS = 0.0005  # so much later a process takes a new connection for each that it has already
PAUSE_SECONDS_MAX = 0.004
OUR_OWN_FAULTS = (InvalidResponseHeader, InvalidResponseHeaderName)


class Worker(gthread.ThreadWorker):
    """Gunicorn waits up to 5 seconds for the first bytes, and after the handshake in the thread that made it."""

    def accept(self, listener: Any) -> None:
        """Leave a new connection to the process that has the fewest: it comes first, and the others find it gone."""
        time.sleep(min(self.nr_conns * PAUSE_SECONDS, PAUSE_SECONDS_MAX))
        super().accept(listener)

    def handle(self, conn: Any) -> Any:
        """Take a connection as far as it has bytes for; what it answers is gunicorn's own affair."""
        if not conn.initialized:
            if not conn.wait_for_data(SILENCE_SECONDS):
                return gthread._DEFER
            try:
                conn.sock.setblocking(True)
                conn.init()
            except (ssl.SSLError, OSError) as fault:
                self.log.debug("no handshake: %s", fault)
                return False
            conn.data_ready = False
            if not conn.sock.pending() and not conn.wait_for_data(SILENCE_SECONDS):
                return gthread._DEFER
        while (keeps := super().handle(conn)) is True and self._is_asked_again(conn):
            pass
        return keeps

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what never became a request. Gunicorn's own page would repeat the caller's words to it."""
        if not isinstance(exc, ParseException) or isinstance(exc, OUR_OWN_FAULTS):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("unreadable request from %s: %s", addr[0] if addr else "", type(exc).__name__)
        answer = responses.refusal(responses.RequestBad(), interaction_id=str(uuid.uuid4()), signed_at=None)
        status = f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\nConnection: close\r\n".encode()
        with contextlib.suppress(OSError):  # the caller is gone already
            client.sendall(status + answer.serialize_headers() + b"\r\n\r\n" + answer.content)

    def _is_asked_again(self, conn: Any) -> bool:
        """Tell whether the next request on a kept connection comes at once, while nobody waits for this thread.

        A busy connection so keeps its thread: the way over the poller and back would cost two changes of threads.
        """
        if not self.alive or not self.tpool._work_queue.empty():
            return False
        next_bytes = select.poll()
        next_bytes.register(conn.sock.fileno(), select.POLLIN)
        return bool(conn.sock.pending() or next_bytes.poll(LINGER_MS))
