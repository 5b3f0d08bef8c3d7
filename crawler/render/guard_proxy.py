"""The only way out of a browser: an HTTP proxy on loopback that looks names up, checks the answers, and connects to those.

    Chromium ──CONNECT host:port | GET http://...──> GuardProxy ──checked, numeric address──> web server

The rules are those of `crawler.http.connection.guard`: a name passes if every answer for it may be reached, and the connection goes
to one of the addresses that were checked, so that no second answer can slip in (DNS rebinding). It stands behind whatever a page
does: redirects, frames, scripts, WebSockets. The browser's own hooks do not (`page.route` sees no redirects).

There is one proxy for each page that is drawn, with the networks that its source may reach; it ends with the page, and every
connection with it. Where the environment names a proxy (`https_proxy`), requests go on through that one, which looks names up
itself: then only numeric hosts can be checked, as everywhere in the crawl.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import weakref
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from crawler.http.connection.guard import DnsCache, check_host
from crawler.http.connection.listening import stop_accepting
from crawler.http.connection.networks import is_allowed, literal_address
from crawler.http.errors import AddressRefused
from crawler.render.trackers import is_tracker
from db.config.values import Networks

# Bytes of a request's head. Chromium sends some 600; cookies are not kept, so nothing makes it longer.
HEAD_BYTES = 64 * 1024
# Seconds for a head to arrive and for a connection to be made: as long as a crawl waits (`COPYDESK_CONNECT_TIMEOUT`).
CONNECT_S = 10.0
# Bytes that one page may receive through the proxy, its scripts and data included. The setting `max_page_size` bounds one body; the
# scripts of a news page have some 5 MB.
MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_HOP_BY_HOP = (b"proxy-", b"connection:", b"keep-alive:")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Refused(Exception):
    """The request is not passed on. The message is the reason that is counted."""


@dataclass(slots=True, kw_only=True)
class Traffic:
    """What went through a proxy. `refused`: hosts that were not reached, by reason and host."""

    requests: int = 0
    bytes: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class GuardProxy:
    """A guarding proxy. `start`, then `close`; both on the event loop.

    `allowed`: networks outside the public internet that may be reached. `proxies`: upstream proxies by scheme; by default those of
    the environment.
    """

    def __init__(self, answers: DnsCache, allowed: Networks, proxies: Mapping[str, str] | None = None) -> None:
        self.traffic = Traffic()
        self._answers, self._allowed = answers, allowed
        self._proxies = getproxies() if proxies is None else proxies
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._transports: weakref.WeakSet[asyncio.WriteTransport] = weakref.WeakSet()
        self._closed = False

    async def start(self) -> str:
        """Listen on a free port of loopback. Returns the proxy's URL."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_BYTES)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Listen no more, and end every connection."""
        self._closed = True
        if self._server is not None:
            await stop_accepting(self._server)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Also those that were closed while their other end did not read: they would wait for it until the event loop has ended.
        for transport in self._transports:
            transport.abort()
        await asyncio.sleep(0)  # in this step they close their sockets

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:  # it was accepted just before
            writer.close()
            return
        self._transports.add(writer.transport)
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)

        def end(task: asyncio.Task[None]) -> None:
            # Not in `_serve`: a task that is cancelled before its first step runs nothing of it.
            self._tasks.discard(task)
            writer.close()

        task.add_done_callback(end)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            try:
                async with asyncio.timeout(CONNECT_S):
                    head = await reader.readuntil(b"\r\n\r\n")
                upstream, first = await self._open(head, writer)
            except _Refused as refused:
                self.traffic.refused[str(refused)] += 1
                writer.write(b"HTTP/1.1 403 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
                return
            try:
                upstream[1].write(first)
                await self._relay((reader, writer), upstream)
            finally:
                upstream[1].close()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the browser notices that the connection ends, as with any server

    async def _open(self, head: bytes, client: asyncio.StreamWriter) -> tuple[Streams, bytes]:
        """Connect to where a request wants to go. Returns the connection, and what is sent first. Raises _Refused, OSError."""
        self.traffic.requests += 1
        line, _, rest = head.partition(b"\r\n")
        parts = line.split(b" ")
        if len(parts) != 3:
            raise _Refused("no request")
        method, target = parts[0], parts[1].decode("latin-1")
        tunnel = method == b"CONNECT"
        try:
            url = urlsplit(f"https://{target}" if tunnel else target)
            host, port = url.hostname or "", url.port or (443 if tunnel else 80)
        except ValueError:
            raise _Refused("no address") from None
        if not host or (not tunnel and url.scheme != "http"):
            raise _Refused(f"not http: {url.scheme}")
        if is_tracker(host):
            raise _Refused(f"tracker: {host}")
        proxy = self._proxy_for("https" if tunnel else "http", host)
        upstream = await self._connect(host, port, proxy)
        if tunnel:
            if proxy is not None:
                try:
                    await _open_tunnel(upstream, target, proxy)
                except BaseException:
                    upstream[1].close()
                    raise
            client.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            return upstream, b""
        return upstream, _request_head(line, rest, url, proxy)

    def _proxy_for(self, scheme: str, host: str) -> SplitResult | None:
        address = self._proxies.get(scheme)
        if not address or proxy_bypass(host):
            return None
        url = urlsplit(address if "//" in address else f"http://{address}")
        if url.scheme != "http":
            raise _Refused(f"the proxy {url.scheme}://{url.hostname} is no HTTP proxy")
        return url

    async def _connect(self, host: str, port: int, proxy: SplitResult | None) -> Streams:
        """A connection to an address that was checked, or to the environment's proxy."""
        try:
            check_host(host, self._allowed)
            if proxy is not None:
                # Whoever configured it wants it used: its own address is exempt.
                addresses: tuple[str, ...] = (proxy.hostname or "",)
                port = proxy.port or 80
            elif (literal := literal_address(host)) is not None:
                addresses = (str(literal),)
            else:
                addresses = await self._answers.resolve(host.rstrip(".").lower())
                for address in addresses:
                    if not is_allowed(ip_address(address), self._allowed):
                        raise AddressRefused(host, address)
        except AddressRefused as error:
            raise _Refused(f"address: {error.host}") from error
        except OSError as error:
            raise _Refused(f"unknown host: {host}") from error
        failure: OSError | None = None
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_S):
                    reader, writer = await asyncio.open_connection(address, port, limit=HEAD_BYTES)
            except OSError as error:  # TimeoutError too
                failure = error
            else:
                self._transports.add(writer.transport)
                return reader, writer
        assert failure is not None
        raise failure

    async def _relay(self, client: Streams, upstream: Streams) -> None:
        """Pass bytes both ways until the server ends, or the browser does."""
        upward = asyncio.ensure_future(self._copy(client[0], upstream[1]))
        downward = asyncio.ensure_future(self._copy(upstream[0], client[1], counted=True))
        try:
            await asyncio.wait((upward, downward), return_when=asyncio.FIRST_COMPLETED)
            if upward.done() and not downward.done():
                await downward  # the browser has said all; the answer may still come
        finally:
            upward.cancel()
            downward.cancel()
            await asyncio.gather(upward, downward, return_exceptions=True)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False) -> None:
        while data := await reader.read(_CHUNK):
            if counted:
                self.traffic.bytes += len(data)
                if self.traffic.bytes > MAX_BYTES:
                    self.traffic.refused["too many bytes"] += 1
                    return
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()


def _request_head(line: bytes, rest: bytes, url: SplitResult, proxy: SplitResult | None) -> bytes:
    """A request's head as the server gets it: one request a connection, and nothing that was meant for this proxy."""
    fields = [field for field in rest[:-4].split(b"\r\n") if field and not field.lower().startswith(_HOP_BY_HOP)]
    fields.append(b"Connection: close")
    if proxy is None:
        method, target, version = line.split(b" ")
        _, _, behind = target.partition(b"//")
        place = behind[len(url.netloc) :]
        line = b" ".join((method, place if place.startswith(b"/") else b"/" + place, version))
    elif proxy.username:
        fields.append(b"Proxy-Authorization: " + _credentials(proxy))
    return b"\r\n".join((line, *fields)) + b"\r\n\r\n"


async def _open_tunnel(upstream: Streams, target: str, proxy: SplitResult) -> None:
    """Have the environment's proxy open a tunnel. Raises OSError."""
    reader, writer = upstream
    own = b"Proxy-Authorization: " + _credentials(proxy) + b"\r\n" if proxy.username else b""
    writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n".encode("latin-1") + own + b"\r\n")
    try:
        async with asyncio.timeout(CONNECT_S):
            answer = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise OSError("the proxy did not answer") from error
    if answer.split(b" ", 2)[1:2] != [b"200"]:
        raise OSError("the proxy opened no tunnel")


def _credentials(proxy: SplitResult) -> bytes:
    pair = f"{unquote(proxy.username or '')}:{unquote(proxy.password or '')}"
    return b"Basic " + base64.b64encode(pair.encode())
