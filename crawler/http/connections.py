"""Connections whose answers are read as browsers read them: aiohttp's, with the head taken by `response_heads` before its parser.

    socket ──> head (ours, bounded) ──> framing ──> aiohttp's parser ──> body, as it decodes chunks and counts lengths
                └──> ReadResponse.head: status, protocol, fields as bytes

Interim answers (100, 103) are read over. What comes behind an answer's end is never taken for the next one: the connection
closes.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import _EXC_SENTINEL as _NO_CAUSE
from scrapy.core.downloader.handlers._aiohttp import _ClientResponse

from crawler.http.loose_chunks import LenientChunks, has_bare_line_feed
from crawler.http.response_heads import (
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
    """The answer does not begin as HTTP does, or contradicts itself about its length."""


class OversizedHead(aiohttp.ClientError):
    """The answer's headers have no end within `HEAD_BYTES` and `HEAD_LINES`."""


class HeadReader(ResponseHandler):
    """A connection. Reads one head for each request (`set_response_params`), then leaves the bytes to aiohttp."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.head: ResponseHead | None = None
        self._begun = bytearray()
        self._waits_for_head = False
        self._head_bytes = 0
        self._chunks: LenientChunks | None = None
        self._looks_at_chunks = False

    def set_response_params(self, **options: Any) -> None:
        """A request goes out: an answer is waited for."""
        self.head = None
        self._begun.clear()
        self._head_bytes = 0
        self._waits_for_head = True
        self._chunks, self._looks_at_chunks = None, False
        if self._buffer:
            # Sent behind an earlier answer. aiohttp asks again on a new connection.
            self._give_up(aiohttp.ServerDisconnectedError())
        super().set_response_params(**options)

    def data_received(self, data: bytes) -> None:
        """Bytes came in; none where aiohttp goes on with what it has."""
        if self._waits_for_head and self._parser is not None:
            if data:
                self._take(data)
        elif data and self.head is not None and self._payload is not None and self._payload.is_eof():
            self.force_close()
            self._close_transport()
        elif data:
            self._take_body(data)
        else:
            super().data_received(data)

    def _take(self, data: bytes) -> None:
        """Add to the head that is being read; where it ends, hand its framing and the rest on."""
        self._head_bytes += len(data)
        # A line feed of the blank line may have come before.
        looked_at = max(0, len(self._begun) - 2)
        self._begun += data
        while True:
            if not looked_at:
                del self._begun[: len(self._begun) - len(self._begun.lstrip(BLANKS))]
            end = END_OF_HEAD.search(self._begun, looked_at)
            if end is None:
                break
            looked_at = 0
            head, self._begun = bytes(self._begun[: end.end()]), self._begun[end.end() :]
            try:
                self._check_size(len(self._begun))
                read = parse_head(head)
            except (BadHead, HeadTooLong) as error:
                self._refuse(error)
                return
            if read.status == 101 or not 100 <= read.status < 1000:
                self._refuse(BadHead("The answer changes to another protocol, which nobody asked for."))
                return
            if read.status >= 200:
                self._hand_on(read)
                return
        if not may_be_head(bytes(self._begun[:4])):
            self._refuse(BadHead("The answer does not begin as HTTP does."))
        elif self._head_bytes > HEAD_BYTES:
            self._refuse(HeadTooLong())

    def _check_size(self, behind: int) -> None:
        if self._head_bytes - behind > HEAD_BYTES:
            raise HeadTooLong

    def _hand_on(self, head: ResponseHead) -> None:
        self.head, self._waits_for_head = head, False
        rest, self._begun = bytes(self._begun), bytearray()
        # Apart: what is wrong with the body's first bytes must not cost the head.
        super().data_received(head.framing())
        self._looks_at_chunks = head.chunked
        if rest:
            self._take_body(rest)

    def _take_body(self, data: bytes) -> None:
        if self._looks_at_chunks:
            self._begun += data
            data = bytes(self._begun)
            if (loose := has_bare_line_feed(data)) is None:
                return
            self._begun.clear()
            self._looks_at_chunks = False
            self._chunks = LenientChunks() if loose else None
        super().data_received(self._chunks.feed(data) if self._chunks else data)

    def _refuse(self, error: BadHead | HeadTooLong) -> None:
        self._give_up((OversizedHead if isinstance(error, HeadTooLong) else UnreadableHead)(str(error)))

    def _give_up(self, error: aiohttp.ClientError) -> None:
        self._waits_for_head = False
        self._begun.clear()
        self._buffer.clear()
        self.set_exception(error)
        self._close_transport()

    def set_exception(self, exc: BaseException, exc_cause: BaseException = _NO_CAUSE) -> None:
        """The connection is of no more use; who reads the body of its answer hears it. aiohttp would let him wait."""
        body = self._payload
        super().set_exception(exc, exc_cause)
        if body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError(f"The answer's body is not framed as it says: {exc}"), exc)

    def _close_transport(self) -> None:
        if self.transport is not None:
            self.transport.close()


class HeadReadingConnector(aiohttp.TCPConnector):
    """Opens connections that are `HeadReader`s."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = partial(HeadReader, loop=self._loop)  # type: ignore[assignment]


class ReadResponse(_ClientResponse):
    """A response with the head that its connection read."""

    head: ResponseHead

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Wait for the head."""
        protocol = connection.protocol
        started = await super().start(connection)
        assert isinstance(protocol, HeadReader)
        assert protocol.head is not None
        self.head = protocol.head
        return started
