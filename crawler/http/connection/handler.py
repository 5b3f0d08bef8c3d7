"""The download handler: the only place in Copydesk that opens connections to the web.

It is Scrapy's aiohttp handler with our own connector. Additions: every address is checked before connecting (`guard.py`), heads are
parsed as browsers parse them (`connections.py`), connecting has its own time-out, the host's pause starts when a response begins
(`downloader.py`), and a stopping run does not wait for slow hosts.

Scrapy calls its aiohttp handler experimental and warns at each start. We use it knowingly: only it runs without the Twisted
reactor, so that one process can crawl again and again (17 ms per repeated run), and the tests in `tests/crawler/http` cover what we
use of it. Scrapy is pinned to one minor version for the same reason.

There is one *pool* of connections for each set of allowed networks, and one for requests through a proxy: a connection opened for a
source that may reach a private network is never reused for one that may not.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import ClassVar, NoReturn, cast

import aiohttp
import yarl
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.core.downloader.handlers._base_streaming import BaseStreamingDownloadHandler, _BaseResponseArgs
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import get_maxsize_msg, make_response
from scrapy.utils.misc import load_object
from scrapy.utils.ssl import _make_ssl_context
from w3lib.url import safe_url_string

from crawler.http.access import SubscriberAccess
from crawler.http.connection.connections import HeadReadingConnector, OversizedHead, ReadResponse
from crawler.http.connection.guard import DnsCache, GuardedResolver, check_host
from crawler.http.connection.networks import parse_networks
from crawler.http.errors import CertificateRefused, ProxyFailed, ProxyLogin, Stopping
from crawler.http.services import services_of
from db.config.values import Networks
from db.network.tls_faults import TlsFault, find_tls_fault
from db.system.machine_errors import as_machine_error
from pipelines.truncation import is_complete, is_full_range

# Open connections, over all hosts. Requests that wait for their host's turn hold none.
MAX_CONNECTIONS = 100
# Characters of a URL that need no escaping: visible ASCII.
PLAIN_URL = re.compile(r"[!-~]+")
# Headers that aiohttp adds by itself where a request has none; the middlewares decide about them.
NOT_AUTOMATIC = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class GuardedHandler(AiohttpDownloadHandler):
    """Downloads http and https. Setting: `DOWNLOAD_HANDLERS`."""

    experimental: ClassVar[bool] = False

    def __init__(self, crawler: Crawler) -> None:
        # Not AiohttpDownloadHandler's constructor: it would open a session with an unguarded connector.
        BaseStreamingDownloadHandler.__init__(self, crawler)
        settings = crawler.settings
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._connect_timeout = settings.getfloat("COPYDESK_CONNECT_TIMEOUT")
        self._default_allowed = parse_networks(tuple(settings.getlist("COPYDESK_ALLOW_NETWORKS")))
        self._answers = DnsCache(load_object(settings["COPYDESK_LOOKUP"]))
        self._pools: dict[Networks | None, aiohttp.ClientSession] = {}
        self._timeouts: set[asyncio.Timeout] = set()
        # Not aiohttp's limit: with each connection that is free, it shuffles all hosts that wait for one.
        self._connections = asyncio.Semaphore(MAX_CONNECTIONS)
        self._downloader = services_of(crawler).downloader
        self._downloader.on_grace_end.append(self._abort_downloads)

    async def download_request(self, request: Request) -> Response:
        """Send one request. Raises AddressRefused, CertificateRefused, Stopping, and Scrapy's download errors."""
        try:
            response = await self._download(request)
        except Exception as error:
            # A failed request may still have reached the host: the pause counts from now.
            self._mark_answered(request)
            self._downloader.report(request, error)
            raise
        self._downloader.report(request, response)
        return response

    async def _download(self, request: Request) -> Response:
        timeout: float = request.meta.get("download_timeout") or self._timeout
        started = time.monotonic()
        request.meta["sent_at"] = time.time()
        try:
            async with asyncio.timeout(timeout) as deadline:
                self._timeouts.add(deadline)
                async with self._connections, self._make_request(request, timeout) as response:
                    request.meta["download_latency"] = time.monotonic() - started
                    self._mark_answered(request)
                    return await self._read_response(response, request)
        except TimeoutError as error:
            if time.monotonic() - started < timeout:
                raise Stopping(request.url) from error
            raise DownloadTimeoutError(f"{request.url} took longer than {timeout:g} s.") from error
        finally:
            self._timeouts.discard(deadline)

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:
        url = wire_url(request.url)
        allowed = parse_networks(tuple(request.meta.get("allow_networks", self._default_allowed)))
        check_host(url.raw_host or "", allowed)
        proxy = self._extract_proxy_url_with_creds(request)
        try:
            async with await self._pool(None if proxy else allowed).request(
                request.method,
                url,
                data=request.body or None,
                headers=self._wire_headers(request, url),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout),
                ssl=self._tls_context if url.scheme == "https" else True,
                allow_redirects=False,
                proxy=proxy,
            ) as response:
                if proxy and response.status == 407:  # the answer is the proxy's own, whatever it was asked for
                    raise ProxyLogin(f"{response.status} {response.reason}")
                yield cast("_ClientResponse", response)
        except OversizedHead as error:
            raise DownloadCancelledError(str(error)) from error
        except (aiohttp.ServerTimeoutError, aiohttp.ClientConnectorError) as error:
            raise self._explain_no_connection(error, url, proxy) from error
        except (aiohttp.InvalidUrlClientError, aiohttp.NonHttpUrlClientError) as error:
            raise UnsupportedURLSchemeError(str(error)) from error
        except aiohttp.ClientError as error:
            if isinstance(error, aiohttp.ClientHttpProxyError) and error.status == 407:
                raise ProxyLogin(error.message) from error
            raise DownloadFailedError(str(error)) from error

    def _explain_no_connection(
        self, error: aiohttp.ServerTimeoutError | aiohttp.ClientConnectorError, url: yarl.URL, proxy: str | None
    ) -> Exception:
        """The exception to raise where no connection was made."""
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return CertificateRefused(url.host or "", find_tls_fault(error) or TlsFault.FAILED)
        if isinstance(error, aiohttp.ClientConnectorError):
            _raise_machine_error(error)
        if proxy is not None:  # it would have connected to the host, and looked up its name
            return ProxyFailed(str(error))
        if isinstance(error, aiohttp.ServerTimeoutError):
            return DownloadTimeoutError(f"{url} did not accept a connection within {self._connect_timeout:g} s.")
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return CannotResolveHostError(str(error))
        return DownloadConnectionRefusedError(str(error))

    def _wire_headers(self, request: Request, url: yarl.URL) -> list[tuple[str, str]]:
        """The request's headers. For the source's own hosts, the user's access replaces or adds some (`crawler.http.access`)."""
        headers: list[tuple[str, str]] = request.headers.to_tuple_list()
        access: SubscriberAccess | None = request.meta.get("access")
        own = access.headers_for(url) if access is not None else []
        names = {"proxy-authorization", *(name.lower() for name, _ in own)}
        return [header for header in headers if header[0].lower() not in names] + own

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        """Read the body, or only its beginning (`meta["download_beginning"]`, bytes).

        A body that does not end as the head says is accepted if it is complete in itself.
        """
        headers = self._extract_headers(response)
        arguments = self._build_base_response_args(response, request, headers)
        body, is_whole = await self._read_body(response, request)
        if not is_whole and not await asyncio.to_thread(is_complete, body, headers.get("Content-Encoding")):
            raise ResponseDataLossError(f"{request.url} ended after {len(body):,} bytes, before it was complete.")
        is_part = response.status == 206 and not is_full_range(headers.get("Content-Range"))
        if is_part and not request.meta.get("download_beginning"):
            raise ResponseDataLossError(
                f"{request.url} sent only a part of the page, although all of it was requested."
            )
        if b"Content-Encoding" in headers:
            return Response(**arguments, body=body)  # `Unpacking` sees what it is
        return make_response(**arguments, body=body)

    @staticmethod
    def _cancel_maxsize(size: int, limit: int, request: Request, *, expected: bool) -> NoReturn:
        # As in Scrapy, without a line in the log: it is an outcome, and counted.
        raise DownloadCancelledError(get_maxsize_msg(size, limit, request, expected=expected))

    async def _read_body(self, response: _ClientResponse, request: Request) -> tuple[bytes, bool]:
        """The body, and whether it ends as the head says. Raises DownloadCancelledError where it is too large."""
        beginning: int = request.meta.get("download_beginning", 0)
        most: int = request.meta.get("download_maxsize", self._default_maxsize)
        stated = cast("ReadResponse", response).head.length or 0
        if not beginning and 0 < most < stated:
            self._cancel_maxsize(stated, most, request, expected=True)
        chunks, size = [], 0
        try:
            async for chunk in self._iter_body_chunks(response):
                chunks.append(chunk)
                size += len(chunk)
                if beginning and size >= beginning:
                    break  # the connection is closed with the rest of the body unread
                if not beginning and 0 < most < size:
                    chunks.clear()
                    self._cancel_maxsize(size, most, request, expected=False)
        except Exception as error:
            if not self._is_dataloss_exception(error):
                raise
            if beginning:
                raise ResponseDataLossError(str(error)) from error
            return b"".join(chunks), False
        body = b"".join(chunks)
        return body[:beginning] if beginning else body, True

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """The headers as bytes, in the order received. An invalid Content-Length is dropped: Scrapy would parse it as a number."""
        head = cast("ReadResponse", response).head
        headers = Headers([field for field in head.fields if field[0].lower() != b"content-length"])
        if head.length is not None:
            headers["Content-Length"] = str(head.length)
        return headers

    @staticmethod
    def _build_base_response_args(response: _ClientResponse, request: Request, headers: Headers) -> _BaseResponseArgs:
        args = AiohttpDownloadHandler._build_base_response_args(response, request, headers)
        args["protocol"] = cast("ReadResponse", response).head.protocol
        return args

    @cached_property
    def _tls_context(self) -> ssl.SSLContext:
        # Created on first use: loading the system's certificates takes 40 ms, and each scheme has its own handler.
        return _make_ssl_context(self.crawler.settings)

    def _pool(self, allowed: Networks | None) -> aiohttp.ClientSession:
        """The connection pool for these allowed networks. None: for requests to proxies, whose addresses are not checked."""
        if (pool := self._pools.get(allowed)) is None:
            resolver = None if allowed is None else GuardedResolver(self._answers, allowed)
            connector = HeadReadingConnector(
                resolver=resolver,
                use_dns_cache=allowed is None,  # `DnsCache` caches: entries in aiohttp's cache would outlive our check
                local_addr=self._bind_address,
                limit=0,
            )
            pool = self._pools[allowed] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                response_class=ReadResponse,
                skip_auto_headers=NOT_AUTOMATIC,
            )
        return pool

    def _abort_downloads(self) -> None:
        """Abort all downloads in flight with Stopping."""
        now = asyncio.get_running_loop().time()
        for deadline in self._timeouts:
            if not deadline.expired():
                deadline.reschedule(now)

    def _mark_answered(self, request: Request) -> None:
        self._downloader.slot_for(request).mark_answered()

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()


def _raise_machine_error(error: aiohttp.ClientConnectorError) -> None:
    """Raise MachineError where the connection failed for lack of resources of this machine."""
    if (trouble := as_machine_error(error.os_error)) is not None:
        raise trouble from error


def wire_url(url: str) -> yarl.URL:
    """A request's URL as it is sent: as published, escaped only where necessary (`meta["verbatim_url"]`).

    yarl's normalization is off: it would change escapes, which are part of an address as published.
    """
    return yarl.URL(url if PLAIN_URL.fullmatch(url) else safe_url_string(url), encoded=True)
