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

from pipelines.extraction.page.document import BOILERPLATE, Document, Line, Zone, text_length
from pipelines.extraction.page.main_content import MainContent, is_paragraph
from pipelines.extraction.page.tree import is_inside, with_ancestors
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_lists import words

_MIN_LONG, _LONG_SCORE = 140, 1
"""Characters from which a paragraph is more than a caption or a call, and what that says."""
_NEAR_SCORE = 1
"""Some box around it, a few levels up, holds taken text."""
_STYLE_SCORE = 1
"""It is set in the very style (tag and class) of text that was taken."""
_FOLD_SCORE = 2
"""It stands in a question's or a section's fold: `details`, FAQ, accordion."""
_SIDE_SCORE = -4
"""A box around it is one of pictures, posts of others, teasers, people or offers."""
_ZONE_SCORE = -1
"""... or one that is called an aside, or by a word for sharing: these names are often wrong."""
_LINKS_SCORE = -2
"""More than a fourth of it is link."""
_REPEATED_SCORE = -3
"""The page has the same words elsewhere."""
_MIN_SCORE = 2
"""Sum from which a line is text."""

SHORT_TEXT = 400
"""Characters below which an own text is doubted and the second reader asked."""
_DESCRIPTION_START = 30
"""Letters of the page's description by which the paragraph that it was taken from is found."""
_DESCRIBED_SCORE = 2
"""The description begins a paragraph of the second text and none of the first."""
_DESCRIBED_IN_BOTH_SCORE = -3
"""The first text has the described paragraph."""
_LONGER, _MUCH_LONGER, _LONGER_SCORE = 3, 8, 1
"""Times that the second text is longer, and what each says."""
_PROSE_SHARE, _PROSE_SCORE = 0.7, 1
"""Share of the second text that is sentences."""
_BOILERPLATE_SHARE, _BOILERPLATE_SCORE = 0.2, -2
"""Share of the second text that is links or comments, or hidden."""
_MIN_WHOLE_PAGE_SCORE = 3

_SIDE_TAGS = words("figure figcaption header aside picture button label form caption")
_SIDE_NAME = re.compile(
    r"caption|credit|author|byline|premium|promo|teaser|subscri|newsletter|disclaim|disclos|identity|widget|hidden|modal"
    r"|tooltip|popup|banner|related|image|photo|gallery|figure|picture|twitter|tweet|instagram|facebook|embed|signup|advert"
    r"|placeholder|rating|product|price|donat|membership|paywall|cta|callout-link|footnote|copyright|info-?window|map"
    r"|quiz|poll|expandable|fact-?box|info-?box|excerpt|summary|synopsis|video|audio|player|recommend|profile|comment|cookie|bio|(?:^|[\s_-])ads?(?:$|[\s_-])",
    re.I,
)
_FOLD_NAME = re.compile(r"faq|accordion|collaps|toggle|question|answer", re.I)
_MAX_LEVELS = 5
"""Boxes around a line whose names and tags are looked at, those of lists and tables not counted."""
_MAX_SIDE_LEVELS = 4
"""... and up to which a name tells of what is set in, rather than of the whole: an "embed" may hold a guide."""
_UNCOUNTED_TAGS = words("li ul ol dl dt dd td th tr tbody table")
_MIN_TEXT = 200
"""Characters of taken text from which a box is one that holds the text."""
_MIN_LEAD, _MIN_LEAD_LINES = 250, 2
"""Characters and paragraphs that a box between headline and body must hold to be the text's beginning."""


class LineScorer:
    """Weighs the lines of one box that were left out, by those that were taken."""

    __slots__ = ("_counts", "_first", "_last", "_styles", "_text_by_parent")

    def __init__(self, lines: Sequence[Line], positions: Sequence[int]) -> None:
        self._text_by_parent: Counter[Element] = Counter()
        self._styles: set[tuple[str, str]] = set()
        self._counts = Counter(line.text for line in lines)
        rows = [line.row for line, position in zip(lines, positions, strict=True) if position >= 0]
        self._first, self._last = (rows[0], rows[-1]) if rows else (0, -1)
        for line, position in zip(lines, positions, strict=True):
            if position < 0:
                continue
            if name := line.block.get("class"):
                self._styles.add((line.block.tag, name))
            if (parent := line.block.getparent()) is not None:
                self._text_by_parent[parent] += len(line.text)

    def is_text(self, line: Line) -> bool:
        """Whether a line that was left out is the article's."""
        if not self._first < line.row < self._last or not is_paragraph(line, BOILERPLATE | Zone.HIDDEN):
            return False
        return self._score_line(line) >= _MIN_SCORE

    def _score_line(self, line: Line) -> int:
        score = _LONG_SCORE if len(line.text) >= _MIN_LONG else 0
        if line.zone & (Zone.ASIDE | Zone.SHARE):
            score += _ZONE_SCORE
        if line.link_chars * 4 > len(line.text):
            score += _LINKS_SCORE
        if self._counts[line.text] > 1:
            score += _REPEATED_SCORE
        if (line.block.tag, line.block.get("class") or "") in self._styles:
            score += _STYLE_SCORE
        return score + self._score_boxes(line.block)

    def _score_boxes(self, block: Element) -> int:
        near = fold = side = levels = 0
        for el in with_ancestors(block):
            if el is not block and self._text_by_parent[el] >= _MIN_TEXT:
                near = _NEAR_SCORE
                break
            levels += el.tag not in _UNCOUNTED_TAGS
            if levels <= _MAX_SIDE_LEVELS and _is_side_box(el):
                side = _SIDE_SCORE
            if el.tag in ("details", "summary") or _FOLD_NAME.search(_name(el)):
                fold = _FOLD_SCORE
            if levels >= _MAX_LEVELS:
                break
        return near + fold + side


def prefers_whole_page(main_text: str, page_text: str, document: Document) -> bool:
    """Whether the whole page's text is the article rather than that of the box."""
    main_key, page_key = plain(main_text), plain(page_text)
    if len(page_key) < 2 * _DESCRIPTION_START:
        return False
    description = _description_start(document)
    score = 0
    if description is not None and description in main_key:
        score += _DESCRIBED_IN_BOTH_SCORE
    elif description is not None and description in page_key:
        score += _DESCRIBED_SCORE
    score += _LONGER_SCORE * (
        (len(page_key) > _LONGER * len(main_key)) + (len(page_key) > _MUCH_LONGER * len(main_key))
    )
    lines = page_text.split("\n")
    sentences = sum(len(line) for line in lines if len(line) > _DESCRIPTION_START and line[-1] in ".!?…。！？।\"'”»")
    if sentences > _PROSE_SHARE * len(page_text):
        score += _PROSE_SCORE
    boilerplate = text_length(
        line
        for line in document.lines
        if (line.zone & (Zone.COMMENTS | Zone.HIDDEN) or line.link_chars * 2 > len(line.text))
        and len(line.text) > _DESCRIPTION_START
        and line.text in page_text
    )
    if boilerplate > _BOILERPLATE_SHARE * len(page_text):
        score += _BOILERPLATE_SCORE
    return score >= _MIN_WHOLE_PAGE_SCORE


def _description_start(document: Document) -> str | None:
    text = document.head.meta("og:description", "description", "twitter:description")
    key = plain(text)[:_DESCRIPTION_START] if text else ""
    return key if len(key) == _DESCRIPTION_START else None


def lead_paragraphs(main: MainContent) -> list[str]:
    """The paragraphs of a text's beginning that stand in a box of their own, between the headline and the body's box."""
    if main.element is None or main.headline_row < 0:
        return []
    above: dict[Element | None, list[Line]] = {}
    for line in main.paragraphs:
        if is_inside(line.block, main.element):
            break
        if line.block.tag == "p":
            above.setdefault(line.block.getparent(), []).append(line)
    found = [
        line
        for parent, lines in above.items()
        if parent is not None and len(lines) >= _MIN_LEAD_LINES and text_length(lines) >= _MIN_LEAD
        for line in lines
        if not _is_aside(line.block)
    ]
    return [line.text for line in sorted(found, key=lambda line: line.row)]


def _is_aside(block: Element) -> bool:
    return any(_is_side_box(el) for el in with_ancestors(block, _MAX_LEVELS))


def _is_side_box(el: Element) -> bool:
    return el.tag in _SIDE_TAGS or _SIDE_NAME.search(_name(el)) is not None


def _name(el: Element) -> str:
    return f"{el.get('class', '')[:120]} {el.get('id', '')[:60]}"
