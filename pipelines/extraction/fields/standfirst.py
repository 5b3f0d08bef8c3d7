"""The standfirst as part of the text: the summary between headline and text, which many pages put outside the main content.

A line there is the standfirst if the page's description has the same words, or if its box is named so. It is put before the text
unless the text contains it.
"""

from __future__ import annotations

from pipelines.extraction.fields.headline import Headline
from pipelines.extraction.page.document import Document, Line, Zone
from pipelines.extraction.page.main_content import MainContent, is_date_line
from pipelines.extraction.page.tree import class_pattern, is_called, is_inside
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.titles import plain

_STANDFIRST_CLASS = class_pattern("standfirst")
_OTHER_ZONES = Zone.HIDDEN | Zone.RELATED | Zone.COMMENTS | Zone.FOOTER | Zone.FORM
_ROWS_BELOW_HEADLINE = 30
"""Lines below the headline in which a standfirst is looked for: bylines, times and share buttons may precede it."""
_SHORTEST, _LONGEST = 40, 700
_MIN_REPEATED = 12
_MIN_LENGTH_RATIO = 0.8
"""Ratio of the lengths of a line and a description, one beginning with the other, from which they are the same words."""
_MAX_LINES = 3
_BLOG_TYPES = frozenset(("Article", "BlogPosting", "TechArticle"))
"""Page types whose line below the headline is a motto or a teaser, not the first paragraph."""


def read_standfirst(
    document: Document, main: MainContent, structured: StructuredData, headline: Headline | None
) -> list[str]:
    """The lines of the standfirst, at most three; empty where the page prints none."""
    if not main.paragraphs or _BLOG_TYPES & set(structured.types):
        return []
    headline_row = headline.line.row if headline and headline.line else main.paragraphs[0].row - 1
    first_row = next((line.row for line in main.paragraphs if is_inside(line.block, main.element)), main.end_row)
    stated = [document.head.meta(name) for name in ("description", "og:description", "twitter:description")]
    descriptions = [plain(text) for text in (*stated, structured.description) if text and len(text) > 20]
    found: list[str] = []
    for line in document.lines[headline_row + 1 : min(headline_row + _ROWS_BELOW_HEADLINE, first_row + 1)]:
        length = len(line.text)
        if line.zone & _OTHER_ZONES & main.boilerplate_zones or length > _LONGEST or line.is_link:
            continue
        if headline and plain(line.text) == plain(headline.text):
            continue
        if _repeats_description(line, descriptions) or (
            length >= _SHORTEST
            and is_called(line.block, _STANDFIRST_CLASS, 2)
            and not is_date_line(line.text, document.language)
        ):
            found.append(line.text)
    return found[:_MAX_LINES]


def prepend_standfirst(lines: list[str], standfirst: list[str]) -> list[str]:
    """A text's lines, preceded by those of the standfirst that it does not contain."""
    if not lines or not standfirst:
        return lines
    body = "".join(map(plain, lines))
    missing = [line for line in standfirst if plain(line) not in body]
    return [*missing, *lines]


def _repeats_description(line: Line, descriptions: list[str]) -> bool:
    text = plain(line.text)
    pairs = (sorted((text, description), key=len) for description in descriptions)
    return len(text) >= _MIN_REPEATED and any(
        shorter in longer and len(shorter) >= _MIN_LENGTH_RATIO * len(longer) for shorter, longer in pairs
    )
