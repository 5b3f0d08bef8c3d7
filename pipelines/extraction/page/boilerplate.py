"""Cutting out of the article's box what is none of the article's: cards, captions, rows of links, foreign boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Document, Line, Zone, zone_of
from pipelines.extraction.page.main_content import MainContent

_CARD = 15
"""Characters from which a line that is all link is the headline of another article; shorter ones are names and numbers."""
_LINK_ROW = 5
"""Lines that are all link, one below the other, from which they lead to other stories."""
_PICTURE_BOX = re.compile(r"(?:^|[\s_-])(?:image|photo|picture|img|figure|foto|bild)s?(?:$|[\s_-])", re.I)
_QUOTE = 120
"""Characters of a quote beside a picture from which it is text."""
_CAPTION_LINES = 2
_UNVEILED = 0.3
"""Share of the article's text from which hidden text below its headline is the rest of it, unveiled by a script."""
_CUT_ZONES = Zone.RELATED | Zone.COMMENTS | Zone.NAV | Zone.FOOTER | Zone.FORM | Zone.SHARE


def clear(sheet: Document, stand: MainContent) -> None:
    """Cut out of the tree what stands in the box but is none of the article's."""
    keep: set[Element] = set()
    for line in stand.paragraphs:
        el: Element | None = line.block if not _is_caption(line) else None
        while el is not None and el not in keep:
            keep.add(el)
            el = el.getparent()
    cut = _CUT_ZONES & stand.foreign
    hidden = sum(len(line.text) for line in sheet.lines[max(stand.start, 0) : stand.stop] if line.zone & Zone.HIDDEN)
    if hidden < _UNVEILED * sum(len(line.text) for line in stand.paragraphs):
        cut |= Zone.HIDDEN
    for line in sheet.lines:
        if line.row >= stand.stop or line.row < stand.start or line.zone & cut or _is_card(line) or _is_caption(line):
            _remove(line, keep)
    for line in _link_rows(sheet.lines[max(stand.start, 0) : stand.stop]):
        _remove(line, keep)
    if stand.box is not None:
        _unframe_quotes(stand.box)
        _drop_unseen(stand.box)


def _link_rows(lines: Sequence[Line]) -> Iterator[Line]:
    """Paragraphs that are links to other pages, one below the other: other stories.

    In a list they may be the sources or the contents of the article itself: there trafilatura judges.
    """
    run: list[Line] = []
    for line in (*lines, None):
        if line and len(line.text) >= _CARD and line.link_chars >= 0.9 * len(line.text):
            run.append(line)
            continue
        if len(run) >= _LINK_ROW and not any(_in_list(other.block) or _leads_down(other) for other in run):
            yield from run
        run = []


def _in_list(block: Element) -> bool:
    parent = block.getparent()
    return block.tag == "li" or (parent is not None and parent.tag == "li")


def _leads_down(line: Line) -> bool:
    el: Element | None = line.parts[0][1]
    for _ in range(4):
        if el is None:
            return False
        if el.tag == "a":
            return "#" in (el.get("href") or "#")
        el = el.getparent()
    return False


def _is_card(line: Line) -> bool:
    """Whether a link wraps the line's whole block: a card that leads to another article."""
    size = len(line.text)
    if size < _CARD or line.link_chars < 0.9 * size:
        return False
    el: Element | None = line.block
    for _ in range(4):
        if el is None:
            return False
        if el.tag == "a":
            return not (el.get("href") or "#").startswith("#")
        el = el.getparent()
    return False


def _is_caption(line: Line) -> bool:
    """Whether a line is alone in a box that is named for pictures and holds one."""
    parent = line.block.getparent()
    if (
        line.block.tag not in ("p", "div", "span")
        or parent is None
        or not _PICTURE_BOX.search(parent.get("class", "")[:200])
    ):
        return False
    return next(parent.iter("img", "picture"), None) is not None and len(parent.findall("p")) <= _CAPTION_LINES


def _drop_unseen(box: Element) -> None:
    """Take out of lines what only screen readers or only eyes get: a link's target told again, an icon's letters."""
    cache: dict[str, int] = {}
    for el in list(box.iter("span", "i", "b", "em", "strong", "small")):
        if el.attrib and zone_of(el, cache) & Zone.HIDDEN and (parent := el.getparent()) is not None:
            before = el.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + (el.tail or "")
            else:
                parent.text = (parent.text or "") + (el.tail or "")
            parent.remove(el)


def _unframe_quotes(box: Element) -> None:
    """A quote set as a `figure` is text: trafilatura drops the words of figures, so the quote is put in a plain box.

    With a picture it may be the portrait of who is quoted; a quote of a line or two beside one is the picture's caption.
    """
    for figure in list(box.iter("figure")):
        quote = figure.find(".//blockquote")
        if quote is None:
            continue
        said = sum(len(str(piece).strip()) for piece in quote.itertext())
        if said >= _QUOTE or figure.find(".//img") is None:
            figure.tag = "div"


def _remove(line: Line, keep: set[Element]) -> None:
    el = line.block
    parent = el.getparent()
    if el in keep or parent is None:
        return
    if el.tail and el.tail.strip():
        for inner in list(el):
            el.remove(inner)
        el.text = None
    else:
        parent.remove(el)
