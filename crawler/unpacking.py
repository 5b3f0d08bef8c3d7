"""Unpacks bodies (gzip, deflate, brotli, zstd) as Scrapy does, and ends in the two errors that fetching has for it.

A body that unpacks to more than `DOWNLOAD_MAXSIZE` is too big as if it had come unpacked (DownloadCancelledError), and
one that does not unpack is damaged (ResponseDataLossError); neither is tried again. Scrapy raises IgnoreRequest and
whatever the unpackers raise.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from typing import Any

import brotli  # type: ignore[import-untyped]
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Response, TextResponse

from db.zstandard import zstd

# What the unpackers raise for bytes that are not theirs; gzip's is an OSError.
DAMAGED = (OSError, EOFError, ValueError, struct.error, zlib.error, brotli.error, zstd.ZstdError)


# A packed body of this many bytes or more is unpacked on another thread: it may hold the most that is received, 20 MB, which takes
# some 40 ms. A smaller one holds a thousand times its size at the most.
LARGE_BYTES = 16 * 1024


class Unpacking(HttpCompressionMiddleware):
    """Asks for packed bodies and unpacks them. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Any:
        """The response with its body unpacked; an awaitable of it for a large one."""
        encodings = response.headers.getlist("Content-Encoding")
        if not encodings:
            return response
        if limit := request.meta.get("download_beginning"):
            return self._beginning(response, encodings, limit)
        if len(response.body) >= LARGE_BYTES:
            return asyncio.to_thread(self._unpacked, request, response)
        return self._unpacked(request, response)

    def _unpacked(self, request: Request, response: Response) -> Request | Response:
        try:
            unpacked: Request | Response = super().process_response(request, _without_encoding(response))
        except IgnoreRequest as error:
            raise DownloadCancelledError(str(error)) from error
        except DAMAGED as error:
            raise ResponseDataLossError(f"The body of {response.url} does not unpack: {error}") from error
        return unpacked

    def _beginning(self, response: Response, encodings: list[bytes], limit: int) -> Response:
        to_decode, to_keep = self._split_encodings(encodings)
        body = response.body
        try:
            for encoding in to_decode:
                body = beginning_of(body, encoding, limit)
        except DAMAGED as error:
            raise ResponseDataLossError(f"The body of {response.url} does not unpack: {error}") from error
        unpacked = _without_encoding(response).replace(body=body)
        unpacked.headers["Content-Encoding"] = to_keep
        return unpacked


def beginning_of(body: bytes, encoding: bytes, limit: int) -> bytes:
    """The first `limit` bytes of a packed body, which may be cut. Raises one of DAMAGED."""
    if encoding == b"br":
        return bytes(brotli.Decompressor().process(body, output_buffer_limit=limit))[:limit]
    if encoding == b"zstd":
        return bytes(zstd.ZstdDecompressor().decompress(body, limit))
    # 32: a header of zlib or gzip. Some servers send deflate without one.
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, limit)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, limit)


def _without_encoding(response: Response) -> Response:
    """A packed response as one without text. Scrapy copies every attribute of what it unpacks, and would guess the
    character encoding of the packed bytes for it: 3 ms a response, for a value that it then throws away."""
    if not isinstance(response, TextResponse) or not response.headers.get("Content-Encoding"):
        return response
    plain = {name: getattr(response, name) for name in Response.attributes}
    return Response(**plain)
