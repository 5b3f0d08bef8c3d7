"""The server behind `copydesk inspect`: one socket, taken before anything is promised, and an end by the first signal."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from db.errors import UsageError
from db.inspect.inspector import Decode, Inspector

# Requests under way get so long when the server is to end; a query cannot last longer.
GRACE_S = 3


def take_port(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises UsageError where it cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(
            f"--host {host}: no address of this machine is known by that name ({error.strerror})"
        ) from error
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise UsageError(_why(host, port, error)) from error
    return taken


def address_of(taken: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = taken.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound, looked at
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(
    path: Path,
    decode: Decode,
    taken: socket.socket,
    *,
    names: frozenset[str],
    ready: Callable[[], None],
    stop: threading.Event,
) -> None:
    """Answer until SIGINT or SIGTERM. `names` are host names to answer to beside addresses and localhost; `ready` is called once
    requests are answered; `stop` is set where a signal came before that."""
    inspector = Inspector(path, decode)
    server = _Server(
        uvicorn.Config(
            inspector.guarded(names),
            log_level=logging.ERROR,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_graceful_shutdown=GRACE_S,
        ),
        ready,
        stop,
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[taken])
    inspector.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stop: threading.Event) -> None:
        super().__init__(config)
        self._ready, self._stop = ready, stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, then tell."""
        await super().startup(sockets)
        if self._stop.is_set():
            self.should_exit = True
        elif self.started:
            self._ready()


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken (another `copydesk inspect`?); `--port 0` takes a free one, `--port {port + 1}` another"
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for the system; name one above 1023, or `--port 0` for a free one"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host}: is no address of this machine"
    return f"{host}:{port}: cannot listen there ({error.strerror})"
