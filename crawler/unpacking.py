"""Unpacks bodies (gzip, deflate, brotli, zstd) as Scrapy does, and ends in the two errors that fetching has for it.

A body that unpacks to more than `DOWNLOAD_MAXSIZE` is too big as if it had come unpacked (DownloadCancelledError), and
one that does not unpack is damaged (ResponseDataLossError); neither is tried again. Scrapy raises IgnoreRequest and
whatever the unpackers raise.
"""

from __future__ import annotations

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


class Unpacking(HttpCompressionMiddleware):
    """Asks for packed bodies and unpacks them. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """The response with its body unpacked."""
        try:
            unpacked: Request | Response = super().process_response(request, _without_encoding(response))
        except IgnoreRequest as error:
            raise DownloadCancelledError(str(error)) from error
        except DAMAGED as error:
            raise ResponseDataLossError(f"The body of {response.url} does not unpack: {error}") from error
        return unpacked


def _without_encoding(response: Response) -> Response:
    """A packed response as one without text. Scrapy copies every attribute of what it unpacks, and would guess the
    character encoding of the packed bytes for it: 3 ms a response, for a value that it then throws away."""
    if not isinstance(response, TextResponse) or not response.headers.get("Content-Encoding"):
        return response
    plain = {name: getattr(response, name) for name in Response.attributes}
    return Response(**plain)
