"""Which lines of a page are headings, and which lines of an article's text are its subheadings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from db.models import Article, Subheading
from pipelines.extraction.page.document import UNREAD, Document, Line
from pipelines.extraction.page.tree import nearest

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BOLD, ITALIC = frozenset(("b", "strong")), frozenset(("em", "i"))
_LEVELS = 3
"""Elements from a line's block outwards of which one may be the heading."""
_LONGEST = 200
"""Characters of a subheading; longer ones are paragraphs that a template set large."""


def heading_level(line: Line) -> int:
    """1 to 6 for a line in a heading element, else 0."""
    el = nearest(line.block, HEADINGS, _LEVELS)
    return int(el.tag[1]) if el is not None else 0


def is_set_in(line: Line, tags: Set[str], levels: int = 1) -> bool:
    """Whether all of a line stands in such elements, each among `levels` from the inside out."""
    return all(nearest(el, tags, levels) is not None for _, el in line.parts)


def heading_levels(document: Document, texts: Sequence[str], but: str | None) -> dict[str, int]:
    """The levels of those lines of a text that the page prints as headings; `but` is the standfirst, which is none."""
    wanted = {text for text in texts if len(text) <= _LONGEST and text != but}
    return {
        line.text: level
        for line in document.lines
        if line.text in wanted and not line.zone & UNREAD and (level := heading_level(line))
    }


def find_subheadings(texts: Sequence[str], levels: Mapping[str, int]) -> tuple[Subheading, ...]:
    """The subheadings among the lines of a text that are joined by newlines. The last line heads nothing."""
    found, offset = [], 0
    for text in texts[:-1]:
        if level := levels.get(text):
            found.append(Subheading(offset=offset, level=level))
        offset += len(text) + 1
    return tuple(found)


def levels_of(article: Article) -> dict[str, int]:
    """The levels of an article's subheadings, for a text that is joined anew."""
    return {text: level for level, text in article.paragraphs() if level}
