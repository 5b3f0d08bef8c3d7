"""Which lines of a page stand where around the article: above the text, in it, below it.

headline line
header        what stands between headline and first paragraph (and a little above the headline): time, source, byline
paragraphs    the running text
inside        every line from the first paragraph to the last
tail          what follows the last paragraph: editors, sources, disclaimers; ends where another box of the page begins
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element as Element

from pipelines.extraction.page.document import FOREIGN, Document, Line, Zone
from pipelines.extraction.page.main_content import MainContent, is_date_line, is_paragraph

_ABOVE = 8
"""Lines read above the headline: some pages put time and section there."""
_HEADER = 45
"""Lines read below the headline while no paragraph comes: share buttons and counters fill them."""
_SURELY = 12
"""Lines below the headline that are read whatever stands there: a standfirst may look like the first paragraph."""
_TAIL = 30
_STRANGE = 3
"""Lines of other boxes after which the tail has ended: one may stand between the text and the editor's line."""
_NO_ROW = 1 << 40
_BENEATH = 3
"""Lines below the headline in which a line that is a date belongs to it, even in a list named like a menu ("nav meta")."""
_BLIND = Zone.NAV | Zone.RELATED | Zone.COMMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The article's lines by place."""

    headline: Line | None
    header: tuple[Line, ...]
    inside: tuple[Line, ...]
    tail: tuple[Line, ...]
    paragraphs: tuple[Line, ...]
    foreign: int

    def zones_of(self, line: Line) -> int:
        """The zones of a line that tell it from the article: above the text not those in which the headline stands as well.

        A commentary's header is named like a comment's ("HeaderComment").
        """
        above = self.headline is not None and self.headline.row < line.row < self.first_row
        return line.zone & self.foreign & ~(self.headline.zone if above and self.headline else 0)

    @property
    def first_row(self) -> int:
        """The row of the first paragraph; where there is none, one beyond all rows."""
        return self.paragraphs[0].row if self.paragraphs else _NO_ROW


def lay_around(sheet: Document, headline: Line | None, stand: MainContent) -> Layout:
    """Sort a page's lines by their place around the article."""
    start = headline.row if headline else -1
    own = stand.paragraphs
    first = own[0].row if own else min(len(sheet.lines), start + _HEADER)
    last = own[-1].row if own else first - 1
    top = max(0, start - _ABOVE) if headline else max(0, first - 25)
    surely = min(start + _SURELY, last + 1 if own else first) if headline else 0
    above = sheet.lines[top : max(min(first, max(start, top) + _HEADER), surely)]
    blind = _BLIND & stand.foreign
    after: list[Line] = []
    strange = 0
    for line in sheet.lines[last + 1 : last + 1 + _TAIL]:
        if line.zone & FOREIGN & stand.foreign & ~Zone.FOOTER & ~Zone.FORM and not within(line.block, stand.box):
            strange += 1
            if strange > _STRANGE:
                break
            continue
        after.append(line)
    return Layout(
        headline=headline,
        header=tuple(line for line in above if _is_header(line, headline, blind)),
        inside=tuple(sheet.lines[first : last + 1]),
        tail=tuple(after),
        paragraphs=tuple(own),
        foreign=stand.foreign,
    )


def _is_header(line: Line, headline: Line | None, blind: int) -> bool:
    """Whether a line around the headline is none of another box and no text."""
    if headline is None or line.row < headline.row:
        return not line.zone & blind and (headline is not None or not is_paragraph(line))
    if is_paragraph(line):
        return False
    if not line.zone & blind & ~headline.zone:
        return True
    dated = line.row - headline.row <= _BENEATH and line.zone & blind == Zone.NAV and len(line.text) < _DATE_LINE
    return dated and is_date_line(line.text)


_DATE_LINE = 40


def within(el: Element | None, box: Element | None) -> bool:
    """Whether an element is a box or stands in it."""
    while el is not None:
        if el is box:
            return True
        el = el.getparent()
    return False
