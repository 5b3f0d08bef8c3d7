"""Where the text of an article begins and ends among the paragraphs of its page, by boxes, names and kinds of lines.

A long text outweighs what stands around it, and a brief does not: an author's biography, a caption, the standfirst may be longer.
So names and kinds of lines come before shares of the text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from itertools import groupby, islice

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import Line, Zone, text_length
from pipelines.extraction.page.headings import HEADINGS
from pipelines.extraction.page.tree import class_pattern, is_inside, names_of, with_ancestors
from pipelines.extraction.text.writing import SENTENCE_ENDS, words

_BODY_CLASS = class_pattern("article_body")
_MAX_SHARE_BEHIND, _MAX_BEHIND = 0.25, 300
"""What may stand behind the box of the text, as a share of that box and in characters: behind the first box of a short text, the
rest of it may be as long as a biography."""
_MIN_IN_TEXT_BOX = 2
"""Paragraphs from which a box may be that of the text."""
_MAX_TEXT_BOX_LEVELS = 6
"""Elements inside the main content that are examined for it, from the outside in."""
_NO_TEXT_BOXES = words("blockquote ul ol dl table")
_MIN_VERSE_LINES, _MIN_VERSE = 4, 60
"""Lines, and characters in all, of short lines that are text. Half of them must end like a line of text."""
_MAX_ABOVE_VERSE = 1
"""Paragraphs that may stand between the headline and such lines: a standfirst, a caption."""
_VERSE_ENDS = SENTENCE_ENDS | frozenset(",;:，；：、")
_MAX_CAPTIONS = 2
"""Captions of pictures that stand above a text."""
_MIN_RUN_BESIDE = 3
"""Paragraphs in one element, longer together than the text in the box that is named for it, from which that name is wrong."""

SECTION_LEVELS, _OPENING = 3, 3
"""Elements from a paragraph outwards of which one is its section, and the first elements of a section, a heading among them."""


def is_named_body(el: Element) -> bool:
    """Whether the names of an element say that it holds the article's text."""
    return _BODY_CLASS.finds(f"{names_of(el)} {el.get('itemprop', '')}")


def named_paragraphs(paragraphs: Sequence[Line]) -> dict[Element, list[Line]]:
    """The paragraphs in boxes that are named for the article's text, by the outermost such box."""
    named: defaultdict[Element, list[Line]] = defaultdict(list)
    boxes: dict[Element, Element | None] = {}
    for line in paragraphs:
        if (box := _outermost_named(line.block, boxes)) is not None:
            named[box].append(line)
    return named


def _outermost_named(el: Element | None, known: dict[Element, Element | None]) -> Element | None:
    """The outermost box around an element that is named for the text, noted for it and its ancestors: lines share most of these."""
    if el is None or el.tag in ("body", "html"):
        return None
    if el not in known:
        outer = _outermost_named(el.getparent(), known)
        known[el] = el if outer is None and is_named_body(el) else outer
    return known[el]


def find_text_box(paragraphs: Sequence[Line]) -> Element | None:
    """The box that is named for the article's text, if a single one has text, and what stands below it looks otherwise."""
    named = named_paragraphs(paragraphs)
    if len(named) != 1:
        return None
    box, inside = next(iter(named.items()))
    styles = {style_of(line) for line in inside} - {""}
    runs: defaultdict[Element | None, int] = defaultdict(int)
    counts: Counter[Element | None] = Counter()
    for line in paragraphs:
        if line.row > inside[-1].row:
            if style_of(line) in styles:
                return None
            runs[line.block.getparent()] += len(line.text)
            counts[line.block.getparent()] += 1
    is_longer = any(counts[el] >= _MIN_RUN_BESIDE and size > text_length(inside) for el, size in runs.items())
    return None if is_longer else box


def end_of_text_box(element: Element | None, lines: Sequence[Line], paragraphs: Sequence[Line]) -> int:
    """The row behind the box inside an element that holds its text, if only notices follow: little text, in boxes of other kinds.

    What stands above that box may be the standfirst.
    """
    end = len(lines)
    for _ in range(_MAX_TEXT_BOX_LEVELS):
        inside: defaultdict[Element, list[Line]] = defaultdict(list)
        for line in paragraphs:
            child = next((el for el in with_ancestors(line.block) if el.getparent() is element), None)
            if child is not None:
                inside[child].append(line)
        box = max(inside, key=lambda child: text_length(inside[child]), default=None)
        if box is None or box.tag in _NO_TEXT_BOXES or len(inside[box]) < _MIN_IN_TEXT_BOX:
            break
        above = [child for child in inside if inside[child][0].row < inside[box][0].row]
        behind = [child for child in inside if inside[child][-1].row > inside[box][-1].row]
        kinds, kinds_behind = (
            {(child.tag, child.get("class")) for child in group} for group in ((box, *above), behind)
        )
        most_behind = min(_MAX_SHARE_BEHIND * text_length(inside[box]), _MAX_BEHIND)
        if kinds & kinds_behind or sum(text_length(inside[child]) for child in behind) > most_behind:
            break
        rest = islice(lines, inside[box][-1].row, None)
        end = next((line.row for line in rest if not is_inside(line.block, box)), end)
        element = box
    return end


def find_verse(lines: Sequence[Line], running: Sequence[Line], headline_row: int) -> list[Line]:
    """The first lines below the headline where they are text although each is short: verse, a speech, a conversation."""
    if headline_row < 0:
        return []
    rows = [line.row for line in running if line.row > headline_row]
    end = rows[_MAX_ABOVE_VERSE] if len(rows) > _MAX_ABOVE_VERSE else len(lines)
    for parent, group in groupby(lines[headline_row + 1 : end], _parent_of_paragraph):
        run = list(group)
        if parent is None or len(run) < _MIN_VERSE_LINES or text_length(run) < _MIN_VERSE:
            continue
        if any(line.zone & ~Zone.ASIDE or line.link_chars for line in run):
            continue
        if sum(line.text[-1] in _VERSE_ENDS for line in run) * 2 >= len(run):
            return [line for line in run if line.row not in rows]
    return []


def _parent_of_paragraph(line: Line) -> Element | None:
    return line.block.getparent() if line.block.tag == "p" else None


def without_captions(paragraphs: list[Line]) -> list[Line]:
    """Without the captions that come first, which may be as long as a brief. More of them are a gallery."""
    boxes = ([el.tag for el in with_ancestors(line.block, 3)] for line in paragraphs)
    first = next((at for at, tags in enumerate(boxes) if "figcaption" not in tags), 0)
    return paragraphs[first:] if first <= _MAX_CAPTIONS else paragraphs


def style_of(line: Line) -> str:
    """Tags and classes of a line's block and its next two ancestors; "" where none has a class."""
    boxes = [*with_ancestors(line.block, 3)]
    has_class = any(el.get("class") for el in boxes)
    return " ".join(f"{el.tag}.{el.get('class', '')}" for el in boxes) if has_class else ""


def sections_like(element: Element | None) -> Set[Element]:
    """The sections of a text beside the one in which it begins: boxes that open as that one does, with a heading."""
    if element is None or element.getparent() is None or HEADINGS.isdisjoint(opening := _opening_tags(element)):
        return frozenset()
    boxes = (*element.itersiblings(element.tag), *element.itersiblings(element.tag, preceding=True))
    return {box for box in boxes if _opening_tags(box) == opening}


def _opening_tags(box: Element) -> list[str]:
    return [str(el.tag) for el in islice(box, _OPENING)]
