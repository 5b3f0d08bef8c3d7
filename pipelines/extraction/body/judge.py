"""Which running text of the article's box is the article's although trafilatura, the first reader, left it out.

It drops whole units that do not look like a paragraph: `div` among `p`, cards, questions with their answers, boxes of a container
of their own. It drops captions, teasers and appeals as well, and rightly. Evidence decides, each piece with its weight: a line
stays out unless what speaks for it is enough. The weights were set on the labelled pages of half of the sites and checked on the
other half (`bench/extraction/quality.py --halves`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import FOREIGN, Document, Line, Zone
from pipelines.extraction.page.main_content import MainContent, is_paragraph
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_lists import words

_LONG, _LONG_SAYS = 140, 1
"""Characters from which a paragraph is more than a caption or a call, and what that says."""
_NEAR_SAYS = 1
"""Some box around it, a few levels up, holds taken text."""
_STYLE_SAYS = 1
"""It is set in the very style (tag and class) of text that was taken."""
_UNIT_SAYS = 2
"""It stands in a question's or a section's fold: `details`, FAQ, accordion."""
_SIDE_SAYS = -4
"""A box around it is one of pictures, posts of others, teasers, people or offers."""
_ZONE_SAYS = -1
"""... or one that is called an aside, or by a word for sharing: these names are often wrong."""
_LINKS_SAY = -2
"""More than a fourth of it is link."""
_AGAIN_SAYS = -3
"""The page has the same words elsewhere."""
_ENOUGH = 2
"""Sum from which a line is text."""

DOUBTED = 400
"""Characters below which an own text is doubted and the second reader asked."""
_TOLD = 30
"""Letters of the page's description by which the paragraph that it was taken from is found."""
_TOLD_SAYS = 2
"""The description begins a paragraph of the second text and none of the first."""
_TOLD_BY_BOTH_SAYS = -3
"""The first text has the described paragraph."""
_MORE, _MUCH_MORE, _MORE_SAYS = 3, 8, 1
"""Times that the second text is longer, and what each says."""
_PROSE, _PROSE_SAYS = 0.7, 1
"""Share of the second text that is sentences."""
_STRANGE, _STRANGE_SAYS = 0.2, -2
"""Share of the second text that is links or comments, or hidden."""
_SECOND_WINS = 3

_SIDE_TAGS = words("figure figcaption header aside picture button label form caption")
_SIDE = re.compile(
    r"caption|credit|author|byline|premium|promo|teaser|subscri|newsletter|disclaim|disclos|identity|widget|hidden|modal"
    r"|tooltip|popup|banner|related|image|photo|gallery|figure|picture|twitter|tweet|instagram|facebook|embed|signup|advert"
    r"|placeholder|rating|product|price|donat|membership|paywall|cta|callout-link|footnote|copyright|info-?window|map"
    r"|quiz|poll|expandable|fact-?box|info-?box|excerpt|summary|synopsis|video|audio|player|recommend|profile|comment|cookie|bio|(?:^|[\s_-])ads?(?:$|[\s_-])",
    re.I,
)
_UNIT = re.compile(r"faq|accordion|collaps|toggle|question|answer", re.I)
_LEVELS = 5
"""Boxes around a line whose names and tags are looked at, those of lists and tables not counted."""
_SIDE_LEVELS = 4
"""... and up to which a name tells of what is set in, rather than of the whole: an "embed" may hold a guide."""
_PASSED_OVER = words("li ul ol dl dt dd td th tr tbody table")
_AT_HOME = 200
"""Characters of taken text from which a box is one that holds the text."""
_LEAD, _LEAD_LINES = 250, 2
"""Characters and paragraphs that a box between headline and body must hold to be the text's beginning."""


class Judge:
    """Weighs the lines of one box that were left out, by those that were taken."""

    __slots__ = ("_counts", "_first", "_last", "_near", "_styles")

    def __init__(self, lines: Sequence[Line], taken: Sequence[int]) -> None:
        self._near: Counter[Element] = Counter()
        self._styles: set[tuple[str, str]] = set()
        self._counts = Counter(line.text for line in lines)
        rows = [line.row for line, at in zip(lines, taken, strict=True) if at >= 0]
        self._first, self._last = (rows[0], rows[-1]) if rows else (0, -1)
        for line, at in zip(lines, taken, strict=True):
            if at < 0:
                continue
            if name := line.block.get("class"):
                self._styles.add((line.block.tag, name))
            if (home := line.block.getparent()) is not None:
                self._near[home] += len(line.text)

    def is_text(self, line: Line) -> bool:
        """Whether a line that was left out is the article's."""
        if not self._first < line.row < self._last or not is_paragraph(line, FOREIGN | Zone.HIDDEN):
            return False
        return self._weigh(line) >= _ENOUGH

    def _weigh(self, line: Line) -> int:
        sum_ = _LONG_SAYS if len(line.text) >= _LONG else 0
        if line.zone & (Zone.ASIDE | Zone.SHARE):
            sum_ += _ZONE_SAYS
        if line.link_chars * 4 > len(line.text):
            sum_ += _LINKS_SAY
        if self._counts[line.text] > 1:
            sum_ += _AGAIN_SAYS
        if (line.block.tag, line.block.get("class") or "") in self._styles:
            sum_ += _STYLE_SAYS
        return sum_ + self._weigh_boxes(line.block)

    def _weigh_boxes(self, block: Element) -> int:
        near = unit = side = 0
        el: Element | None = block
        levels = 0
        while el is not None and levels < _LEVELS:
            if el is not block and self._near[el] >= _AT_HOME:
                near = _NEAR_SAYS
                break
            levels += el.tag not in _PASSED_OVER
            name = f"{el.get('class', '')[:120]} {el.get('id', '')[:60]}"
            if levels <= _SIDE_LEVELS and (el.tag in _SIDE_TAGS or _SIDE.search(name)):
                side = _SIDE_SAYS
            if el.tag in ("details", "summary") or _UNIT.search(name):
                unit = _UNIT_SAYS
            el = el.getparent()
        return near + unit + side


def prefers_second(first: str, second: str, sheet: Document) -> bool:
    """Whether the whole page's text is the article rather than that of the box."""
    one, two = plain(first), plain(second)
    if len(two) < 2 * _TOLD:
        return False
    told = _told(sheet)
    sum_ = 0
    if told is not None and told in one:
        sum_ += _TOLD_BY_BOTH_SAYS
    elif told is not None and told in two:
        sum_ += _TOLD_SAYS
    sum_ += _MORE_SAYS * ((len(two) > _MORE * len(one)) + (len(two) > _MUCH_MORE * len(one)))
    lines = second.split("\n")
    said = sum(len(line) for line in lines if len(line) > _TOLD and line[-1] in ".!?…。！？।\"'”»")
    if said > _PROSE * len(second):
        sum_ += _PROSE_SAYS
    strange = sum(
        len(line.text)
        for line in sheet.lines
        if (line.zone & (Zone.COMMENTS | Zone.HIDDEN) or line.link_chars * 2 > len(line.text))
        and len(line.text) > _TOLD
        and line.text in second
    )
    if strange > _STRANGE * len(second):
        sum_ += _STRANGE_SAYS
    return sum_ >= _SECOND_WINS


def _told(sheet: Document) -> str | None:
    text = sheet.head.meta("og:description", "description", "twitter:description")
    key = plain(text)[:_TOLD] if text else ""
    return key if len(key) == _TOLD else None


def lead_in(stand: MainContent) -> list[str]:
    """The paragraphs of a text's beginning that stand in a box of their own, between the headline and the body's box."""
    if stand.box is None or stand.start < 0:
        return []
    inside = set(stand.box.iter())
    above: dict[Element | None, list[Line]] = {}
    for line in stand.paragraphs:
        if line.block in inside:
            break
        if line.block.tag == "p":
            above.setdefault(line.block.getparent(), []).append(line)
    found = [
        line
        for home, lines in above.items()
        if home is not None and len(lines) >= _LEAD_LINES and sum(len(line.text) for line in lines) >= _LEAD
        for line in lines
        if not _stands_aside(line.block)
    ]
    return [line.text for line in sorted(found, key=lambda line: line.row)]


def _stands_aside(block: Element) -> bool:
    el: Element | None = block
    for _ in range(_LEVELS):
        if el is None:
            return False
        if el.tag in _SIDE_TAGS or _SIDE.search(f"{el.get('class', '')[:120]} {el.get('id', '')[:60]}"):
            return True
        el = el.getparent()
    return False
