"""What was read of a page, for deciding whether it is an article."""

from __future__ import annotations

from dataclasses import dataclass

from db.models import Page
from pipelines.extraction.list_pages import is_link_line
from pipelines.extraction.page.document import Document, Zone
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.structured_data import StructuredData

_SHORT_TEXT, _MOST_SHOWN = 80, 40
"""Characters of text below which what the page prints is checked in its place, and lines of that."""
_PAGE_ZONES = Zone.NAV | Zone.FOOTER | Zone.HIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleCandidate:
    """A page with its headline and its text, and what speaks for it."""

    page: Page
    document: Document
    layout: Layout
    structured: StructuredData
    title: str | None
    text: str
    word_count: int
    language: str | None
    has_date: bool
    is_dated_on_page: bool
    """The page itself gives the time, not only its address or listing."""
    has_authors: bool
    list_evidence: str | None
    """What shows that the page is a list (`list_pages.find_list_evidence`)."""

    @property
    def is_typed(self) -> bool:
        """Whether the page calls itself an article, even by a meta that templates set on every page."""
        kind = (self.document.head.meta("og:type") or "").lower()
        return self.structured.is_article or kind in ("article", "news", "og:article", "blog")

    @property
    def promised(self) -> str | None:
        """The title that the listing gave."""
        return self.page.hint.title if self.page.hint else None

    @property
    def shown_text(self) -> str:
        """The text; where it is short, what the page prints."""
        if len(self.text) >= _SHORT_TEXT:
            return self.text
        shown = [line for line in self.document.lines if not line.zone & _PAGE_ZONES and not is_link_line(line)]
        return "\n".join(line.text for line in shown[:_MOST_SHOWN])
