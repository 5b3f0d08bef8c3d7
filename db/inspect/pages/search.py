"""The search page: its form as parameters of `db.queries.search`, and the results."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from db.errors import QueryError
from db.inspect.pages.conversions import ResultFile
from db.queries.article_filter import ArticleFilter, ArticleKind
from db.queries.search import Hits, ResultPage, found_page_ids, search

SIZE = 20
# Articles of a file or feed: with texts of 5,500 letters 7 to 8 MB, a quarter of the longest response. `copydesk export` takes all.
MOST_TAKEN = 1000
# How a result can be taken along: extension, label, content type.
FORMS = (
    ("csv", "CSV", "text/csv; charset=utf-8"),
    ("json", "JSON", "application/json; charset=utf-8"),
    ("rss", "RSS", "application/rss+xml; charset=utf-8"),
    ("jsonfeed", "JSON Feed", "application/feed+json; charset=utf-8"),
)
# Longest value of a form field.
_LONGEST = 500
_LAST_PAGE = 500
_SOURCES = "SELECT id, name FROM sources WHERE removed_at IS NULL ORDER BY name"
_LANGUAGES = "SELECT DISTINCT language FROM (SELECT language FROM articles ORDER BY page_id DESC LIMIT 5000) ORDER BY 1"
_SECTIONS = """SELECT section FROM (SELECT section FROM articles ORDER BY page_id DESC LIMIT 5000)
WHERE section <> '' AND length(section) <= 60 GROUP BY section ORDER BY count(*) DESC, section LIMIT 200"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """The form fields as filled in; invalid values count as empty. Dates are in the local time zone."""

    query: str = ""
    source: int | None = None
    since: str = ""
    until: str = ""
    language: str = ""
    person: str = ""
    section: str = ""
    kind: str = ""
    paywalled: str = ""
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
            section=text("section"),
            kind=text("kind") if text("kind") in set(ArticleKind) else "",
            paywalled=text("paywalled") if text("paywalled") in ("yes", "no") else "",
            order="newest" if text("order") == "newest" else "",
            page=min(int(number), _LAST_PAGE) if number.isascii() and number.isdigit() and int(number[:9]) > 0 else 1,
        )

    def at(self, page: int, form: str = "") -> str:
        """The URL of another page of the results; with `form`, of the whole result as a file or feed."""
        fields = {
            "q": self.query, "source": self.source, "since": self.since, "until": self.until, "language": self.language,
            "person": self.person, "section": self.section, "kind": self.kind, "paywalled": self.paywalled,
            "order": self.order, "page": page if page > 1 else None,
        }  # fmt: skip
        path = f"/-/search.{form}" if form else "/-/search"
        return f"{path}?" + urlencode({name: value for name, value in fields.items() if value})

    @property
    def title(self) -> str:
        """What a feed of the result is called."""
        return f"Copydesk: {self.query}" if self.query else "Copydesk: articles"

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set, so that the form shows them expanded."""
        return bool(self.order) or self.filters() != ArticleFilter()

    def filters(self) -> ArticleFilter:
        """The filters for `db.queries.search`."""
        until = _day(self.until)
        return ArticleFilter(
            source_id=self.source,
            since=_day(self.since),
            until=until + timedelta(days=1) if until else None,
            language=self.language or None,
            person=self.person or None,
            section=self.section or None,
            kind=ArticleKind(self.kind) if self.kind else None,
            paywalled=self.paywalled == "yes" if self.paywalled else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """The hits, or why the query is invalid (`wrong`); neither if the form is empty. With the options of the form."""

    hits: Hits | None
    wrong: str | None
    sources: list[tuple[int, str]]
    languages: list[str]
    sections: list[str]


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
    sections = [section for (section,) in conn.execute(_SECTIONS)]
    return SearchResults(
        hits=hits, wrong=wrong, sources=list(conn.execute(_SOURCES)), languages=languages, sections=sections
    )


def result_file(conn: sqlite3.Connection, form: SearchForm, kind: str, origin: str) -> ResultFile:
    """The result of a form as a file: its first `MOST_TAKEN` articles. `origin`: of the server's URLs. Raises QueryError."""
    newest = form.order == "newest"
    return ResultFile(
        page_ids=found_page_ids(conn, form.query, form.filters(), newest=newest, limit=MOST_TAKEN),
        form=kind,
        title=form.title,
        home=origin + form.at(1),
        address=origin + form.at(1, kind),
    )


def _day(text: str) -> datetime | None:
    """Midnight, local time, of a date such as 2026-11-24; None if invalid."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except (ValueError, OverflowError):
        return None
