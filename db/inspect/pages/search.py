"""The search page: its form as parameters of `db.queries.search`, and the results."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from db.errors import QueryError
from db.queries.article_filter import ArticleFilter
from db.queries.search import Hits, ResultPage, search

SIZE = 20
# Longest value of a form field.
_LONGEST = 500
_LAST_PAGE = 500
_SOURCES = "SELECT id, name FROM sources WHERE removed_at IS NULL ORDER BY name"
_LANGUAGES = "SELECT DISTINCT language FROM (SELECT language FROM articles ORDER BY page_id DESC LIMIT 5000) ORDER BY 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """The form fields as filled in; invalid values count as empty. Dates are in the local time zone."""

    query: str = ""
    source: int | None = None
    since: str = ""
    until: str = ""
    language: str = ""
    person: str = ""
    order: str = ""
    page: int = 1

    @staticmethod
    def of(arguments: Mapping[str, str]) -> SearchForm:
        """From the query parameters of a URL."""

        def text(name: str) -> str:
            return (arguments.get(name) or "").strip()[:_LONGEST]

        number, source = text("page"), text("source")
        return SearchForm(
            query=text("q"),
            source=int(source) if source.isascii() and source.isdigit() and len(source) < 19 else None,
            since=text("since") if _day(text("since")) else "",
            until=text("until") if _day(text("until")) else "",
            language=text("language"),
            person=text("person"),
            order="newest" if text("order") == "newest" else "",
            page=min(int(number), _LAST_PAGE) if number.isascii() and number.isdigit() and int(number[:9]) > 0 else 1,
        )

    def at(self, page: int) -> str:
        """The URL of another page of the results."""
        fields = {
            "q": self.query, "source": self.source, "since": self.since, "until": self.until, "language": self.language,
            "person": self.person, "order": self.order, "page": page if page > 1 else None,
        }  # fmt: skip
        return "/-/search?" + urlencode({name: value for name, value in fields.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set, so that the form shows them expanded."""
        return bool(self.source or self.since or self.until or self.language or self.person or self.order)

    def filters(self) -> ArticleFilter:
        """The filters for `db.queries.search`."""
        until = _day(self.until)
        return ArticleFilter(
            source_id=self.source,
            since=_day(self.since),
            until=until + timedelta(days=1) if until else None,
            language=self.language or None,
            person=self.person or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """The hits, or why the query is invalid (`wrong`); neither if the form is empty. With the options of the form."""

    hits: Hits | None
    wrong: str | None
    sources: list[tuple[int, str]]
    languages: list[str]


def search_results(conn: sqlite3.Connection, form: SearchForm) -> SearchResults:
    """Run the search of a form."""
    hits, wrong = None, None
    if form.query or form.filters() != ArticleFilter():
        try:
            hits = search(
                conn, form.query, form.filters(), ResultPage(number=form.page, size=SIZE, newest=form.order == "newest")
            )
        except QueryError as error:
            wrong = str(error)
    languages = [language for (language,) in conn.execute(_LANGUAGES) if language]
    return SearchResults(hits=hits, wrong=wrong, sources=list(conn.execute(_SOURCES)), languages=languages)


def _day(text: str) -> datetime | None:
    """Midnight, local time, of a date such as 2026-11-24; None if invalid."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except (ValueError, OverflowError):
        return None
