"""Whether a body whose end did not come as its head says is whole all the same, by what stands in it.

Servers write a length that is too long, or leave the last chunk out, at every page; browsers show such pages. A page that really
broke off must not become a shorter article. So the content has to show that it ended: the closing tag of a document, or the end
that a packed stream has by itself.
"""

from __future__ import annotations

import re
import zlib

# How the documents that we read end. JSON is left out: `}` may stand anywhere.
_ENDS = (b"</html>", b"</rss>", b"</feed>", b"</rdf:rdf>", b"</urlset>", b"</sitemapindex>", b"</news>")
# Comments that caches put behind a document.
_BEHIND = re.compile(rb"(?:\s|<!--(?:(?!-->).){0,300}-->)*\Z", re.DOTALL)
_LOOKED_AT = 2000
_RANGE = re.compile(rb"bytes\s+0-(\d{1,18})/(\d{1,18})\s*")
_STEP = 1 << 16


def is_complete(body: bytes, encoding: bytes | None) -> bool:
    """Whether a body, packed by that Content-Encoding, is whole in itself."""
    encoding = (encoding or b"").strip().lower()
    if encoding in (b"gzip", b"x-gzip"):
        return _stream_ends(body)
    return ends_as_document(body) if encoding in (b"", b"identity", b"none", b"utf-8") else False


def ends_as_document(text: bytes) -> bool:
    """Whether a document's closing tag is the last of it, comments of caches aside."""
    last = text[-_LOOKED_AT:]
    for match in re.finditer(rb"</", last):
        rest = last[match.start() :]
        if rest.lower().startswith(_ENDS) and _BEHIND.match(rest, rest.index(b">") + 1):
            return True
    return False


def is_full_range(content_range: bytes | None) -> bool:
    """Whether a Content-Range is of all bytes that there are; also where none is said."""
    if not content_range:
        return True
    match = _RANGE.fullmatch(content_range.strip())
    return match is not None and int(match[1]) + 1 == int(match[2])


def _stream_ends(body: bytes) -> bool:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        rest = body
        while rest and not unpacker.eof:
            # Bounded: what is unpacked is not kept.
            unpacker.decompress(rest, _STEP)
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof
