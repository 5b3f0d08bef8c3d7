"""The lines of a page by their place around the article.

headline    the line of the headline
header      lines around the headline and above the first paragraph: time, outlet, byline
paragraphs  the running text
inside      all lines from the first paragraph to the last
tail        lines below the last paragraph: editors, sources, disclaimers; it ends where another box of the page begins
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import BOILERPLATE, Document, Line, Zone
from pipelines.extraction.page.main_content import MainContent, is_date_line, is_paragraph
from pipelines.extraction.page.tree import QUOTED, belongs_to_other_content, is_inside, with_ancestors
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.speakers import speakers
from pipelines.extraction.text.word_count import count_words
from pipelines.extraction.text.writing import CJK

_ROWS_ABOVE, _ROWS_ABOVE_TEXT = 8, 25
"""Lines read above the headline, where some pages put time and section; above the text where there is no headline."""
_HEADER_ROWS = 45
"""Lines read below the headline until a paragraph comes: share buttons and counters may fill them."""
_CERTAIN_ROWS = 12
"""Lines below the headline, or from the text on, that are read in any case: a standfirst may look like the first paragraph."""
_ROWS_WITHOUT_HEADLINE = 10
"""Lines above the text of which the header consists where the headline is not found."""
_TAIL_ROWS = 30
_MAX_SKIPPED = 3
"""Lines of other boxes after which the tail ends. One may stand between the text and the editor's line."""
_NO_ROW = 1 << 40
_ROWS_BESIDE = 3
"""Lines above and below the headline of which a date belongs to it even in a list that is named like a menu ("nav meta")."""
_STORY_WORDS, _STORY_CJK = 5, 12
"""Words, and characters in Chinese and Japanese, of a link from which it is the headline of another story: names are shorter."""
_LEAST_STORIES, _STORY_LEVELS, _STORY_LINES = 3, 4, 5
"""Similar boxes with such links that are a list of stories, levels around their lines, and lines of one."""
_HEADER_BOILERPLATE = Zone.NAV | Zone.RELATED | Zone.COMMENTS
_LONGEST_BYLINE = 200


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The lines of a page by their place around the article."""

    headline: Line | None
    header: tuple[Line, ...]
    inside: tuple[Line, ...]
    tail: tuple[Line, ...]
    paragraphs: tuple[Line, ...]
    boilerplate_zones: int

    def zones_of(self, line: Line) -> int:
        """The boilerplate zones of a line. Above the text, zones of the headline do not count, as an opinion piece's
        "HeaderComment" is no comment, nor menus: what of them is in the header is dated."""
        above = self.headline is not None and self.headline.row < line.row < self.first_row
        return line.zone & self.boilerplate_zones & ~(self.headline.zone | Zone.NAV if above and self.headline else 0)

    @property
    def headline_row(self) -> int:
        """The row of the headline; without one, a row above the text that its header is likely to begin with, or -1."""
        if self.headline:
            return self.headline.row
        return max(-1, self.paragraphs[0].row - _ROWS_WITHOUT_HEADLINE) if self.paragraphs else -1

    @property
    def below_headline(self) -> list[Line]:
        """The lines of the header below the headline; all where there is none."""
        return [line for line in self.header if line.row > self.headline_row]

    @cached_property
    def speakers(self) -> Set[str | None]:
        """Who speaks in the text, where it is a conversation."""
        return speakers(line.spaced for line in self.inside)

    @cached_property
    def byline_lines(self) -> tuple[Line, ...]:
        """The lines near the headline that may hold a byline, those below it first."""
        lines = [
            line
            for line in self.header
            if len(line.text) < _LONGEST_BYLINE
            and not line.zone & Zone.HIDDEN
            and not self.zones_of(line) & _HEADER_BOILERPLATE
            and not belongs_to_other_content(line.block, QUOTED)
        ]
        start = self.headline_row
        return (*(line for line in lines if line.row > start), *(line for line in lines if line.row < start))

    @property
    def first_row(self) -> int:
        """The row of the first paragraph, or a number beyond all rows."""
        return self.paragraphs[0].row if self.paragraphs else _NO_ROW


def read_layout(document: Document, headline: Line | None, main: MainContent) -> Layout:
    """Sort a page's lines by their place around the main content."""
    paragraphs = main.paragraphs
    headline_row = headline.row if headline else -1
    first_row = paragraphs[0].row if paragraphs else min(len(document.lines), headline_row + _HEADER_ROWS)
    last_row = paragraphs[-1].row if paragraphs else first_row - 1
    top = max(0, headline_row - _ROWS_ABOVE) if headline else max(0, first_row - _ROWS_ABOVE_TEXT)
    certain_start = headline_row if headline else first_row
    certain_end = min(certain_start + _CERTAIN_ROWS, last_row + 1 if paragraphs else first_row)
    above = document.lines[top : max(min(first_row, max(headline_row, top) + _HEADER_ROWS), certain_end)]
    header_boilerplate = _HEADER_BOILERPLATE & main.boilerplate_zones
    tail_boilerplate = BOILERPLATE & main.boilerplate_zones & ~Zone.FOOTER & ~Zone.FORM
    tail: list[Line] = []
    skipped = 0
    for line in document.lines[last_row + 1 : last_row + 1 + _TAIL_ROWS]:
        if not line.zone & tail_boilerplate or is_inside(line.block, main.element):
            tail.append(line)
            continue
        skipped += 1
        if skipped > _MAX_SKIPPED:
            break
    header = [line for line in above if _is_header(line, headline, header_boilerplate, document.language)]
    own = [line for line in (headline, *paragraphs[:1]) if line is not None]
    return Layout(
        headline=headline,
        header=_without_other_stories(header, own, document.language),
        inside=document.lines[first_row : last_row + 1],
        tail=_without_other_stories(tail, own, document.language),
        paragraphs=tuple(paragraphs),
        boilerplate_zones=main.boilerplate_zones,
    )


def _without_other_stories(lines: Sequence[Line], own: Sequence[Line], language: str | None) -> tuple[Line, ...]:
    """The lines without those of a list of other stories, whatever it is called: with their headlines stand their dates and names.

    `own` are lines of the article, which are in no such list.
    """
    stories = [line for line in lines if _is_story(line, language)]
    if len(stories) < _LEAST_STORIES:
        return tuple(lines)
    sizes = Counter(box for line in lines for box in with_ancestors(line.block, _STORY_LEVELS))
    listed: defaultdict[tuple[Element | None, object, str | None], set[Element]] = defaultdict(set)
    for line in stories:
        for box in with_ancestors(line.block, _STORY_LEVELS):
            if sizes[box] <= _STORY_LINES:
                listed[box.getparent(), box.tag, box.get("class")].add(box)
    boxes = {box for like in listed.values() if len(like) >= _LEAST_STORIES for box in like}
    boxes -= {box for line in own for box in with_ancestors(line.block)}
    return tuple(line for line in lines if boxes.isdisjoint(with_ancestors(line.block, _STORY_LEVELS)))


def _is_story(line: Line, language: str | None) -> bool:
    """Whether a line is the linked headline of another story."""
    text = line.text
    return (
        line.is_link
        and (len(text) >= _STORY_CJK if CJK.search(text) else count_words(text) >= _STORY_WORDS)
        and not is_date_line(text, language)
    )


def _is_header(line: Line, headline: Line | None, boilerplate: int, language: str | None) -> bool:
    """Whether a line around the headline belongs to the article's header: it is neither boilerplate nor running text."""
    if headline is None:
        return not line.zone & boilerplate and not is_paragraph(line, language)
    is_above = line.row < headline.row
    if not is_above and is_paragraph(line, language, BOILERPLATE | Zone.SHARE):
        return False
    if not line.zone & boilerplate & (~0 if is_above else ~headline.zone):
        return True
    is_near = abs(line.row - headline.row) <= _ROWS_BESIDE and line.zone & boilerplate == Zone.NAV
    if not is_near or is_date_line(line.text, language):
        return is_near
    is_timed = any(stamp.hour is not None for stamp in find_stamps(line.spaced))
    return is_timed and not line.is_link
