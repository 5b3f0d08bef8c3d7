"""The server behind `copydesk inspect`: one socket, taken before anything is promised, and an end by the first signal.

It makes no page itself, so nothing holds it up: at the end workers are killed, and answers that are being sent get `GRACE_S`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from db.errors import CopydeskError, UsageError
from db.inspect.dispatcher import Decode, Dispatcher
from db.inspect.safety.request_checks import guarded, loosened

# Answers that are being sent get so long when the server is to end.
GRACE_S = 1
# A connection says what it wants within this time, or is closed.
HEAD_S = 10.0
# Connections beyond are closed at once: far above what browsers of some people open, far below the file handles of a process.
MOST_CONNECTIONS = 200


def bind_port(host: str, port: int) -> socket.socket:
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


def url_of(taken: socket.socket) -> str:
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
    dispatch = Dispatcher(path, decode)
    server = _Server(
        uvicorn.Config(
            guarded(dispatch, names, loosened()),
            http=_Connection,
            log_level=logging.ERROR,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_S,
        ),
        dispatch,
        ready,
        stop,
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[taken])
    if server.failure:
        raise server.failure


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, dispatch: Dispatcher, ready: Callable[[], None], stop: threading.Event
    ) -> None:
        super().__init__(config)
        self._dispatch, self._ready, self._stop = dispatch, ready, stop
        self.failure: CopydeskError | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, with the workers before, then tell."""
        try:
            await self._dispatch.start()
        except CopydeskError as failure:
            self.failure, self.should_exit = failure, True
        await super().startup(sockets)
        if self._stop.is_set():
            self.should_exit = True
        elif self.started and not self.should_exit:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's; nothing that is under way is waited for."""
        self._dispatch.close()
        await super().shutdown(sockets)


class _Connection(H11Protocol):
    """uvicorn's, which would wait for ever for the rest of a request, with any number of clients."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many."""
        if len(self.connections) >= MOST_CONNECTIONS:
            transport.abort()
            return
        super().connection_made(transport)
        self._look = self.loop.call_later(HEAD_S, self._close_if_silent, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, also where it never began."""
        if hasattr(self, "_look"):
            self._look.cancel()
            super().connection_lost(exc)

    def _close_if_silent(self, seen: object) -> None:
        """Called every `HEAD_S`; `seen` is the request that was under way or done the last time."""
        if (self.cycle is None or self.cycle.response_complete) and self.cycle is seen:
            self.transport.close()
        else:
            self._look = self.loop.call_later(HEAD_S, self._close_if_silent, self.cycle)


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken (another `copydesk inspect`?); `--port 0` takes a free one, `--port {port + 1}` another"
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for the system; name one above 1023, or `--port 0` for a free one"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host}: is no address of this machine"
    return f"{host}:{port}: cannot listen there ({error.strerror})"
