"""Where the opening post of a thread ends: a forum sets each post in a box, its poster and its time above its text.

The boxes stand side by side and are called alike. Nothing else about them is: each system has its own names and tags, and tables
where it is old. A live report is set in the same way, with its newest entry first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from lxml.etree import _Element as Element

from pipelines.extraction.page.class_names import class_pattern
from pipelines.extraction.page.document import Line
from pipelines.extraction.page.tree import is_called, is_inside, names_of, with_ancestors
from pipelines.extraction.text.date_parser import find_stamps

_POSTER = class_pattern("poster")
_PROFILE = re.compile(r"/(?:members?|users?|profiles?|u)/|[?&;](?:action=|mode=view)?profile", re.I)
"""The address of a poster's page."""
_LIVE = re.compile(r"live|ticker", re.I)
_MOST_LEVELS = 12
"""Ancestors of the first paragraph that may be its post."""
_NEIGHBOURS = 4
"""Boxes behind the first post among which the second is: rules and notices stand between them."""
_HEADER_LINES = 16
"""Lines of a post above its text: forums tell how long somebody has been there and from where."""
_LONGEST = 120


def end_of_opening_post(lines: Sequence[Line], paragraphs: Sequence[Line]) -> int:
    """The row of the second post where the first paragraph of the text is of the first one, else the number of lines."""
    first = paragraphs[0]
    above = lines[max(0, first.row - _HEADER_LINES) : first.row]
    for post in with_ancestors(first.block, _MOST_LEVELS) if above else ():
        if post.tag in ("body", "html"):
            break
        others = [el for el in islice(post.itersiblings(), _NEIGHBOURS) if el.tag == post.tag and _are_alike(post, el)]
        if not others or not is_inside(above[-1].block, post):
            continue
        began = _posted([line for line in above if is_inside(line.block, post)])
        for other in others if began else ():
            reply = [line for line in lines[first.row :] if is_inside(line.block, other)]
            text = next((line.row for line in paragraphs if is_inside(line.block, other)), len(lines))
            replied = _posted([line for line in reply[:_HEADER_LINES] if line.row < text])
            if began and replied and began <= replied:
                return reply[0].row
    return len(lines)


def _are_alike(post: Element, other: Element) -> bool:
    """Whether two boxes, or the only boxes in them, share a name but for numbers: "post bg2", "post bg1"."""
    return bool(_names(post) & _names(other)) and not _LIVE.search(names_of(post))


def _names(el: Element) -> set[str]:
    inner = el[0] if len(el) else el
    return {_DIGITS.sub("", name) for node in (el, inner) for name in node.get("class", "")[:200].split()}


_DIGITS = re.compile(r"\d")


def _posted(header: Sequence[Line]) -> tuple[int, ...] | None:
    """When somebody who is named posted, as far as the lines say; None where they name nobody or no time."""
    if not any(names_poster(el) for line in header for _, el in line.parts):
        return None
    for line in header:
        stated = " ".join(el.get("datetime", "")[:_LONGEST] for _, el in line.parts if el.tag == "time")
        for stamp in find_stamps(stated or line.spaced[:_LONGEST]):
            if stamp.hour is not None:
                return (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute or 0)
    return None


def names_poster(el: Element) -> bool:
    """Whether a box around an element is named for who posts, or is a link to the page of a member."""
    links = ((node.get("href") or "")[:400] for node in with_ancestors(el, 3))
    return is_called(el, _POSTER, 3) or any(map(_PROFILE.search, links))
