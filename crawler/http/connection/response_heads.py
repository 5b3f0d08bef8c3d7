"""Parses the head of an HTTP response as browsers do, and reduces it to what a strict parser accepts.

Real servers send header lines of 20 KB, bytes in any encoding, lines without a colon, the length twice, folded lines, bare line
feeds. Browsers accept all of it, so a crawler must, too. Heads are parsed here by Chromium's rules
(net/http/http_response_headers.cc, http_util.cc), and only what frames the body goes on to aiohttp's parser:
`ResponseHead.framing`.

Doubts about the end of the body are settled by RFC 9112, 6.3: chunks override a length, contradictory lengths are an error, and an
invalid length counts as none: the body then ends with the connection. What browsers make of each form: `bench/crawl/http_forms.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Bytes of a head, interim ones included: Chromium's limit (HttpStreamParser::kMaxHeaderBufSize). Firefox has 384 KiB, curl 300 KB.
HEAD_BYTES = 256 * 1024
# Lines of a head: curl's limit (MAX_HTTP_RESP_HEADER_COUNT). Pages of large news sites have 20 to 60, the largest reported number
# is 140.
HEAD_LINES = 5000
# Blank lines before a head: leftovers of an earlier body on the connection.
BLANKS = b"\r\n"

END_OF_HEAD = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"(?i:HTTP)(?:/(\d)\.(\d))?[ \t]+(\d{3})(?!\d)")
_TOKEN = re.compile(rb"[0-9A-Za-z!#$%&'*+.^_`|~-]+")
# More digits exceed 64 bits.
_LENGTH = re.compile(rb"\+?(\d{1,18})")
_NO_BODY = frozenset({204, 304})


class BadHead(ValueError):
    """The bytes are not the head of an HTTP response, or state two ends of its body."""


class HeadTooLong(ValueError):
    """The head has more bytes or lines than any browser accepts."""

    def __init__(self) -> None:
        super().__init__(f"The response has headers of more than {HEAD_BYTES // 1024} KiB or {HEAD_LINES:,} lines.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """A status line and headers. `fields`: bytes as received, in order, folded lines joined. `length` None: not stated."""

    protocol: str
    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    length: int | None
    chunked: bool
    keep_alive: bool
    """Whether another response may follow on the connection."""

    def framing(self) -> bytes:
        """A head that states only how the body is framed, for a strict parser."""
        lines = [b"HTTP/1.1 %d OK" % self.status]
        if self.chunked:
            lines.append(b"Transfer-Encoding: chunked")
        elif self.length is not None and self.status not in _NO_BODY:
            lines.append(b"Content-Length: %d" % self.length)
        if not self.keep_alive:
            lines.append(b"Connection: close")
        return b"\r\n".join([*lines, b"", b""])


def may_be_head(beginning: bytes) -> bool:
    """Whether these first bytes (blank lines removed) may begin a head."""
    return b"HTTP".startswith(beginning[:4].upper())


def parse_head(head: bytes) -> ResponseHead:
    """Parse a whole head, from the status line to the blank line. Raises BadHead, HeadTooLong."""
    lines = head.split(b"\n", HEAD_LINES + 1)
    if len(lines) > HEAD_LINES + 1:
        raise HeadTooLong
    if b"\x00" in head:
        raise BadHead("The response has a NUL byte in its headers.")  # Chromium, Firefox and curl refuse it too
    if not (status_line := _STATUS_LINE.match(lines[0])):
        raise BadHead("The response does not begin as HTTP does.")
    major, minor, status = status_line.groups()
    # Without a version it counts as HTTP/1.0, as in Chromium; "HTTP/2.0" in a status line counts as 1.1.
    old = major is None or (int(major), int(minor)) < (1, 1)
    fields = _fields(lines[1:])
    chunked = any(b"chunked" in _tokens(value) for value in _values(fields, b"transfer-encoding"))
    length = None if chunked else _length(fields)
    options = [
        part
        for name in (b"connection", b"proxy-connection")
        for value in _values(fields, name)
        for part in _tokens(value)
    ]
    ends = chunked or length is not None or int(status) in _NO_BODY
    # A response with both chunks and a length may be crafted to be read in two ways: nothing after it is trusted (RFC 9112, 6.3).
    doubtful = chunked and bool(_values(fields, b"content-length"))
    wishes = b"keep-alive" in options if old else b"close" not in options
    return ResponseHead(
        protocol="HTTP/1.0" if old else "HTTP/1.1",
        status=int(status),
        fields=fields,
        length=length,
        chunked=chunked,
        keep_alive=wishes and ends and not doubtful,
    )


def _fields(lines: list[bytes]) -> tuple[tuple[bytes, bytes], ...]:
    """Names and values. Lines that are no field are dropped."""
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


def _tokens(value: bytes) -> list[bytes]:
    return [part.strip().lower() for part in value.split(b",")]


def _length(fields: tuple[tuple[bytes, bytes], ...]) -> int | None:
    """The body's length, None where it is not stated. Raises BadHead where several are stated."""
    options = {
        int(match[1])
        for value in _values(fields, b"content-length")
        for part in _tokens(value)
        if (match := _LENGTH.fullmatch(part))
    }
    if len(options) > 1:
        raise BadHead(f"The response has {len(options)} different lengths.")
    return options.pop() if options else None
