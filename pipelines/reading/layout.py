"""Which lines of a page stand where around the article: above the text, in it, below it.

    headline line
    header        what stands between headline and first paragraph (and a little above the headline): time, source, byline
    paragraphs    the running text
    inside        every line from the first paragraph to the last
    tail          what follows the last paragraph: editors, sources, disclaimers; ends where another box of the page begins
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.reading.container import is_paragraph
from pipelines.reading.sheet import FOREIGN, Line, Sheet, Zone

_ABOVE = 8
"""Lines read above the headline: some pages put time and section there."""
_HEADER = 45
"""Lines read below the headline while no paragraph comes: share buttons and counters fill them."""
_TAIL = 30
_BLIND = Zone.NAV | Zone.RELATED | Zone.COMMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The article's lines by place. `rows` are indexes into the sheet's lines."""

    headline: Line | None
    header: tuple[Line, ...]
    inside: tuple[Line, ...]
    tail: tuple[Line, ...]
    paragraphs: tuple[Line, ...]

    @property
    def first(self) -> Line | None:
        """The first paragraph."""
        return self.paragraphs[0] if self.paragraphs else None


def lay_around(sheet: Sheet, headline: Line | None, container: HtmlElement | None, paragraphs: list[Line]) -> Layout:
    """Sort a page's lines by their place around the article."""
    own = [line for line in paragraphs if container is None or _within(line.block, container)]
    start = headline.row if headline else -1
    below = [line for line in own if line.row > start] or own
    first = below[0].row if below else min(len(sheet.lines), start + _HEADER)
    last = below[-1].row if below else first
    top = max(0, start - _ABOVE) if headline else max(0, first - 25)
    above = [line for line in sheet.lines[top : min(first, max(start, top) + _HEADER)] if not line.zone & _BLIND]
    after = []
    for line in sheet.lines[last + 1 : last + 1 + _TAIL]:
        if line.zone & FOREIGN & ~Zone.FOOTER & ~Zone.FORM and not _within(line.block, container):
            break
        after.append(line)
    return Layout(
        headline=headline,
        header=tuple(line for line in above if not is_paragraph(line) or line.row < start),
        inside=tuple(sheet.lines[first : last + 1]),
        tail=tuple(after),
        paragraphs=tuple(below),
    )


def _within(el: HtmlElement, box: HtmlElement | None) -> bool:
    while el is not None:
        if el is box:
            return True
        el = el.getparent()
    return False
