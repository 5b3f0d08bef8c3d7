"""The body of an archived answer as a crawl stores it: chunks joined, Content-Encoding undone, never more than a limit.

Archives lie about encodings: crawlers that store what a browser saw keep the header and unpack the body. A body that does
not unpack but looks like markup is taken as it is.
"""

from __future__ import annotations

import zlib
from typing import Any

import brotli  # type: ignore[import-untyped]
from warcio.bufferedreaders import ChunkedDataReader

from db.zstandard import zstd

_DAMAGED = (zlib.error, brotli.error, zstd.ZstdError, EOFError, ValueError)
_STEP = 64 * 1024


class TooBig(Exception):
    """The body has more bytes than are kept."""


class DoesNotUnpack(Exception):
    """The body is not what its Content-Encoding says."""


def read_body(stream: Any, *, encodings: str, chunked: bool, limit: int) -> bytes:
    """The payload's bytes. Raises TooBig past `limit` bytes, packed or unpacked, and DoesNotUnpack."""
    body = _read(ChunkedDataReader(stream) if chunked else stream, limit)
    for encoding in reversed([part.strip().lower() for part in encodings.split(",") if part.strip()]):
        try:
            body = _unpacked(body, encoding, limit)
        except _DAMAGED as error:
            if not looks_like_markup(body):
                raise DoesNotUnpack(str(error)) from error
    return body


def looks_like_markup(body: bytes) -> bool:
    """Whether it begins as markup does, behind a byte order mark and white space."""
    return body[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _read(stream: Any, limit: int) -> bytes:
    pieces, size = [], 0
    while piece := stream.read(_STEP):
        size += len(piece)
        if size > limit:
            raise TooBig
        pieces.append(piece)
    return b"".join(pieces)


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in ("gzip", "x-gzip"):
        return _inflated(body, zlib.MAX_WBITS | 16, limit)
    if encoding == "deflate":
        try:
            return _inflated(body, zlib.MAX_WBITS, limit)
        except zlib.error:  # RFC 9110, 8.4.1.2: some send it without the zlib frame
            return _inflated(body, -zlib.MAX_WBITS, limit)
    if encoding == "br":
        return _brotli(body, limit)
    if encoding == "zstd":
        return _bounded(zstd.ZstdDecompressor().decompress(body, limit + 1), limit)
    return body


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    data = _bounded(unpacker.decompress(body, limit + 1), limit)
    if not unpacker.eof:
        raise zlib.error("the packed data break off")
    return data


def _brotli(body: bytes, limit: int) -> bytes:
    unpacker, pieces, size, fed = brotli.Decompressor(), [], 0, body
    while not unpacker.is_finished():
        piece = unpacker.process(fed, output_buffer_limit=_STEP)
        fed = b""
        size += len(piece)
        if size > limit:
            raise TooBig
        if not piece and unpacker.can_accept_more_data():
            raise EOFError("the packed data break off")
        pieces.append(piece)
    return b"".join(pieces)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise TooBig
    return data
