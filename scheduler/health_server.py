"""HTTP endpoints of the service, on loopback: health and metrics.

GET /healthz   200 {"status": "ok", ...} or 503 {"status": "failing", "trouble": ...}
GET /metrics   Prometheus' text format
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from typing import Any

from db.config.values import ListenAddress
from db.errors import UsageError
from scheduler.metrics import Metrics

Health = Callable[[], tuple[bool, dict[str, object]]]
CLIENT_TIMEOUT_S = 10.0
"""Seconds after which a silent client is disconnected."""


class HealthServer:
    """Listens from its construction until `close`, on its own threads."""

    def __init__(self, address: ListenAddress, metrics: Metrics, health: Health) -> None:
        """Raises UsageError if it cannot listen there."""
        try:
            self._server = _server_class(address.host)((address.host, address.port), _handler(metrics, health))
        except OSError as error:
            raise UsageError(
                f'{address}: cannot listen there ({error.strerror}); set another address with `listen`, or none with ""'
            ) from error
        self.url = f"http://{replace(address, port=self._server.server_address[1])}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _HealthServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed where a client has gone before its answer. Other errors are ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _server_class(host: str) -> type[ThreadingHTTPServer]:
    family = AF_INET6 if ":" in host else AF_INET
    return type("HealthHTTPServer", (_HealthServer,), {"address_family": family})


def _handler(metrics: Metrics, health: Health) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = CLIENT_TIMEOUT_S

        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/healthz":
                    healthy, report = health()
                    status = HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE
                    self._answer(status, "application/json", json.dumps(report).encode() + b"\n")
                case "/metrics":
                    self._answer(HTTPStatus.OK, metrics.content_type, metrics.render())
                case "/":
                    self._answer(HTTPStatus.OK, "text/plain", b"Copydesk: /healthz /metrics\n")
                case _:
                    self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"Here: /healthz /metrics\n")

        def do_HEAD(self) -> None:
            self.do_GET()

        def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Requests are not logged."""

    return Handler
