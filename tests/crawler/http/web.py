"""A small real web on loopback: one HTTP server that answers for any host name and notes what reached it, and when."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.deadline import Stopwatch

LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Answer:
    body: bytes = b"<p>A page.</p>"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0  # before the answer begins
    cut: bool = False  # announce more bytes than are sent


@dataclass(frozen=True)
class Arrival:
    since: Stopwatch
    at: float
    host: str
    path: str
    headers: dict[str, str]


class Web:
    """`pages` maps `/path` or `host/path` to an Answer, a list of Answers (the last one stays), or a function."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer | list[Answer] | Callable[[Arrival], Answer]] = {
            "/robots.txt": Answer(b"none", status=404)
        }
        self.arrivals: list[Arrival] = []
        self.at_once = 0
        self.most_at_once = 0
        self.port = 0
        self.lock = threading.Lock()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self, host: str | None = None) -> list[str]:
        return [a.path for a in self.arrivals if host is None or a.host == host]

    def gaps(self, host: str = "127.0.0.1") -> list[float]:
        times = [a.at for a in self.arrivals if a.host == host]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def paused(self, gap: int) -> float:
        """How long one of the `gaps` was, beside the time in which somebody waited for a processor."""
        first, then = (arrival.since for arrival in [a for a in self.arrivals if a.host == "127.0.0.1"][gap:][:2])
        return first.own_s(then)

    def answer(self, arrival: Arrival) -> Answer:
        page = self.pages.get(arrival.host + arrival.path, self.pages.get(arrival.path, Answer()))
        if callable(page):
            return page(arrival)
        if isinstance(page, list):
            return page.pop(0) if len(page) > 1 else page[0]
        return page


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body: two would wait 40 ms for each other (Nagle)

        def do_GET(self) -> None:
            now = time.monotonic()
            host = self.headers.get("Host", "").rpartition(":")[0]
            path = self.path
            if path.startswith("http://"):  # as a proxy is asked
                host, _, rest = path.removeprefix("http://").partition("/")
                host, path = host.partition(":")[0], "/" + rest
            arrival = Arrival(Stopwatch(), now, host, path, dict(self.headers))
            with web.lock:
                web.arrivals.append(arrival)
                web.at_once += 1
                web.most_at_once = max(web.most_at_once, web.at_once)
            answer = web.answer(arrival)
            time.sleep(answer.seconds)
            with web.lock:  # before the answer: the crawler may ask again before this thread goes on
                web.at_once -= 1
            self.reply(answer)

        def reply(self, answer: Answer) -> None:
            try:
                self.send_response(answer.status)
                for name, value in {"Content-Type": "text/html", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) + 100 * answer.cut))
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = self.close_connection or answer.cut
            except OSError:
                self.close_connection = True  # the crawler hung up

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


@contextmanager
def serve() -> Iterator[Web]:
    web = Web()
    server = _Server(("127.0.0.1", 0), _handler(web))
    web.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
