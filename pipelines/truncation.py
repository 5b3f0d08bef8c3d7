"""Decides by its content whether a body is complete although it ended before the end that its headers announced.

Some servers state too large a length, or omit the last chunk, on every page; browsers show such pages. A page that was really cut
off must not become a shorter article. So the content must show its end: the closing tag of a document, or the end of a compressed
stream.
"""

from __future__ import annotations

import re
import zlib

# Closing tags of documents. JSON is left out: `}` may be anywhere.
_ENDS = (b"</html>", b"</rss>", b"</feed>", b"</rdf:rdf>", b"</urlset>", b"</sitemapindex>", b"</news>")
# Comments that caches append to a document.
_BEHIND = re.compile(rb"(?:\s|<!--(?:(?!-->).){0,300}-->)*\Z", re.DOTALL)
_LOOKED_AT = 2000
_RANGE = re.compile(rb"bytes\s+0-(\d{1,18})/(\d{1,18})\s*")
_STEP = 1 << 16


def is_complete(body: bytes, encoding: bytes | None) -> bool:
    """Whether a body with this Content-Encoding is complete."""
    encoding = (encoding or b"").strip().lower()
    if encoding in (b"gzip", b"x-gzip"):
        return _stream_ends(body)
    return ends_as_document(body) if encoding in (b"", b"identity", b"none", b"utf-8") else False


def ends_as_document(text: bytes) -> bool:
    """Whether a document ends with its closing tag, apart from comments of caches."""
    last = text[-_LOOKED_AT:]
    for match in re.finditer(rb"</", last):
        rest = last[match.start() :]
        if rest.lower().startswith(_ENDS) and _BEHIND.match(rest, rest.index(b">") + 1):
            return True
    return False


def is_full_range(content_range: bytes | None) -> bool:
    """Whether a Content-Range covers the whole document; True if there is none."""
    if not content_range:
        return True
    match = _RANGE.fullmatch(content_range.strip())
    return match is not None and int(match[1]) + 1 == int(match[2])


def _stream_ends(body: bytes) -> bool:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        rest = body
        while rest and not unpacker.eof:
            # In steps: the unpacked bytes are not kept.
            unpacker.decompress(rest, _STEP)
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof
