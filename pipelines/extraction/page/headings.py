"""Which lines of a page are headings, and which lines of an article's text are its subheadings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lxml.etree import _Element as Element

from db.models import Article, Subheading
from pipelines.extraction.page.document import FOREIGN, Line, Zone
from pipelines.extraction.text.titles import plain

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_LONGEST = 200
"""Characters of a subheading; longer ones are paragraphs that a template set large."""


def heading_level(line: Line) -> int:
    """1 to 6 for a line in a heading element, else 0."""
    el: Element | None = line.block
    for _ in range(3):
        if el is None:
            return 0
        if el.tag in _HEADINGS:
            return int(el.tag[1])
        el = el.getparent()
    return 0


def heading_levels(lines: Iterable[Line], but: str = "") -> dict[str, int]:
    """The levels of the headings that a reader sees on a page, by their plain text; `but` is the standfirst, which is none."""
    barred, none = FOREIGN | Zone.HIDDEN, plain(but)
    return {
        key: level
        for line in lines
        if len(line.text) <= _LONGEST and not line.zone & barred and (level := heading_level(line))
        if (key := plain(line.text)) not in ("", none)
    }


def find_subheadings(lines: Sequence[str], levels: Mapping[str, int]) -> tuple[Subheading, ...]:
    """The subheadings among the lines of a text that are joined by newlines. The last line heads nothing."""
    found, offset = [], 0
    for line in lines[:-1]:
        if level := levels.get(plain(line)):
            found.append(Subheading(offset=offset, level=level))
        offset += len(line) + 1
    return tuple(found)


def levels_of(article: Article) -> dict[str, int]:
    """The levels of an article's subheadings by their plain text, for a text that is joined anew."""
    return {plain(line): level for level, line in article.paragraphs() if level}
