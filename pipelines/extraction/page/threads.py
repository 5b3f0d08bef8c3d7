"""Where the opening post of a thread ends: a forum sets each post in a box, with its poster and its time.

The boxes stand side by side and are called alike. Nothing else about them is: each system has its own names and tags, and tables
where it is old. A live report is set in the same way, with its newest entry first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Line, text_length
from pipelines.extraction.page.tree import class_pattern, is_called, is_inside, names_of, with_ancestors
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
_FOOT_LINES = 3
"""Lines at the end of a post that may do so."""
_LONGEST = 120


def end_of_opening_post(lines: Sequence[Line], paragraphs: Sequence[Line]) -> int:
    """The row behind the text of the first post where the first paragraph is of it and others follow, else the number of lines."""
    first = paragraphs[0]
    above = lines[max(0, first.row - _HEADER_LINES) : first.row]
    for post in with_ancestors(first.block, _MOST_LEVELS) if above else ():
        if post.tag in ("body", "html"):
            break
        others = [el for el in islice(post.itersiblings(), _NEIGHBOURS) if el.tag == post.tag and _are_alike(post, el)]
        if not others or not is_inside(above[-1].block, post):
            continue
        frame = _frame(post, lines[above[0].row :], paragraphs)
        for other in others if (began := _posted(frame)) else ():
            reply = _frame(other, lines[first.row :], paragraphs)
            if began and (replied := _posted(reply)) and began <= replied and _name_posters(frame, reply):
                box = _text_box(post, other, paragraphs)
                return max(line.row for line in lines[first.row : reply[0].row] if is_inside(line.block, box)) + 1
    return len(lines)


def _frame(post: Element, lines: Sequence[Line], paragraphs: Sequence[Line]) -> list[Line]:
    """The lines of a post above its text, and the last ones below: some systems print its time there."""
    own = [line for line in lines if is_inside(line.block, post)]
    rows = [line.row for line in paragraphs if is_inside(line.block, post)] or [len(own) and own[-1].row]
    above = [line for line in own if line.row < rows[0]][:_HEADER_LINES]
    return above + [line for line in own if line.row > rows[-1]][-_FOOT_LINES:]


def _text_box(post: Element, other: Element, paragraphs: Sequence[Line]) -> Element:
    """The box inside a post that holds most of its text and that another post has as well: signatures and buttons stand below."""
    named = {_key(el) for el in other.iter(*_BOXES)}
    size = text_length(line for line in paragraphs if is_inside(line.block, post))
    for el in with_ancestors(paragraphs[0].block):
        held = text_length(line for line in paragraphs if is_inside(line.block, el))
        if el is post or (el.tag in _BOXES and _key(el)[1] and _key(el) in named and held * 2 > size):
            return el
    return post


_BOXES = ("div", "td", "section", "article")


def _key(el: Element) -> tuple[str, str]:
    return str(el.tag), _DIGITS.sub("", names_of(el)).strip()


def _are_alike(post: Element, other: Element) -> bool:
    """Whether two boxes, or the only boxes in them, share a name but for numbers: "post bg2", "post bg1"."""
    return bool(_names(post) & _names(other)) and not _LIVE.search(names_of(post))


def _names(el: Element) -> set[str]:
    inner = el[0] if len(el) else el
    return {_DIGITS.sub("", name) for node in (el, inner) for name in names_of(node).split()}


_DIGITS = re.compile(r"\d")


def _posted(frame: Sequence[Line]) -> tuple[int, ...] | None:
    """When a post was written, to the minute, as far as the lines around its text say."""
    for line in frame:
        stated = " ".join(el.get("datetime", "")[:_LONGEST] for _, el in line.parts if el.tag == "time")
        for stamp in find_stamps(stated or line.spaced[:_LONGEST]):
            if stamp.hour is not None:
                return (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute or 0)
    return None


def _name_posters(frame: Sequence[Line], reply: Sequence[Line]) -> bool:
    """Whether the lines around two posts say who wrote them: by what they are called, or by links alike to different people."""
    if all(any(names_poster(el) for line in lines for _, el in line.parts) for lines in (frame, reply)):
        return True
    links, others = (
        {(_key(el), text.strip()) for line in lines for text, el in line.parts if el.tag == "a"}
        for lines in (frame, reply)
    )
    return any(kind == other and text != name for kind, text in links - others for other, name in others - links)


def names_poster(el: Element) -> bool:
    """Whether a box around an element is named for who posts, or is a link to the page of a member."""
    links = ((node.get("href") or "")[:400] for node in with_ancestors(el, 3))
    return is_called(el, _POSTER, 3) or any(map(_PROFILE.search, links))
