"""Where on the page the article stands: which lines are its text, and the smallest box that holds them.

A *paragraph* is a line with sentences in it and few links, outside boxes that call themselves comments, related or footer. The
article's paragraphs are those after the headline and before the first stop (the editor's line, "Related", comments). Each weighs
as many characters as it has. The box is found from the top: as long as one child holds nearly all of the weight, go into it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import FOREIGN, Document, Line, Zone
from pipelines.extraction.text.byline_words import FAR_OPENING, OPENING
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.end_markers import is_editor_line, is_stop
from pipelines.extraction.text.word_lists import words

_SENTENCE = re.compile(r"[。！？；，]|[.!?…؟।։။](?:[\"'”’»)\]]{0,2}(?:\s|$))")
_CLAUSE = re.compile(r"[،,]\s?\S")
_LONG_CLAUSE = 90
"""Characters from which a line with a comma alone is running text; shorter ones are dates and lists of names."""
_SHORT_DATES = 64
_LONG_DATES = 160
"""Characters up to which a line that is mostly times is one of dates: published and updated, with weekdays and zones."""
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{12}")
_LONG_SPACELESS = 70
"""Characters from which a line of Thai, Lao, Burmese or Khmer is running text: they write neither full stops nor commas."""
_BETWEEN_NAMES = words(
    "& and und et y e en och og ja i a és și и та і και von van de da di del der af av la le el al bin"
)
_LONG_BYLINE = 120
_CLOSED = ".!?…。！？\"'”»"
"""How a sentence ends and a byline does not, but for its last initial."""
_YEAR = re.compile(r"(?:19|20|25|๒๕)\d\d")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MIN_PARAGRAPH = 40
MIN_CJK_PARAGRAPH = 16
_SPARSE = 300
"""Characters of running text below which a box named for the article's body is asked as well."""
_BODY_NAME = re.compile(
    r"article-?_?body|entry-?_?body|entry-?_?content|post-?_?body|post-?_?content|article-?_?content|story-?_?body",
    re.I,
)
_POINT, _LEVELS = 20, 3
"""Characters from which a line set right in a box around the text is a point of it, not a label; levels that are looked at."""
_NEARLY_ALL = 0.92
"""Share of the weight that a child must hold for the search to go into it."""
_ENOUGH_BELOW = 100
"""Characters of running text below the headline from which text above it is not the article's."""
_BEFORE_NEXT = 200
"""Characters of running text before an `article` of its own with a headline of the first rank is the next article."""
_UNIT_LEVELS = 3
"""Boxes up to which headline and summary of another story may lie in their unit, beside its picture."""
_STOPS_ASKED = 12
"""Stops that are looked into; each costs a walk over the paragraphs."""
_BITS = (Zone.NAV, Zone.FOOTER, Zone.RELATED, Zone.COMMENTS, Zone.FORM, Zone.SHARE)
_BEFORE_STOP = 40
"""Characters of running text that must have come before a stop is one."""
_SHARE_BEFORE = 0.15
"""... and their least share of all: a stop near the top of a long text is a heading of its own."""


class MainContent(NamedTuple):
    """Where the article stands. `stop` is the row of the first line that is no more of it; `foreign` the zones
    to keep out; `start` the row of the headline, -1 where text stands above it."""

    paragraphs: list[Line]
    box: Element | None
    stop: int
    foreign: int
    start: int = -1


def locate(sheet: Document, headline: Line | None) -> MainContent:
    """Find the article's paragraphs and box on the page."""
    start = headline.row if headline else -1
    lines = sheet.lines
    running = [
        line
        for line in lines
        if is_paragraph(line, 0) and not (line.row and _is_teaser(line, _line_above(lines, line.row)))
    ]
    foreign = _foreign_zones([line for line in running if line.row > start])
    if headline and headline.zone & Zone.SHARE:
        foreign &= ~Zone.SHARE
    found = _find_paragraphs(running, foreign)
    below = [line for line in found if line.row > start]
    if sum(len(line.text) for line in below) >= _ENOUGH_BELOW or len(below) == len(found):
        found = below
    else:
        start = -1
    stop = _find_stop(sheet, found, start)
    own = [line for line in found if line.row < stop]
    if sum(len(line.text) for line in own) < _SPARSE and (named := _named_body(sheet, foreign, own)):
        return named
    return MainContent(own, _with_points(_box(own), sheet.lines[start + 1 : stop], foreign), stop, foreign, start)


def _with_points(box: Element | None, lines: Sequence[Line], foreign: int) -> Element | None:
    """The box, or one around it with lines of its own set right in it: the points of a summary, parted by line breaks."""
    around = box.getparent() if box is not None else None
    for _ in range(_LEVELS):
        if around is None or around.tag in ("body", "html"):
            break
        points = [line for line in lines if line.block is around and len(line.text) >= _POINT]
        if any(line.zone & (foreign | Zone.HIDDEN) or line.link_chars or is_date_line(line.text) for line in points):
            break
        if len(points) > 1:
            return around
        around = around.getparent()
    return box


def _named_body(sheet: Document, foreign: int, own: list[Line]) -> MainContent | None:
    """A box that calls itself the article's body, where it holds much more than the sentences found: verse, lists, blogs."""
    size = sum(len(line.text) for line in own)
    for el in sheet.tree.iter("div", "article", "section"):
        if not _BODY_NAME.search(f"{el.get('class', '')[:200]} {el.get('id', '')[:80]} {el.get('itemprop', '')}"):
            continue
        lines = [line for line in sheet.lines if not line.zone & foreign and _stands_in(line.block, el)]
        lines = [line for line in lines if line.link_chars * 2 <= len(line.text)]
        if sum(len(line.text) for line in lines) > max(3 * size, 200):
            return MainContent(lines, el, lines[-1].row + 1, foreign)
        return None
    return None


def is_paragraph(line: Line, foreign: int = FOREIGN) -> bool:
    """Whether a line is running text."""
    size = len(line.text)
    if size < MIN_CJK_PARAGRAPH or line.zone & foreign or line.link_chars * 2 > size:
        return False
    if size < MIN_PARAGRAPH and not _CJK.search(line.text):
        return False
    if size < _LONG_DATES and _YEAR.search(line.text) and (is_date_line(line.text) or _is_dated_byline(line)):
        return False
    if (
        size < _LONG_BYLINE
        and line.text[-1] not in _CLOSED
        and (OPENING.match(line.text) or FAR_OPENING.match(line.text))
    ):
        return False
    if size < _LONG_CLAUSE and line.text[-1] not in _CLOSED and _is_names(line.text):
        return False
    if size >= _LONG_SPACELESS and _SPACELESS.search(line.text):
        return True
    return _SENTENCE.search(line.text) is not None or (size >= _LONG_CLAUSE and _CLAUSE.search(line.text) is not None)


def _is_names(text: str) -> bool:
    """Whether a line is names and no sentence, whatever points their initials have: "Anna Holt, James T. Ruud and Eva Lind"."""
    return (
        "," in text and all(word[0].isupper() or word in _BETWEEN_NAMES for word in text.split()) and not text.isupper()
    )


def _is_dated_byline(line: Line) -> bool:
    """Whether a line with a year is a date and names: a byline in one of its parts, or nothing but capitalised words beside."""
    text = line.text
    if text[-1] in _CLOSED:
        return False
    if len(line.parts) > 1 and any(OPENING.match(part.strip()) for part, _ in line.parts[1:6]):
        return True
    stamps = find_stamps(text)
    if not stamps:
        return False
    for stamp in reversed(stamps):
        text = f"{text[: stamp.start]} {text[stamp.end :]}"
    rest = [word for word in text.split() if len(word.strip(".,:")) > 2]
    return len(rest) > 1 and all(word[0].isupper() or word in _BETWEEN_NAMES for word in rest)


def is_date_line(text: str) -> bool:
    """Whether a line says little but a time."""
    stamps = find_stamps(text)
    # The clock before a day is not in its stamp: "Posted 9:36 pm EET | 29 Nov. 2024".
    return sum(stamp.end - stamp.start for stamp in stamps) * (4 if len(text) < _SHORT_DATES else 3) > len(text)


def _foreign_zones(running: Sequence[Line]) -> int:
    """The zones that count as foreign here: one that holds most of the text, from the first line on, says nothing.

    Share words name whole pages too ("has-share-buttons", "newsletter-post"), so for them the most of the text is enough.
    """
    foreign = FOREIGN | Zone.SHARE
    total = sum(len(line.text) for line in running)
    for bit in _BITS:
        inside = sum(len(line.text) for line in running if line.zone & bit)
        if running and inside > 0.5 * total and (bit == Zone.SHARE or running[0].zone & bit):
            foreign &= ~bit
    return foreign


def _find_paragraphs(running: list[Line], foreign: int) -> list[Line]:
    """Running text in the open, and such in named boxes that is set in the very style of the text in the open."""
    shown = [line for line in running if not line.zone & Zone.HIDDEN]
    if sum(len(line.text) for line in shown) > 0.3 * sum(len(line.text) for line in running):
        running = shown  # else the page is one that a script unveils
    styles: dict[tuple[str, str], int] = {}
    for line in running:
        if not line.zone & foreign and (style := line.block.get("class")):
            styles[line.block.tag, style] = styles.get((line.block.tag, style), 0) + 1
    return [
        line
        for line in running
        if not line.zone & foreign
        or (styles.get((line.block.tag, line.block.get("class") or ""), 0) >= 3 and not line.zone & Zone.COMMENTS)
    ]


def _find_stop(sheet: Document, paragraphs: list[Line], start: int) -> int:
    end = len(sheet.lines)
    if not paragraphs:
        return end
    need = max(_BEFORE_STOP, _SHARE_BEFORE * sum(len(line.text) for line in paragraphs))
    rows = {line.row for line in paragraphs}
    before = asked = 0
    home = _article_of(sheet.lines[start].block) if start >= 0 else None
    for line in sheet.lines[paragraphs[0].row : paragraphs[-1].row + 1]:
        if line.block.tag == "h1" and home is not None and before >= _BEFORE_NEXT:
            other = _article_of(line.block)
            if other is not None and other is not home and not _stands_in(other, home):
                return line.row
        if line.row in rows:
            before += len(line.text)
        elif before >= _BEFORE_STOP and is_editor_line(line.text):
            return line.row + 1
        if before >= need and asked < _STOPS_ASKED and is_stop(line.text):
            asked += 1
            if not _goes_on(paragraphs, line.row):
                return line.row
    return end


def _article_of(block: Element | None) -> Element | None:
    """The `article` that a block stands in."""
    while block is not None and block.tag != "article":
        block = block.getparent()
    return block


def _goes_on(paragraphs: list[Line], row: int) -> bool:
    """Whether the text goes on below a row, in the very box or the very style it had above: then the row is a box set into it."""
    above = [line for line in paragraphs if line.row < row]
    home = _box(above)
    styles = {style for line in above if (style := _style(line))}
    size = same = 0
    for line in paragraphs:
        if line.row > row:
            size += len(line.text)
            if _style(line) in styles or _stands_in(line.block, home):
                same += len(line.text)
    return same > 0.25 * size


def _style(line: Line) -> str:
    """Tags and classes of a line's block and the two boxes around it; "" where no class is given."""
    names = []
    el: Element | None = line.block
    for _ in range(3):
        if el is not None:
            names.append(f"{el.tag}.{el.get('class', '')}")
            el = el.getparent()
    return "" if all(name.endswith(".") for name in names) else " ".join(names)


def _stands_in(el: Element | None, box: Element | None) -> bool:
    while el is not None:
        if el is box:
            return True
        el = el.getparent()
    return False


def _line_above(lines: Sequence[Line], row: int) -> Line:
    """The line above, but for a short date between a headline and its summary."""
    above = lines[row - 1]
    if row > 1 and len(above.text) < _SHORT_DATES // 2 and is_date_line(above.text):
        return lines[row - 2]
    return above


def _is_teaser(line: Line, above: Line) -> bool:
    """Whether a line is the summary under another story's linked headline: both in one unit of a row of like units."""
    if len(above.text) < 6 or above.link_chars < 0.8 * len(above.text):
        return False
    around: set[Element] = set()
    el: Element | None = above.block
    while el is not None and len(around) < 5:
        around.add(el)
        el = el.getparent()
    unit: Element | None = line.block
    for _ in range(5):
        if unit is None or unit in around:
            break
        unit = unit.getparent()
    for _ in range(_UNIT_LEVELS):
        if unit is None or unit not in around or unit.getparent() is None:
            return False
        name = (unit.tag, unit.get("class"))
        neighbours = [*islice(unit.itersiblings(), 3), *islice(unit.itersiblings(preceding=True), 3)]
        if sum(1 for other in neighbours if (other.tag, other.get("class")) == name) >= 2:
            return True
        unit = unit.getparent()
    return False


def _box(paragraphs: list[Line]) -> Element | None:
    """The smallest element that holds nearly all of these lines, at least one level above a lone paragraph."""
    if not paragraphs:
        return None
    weight: dict[Element, int] = {}
    own: dict[Element, int] = {}
    for line in paragraphs:
        size = len(line.text)
        own[line.block] = own.get(line.block, 0) + size
        el: Element | None = line.block
        while el is not None:
            weight[el] = weight.get(el, 0) + size
            el = el.getparent()
    box = paragraphs[0].block.getroottree().getroot()
    while True:
        child = max((child for child in box if child in weight), key=lambda el: weight[el], default=None)
        if child is None or weight[child] < _NEARLY_ALL * weight[box] or _is_lone(child, own, weight):
            return box
        box = child


def _is_lone(el: Element, own: dict[Element, int], weight: dict[Element, int]) -> bool:
    return (
        el.tag in ("p", "li", "td", "h1", "h2", "h3", "h4", "blockquote", "span", "font")
        and own.get(el, 0) >= 0.9 * weight[el]
    )
