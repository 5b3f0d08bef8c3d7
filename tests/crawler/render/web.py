"""Web sites that need a browser, and such that misuse one; and servers that must hear nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

import pytest

from crawler.render.browsers import missing_part

MISSING = missing_part()
NEEDS_BROWSER = pytest.mark.skipif(
    MISSING is not None, reason=f"{MISSING.message}: {MISSING.advice}" if MISSING else ""
)

Answer = tuple[int, dict[str, str], bytes]


def html(body: str, *, head: str = "", status: int = 200) -> Answer:
    """A page."""
    text = f"<!doctype html><html lang=en><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return status, {"Content-Type": "text/html; charset=utf-8"}, text.encode()


class Server:
    """A web server on an address of loopback. `heard`: the path of each request. A context manager."""

    def __init__(self, answer: Callable[[str], Answer], host: str = "127.0.0.1") -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                status, headers, body = answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a browser that is killed ends its connections

        self._server = Quiet((host, 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class UdpTrap:
    """A UDP port of loopback, for what passes by proxies."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    @property
    def heard(self) -> bool:
        try:
            return bool(self._socket.recv(2048))
        except BlockingIOError:
            return False

    def close(self) -> None:
        self._socket.close()


_answers: dict[str, int] = {}


async def odd_lookup(host: str) -> Sequence[str]:
    """Names of a hostile web. "turning.example" is 127.0.0.2 when it is first asked for, and then the trap's 127.0.0.1."""
    await asyncio.sleep(0)
    _answers[host] = asked = _answers.get(host, 0) + 1
    match host:
        case "turning.example":
            return ["127.0.0.2" if asked == 1 else "127.0.0.1"]
        case "two.example":
            return ["127.0.0.2", "127.0.0.1"]
        case "inside.example":
            return ["127.0.0.1"]
        case "site.example":
            return ["127.0.0.2"]
    raise OSError(f"{host} is unknown")
