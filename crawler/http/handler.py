"""The download handler: the only place of Copydesk that opens connections to the web.

Scrapy's aiohttp handler, with a connector of our own. What that adds: every address is judged before it is connected
to (`guard.py`), heads are read as browsers read them (`connections.py`), connecting has a time-out of its own, the host's
pause is told when an answer begins (`downloader.py`), and a run that stops does not wait for slow hosts.

Scrapy calls its aiohttp handler experimental and warns at each start. We choose it knowingly: it is the only one that
runs without the Twisted reactor, and so lets one process crawl again and again (17 ms a repeated run), and the tests in
`tests/fetching` cover what we use of it. Scrapy is pinned to one minor version for the same reason.

One *pool* of connections for each set of allowed networks, and one for what goes through a proxy: a connection that
was opened for a source which may reach a private network is never lent to one which may not.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import ClassVar, cast

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
from scrapy.utils._download_handlers import make_response
from scrapy.utils.misc import load_object
from scrapy.utils.ssl import _make_ssl_context
from w3lib.url import safe_url_string

from crawler.http.access import SubscriberAccess
from crawler.http.connections import HeadReadingConnector, OversizedHead, ReadResponse
from crawler.http.downloader import HostDownloader
from crawler.http.errors import CertificateRefused, Stopping
from crawler.http.guard import DnsCache, GuardedResolver, check_host
from crawler.http.networks import parse_networks
from db.machine_errors import as_machine_error
from pipelines.truncation import is_whole, is_whole_range

# Connections open at once, over all hosts. Requests that wait for their host's turn hold none.
CONNECTIONS_AT_ONCE = 100
# What a URL on the wire may consist of: visible ASCII.
PLAIN_URL = re.compile(r"[!-~]+")
# aiohttp sends these by itself where a request has none; the middlewares decide about them.
NOT_AUTOMATIC = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class GuardedHandler(AiohttpDownloadHandler):
    """Downloads http and https. Setting: `DOWNLOAD_HANDLERS`."""

    experimental: ClassVar[bool] = False

    def __init__(self, crawler: Crawler) -> None:
        # Not AiohttpDownloadHandler's own constructor: it would open a session whose connector nobody guards.
        BaseStreamingDownloadHandler.__init__(self, crawler)
        settings = crawler.settings
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._connect_timeout = settings.getfloat("COPYDESK_CONNECT_TIMEOUT")
        self._default_allowed = tuple(settings.getlist("COPYDESK_ALLOW_NETWORKS"))
        self._answers = DnsCache(load_object(settings["COPYDESK_LOOKUP"]))
        self._pools: dict[tuple[str, ...] | None, aiohttp.ClientSession] = {}
        self._clocks: set[asyncio.Timeout] = set()

    async def download_request(self, request: Request) -> Response:
        """Fetch one request. Raises AddressRefused, CertificateRefused, Stopping, and Scrapy's download errors."""
        try:
            response = await self._download(request)
        except Exception as error:
            # A request that failed may still have arrived: the pause counts from now.
            self._pause_starts(request)
            self._report(request, error)
            raise
        self._report(request, response)
        return response

    async def _download(self, request: Request) -> Response:
        timeout: float = request.meta.get("download_timeout") or self._timeout
        started = time.monotonic()
        request.meta["sent_at"] = time.time()
        try:
            async with asyncio.timeout(timeout) as clock:
                self._clocks.add(clock)
                async with self._make_request(request, timeout) as response:
                    request.meta["download_latency"] = time.monotonic() - started
                    self._pause_starts(request)
                    return await self._read_response(response, request)
        except TimeoutError as error:
            if time.monotonic() - started < timeout:
                raise Stopping(request.url) from error
            raise DownloadTimeoutError(f"{request.url} took longer than {timeout:g} s.") from error
        finally:
            self._clocks.discard(clock)

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:
        url = wire_url(request.url)
        allowed = tuple(request.meta.get("allow_networks", self._default_allowed))
        check_host(url.raw_host or "", parse_networks(allowed))
        proxy = self._extract_proxy_url_with_creds(request)
        try:
            async with await self._pool(None if proxy else allowed).request(
                request.method,
                url,
                data=request.body or None,
                headers=self._wire_headers(request, url),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout),
                ssl=self._tls if url.scheme == "https" else True,
                allow_redirects=False,
                proxy=proxy,
            ) as response:
                yield cast("_ClientResponse", response)
        except OversizedHead as error:
            raise DownloadCancelledError(str(error)) from error
        except aiohttp.ServerTimeoutError as error:
            raise DownloadTimeoutError(
                f"{request.url} took no connection within {self._connect_timeout:g} s."
            ) from error
        except (aiohttp.InvalidUrlClientError, aiohttp.NonHttpUrlClientError) as error:
            raise UnsupportedURLSchemeError(str(error)) from error
        except aiohttp.ClientConnectorDNSError as error:
            _end_for_machine(error)
            raise CannotResolveHostError(str(error)) from error
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            raise CertificateRefused(url.host or "", str(error)) from error
        except aiohttp.ClientConnectorError as error:
            _end_for_machine(error)
            raise DownloadConnectionRefusedError(str(error)) from error
        except aiohttp.ClientError as error:
            raise DownloadFailedError(str(error)) from error

    async def _read_beginning(self, response: _ClientResponse, request: Request, limit: int) -> Response:
        """The response with the beginning of its body: no more is wanted (`meta["download_beginning"]`, bytes)."""
        arguments = self._build_base_response_args(response, request, self._extract_headers(response))
        body = bytearray()
        try:
            async for chunk in self._iter_body_chunks(response):
                body += chunk
                if len(body) >= limit:
                    break  # the connection is closed with the rest of the body on it
        except Exception as error:
            if self._is_dataloss_exception(error):
                raise ResponseDataLossError(str(error)) from error
            raise
        return make_response(**arguments, body=bytes(body[:limit]))

    def _wire_headers(self, request: Request, url: yarl.URL) -> list[tuple[str, str]]:
        """The request's headers; to the source's own hosts with what the person who runs this has there (`crawler.http.access`)."""
        headers: list[tuple[str, str]] = self._request_headers(request).to_tuple_list()
        access: SubscriberAccess | None = request.meta.get("access")
        own = access.headers_for(url) if access is not None else []
        names = {name.lower() for name, _ in own}
        return [header for header in headers if header[0].lower() not in names] + own

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        """Read the body. Where it ends otherwise than the head says, it counts if it is whole in itself."""
        if limit := request.meta.get("download_beginning"):
            return await self._read_beginning(response, request, limit)
        request.meta["download_fail_on_dataloss"] = False
        read: Response = await super()._read_response(response, request)
        if "dataloss" in read.flags:
            if not await asyncio.to_thread(is_whole, read.body, read.headers.get("Content-Encoding")):
                raise ResponseDataLossError(f"{request.url} broke off after {len(read.body):,} bytes.")
            read.flags.remove("dataloss")
        if read.status == 206 and not is_whole_range(read.headers.get("Content-Range")):
            raise ResponseDataLossError(f"{request.url} sent a part of the page, which nobody asked for.")
        return read

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """The headers as bytes, in the order received. A length that is none is left out: Scrapy takes it for a number."""
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
    def _tls(self) -> ssl.SSLContext:
        # On first use: loading the system's certificates takes 40 ms, and each scheme has its handler.
        return _make_ssl_context(self.crawler.settings)

    def _pool(self, allowed: tuple[str, ...] | None) -> aiohttp.ClientSession:
        """The connections for these networks; None for those to proxies, whose addresses nobody judges."""
        if (pool := self._pools.get(allowed)) is None:
            resolver = None if allowed is None else GuardedResolver(self._answers, parse_networks(allowed))
            connector = HeadReadingConnector(
                resolver=resolver,
                use_dns_cache=allowed is None,  # `DnsCache` is the cache: what aiohttp kept would outlive our judgement
                local_addr=self._bind_address,
                limit=CONNECTIONS_AT_ONCE,
            )
            pool = self._pools[allowed] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                response_class=ReadResponse,
                skip_auto_headers=NOT_AUTOMATIC,
            )
            if len(self._pools) == 1:
                self._listen_for_stop()
        return pool

    def _listen_for_stop(self) -> None:
        downloader = self.crawler.engine.downloader
        if isinstance(downloader, HostDownloader):
            downloader.on_stop.append(self._cut_short)

    def _cut_short(self) -> None:
        """End all downloads in flight with Stopping."""
        now = asyncio.get_running_loop().time()
        for clock in self._clocks:
            if not clock.expired():
                clock.reschedule(now)

    def _pause_starts(self, request: Request) -> None:
        downloader = self.crawler.engine.downloader
        if isinstance(downloader, HostDownloader):
            downloader.slot_for(request).answered()

    def _report(self, request: Request, outcome: Response | Exception) -> None:
        downloader = self.crawler.engine.downloader
        if isinstance(downloader, HostDownloader):
            downloader.report(request, outcome)

    async def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.close()


def _end_for_machine(error: aiohttp.ClientConnectorError) -> None:
    """Raise MachineError where there is no connection because this machine has no more to give."""
    if (trouble := as_machine_error(error.os_error)) is not None:
        raise trouble from error


def wire_url(url: str) -> yarl.URL:
    """A request's URL as it goes on the wire: as published, escaped only where it must be (`meta["verbatim_url"]`).

    yarl's own normalising is off: it would resolve `/a/../private/`, and robots.txt was not asked about that.
    """
    return yarl.URL(url if PLAIN_URL.fullmatch(url) else safe_url_string(url), encoded=True)
