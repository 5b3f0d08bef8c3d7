"""Chunks whose lines end in a bare line feed, said again as a strict parser takes them. Browsers and curl read such bodies."""

from __future__ import annotations

import re

_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")
# What is no line within so many bytes is left to the parser, which refuses it.
_LINE_BYTES = 4096


def has_bare_line_feed(begun: bytes) -> bool | None:
    """Whether the first line of a chunked body ends without CR; None: its end is not there yet."""
    end = begun.find(b"\n")
    if end < 0:
        return None if len(begun) < _LINE_BYTES else False
    return end == 0 or begun[end - 1 : end] != b"\r"


class LenientChunks:
    """Gives the same chunks with CRLF. What is no chunk goes on as it is."""

    def __init__(self) -> None:
        self._rest = b""
        self._left = 0
        self._ends_chunk = False
        self._as_it_is = False

    def feed(self, data: bytes) -> bytes:
        """What the parser is to see of some more bytes."""
        data, self._rest = self._rest + data, b""
        at, said = 0, list[bytes]()
        while at < len(data) and not self._as_it_is:
            if self._left:
                piece = data[at : at + self._left]
                at += len(piece)
                self._left -= len(piece)
                self._ends_chunk = not self._left
                said.append(piece if self._left else piece + b"\r\n")
                continue
            end = data.find(b"\n", at)
            if end < 0:
                break
            line = data[at:end].rstrip(b"\r")
            at = end + 1
            if self._ends_chunk and not line:
                self._ends_chunk = False
                continue
            said.append(self._line(line))
        if not self._as_it_is and len(data) - at < _LINE_BYTES:
            self._rest = data[at:]
        else:
            said.append(data[at:])
        return b"".join(said)

    def _line(self, line: bytes) -> bytes:
        size = _SIZE.fullmatch(line)
        self._ends_chunk = False
        self._left = int(size[1], 16) if size else 0
        # Behind the last chunk stand fields and a blank line, which the parser reads with bare line feeds too.
        self._as_it_is = not self._left
        return line + b"\r\n"
