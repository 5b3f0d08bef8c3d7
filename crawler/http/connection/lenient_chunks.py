"""Rewrites chunked bodies whose lines end in a bare line feed for a strict parser. Browsers and curl accept such bodies."""

from __future__ import annotations

import re

_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")
# A longer line, in bytes, is passed to the parser, which refuses it.
_LINE_BYTES = 4096


def has_bare_line_feed(beginning: bytes) -> bool | None:
    """Whether the first line of a chunked body ends without CR. None: the end has not arrived yet."""
    end = beginning.find(b"\n")
    if end < 0:
        return None if len(beginning) < _LINE_BYTES else False
    return end == 0 or beginning[end - 1 : end] != b"\r"


class LenientChunks:
    """Returns the same chunks with CRLF. What is no chunk is passed on unchanged."""

    def __init__(self) -> None:
        self._rest = b""
        self._bytes_left = 0
        self._ends_chunk = False
        self._passes_through = False

    def feed(self, data: bytes) -> bytes:
        """Rewrite the next bytes. Incomplete lines are kept for the next call."""
        data, self._rest = self._rest + data, b""
        at, output = 0, list[bytes]()
        while at < len(data) and not self._passes_through:
            if self._bytes_left:
                piece = data[at : at + self._bytes_left]
                at += len(piece)
                self._bytes_left -= len(piece)
                self._ends_chunk = not self._bytes_left
                output.append(piece if self._bytes_left else piece + b"\r\n")
                continue
            end = data.find(b"\n", at)
            if end < 0:
                break
            line = data[at:end].rstrip(b"\r")
            at = end + 1
            if self._ends_chunk and not line:
                self._ends_chunk = False
                continue
            output.append(self._line(line))
        if not self._passes_through and len(data) - at < _LINE_BYTES:
            self._rest = data[at:]
        else:
            output.append(data[at:])
        return b"".join(output)

    def _line(self, line: bytes) -> bytes:
        size = _SIZE.fullmatch(line)
        self._ends_chunk = False
        self._bytes_left = int(size[1], 16) if size else 0
        # The trailer fields and blank line after the last chunk need no rewriting: the parser accepts bare line feeds there.
        self._passes_through = not self._bytes_left
        return line + b"\r\n"
