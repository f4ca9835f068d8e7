"""The one local server: a thread, a port, a token; pages say what its addresses answer."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from edgekit.errors import UsageError
from edgekit.web.access import Access, Verdict, is_loopback
from edgekit.web.http import Handler, Page, Reply, Request, Wrong

__all__ = ["LOOPBACK", "LocalServer"]

logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""A planogram of ten thousand facings has 2 MB."""

_SOCKET_TIMEOUT_S = 20.0
_MAX_CONNECTIONS = 64

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class LocalServer:
    """Serves one page until it is closed; `with` starts and closes it.

    Attributes:
        url: what a browser opens, the token in it.
        loopback: only this machine can reach it.
    """

    def __init__(self, page: Page, *, host: str = LOOPBACK, port: int = 0, token: str | None = None) -> None:
        """Listen on `host` and `port` (0: a free one); nobody is answered before `start`.

        Args:
            page: what the addresses answer.
            host: an address or name of this machine; "0.0.0.0" for all of them.
            port: 0-65535.
            token: what a browser must know; None: a random one.

        Raises:
            UsageError: this machine has no such address, or the port is taken.
        """
        self.loopback = is_loopback(host)
        try:
            self._server = _Server((host, port), page)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(
                f"Cannot listen on {host} port {port}: {reason}.", hint="Another --port, or none, takes a free one."
            ) from error
        port = self._server.server_address[1]
        token = token or secrets.token_urlsafe(18)
        own_name = socket.gethostname().lower()
        names = frozenset({"localhost", host.lower(), own_name, f"{own_name}.local"})
        self._server.access = Access(token, port, names)
        shown = (_own_address() or own_name) if host in ("", "0.0.0.0", "::") else host
        shown = f"[{shown}]" if ":" in shown else shown
        self.url = f"http://{shown}:{port}/?token={token}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="edgekit-web", daemon=True)

    def __enter__(self) -> LocalServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Answer from now on, on a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening and hang up; twice is fine."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.hang_up()


def _own_address() -> str | None:
    """This machine's address in its network, which a phone can open where it cannot resolve the machine's name."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # chooses a route; of a datagram socket, connect sends nothing
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if is_loopback(address) or address == "0.0.0.0" else address


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    access: Access

    def __init__(self, address: tuple[str, int], page: Page) -> None:
        self.page = page
        self._changing = threading.Lock()
        self._open: set[socket.socket] = set()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _RequestHandler)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: tuple[str, int]
    ) -> None:
        assert isinstance(request, socket.socket)
        with self._changing:
            seated = len(self._open) < _MAX_CONNECTIONS
            if seated:
                self._open.add(request)
        if seated:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: tuple[str, int]
    ) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changing:
                self._open.discard(request)

    def hang_up(self) -> None:
        """End the connections that browsers keep open for their next request."""
        with self._changing:
            left = tuple(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: tuple[str, int]
    ) -> None:
        logger.debug("a browser hung up", exc_info=True)


class _RequestHandler(BaseHTTPRequestHandler):
    """Lets a request in, finds its handler, writes the answer."""

    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _SOCKET_TIMEOUT_S

    def version_string(self) -> str:
        return "edgekit"

    def log_message(self, format: str, *args: object) -> None:
        """One line of log per change of state, none per request."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query))
        headers = {name.lower(): value for name, value in self.headers.items()}
        verdict = self.server.access.judge(method, query.pop("token", None), headers)
        if verdict is Verdict.HAND_COOKIE:
            self._redirect(address.path)
            return
        try:
            if verdict is not Verdict.WELCOME:
                raise Wrong(403, verdict.value)
            found = self._find(method, address.path)
            body = self._body(headers) if method == "POST" else b""
            handler, rest = found
            reply = handler(Request(rest, query, body))
        except Wrong as wrong:
            self.close_connection = True  # of a refused request the body may still be under way
            reply = Reply(wrong.text.encode(), status=wrong.status)
        except Exception:
            logger.exception("%s %s failed", method, address.path)
            self.close_connection = True
            reply = Reply(b"This went wrong inside edgekit; its log says more.", status=500)
        self._answer(reply)

    def _find(self, method: str, path: str) -> tuple[Handler, str]:
        page = self.server.page
        if (method, path) in page:
            return page[(method, path)], ""
        head, slash, rest = path[1:].partition("/")
        if slash and (handler := page.get((method, f"/{head}/"))) is not None:
            return handler, rest
        raise Wrong(404, "There is no such page.")

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Wrong(415, "Only JSON is taken here.")
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            raise Wrong(411, "The request does not say how long it is.")
        if int(length) > MAX_BODY_BYTES:
            raise Wrong(413, f"The request is longer than {MAX_BODY_BYTES} bytes.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise Wrong(400, "The request broke off.")
        return body

    def _redirect(self, path: str) -> None:
        access = self.server.access
        self.send_response(303)
        # "//elsewhere/" would be an address of another site.
        self.send_header("Location", "/" + path.lstrip("/\\"))
        self.send_header("Set-Cookie", f"{access.cookie}={access.token}; Path=/; HttpOnly; SameSite=Lax")
        self._finish(b"")

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self._finish(reply.body)

    def _finish(self, body: bytes) -> None:
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
