"""HTTP/1.1 on loopback sockets: reads requests, keeps connections, writes answers. Knows nothing of sites.

A request reaches it as a proxy does (absolute form, `GET http://host/path`) or as an origin server does (`GET /path`,
RFC 9112 section 3.2). What to answer is asked of one function, `Respond`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import urlsplit

from crawler.http.connection.listening import stop_accepting
from tests.demoweb.answers import Answer

LOOPBACK = "127.0.0.1"
MIN_GZIP = 200
"""Bytes below which a body is sent as it is, as servers' defaults have it."""
HEAD_LIMIT = 64 * 1024
"""Bytes of one header line that are read at most."""
DRIP = 0.25
"""Seconds between two bytes of an answer without an end."""
_LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. `host` is from the absolute form, else the Host header, without port; header names in lower case."""

    method: str
    host: str
    target: str
    headers: Mapping[str, str]
    proxied: bool
    port: int
    keep_alive: bool


Respond = Callable[[Asked], Awaitable[Answer]]
"""Answers a request. May take its time; is cancelled when the server stops."""
Done = Callable[[Asked], None]
"""Told when the answer has been written or the client has gone."""


class Server:
    """Some listening sockets, one answering function. Used within one event loop."""

    def __init__(self, respond: Respond, done: Done) -> None:
        self._respond = respond
        self._done = done
        self._servers: list[asyncio.Server] = []
        self._tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def listen(self, port: int = 0) -> int:
        """Open one more loopback port, a free one for 0. Returns its number. Raises OSError if it is taken."""
        server = await asyncio.start_server(self._connected, LOOPBACK, port, limit=HEAD_LIMIT)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening, drop what is open, leave nothing behind."""
        for server in self._servers:
            await stop_accepting(server)
        while self._tasks:
            open_ = dict(self._tasks)
            for task, writer in open_.items():
                task.cancel()
                writer.transport.abort()
            await asyncio.gather(*open_, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks[task] = writer
        task.add_done_callback(self._tasks.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            pass  # the client went away or spoke nonsense: the connection ends
        finally:
            writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = int(writer.get_extra_info("sockname")[1])
        while asked := await _read(reader, port):
            try:
                answer = await self._respond(asked)
                if answer.drop or answer.hang:
                    return
                if answer.drip:
                    await _drip(asked, answer, writer)
                writer.write(_wire(asked, answer))
                await writer.drain()
            finally:
                self._done(asked)
            if not asked.keep_alive:
                return


async def _read(reader: asyncio.StreamReader, port: int) -> Asked | None:
    line = (await reader.readline()).decode("latin-1").rstrip("\r\n")
    if not line:
        return None
    method, target, version = line.split(" ", 2)
    headers: dict[str, str] = {}
    while head := (await reader.readline()).decode("latin-1").strip():
        name, _, value = head.partition(":")
        headers[name.strip().lower()] = value.strip()
    if length := int(headers.get("content-length", 0)):
        await reader.readexactly(length)
    proxied = "://" in target.partition("?")[0]
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    if proxied:
        parts = urlsplit(target)
        host = parts.hostname or ""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = headers.get("connection", headers.get("proxy-connection", "")).lower()
    keep = connection != "close" if version == "HTTP/1.1" else connection == "keep-alive"
    return Asked(
        method=method,
        host=host.lower(),
        target=target,
        headers=headers,
        proxied=proxied,
        port=port,
        keep_alive=keep and method != "CONNECT",
    )


async def _drip(asked: Asked, answer: Answer, writer: asyncio.StreamWriter) -> None:
    """Returns never: the client's leaving raises ConnectionError, the server's end cancels."""
    plain = replace(asked, method="GET", headers={})
    writer.write(_wire(plain, answer).removesuffix(_LAST_CHUNK))
    while True:
        await writer.drain()
        await asyncio.sleep(DRIP)
        writer.write(_chunks(b" ").removesuffix(_LAST_CHUNK))


def _wire(asked: Asked, answer: Answer) -> bytes:
    headers = {"Date": formatdate(usegmt=True), "Server": "demoweb", **answer.headers}
    body = answer.body
    packed = headers.get("Content-Type") in ("application/gzip", "application/pdf")
    if answer.status == HTTPStatus.OK and not packed:
        headers["Vary"] = "Accept-Encoding"
        if len(body) >= MIN_GZIP and "gzip" in asked.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1, mtime=0)
            headers["Content-Encoding"] = "gzip"
    chunked = headers.pop("Transfer-Encoding", None) == "chunked" and asked.method != "HEAD"
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = _chunks(body)
    elif answer.status != HTTPStatus.NOT_MODIFIED:
        headers["Content-Length"] = str(len(body))
    headers["Connection"] = "keep-alive" if asked.keep_alive else "close"
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", *(f"{k}: {v}" for k, v in headers.items())]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if asked.method == "HEAD" else head + body


def _chunks(body: bytes, size: int = 4096) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + _LAST_CHUNK
