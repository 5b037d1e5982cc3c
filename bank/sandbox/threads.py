"""Gunicorn's worker with threads, hardened: a silent caller holds no thread, before or after its handshake."""

import ssl
from typing import Any

from gunicorn.workers import gthread

SILENCE_SECONDS = 0.05  # so long a thread waits for the next bytes; then the connection waits where it costs none


class Worker(gthread.ThreadWorker):
    """Gunicorn waits up to 5 seconds for the first bytes, and after the handshake in the thread that made it."""

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
        return super().handle(conn)
