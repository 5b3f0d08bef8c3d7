"""Unpacks bodies by `pipelines.content_encoding`, and ends in the two errors that fetching has for it.

A body that unpacks to more than `DOWNLOAD_MAXSIZE` is too big as if it had come unpacked (DownloadCancelledError), and
one that does not unpack is damaged (ResponseDataLossError); neither is tried again.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response, TextResponse

from pipelines.content_encoding import KNOWN, BodyTooBig, EncodingError, unpack, unpack_beginning

# A packed body of this many bytes or more is unpacked on another thread: it may hold the most that is received, 20 MB, which takes
# some 40 ms. A smaller one holds a thousand times its size at the most.
LARGE_BYTES = 16 * 1024


class Unpacking(HttpCompressionMiddleware):
    """Asks for packed bodies and unpacks them. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Any:
        """The response with its body unpacked; an awaitable of it for a large one."""
        if not response.headers.get("Content-Encoding"):
            return response
        if limit := request.meta.get("download_beginning"):
            return self._beginning(response, limit)
        if len(response.body) >= LARGE_BYTES:
            return asyncio.to_thread(self._unpacked, request, response)
        return self._unpacked(request, response)

    def _unpacked(self, request: Request, response: Response) -> Request | Response:
        unpacked: Request | Response = super().process_response(request, _without_encoding(response))
        return unpacked

    def _beginning(self, response: Response, limit: int) -> Response:
        encodings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        try:
            body = unpack_beginning(response.body, encodings, limit)
        except EncodingError as error:
            raise ResponseDataLossError(f"The body of {response.url} does not unpack: {error}") from error
        return _without_encoding(response).replace(body=body)

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        """The body without the encodings, and those that nobody knows."""
        named = b",".join(content_encoding).decode("latin-1").lower()
        try:
            plain = unpack(body, named, max_size or sys.maxsize - 1)
        except BodyTooBig as error:
            raise DownloadCancelledError(f"The body unpacks to more than DOWNLOAD_MAXSIZE ({max_size} B).") from error
        except EncodingError as error:
            raise ResponseDataLossError(f"The body is not {named}: {error}") from error
        kept = [part.strip() for part in named.split(",") if part.strip() and part.strip() not in KNOWN]
        return plain, [part.encode("latin-1") for part in kept]

    def _warn_unknown_encoding(self, response: Response, encodings: list[bytes]) -> None:
        """Say nothing: `Content-Encoding: utf-8` is common, and means none."""


def _without_encoding(response: Response) -> Response:
    """A packed response as one without text. Scrapy copies every attribute of what it unpacks, and would guess the
    character encoding of the packed bytes for it: 3 ms a response, for a value that it then throws away."""
    if not isinstance(response, TextResponse) or not response.headers.get("Content-Encoding"):
        return response
    plain = {name: getattr(response, name) for name in Response.attributes}
    return Response(**plain)
