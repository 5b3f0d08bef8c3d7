"""The account that published on a platform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.extraction.credits.lines.chinese_labels import LABELS
from pipelines.extraction.credits.names.outlets import SIMPLIFIED, clean_outlet_name
from pipelines.extraction.credits.names.persons import is_handle
from pipelines.extraction.languages.loader import phrases_of
from pipelines.extraction.page.document import Line
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, is_called
from pipelines.extraction.structured_data.json_ld import StructuredData

_NICKNAME_CLASS = class_pattern("nickname")
_NO_OUTLET = re.compile(phrases_of("no_outlet", "zh"))


def printed_account(layout: Layout) -> tuple[str, Line] | None:
    """What a line near the headline calls a nickname, with the line."""
    for line in near_headline(layout):
        for text, el in line.parts:
            if is_called(el, _NICKNAME_CLASS, 2) and (name := outlet_name(text)):
                return name, line
    return None


def near_headline(layout: Layout) -> Iterator[Line]:
    """The lines near the headline that may name who published."""
    return (line for line in layout.byline_lines if abs(line.row - layout.headline_row) <= _NEAR)


_NEAR = 8
"""Lines between the headline and an account."""


def authors_in_state(structured: StructuredData) -> set[str]:
    """Whom statements for machines and the page's state call the author, people and accounts alike; not a system's users."""
    article = structured.script_article
    return {name for name in (*structured.authors, *article.authors, *article.settings) if not is_handle(name)}


def outlet_name(text: str) -> str | None:
    """The name of an outlet or account; None for counters, labels, buttons and places."""
    name = clean_outlet_name(text)
    if name is None or not 2 <= len(name) <= 16:
        return None
    folded = name.translate(SIMPLIFIED)
    if _NO_OUTLET.search(folded) or folded in LABELS or re.search(r"[:：]", name):
        return None
    numbered = re.search(r"\d", name) and not re.match(r"\d{2,4}[\u3400-\u9fff]", name)
    return None if numbered else name
