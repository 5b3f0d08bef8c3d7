"""Reads the head of an HTTP answer the way browsers do, and says the same in the few words that a strict parser takes.

Real servers send header lines of 20 KB, bytes of any character encoding, lines without a colon, the length twice, folded lines,
bare line feeds. Browsers read all of it, so a crawl must be able to fetch it. The head is read here, by Chromium's rules
(net/http/http_response_headers.cc, http_util.cc), and only what frames the body goes on to aiohttp's parser:
`ResponseHead.framing`.

What makes the body's end doubtful is settled as RFC 9112, 6.3 says: chunks beat a length, lengths that differ are an error, and a
length that is no number is none: the body then ends with the connection. What browsers make of each form:
`bench/crawl/http_forms.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Chromium's bound for a head, interim ones included (HttpStreamParser::kMaxHeaderBufSize). Firefox has 384 KiB, curl 300 KB.
HEAD_BYTES = 256 * 1024
# curl's bound (MAX_HTTP_RESP_HEADER_COUNT). Pages of large news sites have 20 to 60, the most that was reported 140.
HEAD_LINES = 5000
# Blank lines before a head: what is left of an earlier body of the connection.
BLANKS = b"\r\n"

END_OF_HEAD = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"(?i:HTTP)(?:/(\d)\.(\d))?[ \t]+(\d{3})(?!\d)")
_TOKEN = re.compile(rb"[0-9A-Za-z!#$%&'*+.^_`|~-]+")
# More digits are beyond any body, and beyond 64 bits.
_LENGTH = re.compile(rb"\+?(\d{1,18})")
_NO_BODY = frozenset({204, 304})


class BadHead(ValueError):
    """What came is not the head of an HTTP answer, or says two things about where its body ends."""


class HeadTooLong(ValueError):
    """The head has more bytes or lines than any browser takes."""

    def __init__(self) -> None:
        super().__init__(f"The answer has headers of more than {HEAD_BYTES // 1024} KiB or {HEAD_LINES:,} lines.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """A status line and headers. `fields` are bytes as they came, in order, folded lines joined; `length` None: not said."""

    protocol: str
    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    length: int | None
    chunked: bool
    keeps_open: bool
    """Whether another answer may follow on the connection."""

    def framing(self) -> bytes:
        """A head that says no more than how the body is framed, for a strict parser."""
        lines = [b"HTTP/1.1 %d OK" % self.status]
        if self.chunked:
            lines.append(b"Transfer-Encoding: chunked")
        elif self.length is not None and self.status not in _NO_BODY:
            lines.append(b"Content-Length: %d" % self.length)
        if not self.keeps_open:
            lines.append(b"Connection: close")
        return b"\r\n".join([*lines, b"", b""])


def may_be_head(begun: bytes) -> bool:
    """Whether these first bytes, blank lines aside, can become a head."""
    return b"HTTP".startswith(begun[:4].upper())


def parse_head(head: bytes) -> ResponseHead:
    """A whole head, from the status line to the blank line. Raises BadHead, HeadTooLong."""
    lines = head.split(b"\n", HEAD_LINES + 1)
    if len(lines) > HEAD_LINES + 1:
        raise HeadTooLong
    if b"\x00" in head:
        raise BadHead("The answer has a NUL byte in its headers.")  # Chromium, Firefox and curl refuse it too
    if not (status_line := _STATUS_LINE.match(lines[0])):
        raise BadHead("The answer does not begin as HTTP does.")
    major, minor, status = status_line.groups()
    # Without a version as HTTP/1.0, as Chromium does; what calls itself HTTP/2.0 in words is 1.1.
    old = major is None or (int(major), int(minor)) < (1, 1)
    fields = _fields(lines[1:])
    chunked = any(b"chunked" in _parts(value) for value in _values(fields, b"transfer-encoding"))
    length = None if chunked else _length(fields)
    said = [
        part
        for name in (b"connection", b"proxy-connection")
        for value in _values(fields, name)
        for part in _parts(value)
    ]
    ends = chunked or length is not None or int(status) in _NO_BODY
    # A body that says both chunks and a length may be meant to be read in two ways: nothing after it is trusted (RFC 9112, 6.3).
    doubtful = chunked and bool(_values(fields, b"content-length"))
    wishes = b"keep-alive" in said if old else b"close" not in said
    return ResponseHead(
        protocol="HTTP/1.0" if old else "HTTP/1.1",
        status=int(status),
        fields=fields,
        length=length,
        chunked=chunked,
        keeps_open=wishes and ends and not doubtful,
    )


def _fields(lines: list[bytes]) -> tuple[tuple[bytes, bytes], ...]:
    """Names and values; lines that are no field are left out."""
    found: list[tuple[bytes, list[bytes]]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if found:
                found[-1][1].append(line.strip())
            continue
        name, colon, value = line.partition(b":")
        name = name.strip()
        if colon and _TOKEN.fullmatch(name):
            found.append((name, [value.strip()]))
    return tuple((name, b" ".join(filter(None, parts)).replace(b"\r", b" ")) for name, parts in found)


def _values(fields: tuple[tuple[bytes, bytes], ...], wanted: bytes) -> list[bytes]:
    return [value for name, value in fields if name.lower() == wanted]


def _parts(value: bytes) -> list[bytes]:
    return [part.strip().lower() for part in value.split(b",")]


def _length(fields: tuple[tuple[bytes, bytes], ...]) -> int | None:
    """The body's length by the headers, None where they do not say. Raises BadHead where they say two."""
    said = {
        int(match[1])
        for value in _values(fields, b"content-length")
        for part in _parts(value)
        if (match := _LENGTH.fullmatch(part))
    }
    if len(said) > 1:
        raise BadHead(f"The answer has {len(said)} different lengths.")
    return said.pop() if said else None
