"""Reads the body of an archived response as a crawl stores it: chunks joined, Content-Encoding undone, up to a limit."""

from __future__ import annotations

from typing import Any

from warcio.bufferedreaders import ChunkedDataReader

from pipelines.content_encoding import BodyTooBig, unpack

_STEP = 64 * 1024


def read_body(stream: Any, *, encodings: str, chunked: bool, limit: int) -> bytes:
    """The bytes of the payload. Raises BodyTooBig if it exceeds `limit` bytes, packed or unpacked, and EncodingError."""
    body = _read(ChunkedDataReader(stream) if chunked else stream, limit)
    return unpack(body, encodings, limit)


def _read(stream: Any, limit: int) -> bytes:
    pieces, size = [], 0
    while piece := stream.read(_STEP):
        size += len(piece)
        if size > limit:
            raise BodyTooBig
        pieces.append(piece)
    return b"".join(pieces)
