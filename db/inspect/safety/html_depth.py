"""Remove the tags that would nest elements too deeply.

The parser has no limit of its own. So tags are counted before parsing, without a tree: a start tag goes one level
deeper, an end tag comes back. Start tags beyond `MAX_DEPTH` are removed, and as many of the end tags that follow; the
text stays. Elements that are closed implicitly (`<p>`, `<li>`, cells) are not counted: they nest only through others
that are. A wrong count may cost a page some of its layout, never its safety: the result is sanitized afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Blink's limit (kMaximumHTMLParserDOMTreeDepth), beyond which it flattens elements. News pages are about 60 levels deep.
MAX_DEPTH = 512

_EMPTY = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_IMPLICITLY_CLOSED = frozenset(
    ["body", "caption", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td", "tfoot",
     "th", "thead", "tr"]
)  # fmt: skip
_UNCOUNTED = _EMPTY | _IMPLICITLY_CLOSED
# Comments and elements whose content is not markup are skipped as a whole; without an end they extend to the end of the page, so
# that each character is scanned once. A tag's name ends where browsers end it.
_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>]).*?(?:</\1(?=[\s/>])|\Z)"
    r"|<(/?)([a-z][^\s/>]*)",
    re.I | re.S,
)


def limit_depth(html: str) -> str:
    """The same markup with elements nested at most `MAX_DEPTH` levels deep, by its tags."""
    return "".join(_kept(html))


def _kept(html: str) -> Iterator[str]:
    depth = over = at = 0
    for piece in _PIECE.finditer(html):
        name = (piece[3] or "").lower()
        if not name or name in _UNCOUNTED:
            continue
        if not piece[2]:
            if depth < MAX_DEPTH:
                depth += 1
                continue
            over += 1
        elif over:
            over -= 1
        else:
            depth = max(0, depth - 1)
            continue
        if piece.start() < at:
            continue
        yield html[at : piece.start()]
        end = html.find(">", piece.end())
        at = len(html) if end < 0 else end + 1
    yield html[at:]
