"""The HTTP server behind `copydesk inspect`. The socket is bound before anything else starts; the first signal ends it.

The server makes no page itself, so nothing blocks it: at the end workers are killed, and responses being sent get
`GRACE_S`.
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
from db.inspect.dispatcher import Dispatcher
from db.inspect.pages.components.conversions import Conversions
from db.inspect.safety.request_checks import datasette_policy, with_request_checks

# Time for responses being sent when the server stops.
GRACE_S = 1
# A connection that sends no complete request within this time is closed.
HEAD_S = 10.0
# Further connections are closed at once: far more than the browsers of a few users open, far fewer than the file handles of a
# process.
MAX_CONNECTIONS = 200


def bind_port(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises UsageError if it cannot be bound."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(
            f"--host {host}: no address of this machine is known by that name ({error.strerror})"
        ) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UsageError(_bind_error(host, port, error)) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """The URL at which a browser reaches a socket."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(
    path: Path,
    conversions: Conversions,
    listener: socket.socket,
    *,
    names: frozenset[str],
    language: str | None,
    ready: Callable[[], None],
    stop: threading.Event,
) -> None:
    """Serve until SIGINT or SIGTERM. `names` are accepted host names besides addresses and localhost; `language` is that of
    all pages, or None for that of each request; `ready` is called once requests are answered; `stop` is set if a signal
    arrived before.
    """
    dispatch = Dispatcher(path, conversions, language)
    server = _Server(
        uvicorn.Config(
            with_request_checks(dispatch, names, datasette_policy(), language),
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
        server.run(sockets=[listener])
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
        """Start the workers, then uvicorn, then call `ready`."""
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
        """As uvicorn's, but requests in progress are not waited for."""
        self._dispatch.close()
        await super().shutdown(sockets)


class _Connection(H11Protocol):
    """uvicorn's protocol, which by itself would wait for ever for the rest of a request, with any number of clients."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection, unless there are too many."""
        if len(self.connections) >= MAX_CONNECTIONS:
            transport.abort()
            return
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEAD_S, self._close_if_silent, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Also called if the connection was refused."""
        if hasattr(self, "_timer"):
            self._timer.cancel()
            super().connection_lost(exc)

    def _close_if_silent(self, seen: object) -> None:
        """Called every `HEAD_S`; `seen` is the request that was current the last time."""
        if (self.cycle is None or self.cycle.response_complete) and self.cycle is seen:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(HEAD_S, self._close_if_silent, self.cycle)


def _bind_error(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken (another `copydesk inspect`?); `--port 0` takes a free one, `--port {port + 1}` another"
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for the system; name one above 1023, or `--port 0` for a free one"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host}: is not an address of this machine"
    return f"{host}:{port}: cannot listen there ({error.strerror})"
