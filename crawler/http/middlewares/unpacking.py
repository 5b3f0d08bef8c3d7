"""Undoes Content-Encoding (`pipelines.content_encoding`), and maps its failures to two download errors.

A body that unpacks to more than `DOWNLOAD_MAXSIZE` is too big, as if it had arrived unpacked (DownloadCancelledError). A body that
does not unpack is damaged (ResponseDataLossError). Neither is retried.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response, TextResponse

from pipelines.content_encoding import KNOWN, BodyTooBig, EncodingError, unpack, unpack_prefix

# Bytes from which a packed body is unpacked on another thread. The largest body received has 20 MB, which takes some 40 ms. A
# smaller one unpacks to a thousand times its size at most.
LARGE_BYTES = 16 * 1024


class Unpacking(HttpCompressionMiddleware):
    """Requests packed bodies and unpacks them. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Any:
        """The response with its body unpacked; an awaitable for a large one."""
        if not response.headers.get("Content-Encoding"):
            return response
        if limit := request.meta.get("download_beginning"):
            return self._unpack_beginning(response, limit)
        if len(response.body) >= LARGE_BYTES:
            return asyncio.to_thread(self._unpack, request, response)
        return self._unpack(request, response)

    def _unpack(self, request: Request, response: Response) -> Request | Response:
        unpacked: Request | Response = super().process_response(request, _without_encoding(response))
        return unpacked

    def _unpack_beginning(self, response: Response, limit: int) -> Response:
        encodings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        try:
            body = unpack_prefix(response.body, encodings, limit)
        except EncodingError as error:
            raise ResponseDataLossError(f"The body of {response.url} does not unpack: {error}") from error
        return _without_encoding(response).replace(body=body)

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        """The unpacked body, and the unknown encodings."""
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
        """Do nothing: `Content-Encoding: utf-8` is common, and means no encoding."""


def _without_encoding(response: Response) -> Response:
    """A packed response as a response without text.

    Scrapy copies every attribute of the response that it unpacks, and would guess the character encoding of the packed bytes: 3 ms
    per response, for a value that is discarded.
    """
    if not isinstance(response, TextResponse) or not response.headers.get("Content-Encoding"):
        return response
    plain = {name: getattr(response, name) for name in Response.attributes}
    return Response(**plain)
