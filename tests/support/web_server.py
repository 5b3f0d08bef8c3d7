"""A web server on loopback whose answers are a function of what it is asked.

Tests of the wire itself (answers that are cut, dripped, packed in chunks) write to their sockets in handlers of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import MappingProxyType
from typing import NamedTuple, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request. Its path has the query with it; a proxy is asked for a whole address."""

    method: str
    path: str
    headers: Message
    body: bytes


class Answer(NamedTuple):
    """What is sent: HTML, unless the headers say otherwise."""

    status: int
    body: str | bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return self.body.encode() if isinstance(self.body, str) else self.body


class WebServer:
    """Serves on a free port of `host`. A context manager. `heard`: the path of each request."""

    def __init__(
        self, answer: Callable[[Asked], Answer], host: str = "127.0.0.1", *, keeps_connections: bool = False
    ) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1" if keeps_connections else "HTTP/1.0"
            wbufsize = -1  # one packet for head and body: two can wait 40 ms for each other (Nagle)

            def do_GET(self) -> None:
                heard.append(self.path)
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(method=self.command, path=self.path, headers=self.headers, body=sent)
                said = answer(asked)
                self.send_response(said.status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **said.headers}.items():
                    self.send_header(name, value)
                if said.status != 304:
                    self.send_header("Content-Length", str(len(said.content)))
                self.end_headers()
                self.wfile.write(said.content)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = _Server((host, 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://{host}:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: some are killed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]
