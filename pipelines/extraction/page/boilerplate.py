"""Prunes from the main content what is none of the article's: cards, captions, rows of links, boxes of other content."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from itertools import islice, takewhile
from typing import NamedTuple

from lxml.etree import SubElement
from lxml.etree import _Element as Element

from pipelines.extraction.page.captions import boxes_of_pictures, is_caption
from pipelines.extraction.page.document import BLOCKS, Document, Line, Zone, normalize_space, text_length, zone_of
from pipelines.extraction.page.headings import heading_level
from pipelines.extraction.page.inserts import boxes_of_controls, find_inserts
from pipelines.extraction.page.main_content import MainContent, is_date_line, is_dated_byline, opens_byline
from pipelines.extraction.page.tree import (
    class_pattern,
    is_called,
    is_inside,
    nearest,
    target_of,
    with_ancestors,
)
from pipelines.extraction.text.byline_words import byline_words
from pipelines.extraction.text.writing import FULL_STOPS, SENTENCE_ENDS, words

_MIN_CARD = 15
"""Characters from which a line that is all link is the headline of another article; shorter ones are names and numbers."""
_CARD_LINK_SHARE = 0.9
_MAX_BOX_LINES = 40
"""Lines below a heading that are examined for being links alone."""
_LINK_LEVELS = 4
_CAPTION_CLASS = class_pattern("caption")
_MIN_QUOTE = 120
"""Characters of a quote beside a picture from which it is text."""
_REVEALED_SHARE = 0.3
"""Share of the article's text from which hidden text below its headline is the rest of it, which a script reveals."""
_MAX_DATES = 2
"""Lines of dates that a header has: published and changed. More are a timetable."""
_ITEMS, _CONTAINERS = words("li dt dd section"), words("body center div td section article")
_MIN_ALIKE, _ALIKE_SHARE = 3, 0.8
"""Paragraphs, and their share of all, that must look alike for another look to tell a note below them."""
_MAX_NOTES, _LONGEST_NOTE = 3, 120
_LONGEST_LABEL = 40
"""Characters of a label above links."""
_MIN_COLUMN = 2
"""Paragraphs of a table's cell from which it is a column of the page."""
_LONGEST_NAME = 300
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that may stand in a page, but that lxml does not accept for a new element."""
_PRUNED_ZONES = Zone.RELATED | Zone.COMMENTS | Zone.NAV | Zone.FOOTER | Zone.FORM | Zone.SHARE


class PrunedContent(NamedTuple):
    """A pruned copy of the main content. `lines` are those left in it; their blocks are elements of the copy."""

    element: Element
    lines: Sequence[Line]


def prune_boilerplate(document: Document, main: MainContent) -> PrunedContent | None:
    """Prune a copy of the main content. None where the page has none."""
    if main.element is None:
        return None
    element = _copy_with_outer_boxes(main.element)
    blocks = {line.block for line in document.lines}
    # Not `iter(*BLOCKS)`: lxml compares each element with sixty names one by one.
    tags = {block.tag for block in blocks}
    pairs = zip(main.element.iter(*tags), element.iter(*tags), strict=True)
    copies = {block: twin for block, twin in pairs if block in blocks}
    # Not `_replace`, which takes three times as long.
    lines = [
        Line(line.text, line.parts, copies[line.block], line.link_chars, line.zone, line.row)
        if line.block in copies
        else line
        for line in document.lines
    ]
    inside = [line for line, original in zip(lines, document.lines, strict=True) if line is not original]
    kept: set[Element] = set()
    pictured = boxes_of_pictures(main.element)
    for line in main.paragraphs:
        if line.block in copies and not is_caption(line, pictured):
            kept.update(takewhile(lambda el: el not in kept, with_ancestors(copies[line.block])))
    zones = _PRUNED_ZONES & main.boilerplate_zones
    content = lines[max(main.headline_row, 0) : main.end_row]
    hidden = text_length(line for line in content if line.zone & Zone.HIDDEN)
    if hidden < _REVEALED_SHARE * text_length(main.paragraphs):
        zones |= Zone.HIDDEN
    header = _header_rows(document, main)
    link_rows = {line.row for line in _link_boxes(content, document.language)}
    with_controls, pictured = boxes_of_controls(element), boxes_of_pictures(element)
    for line in inside:
        is_outside = not main.headline_row <= line.row < main.end_row
        if is_outside or line.zone & zones or _is_card(line) or is_caption(line, pictured) or line.row in header:
            _remove(line.block, kept)
    edited = [line for line in inside if len(line.text) <= _LONGEST_NOTE and is_called(line.block, _EDITED_CLASS)]
    for line in [*_closing_notes(inside, main, copies, document.language), *edited]:
        kept.discard(line.block)
        _remove(line.block, kept)
    for line in inside:
        if line.row in link_rows:
            _remove(line.block, kept)
    held = [line for line in inside if line.block is not element and is_inside(line.block, element)]
    for box in find_inserts(held, with_controls):
        _remove(box, set())
    texts = [copies[line.block] for line in main.paragraphs if line.block in copies]
    headline = copies.get(document.lines[main.headline_row].block) if main.headline_row >= 0 else None
    if headline is not None:
        _cut_above(headline, element)
    inside = [line for line in inside if line.block not in kept or main.headline_row <= line.row]
    _frame_loose_lines(main, copies)
    _unframe_quotes(element)
    _unframe_columns(texts)
    _drop_hidden_inlines(element, document.language)
    return PrunedContent(element, [_without_hidden(line) for line in inside if is_inside(line.block, element)])


def _cut_above(headline: Element, element: Element) -> None:
    """Cut what stands above the headline inside an element, text without a box of its own as well: where line breaks divide a page,
    its menu stands in the cell of its text."""
    for node in takewhile(lambda node: node is not element, with_ancestors(headline)):
        parent = node.getparent()
        if parent is None:
            return
        parent.text = None
        for other in [*node.itersiblings(preceding=True)]:
            parent.remove(other)


def _frame_loose_lines(main: MainContent, copies: Mapping[Element, Element]) -> None:
    """Make paragraphs of lines that stand between blocks without being one: trafilatura drops what is bold among them, or stands
    behind a box."""
    loose: defaultdict[Element, set[str]] = defaultdict(set)
    for line in main.paragraphs:
        is_divided = line.block.tag in _CONTAINERS and any(el.tag in BLOCKS for el in line.block.iterdescendants("*"))
        if is_divided and line.block in copies:
            loose[copies[line.block]].add(line.text)
    for box, texts in loose.items():
        for parent in [box, *box.iter("font")]:
            for before in [None, *parent]:
                if before is None or before.tag in BLOCKS:
                    _frame_behind(before, parent, texts)


def _frame_behind(before: Element | None, parent: Element, texts: Set[str]) -> None:
    """Set what stands between two blocks, or before the first one, in a paragraph if it is one of these texts."""
    start = 0 if before is None else parent.index(before) + 1
    run = list(takewhile(lambda el: el.tag not in BLOCKS, islice(parent, start, None)))
    lead = (parent.text if before is None else before.tail) or ""
    pieces = (lead, *("".join(map(str, el.itertext())) + (el.tail or "") for el in run))
    if normalize_space("".join(pieces)) not in texts:
        return
    if before is None:
        parent.text = None
    else:
        before.tail = None
    paragraph = parent.makeelement("p")
    paragraph.text = lead
    paragraph.extend(run)
    parent.insert(start, paragraph)


def _closing_notes(
    lines: Sequence[Line], main: MainContent, copies: Mapping[Element, Element], language: str | None
) -> Iterator[Line]:
    """The last lines that are short and have a class of their own, where the paragraphs of the text are all alike."""
    looks = [_look(copies[line.block]) for line in main.paragraphs if line.block in copies]
    (look, count), *_ = [*Counter(looks).most_common(1), (("", "", "", ""), 0)]
    if count < _MIN_ALIKE:
        return
    while looks[0] != look:  # standfirsts
        looks.pop(0)
    notes = next(at for at, other in enumerate(reversed(looks)) if other == look)
    if notes > _MAX_NOTES or count < _ALIKE_SHARE * (len(looks) - notes):
        return
    inside = [line for line in lines if main.headline_row <= line.row < main.end_row]
    ends = inside[-_MAX_NOTES:]
    of_text = {_look(line.block) for line in inside if len(line.text) > _LONGEST_NOTE or line.row < ends[0].row}
    for line in reversed(ends):
        own = _look(line.block)
        is_like_text = own in of_text or (own[1], own[3]) == (look[1], look[3]) or (own[1] and own[:2] == look[:2])
        is_no_paragraph = own[0] not in ("p", "div") or own[2] == "li"
        if is_like_text or is_no_paragraph or len(line.text) > _LONGEST_NOTE or is_date_line(line.text, language):
            return
        yield line


def _look(block: Element) -> tuple[str, str, str, str]:
    """Tag and class of a block and of the box around it."""
    parent = block.getparent()
    around = (parent.tag, parent.get("class", "")) if parent is not None else ("", "")
    return (block.tag, block.get("class", ""), *around)


def _copy_with_outer_boxes(el: Element) -> Element:
    """A copy of an element in empty copies of its ancestors, because lines are scored by the names of those as well.

    Copying the whole tree instead would cost another 2 % of extracting a page (bench/extraction/extraction_cost.py).
    """
    element = copy(el)
    box: Element | None = None
    for ancestor in reversed(list(el.iterancestors())):
        tag = ancestor.tag if ancestor.tag in BLOCKS else "div"
        names = {name: _NOT_XML.sub("", ancestor.get(name, "")[:_LONGEST_NAME]) for name in ("class", "id")}
        box = ancestor.makeelement(tag, names) if box is None else SubElement(box, tag, names)
    if box is not None:
        box.append(element)
    return element


def _link_boxes(lines: Sequence[Line], language: str | None) -> Iterator[Line]:
    """The lines of boxes that hold a heading, or a label, and below it nothing but links, with their bylines and dates: other
    stories, a table of contents."""
    for index, heading in enumerate(lines):
        is_heading = heading_level(heading) > 0
        box, links = _box_of_label(heading, language, is_heading=is_heading), [heading]
        if box is not None and not is_heading and index + 1 < len(lines) and lines[index + 1].block is heading.block:
            box = heading.block  # line breaks divide it
        if box is None or (not is_heading and is_inside(lines[index - 1].block, box)):
            continue
        for line in lines[index + 1 : index + 1 + _MAX_BOX_LINES]:
            if not is_inside(line.block, box):
                break
            links.append(line)
            is_item = not is_heading and line.block.tag == "li"
            is_byline = len(links) > 2 and (is_date_line(line.text, language) or is_dated_byline(line, language))
            if is_item or (line.link_chars < _CARD_LINK_SHARE * len(line.text) and not is_byline):
                links = []
                break
        if len(links) > 1:
            yield from links


def _box_of_label(line: Line, language: str | None, *, is_heading: bool) -> Element | None:
    """The box that a heading opens, or a label in a box with a name; None for other lines."""
    if not is_heading:
        is_short = len(line.text) <= _LONGEST_LABEL and not line.link_chars and line.text[-1] not in FULL_STOPS
        if not is_short or line.block.tag not in ("p", "div") or byline_words(language).opening.match(line.text):
            return None
    box = line.block.getparent()
    if box is not None and box.tag == "header" and len(box) == 1:
        box = box.getparent()
    return box if is_heading or (box is not None and box.get("class")) else None


def _is_card(line: Line) -> bool:
    """Whether a link wraps the line's whole block: a card that leads to another article."""
    size = len(line.text)
    if size < _MIN_CARD or line.link_chars < _CARD_LINK_SHARE * size:
        return False
    return not (target_of(line.block, _LINK_LEVELS) or "#").startswith("#")


def _header_rows(document: Document, main: MainContent) -> Set[int]:
    """The rows above the text that are dates and bylines, or items of a list without paragraphs. A standfirst may stand above."""
    lines, language = document.lines, document.language
    said = (line for line in main.paragraphs if line.block.tag != "figcaption" and not heading_level(line))
    paragraphs = [*islice(said, 2)]
    if main.headline_row < 0 or not paragraphs:
        return frozenset()
    above = [line for line in lines[main.headline_row + 1 : paragraphs[-1].row] if not heading_level(line)]
    dates = {line.row for line in above if is_date_line(line.text, language) or is_dated_byline(line, language)}
    boxes = {line.block.getparent() for line in main.paragraphs}
    items = [line for line in above if line.block.tag in _ITEMS and line.block.getparent() not in boxes]
    header = {*with_ancestors(lines[main.headline_row].block)} - {*with_ancestors(paragraphs[-1].block)}
    signed = {
        line.row
        for line in above
        if len(line.text) <= _LONGEST_NOTE
        and line.text[-1] not in SENTENCE_ENDS
        and line.link_chars
        and opens_byline(line.text, language)
    }
    outside = signed | {
        line.row for line in items if line.row < paragraphs[0].row or header.intersection(with_ancestors(line.block))
    }
    return outside | (dates if len(dates) <= _MAX_DATES else set())


def _unframe_columns(copies: Iterable[Element]) -> None:
    """Make a table that sets out the page plain boxes: one with a cell that holds several of these paragraphs, and those around."""
    cells = Counter(nearest(block, {"td"}) for block in copies)
    for cell, paragraphs in cells.items():
        if cell is None or paragraphs < _MIN_COLUMN:
            continue
        table = next((el for el in cell.iterancestors("table")), cell)
        for el in [*table.iter("table", "tbody", "tr", "td"), *table.iterancestors("table", "tbody", "tr", "td")]:
            el.tag = "div"


def _drop_hidden_inlines(box: Element, language: str | None) -> None:
    """Remove inline elements for screen readers or for the eye alone: a link's target repeated, the letters of an icon font; and
    the article's day in an element of its own before the words of the text. A picture's caption leaves a line break."""
    for el in list(box.iter("span", "i", "b", "em", "strong", "small", "time")):
        parent = el.getparent()
        if not el.attrib or parent is None:
            continue
        if is_called(el, _CAPTION_CLASS):
            el.tag, el.text = "br", None
            for inner in list(el):
                el.remove(inner)
        elif zone_of(el) & Zone.HIDDEN or _is_leading_date(el, parent, language):
            before = el.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + (el.tail or "")
            else:
                parent.text = (parent.text or "") + (el.tail or "")
            parent.remove(el)


def _is_leading_date(el: Element, parent: Element, language: str | None) -> bool:
    """Whether an element that is called a date says only the day, and what follows it is text without a break."""
    if not (el.tag == "time" or is_called(el, _DATE_CLASS)) or len(el.tail or "") < _LEAST_BEHIND_DATE:
        return False
    text = normalize_space("".join(map(str, el.itertext()))[:_LONGEST_NOTE])
    before = el.getprevious()
    said = (parent.text if before is None else before.tail) or ""
    return not said.strip() and is_date_line(text, language)


_DATE_CLASS, _EDITED_CLASS = class_pattern("date"), class_pattern("edited")
_LEAST_BEHIND_DATE = 40
"""Characters behind a day from which they are the text."""


def _without_hidden(line: Line) -> Line:
    """A heading without what is not to be read in it: the link of a wiki that edits the section below."""
    if len(line.parts) == 1 or not heading_level(line):
        return line
    parts = [
        part
        for part in line.parts
        if not any(zone_of(el) & Zone.HIDDEN for el in with_ancestors(part[1], _INLINE_LEVELS))
    ]
    return line._replace(text=normalize_space("".join(text for text, _ in parts))) if parts else line


_INLINE_LEVELS = 2


def _unframe_quotes(box: Element) -> None:
    """Make a quote that is set as a `figure` a plain box: trafilatura drops the words of figures.

    With a picture it may be the portrait of who is quoted; a quote of a line or two beside one is the picture's caption.
    """
    for figure in list(box.iter("figure")):
        quote = figure.find(".//blockquote")
        if quote is None:
            continue
        length = sum(len(str(piece).strip()) for piece in quote.itertext())
        if length >= _MIN_QUOTE or figure.find(".//img") is None:
            figure.tag = "div"


def _remove(el: Element, kept: set[Element]) -> None:
    """Remove an element unless it is kept; text behind it stays."""
    parent = el.getparent()
    if el in kept or parent is None:
        return
    if el.tail and el.tail.strip():
        for inner in list(el):
            el.remove(inner)
        el.text = None
    else:
        parent.remove(el)
