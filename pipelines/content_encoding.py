"""Undoes Content-Encoding (gzip, deflate, brotli, zstd) of crawled and archived bodies, up to a size limit.

The header is often wrong: caches and crawlers keep it after unpacking the body, or compress once and state it twice. A body that
does not unpack but looks like markup is taken as it is; a gzip file with a damaged end is accepted if the document in it is
complete. Unknown encodings (`utf-8`, `none`) are ignored.
"""

from __future__ import annotations

import gzip
import io
import zlib

import brotli

from db.zstd import zstd
from pipelines.truncation import ends_as_document

KNOWN = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})
_DAMAGED = (zlib.error, brotli.error, zstd.ZstdError, EOFError, ValueError)
_STEP = 64 * 1024
GZIP, ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
"""The first bytes of what is packed so."""
HTML_TYPES = ("text/html", "application/xhtml+xml")
"""The media types of pages."""


class BodyTooBig(Exception):
    """The body exceeds the size limit."""


class EncodingError(Exception):
    """The body does not match its Content-Encoding."""


def unpack(body: bytes, encodings: str, limit: int) -> bytes:
    """The body with the Content-Encoding `encodings` undone. Raises BodyTooBig beyond `limit` bytes, and EncodingError."""
    for encoding in _to_undo(encodings):
        if not body:
            break
        try:
            body = _unpacked(body, encoding, limit)
        except _DAMAGED as error:
            if looks_like_markup(body):
                continue
            saved = _salvaged(body, limit) if encoding in ("gzip", "x-gzip") else None
            if saved is None:
                raise EncodingError(str(error)) from error
            body = saved
    return body


def _to_undo(encodings: str) -> list[str]:
    """The encodings of a Content-Encoding, the one that was applied last first."""
    return [part.strip().lower() for part in reversed(encodings.split(",")) if part.strip()]


def unpack_prefix(body: bytes, encodings: str, limit: int) -> bytes:
    """The first `limit` bytes of a body, which may be cut off, with its encodings undone. Raises EncodingError."""
    for encoding in _to_undo(encodings):
        try:
            body = _beginning(body, encoding, limit)
        except _DAMAGED as error:
            raise EncodingError(str(error)) from error
    return body[:limit]


def _beginning(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding == "br":
        return bytes(brotli.Decompressor().process(body, output_buffer_limit=limit))
    if encoding == "zstd":
        return bytes(zstd.ZstdDecompressor().decompress(body, limit))
    if encoding not in KNOWN:
        return body
    try:  # 32: accepts headers of zlib and gzip
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, limit)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, limit)


def looks_like_markup(body: bytes) -> bool:
    """Whether a body begins with "<", after a byte order mark and white space."""
    return body[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in ("gzip", "x-gzip"):
        return _gunzipped(body, limit)
    if encoding == "deflate":
        try:
            return _inflated(body, zlib.MAX_WBITS, limit)
        except zlib.error:  # RFC 9110, 8.4.1.2: some servers omit the zlib header
            return _inflated(body, -zlib.MAX_WBITS, limit)
    if encoding == "br":
        return _brotli(body, limit)
    if encoding == "zstd":
        return _bounded(zstd.ZstdDecompressor().decompress(body, limit + 1), limit)
    return body


def _gunzipped(body: bytes, limit: int) -> bytes:
    """All members of a gzip file, or zlib's format, which some servers call gzip. Bytes after the last member are padding."""
    pieces, size, rest = [], 0, body
    while True:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
        pieces.append(_bounded(unpacker.decompress(rest, limit + 1 - size), limit - size))
        size += len(pieces[-1])
        if not unpacker.eof:
            raise zlib.error("the packed data break off")
        rest = unpacker.unused_data
        if not rest.startswith(GZIP):
            return b"".join(pieces)


def _salvaged(body: bytes, limit: int) -> bytes | None:
    """The content of a gzip file with a damaged end (checksum wrong or missing) if the document in it is complete; else None."""
    if not body.startswith(GZIP):
        return None
    pieces, size = [], 0
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
        try:
            while piece := packed.read1(_STEP):
                size += len(piece)
                if size > limit:
                    raise BodyTooBig
                pieces.append(piece)
        except (OSError, EOFError, zlib.error):
            pass
    text = b"".join(pieces)
    return text if ends_as_document(text) else None


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
            raise BodyTooBig
        if not piece and unpacker.can_accept_more_data():
            raise EOFError("the packed data break off")
        pieces.append(piece)
    return b"".join(pieces)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise BodyTooBig
    return data
