"""The TPP's own page, to which the bank sends the customer back: a little HTTPS server that waits for one answer.

The answer stands in the URL's query, or in its fragment, which no browser sends to a server: the page's script hands
it over.
"""

import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

from bank.sandbox.tpp.folder import Folder

FRAGMENT_BYTES_MAX = 64 * 1024
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Back at the TPP</title></head>
<body><h1>Back at the TPP</h1><p id="words">One moment…</p>
<script>
fetch(location.pathname, {method: "POST", body: (location.hash || location.search).slice(1)}).then(() => {
  history.replaceState(null, "", location.pathname);
  document.getElementById("words").textContent = "Thank you. You may close this page and look at the terminal.";
});
</script></body></html>
"""


class Page(BaseHTTPRequestHandler):
    """Shows the page and takes the answer."""

    server: "Listener"

    def do_GET(self) -> None:
        """Show the page."""
        self._answer(PAGE.encode(), content_type="text/html; charset=utf-8")

    def do_POST(self) -> None:
        """Take the answer that the page's script hands over."""
        length = min(int(self.headers.get("Content-Length") or 0), FRAGMENT_BYTES_MAX)
        self.server.fragment = self.rfile.read(length).decode()
        self._answer(b"", content_type="text/plain")

    def _answer(self, body: bytes, *, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Keep the terminal for the journey."""


class Listener(HTTPServer):
    """Listens where the TPP's redirect URI points to."""

    fragment = ""

    def __init__(self, folder: Folder) -> None:
        parts = urlsplit(folder.identity["redirect_uri"])
        super().__init__((parts.hostname or "localhost", parts.port or 443), Page)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder.file("redirect.pem"), folder.file("redirect.key"))
        # The handshake happens at the first read, so that a browser that only connects does not stop the server.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that does not trust the certificate hangs up: wait for the next."""

    def wait(self) -> str:
        """Wait until the customer is back; return what the bank sent."""
        while not self.fragment:
            self.handle_request()
        self.server_close()
        return self.fragment
