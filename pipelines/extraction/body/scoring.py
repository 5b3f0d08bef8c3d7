"""Scores for two decisions: whether a line that trafilatura left out is text, and whether the whole page's text is better.

Trafilatura drops whole boxes that do not look like paragraphs: `div` among `p`, cards, questions with their answers. It drops
captions, teasers and appeals as well, and rightly so. A line is restored if its score is high enough. The weights were set on the
labelled pages of half of the sites and checked on the other half (`bench/extraction/quality.py --halves`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import UNREAD, Document, Line, Zone, text_length
from pipelines.extraction.page.main_content import MainContent, is_paragraph
from pipelines.extraction.page.tree import class_pattern, is_called, is_inside, with_ancestors
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.writing import SENTENCE_ENDS, words

_MIN_LONG, _LONG_SCORE = 140, 1
"""Characters from which a paragraph is hardly a caption or a call to action, and the score for it."""
_NEAR_SCORE = 1
"""An ancestor within a few levels directly holds text that was taken."""
_STYLE_SCORE = 1
"""The line has the tag and class of text that was taken."""
_FOLD_SCORE = 2
"""It stands in a box that folds: `details`, an FAQ, an accordion."""
_SIDE_SCORE = -4
"""A box around it is for pictures, social posts, teasers, people or offers."""
_ZONE_SCORE = -1
"""A box around it is named as an aside or for sharing. Such names are often wrong."""
_LINKS_SCORE = -2
"""More than a quarter of it is links."""
_REPEATED_SCORE = -3
"""The main content holds the same line elsewhere."""
_MIN_SCORE = 2
"""Score from which a line is text."""

SHORT_TEXT = 400
"""Characters below which the text of the main content is compared with that of the whole page."""
_DESCRIPTION_START = 30
"""Letters of the page's description by which the paragraph it was taken from is found."""
_DESCRIBED_SCORE = 2
"""The text of the page holds the beginning of the description."""
_LONGER, _MUCH_LONGER, _LONGER_SCORE = 3, 8, 1
"""Two ratios of the lengths of both texts, and the score for each that is exceeded."""
_PROSE_SHARE, _PROSE_SCORE = 0.7, 1
"""Share of the page's text that is sentences."""
_BOILERPLATE_SHARE, _BOILERPLATE_SCORE = 0.2, -2
"""Share of the page's text that is links, comments or hidden."""
_MIN_WHOLE_PAGE_SCORE = 3
"""Score from which the whole page's text is taken."""

_SIDE_TAGS = words("figure figcaption header aside picture button label form caption")
_SIDE_NAME, _FOLD_NAME = class_pattern("side_box"), class_pattern("folding")
_MAX_LEVELS = 5
"""Ancestors whose names and tags are examined, lists and tables not counted."""
_MAX_SIDE_LEVELS = 4
"""Of these, those whose names describe a box in the text rather than the whole text: an "embed" may hold a guide."""
_UNCOUNTED_TAGS = words("li ul ol dl dt dd td th tr tbody table")
_MIN_TEXT = 200
"""Characters of taken text from which an element is one that holds the text."""
_MIN_LEAD, _MIN_LEAD_LINES = 250, 2
"""Characters and paragraphs of a box between headline and main content from which it is the beginning of the text."""


class LineScorer:
    """Scores lines of the main content that were left out, by comparing them with those that were taken."""

    __slots__ = ("_counts", "_first", "_language", "_last", "_styles", "_text_by_parent")

    def __init__(self, lines: Sequence[Line], positions: Sequence[int], language: str | None) -> None:
        self._language = language
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
        """Whether a line that was left out is part of the text. It must stand between lines that were taken."""
        if not self._first < line.row < self._last or not is_paragraph(line, self._language, UNREAD):
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
            if el.tag in ("details", "summary") or is_called(el, _FOLD_NAME):
                fold = _FOLD_SCORE
            if levels >= _MAX_LEVELS:
                break
        return near + fold + side


def holds_description(main_text: str, document: Document) -> bool:
    """Whether the text of the main content holds the beginning of the description. Then no text of the whole page is preferred."""
    description = _description_start(document)
    return description is not None and description in plain(main_text)


def prefers_whole_page(main_text: str, page_text: str, document: Document) -> bool:
    """Whether the text of the whole page, rather than that of its main content, is the article."""
    main_key, page_key = plain(main_text), plain(page_text)
    if len(page_key) < 2 * _DESCRIPTION_START or holds_description(main_text, document):
        return False
    description = _description_start(document)
    score = _DESCRIBED_SCORE * (description is not None and description in page_key)
    score += _LONGER_SCORE * sum(len(page_key) > times * len(main_key) for times in (_LONGER, _MUCH_LONGER))
    lines = page_text.split("\n")
    sentences = sum(len(line) for line in lines if len(line) > _DESCRIPTION_START and line[-1] in SENTENCE_ENDS)
    if sentences > _PROSE_SHARE * len(page_text):
        score += _PROSE_SCORE
    boilerplate = text_length(
        line
        for line in document.lines
        if (line.zone & (Zone.COMMENTS | Zone.HIDDEN) or line.is_link)
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
    """The first paragraphs of a text where they stand in a box of their own, between headline and main content."""
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
    ]
    return [line.text for line in sorted(found, key=lambda line: line.row)]


def _is_side_box(el: Element) -> bool:
    return el.tag in _SIDE_TAGS or is_called(el, _SIDE_NAME)
