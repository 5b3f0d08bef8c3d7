"""Markup without the tags that would nest elements too deep.

The parser cannot be given a limit. So the tags are counted before it, without a tree: a start tag goes one deeper, an end tag comes
back. Start tags beyond `MAX_DEPTH` are left out, and as many of the end tags that follow; the text stays. Elements that end by
themselves (`<p>`, `<li>`, cells) are not counted: they nest only by way of others that are. A wrong count costs a page some of its
look, never its safety: what comes out is made inert afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Blink's own limit (kMaximumHTMLParserDOMTreeDepth): what is deeper it puts beside each other. Pages of news go 60 deep.
MAX_DEPTH = 512

_EMPTY = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_END_BY_THEMSELVES = frozenset(
    ["body", "caption", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td", "tfoot",
     "th", "thead", "tr"]
)  # fmt: skip
_UNCOUNTED = _EMPTY | _END_BY_THEMSELVES
# Comments and what a browser does not read as markup are stepped over whole; without an end they go to the end of the page, so
# that each character is looked at once. A tag's name ends where a browser ends it.
_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>]).*?(?:</\1(?=[\s/>])|\Z)"
    r"|<(/?)([a-z][^\s/>]*)",
    re.I | re.S,
)


def limit_depth(html: str) -> str:
    """The same markup, its elements at most `MAX_DEPTH` deep by its tags."""
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
