"""The HTTP server that hubs call, for a reverse proxy to pass on to: one request a connection, all of it bounded.

The last segment of the path counts, so that it does not matter whether the proxy cuts off what comes before. Size: `MAX_BODY` and
the limits of `http.server` for lines and headers. Time: a connection is cut `REQUEST_S` after it began, however slowly bytes
arrive. Number: `CONNECTIONS` at once; further ones are closed.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from db.config.values import ListenAddress
from db.errors import CopydeskError, UsageError
from scheduler.websub.callbacks import MAX_BODY, CallbackAnswer, HubCallbacks

REQUEST_S = 15.0
"""Seconds of a connection."""
CONNECTIONS = 64
"""Connections at once, each a thread."""
POLL_S = 0.5
"""Seconds between looks for connections that take too long."""
_CHUNK_LINE = 100
_BUSY = CallbackAnswer(status=503, body=b"Try again in a moment.\n")


class CallbackServer:
    """Listens from its construction until `close`, on its own threads."""

    def __init__(self, address: ListenAddress, callbacks: HubCallbacks) -> None:
        """Raises UsageError if it cannot listen there."""
        try:
            self._server = _server_class(address.host)(
                (address.host, address.port),
                type("CallbackHandler", (_CallbackHandler,), {"callbacks": callbacks}),
            )
        except OSError as error:
            raise UsageError(
                f"{address}: cannot listen there ({error.strerror}); set another address with `websub_listen`"
            ) from error
        self.url = f"http://{replace(address, port=self._server.server_address[1])}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_S,), name="hubs", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _BoundedServer(ThreadingHTTPServer):
    """At most `CONNECTIONS` at once, each for at most `REQUEST_S`."""

    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self._open: dict[socket.socket, float] = {}
        self._open_lock = threading.Lock()
        super().__init__(*arguments)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        with self._open_lock:
            if len(self._open) >= CONNECTIONS:
                return False
            self._open[request] = time.monotonic() + REQUEST_S
        return True

    def service_actions(self) -> None:
        """Called every `POLL_S`: cut connections that take too long."""
        now = time.monotonic()
        with self._open_lock:
            late = [connection for connection, until in self._open.items() if until < now]
        for connection in late:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed: a connection that breaks off is no fault of ours."""


def _server_class(host: str) -> type[_BoundedServer]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return type("CallbackHTTPServer", (_BoundedServer,), {"address_family": family})


class _CallbackHandler(BaseHTTPRequestHandler):
    callbacks: HubCallbacks
    timeout = REQUEST_S
    server_version, sys_version = "Copydesk", ""

    def do_GET(self) -> None:
        with self._answering():
            # The first of a repeated parameter counts.
            query = dict(reversed(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)))
            self._answer(self.callbacks.confirm(self._segment(), query))

    def do_POST(self) -> None:
        with self._answering():
            stated = self.headers.get("Content-Length", "")
            chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
            if not chunked and not (stated.isascii() and stated.isdigit() and len(stated) < 16):
                self._answer(CallbackAnswer(status=411))
                return
            one, answer = self.callbacks.admit(self._segment(), None if chunked else int(stated))
            if one is not None:
                body = self._chunks() if chunked else self.rfile.read(int(stated))
                if body is None or len(body) > MAX_BODY:
                    answer = self.callbacks.refuse_oversized(one)
                elif not chunked and len(body) < int(stated):
                    return  # the connection broke off
                else:
                    answer = self.callbacks.take(one, self.headers.get("X-Hub-Signature", ""), body)
            self._answer(answer)
            if one is None and not chunked:
                self._drain(int(stated))

    def _segment(self) -> str:
        return urlsplit(self.path).path.rstrip("/").rpartition("/")[2]

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except CopydeskError:  # the database is busy or its disk full: hubs try again
            self._answer(_BUSY)
        except ValueError:  # no address, or no chunks
            self._answer(CallbackAnswer(status=400))

    def _chunks(self) -> bytes | None:
        """The body of a request without a length; None where it is longer than `MAX_BODY`. Raises ValueError."""
        body = bytearray()
        while size := int(self.rfile.readline(_CHUNK_LINE).partition(b";")[0].strip() or b"z", 16):
            if size < 0 or len(body) + size > MAX_BODY:
                return None
            body += self.rfile.read(size)
            if self.rfile.readline(_CHUNK_LINE).strip():
                raise ValueError("a chunk is longer than it says")
        return bytes(body)

    def _drain(self, left: int) -> None:
        """Read what is left of a refused body: a connection closed before may lose its answer on the way."""
        left = min(left, 2 * MAX_BODY)
        while left > 0 and (piece := self.rfile.read(min(left, 1 << 16))):
            left -= len(piece)

    def _answer(self, answer: CallbackAnswer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.status in (429, 503):
            self.send_header("Retry-After", "60")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are not logged: their paths are secret."""
