"""The form of the attention pages: queries, range, unit and the filters of the search, all in the URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from db.inspect.pages.articles.search import SearchForm
from db.inspect.pages.components.form_values import number_of, source_choices
from db.queries.attention import PAGE_LIMITS, first_day_since
from db.reports.attention.attention import MOST_QUERIES, AttentionRequest
from db.reports.attention.periods import Period, PeriodUnit, usual_unit

# Twelve weeks: a point each day, as wide as a finger on a phone allows.
USUAL_SPAN = timedelta(weeks=12)
_LONGEST = 500
_LANGUAGES = (
    "SELECT DISTINCT language FROM (SELECT language FROM current_pages ORDER BY page_id DESC LIMIT 1000) ORDER BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionForm:
    """The fields as filled in; wrong values count as empty. `search` holds the filters, `of` the number of a query (from 1)."""

    queries: tuple[str, ...]
    unit: PeriodUnit | None
    counts: bool
    apart: bool
    of: int
    search: SearchForm

    @staticmethod
    def of_arguments(arguments: Any) -> AttentionForm:
        """From the query parameters of a URL, where `q` stands once for each query."""
        given = [text.strip()[:_LONGEST] for text in arguments.getlist("q")]
        queries = tuple(dict.fromkeys(text for text in given if text))[:MOST_QUERIES]
        unit, of = arguments.get("by"), number_of(arguments.get("of")) or 1
        return AttentionForm(
            queries=queries,
            unit=PeriodUnit(unit) if unit in set(PeriodUnit) else None,
            counts=arguments.get("show") == "counts",
            apart=arguments.get("apart") == "yes",
            of=of if of <= len(queries) else 1,
            search=replace(SearchForm.of(arguments), query=""),
        )

    @property
    def query(self) -> str:
        """The query whose words are asked for."""
        return self.queries[self.of - 1] if self.queries else ""

    @property
    def asks_words(self) -> bool:
        """Whether there is something whose words can be shown: a query, or a person's articles."""
        return bool(self.query or self.search.person)

    @property
    def narrowed(self) -> bool:
        """Whether a filter is set, so that the form shows them expanded."""
        return replace(self.search, since="", until="").narrowed

    def days(self, conn: sqlite3.Connection, now: datetime) -> tuple[date, date]:
        """The first and the last day: as given, else twelve weeks up to today, and no day before the archive begins."""
        last = _date(self.search.until) or now.astimezone(UTC).date()
        first = _date(self.search.since)
        if first is None:
            usual = last - USUAL_SPAN + timedelta(days=1)
            first = first_day_since(conn, usual, last) or usual
        return first, last

    def request(self, conn: sqlite3.Connection, now: datetime) -> AttentionRequest:
        """What to count."""
        first, last = self.days(conn, now)
        return AttentionRequest(
            queries=self.queries,
            filters=replace(self.search.filters(), since=None, until=None),
            first=first,
            last=last,
            unit=self.unit or usual_unit(first, last),
            limits=PAGE_LIMITS,
        )

    def at(self, page: str = "", **changed: object) -> str:
        """The URL of the same question at `/-/attention` + `page`, with some fields changed."""
        fields = {
            "by": self.unit, "show": "counts" if self.counts else "", "apart": "yes" if self.apart else "",
            "since": self.search.since, "until": self.search.until, **self._filters(), **changed,
        }  # fmt: skip
        return f"/-/attention{page}?" + urlencode(
            {"q": self.queries} | {name: value for name, value in fields.items() if value}, doseq=True
        )

    def search_at(self, query: str, period: Period, source_id: int | None = None) -> str:
        """The URL of the search for a query in a period."""
        return self.searches_at(query, [period], source_id)[0]

    def searches_at(self, query: str, periods: Sequence[Period], source_id: int | None = None) -> list[str]:
        """The URLs of the search for a query in each period: only days differ, and those need no quoting."""
        filters = self._filters() | ({"source": source_id} if source_id is not None else {})
        begin, end = (
            urlencode({"q": query}),
            urlencode({name: value for name, value in filters.items() if value}, doseq=True),
        )
        rest = f"&{end}&order=newest" if end else "&order=newest"
        return [f"/-/search?{begin}&since={period.first}&until={period.last}{rest}" for period in periods]

    def search_words(self, word: str, asked: AttentionRequest) -> str:
        """The URL of the search for articles of the query that have a word."""
        quoted = f'"{word}"' if " " in word else word
        period = Period(first=asked.first, last=asked.last, label="")
        return self.search_at(f"{self.query} {quoted}".strip(), period)

    def _filters(self) -> dict[str, object]:
        search = self.search
        return {
            "source": search.sources, "language": search.language, "person": search.person, "section": search.section,
            "kind": search.kind, "paywalled": search.paywalled,
        }  # fmt: skip


def form_options(conn: sqlite3.Connection) -> tuple[Sequence[tuple[int, str]], Sequence[str]]:
    """Sources and languages to choose from."""
    return source_choices(conn), [language for (language,) in conn.execute(_LANGUAGES) if language]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
