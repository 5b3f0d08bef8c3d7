"""Limits on how much of a page is read, so that a page of any size and shape is done within seconds.

The cost grows with the markup, not the bytes. A page longer than `MAX_UNFILTERED` first loses what no reader sees (scripts except
JSON-LD, styles, comments, inlined images). The rest is read up to `MAX_MARKUP` characters and `MAX_TAGS` tags.
"""

from __future__ import annotations

import re

MAX_UNFILTERED = 1_700_000
"""Characters up to which a page is read unchanged. The longest of the 876 development pages has 1,632,067 bytes."""
MAX_MARKUP = 2_000_000
MAX_TAGS = 40_000
"""Tags read, closing ones included. The 876 development pages have 1,811 on average and 12,031 at most. The slowest known
shape (one paragraph of as many spans, on which trafilatura is quadratic) takes 3 s at this limit and 8 s at 60,000."""

_PAIRS = (("<script", "</script"), ("<style", "</style"), ("<!--", "-->"))
_INLINE_IMAGE = re.compile(r"data:[a-z]{1,20}/[^\"'\s>]{1000,}")


def truncate_page(html: str) -> str:
    """The part of a page that is read; nearly always all of it."""
    if len(html) > MAX_UNFILTERED:
        html = html[: 12 * MAX_MARKUP]
        for opening, closing in _PAIRS:
            html = _without(html, opening, closing)
        html = _INLINE_IMAGE.sub("", html)[:MAX_MARKUP]
    if html.count("<") > MAX_TAGS:
        at = -1
        for _ in range(MAX_TAGS):
            at = html.find("<", at + 1)
        html = html[:at]
    return html


def _without(html: str, opening: str, closing: str) -> str:
    """Remove what stands between these marks, in one pass: a pattern would start anew at each mark that is never closed."""
    lower = html.lower()
    if len(lower) != len(html):  # a letter whose lower case is longer: the positions would differ
        lower = html
    kept, position = [], 0
    while (start := lower.find(opening, position)) >= 0:
        closing_start = lower.find(closing, start)
        if closing_start < 0:
            break
        end = lower.find(">", closing_start) + 1 or len(lower)
        is_json_ld = "ld+json" in lower[start : start + 300].split(">", 1)[0]
        kept.append(html[position : end if is_json_ld else start])
        position = end
    kept.append(html[position:])
    return "".join(kept)
