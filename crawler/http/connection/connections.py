"""aiohttp connections that read response heads as browsers do: `response_heads` parses the head before aiohttp's parser.

    socket ──> head (ours, bounded) ──> framing ──> aiohttp's parser ──> body: chunks decoded, lengths counted
                └──> ReadResponse.head: status, protocol, fields as bytes

Interim responses (100, 103) are skipped. Bytes after the end of a response are never taken for the next one: the connection closes.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import _EXC_SENTINEL as _NO_CAUSE
from scrapy.core.downloader.handlers._aiohttp import _ClientResponse

from crawler.http.connection.lenient_chunks import LenientChunks, has_bare_line_feed
from crawler.http.connection.response_heads import (
    BLANKS,
    END_OF_HEAD,
    HEAD_BYTES,
    BadHead,
    HeadTooLong,
    ResponseHead,
    may_be_head,
    parse_head,
)


class UnreadableHead(aiohttp.ClientError):
    """The response does not begin as HTTP does, or states contradictory lengths."""


class OversizedHead(aiohttp.ClientError):
    """The response's headers do not end within `HEAD_BYTES` and `HEAD_LINES`."""


class HeadReader(ResponseHandler):
    """A connection that reads one head per request (`set_response_params`), and passes all other bytes to aiohttp."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.head: ResponseHead | None = None
        self._unparsed = bytearray()
        self._waits_for_head = False
        self._head_bytes = 0
        self._chunks: LenientChunks | None = None
        self._checks_chunks = False

    def set_response_params(self, **options: Any) -> None:
        """Called for each request that is sent: a response is expected."""
        self.head = None
        self._unparsed.clear()
        self._head_bytes = 0
        self._waits_for_head = True
        self._chunks, self._checks_chunks = None, False
        if self._buffer:
            # Sent after an earlier response. aiohttp repeats the request on a new connection.
            self._fail(aiohttp.ServerDisconnectedError())
        super().set_response_params(**options)

    def data_received(self, data: bytes) -> None:
        """Called with received bytes; empty where aiohttp continues with what it has."""
        if self._waits_for_head and self._parser is not None:
            if data:
                self._read_head(data)
        elif data and self.head is not None and self._payload is not None and self._payload.is_eof():
            self.force_close()
            self._close_transport()
        elif data:
            self._read_body(data)
        else:
            super().data_received(data)

    def _read_head(self, data: bytes) -> None:
        """Append to the head being read. At its end, pass on its framing and the remaining bytes."""
        self._head_bytes += len(data)
        # The first line feed of the blank line may have come earlier.
        looked_at = max(0, len(self._unparsed) - 2)
        self._unparsed += data
        while True:
            if not looked_at:
                del self._unparsed[: len(self._unparsed) - len(self._unparsed.lstrip(BLANKS))]
            end = END_OF_HEAD.search(self._unparsed, looked_at)
            if end is None:
                break
            looked_at = 0
            head, self._unparsed = bytes(self._unparsed[: end.end()]), self._unparsed[end.end() :]
            try:
                self._check_size(len(self._unparsed))
                read = parse_head(head)
            except (BadHead, HeadTooLong) as error:
                self._refuse(error)
                return
            if read.status == 101 or not 100 <= read.status < 1000:
                self._refuse(BadHead("The response switches to another protocol, which was not requested."))
                return
            if read.status >= 200:
                self._forward(read)
                return
        if not may_be_head(bytes(self._unparsed[:4])):
            self._refuse(BadHead("The response does not begin as HTTP does."))
        elif self._head_bytes > HEAD_BYTES:
            self._refuse(HeadTooLong())

    def _check_size(self, behind: int) -> None:
        if self._head_bytes - behind > HEAD_BYTES:
            raise HeadTooLong

    def _forward(self, head: ResponseHead) -> None:
        self.head, self._waits_for_head = head, False
        rest, self._unparsed = bytes(self._unparsed), bytearray()
        # In two calls: an error in the first bytes of the body must not cost the head.
        super().data_received(head.framing())
        self._checks_chunks = head.chunked
        if rest:
            self._read_body(rest)

    def _read_body(self, data: bytes) -> None:
        if self._checks_chunks:
            self._unparsed += data
            data = bytes(self._unparsed)
            if (loose := has_bare_line_feed(data)) is None:
                return
            self._unparsed.clear()
            self._checks_chunks = False
            self._chunks = LenientChunks() if loose else None
        super().data_received(self._chunks.feed(data) if self._chunks else data)

    def _refuse(self, error: BadHead | HeadTooLong) -> None:
        self._fail((OversizedHead if isinstance(error, HeadTooLong) else UnreadableHead)(str(error)))

    def _fail(self, error: aiohttp.ClientError) -> None:
        self._waits_for_head = False
        self._unparsed.clear()
        self._buffer.clear()
        self.set_exception(error)
        self._close_transport()

    def set_exception(self, exc: BaseException, exc_cause: BaseException = _NO_CAUSE) -> None:
        """Fail the connection and whoever reads the response's body. aiohttp would let the reader wait."""
        body = self._payload
        super().set_exception(exc, exc_cause)
        if body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(
                aiohttp.ClientPayloadError(f"The response's body is not framed as its headers say: {exc}"), exc
            )

    def close(self) -> None:
        """Close without a TLS farewell. aiohttp's way waits for the server's, up to 30 s, in a transport that its pool knows no
        more: the crawl's event loop ends first, and the socket stays open until it is collected."""
        self.abort()

    def _close_transport(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class HeadReadingConnector(aiohttp.TCPConnector):
    """Makes its connections `HeadReader`s. aiohttp has no option for that: `_factory` is what it calls for each."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = partial(HeadReader, loop=self._loop)  # type: ignore[assignment]


class ReadResponse(_ClientResponse):
    """A response with the head that its connection parsed."""

    head: ResponseHead

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        protocol = connection.protocol
        started = await super().start(connection)
        assert isinstance(protocol, HeadReader)
        assert protocol.head is not None
        self.head = protocol.head
        return started
