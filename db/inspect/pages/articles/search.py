"""The search page: its form as parameters of `db.queries.search`, and the results."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from db.display.shell_commands import shell_command
from db.errors import QueryError, UsageError
from db.inspect.pages.components.conversions import ResultFile
from db.inspect.pages.components.form_values import local_midnight, number_of, source_choices, source_numbers
from db.inspect.translation.catalogues import gettext, ngettext
from db.queries.article_filter import ArticleFilter, ArticleKind
from db.queries.cursor import Cursor, parse_cursor
from db.queries.search import MOST_COUNTED, Hits, ResultPage, found_part, list_articles, search

SIZE = 20
# Articles of a file or feed, a second from a cold disk: with texts of 5,500 letters 4 MB, an eighth of the longest response. In
# order of time it names the address of the next; `copydesk export` takes all.
MOST_TAKEN = 600
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
# Of `current_pages`: a twentieth of what the rows of `articles` hold.
_LANGUAGES = """SELECT DISTINCT language FROM (SELECT language FROM current_pages ORDER BY page_id DESC LIMIT 5000)
ORDER BY 1"""
_SECTIONS = """SELECT section FROM (SELECT section FROM current_pages ORDER BY page_id DESC LIMIT 5000)
WHERE section <> '' AND length(section) <= 60 GROUP BY section ORDER BY count(*) DESC, section LIMIT 200"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """The form fields as filled in; invalid values count as empty. Dates are in the local time zone."""

    query: str = ""
    sources: tuple[int, ...] = ()
    since: str = ""
    until: str = ""
    language: str = ""
    person: str = ""
    section: str = ""
    kind: str = ""
    paywalled: str = ""
    order: str = ""
    page: int = 1
    after: str = ""

    @staticmethod
    def of(arguments: Any) -> SearchForm:
        """From the query parameters of a URL, where `source` stands once for each source."""

        def text(name: str) -> str:
            return (arguments.get(name) or "").strip()[:_LONGEST]

        return SearchForm(
            query=text("q"),
            sources=source_numbers(arguments.getlist("source")),
            since=text("since") if local_midnight(text("since")) else "",
            until=text("until") if local_midnight(text("until")) else "",
            language=text("language"),
            person=text("person"),
            section=text("section"),
            kind=text("kind") if text("kind") in set(ArticleKind) else "",
            paywalled=text("paywalled") if text("paywalled") in ("yes", "no") else "",
            order="newest" if text("order") == "newest" else "",
            after=text("after") if _place(text("after")) else "",
            page=min(number_of(text("page")) or 1, _LAST_PAGE),
        )

    def at(self, page: int, form: str = "", after: object = "") -> str:
        """The URL of another page of the results, by its number or by what it comes `after`; with `form`, of the whole result as a
        file or feed.
        """
        fields = {
            "q": self.query, "source": self.sources, "since": self.since, "until": self.until, "language": self.language,
            "person": self.person, "section": self.section, "kind": self.kind, "paywalled": self.paywalled,
            "order": self.order, "page": page if page > 1 else None,
            "after": str(after),
        }  # fmt: skip
        path = f"/-/search.{form}" if form else "/-/search"
        return f"{path}?" + urlencode({name: value for name, value in fields.items() if value}, doseq=True)

    @property
    def title(self) -> str:
        """What a feed of the result is called."""
        return f"Copydesk: {self.query}" if self.query else "Copydesk: articles"

    @property
    def by_time(self) -> bool:
        """Whether the results are in order of time: a list always is."""
        return bool(self.order or self.after or not self.query)

    @property
    def narrowed(self) -> bool:
        """Whether the form shows the filters: one is set, or nothing is asked for yet."""
        return bool(self.order) or not self.query or self.narrowed_by_filter

    @property
    def narrowed_by_filter(self) -> bool:
        """Whether a filter is set."""
        return self.filters() != ArticleFilter()

    def command(self, sources: Sequence[tuple[int, str]]) -> str:
        """The command that saves the search."""
        options = {
            "--since": self.since, "--until": self.until, "--language": self.language, "--person": self.person,
            "--section": self.section, "--kind": self.kind,
        }  # fmt: skip
        named = [("--source", name) for number, name in sources if number in self.sources]
        words = [word for name, value in (*named, *options.items()) if value for word in (name, value)]
        words += [{"yes": "--paywalled", "no": "--free"}[self.paywalled]] if self.paywalled else []
        query = ["--", self.query] if self.query.startswith("-") else [self.query] if self.query else []
        return shell_command("searches", "add", "NAME", *words, *query)

    def filters(self) -> ArticleFilter:
        """The filters for `db.queries.search`."""
        until = local_midnight(self.until)
        return ArticleFilter(
            source_ids=self.sources,
            since=local_midnight(self.since),
            until=until + timedelta(days=1) if until else None,
            language=self.language or None,
            person=self.person or None,
            section=self.section or None,
            kind=ArticleKind(self.kind) if self.kind else None,
            paywalled=self.paywalled == "yes" if self.paywalled else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """The hits, or why the query is invalid (`wrong`). With the options of the form, and sentences on what was found."""

    hits: Hits | None
    wrong: str | None
    notes: list[str]
    sources: list[tuple[int, str]]
    languages: list[str]
    sections: list[str]


def search_results(conn: sqlite3.Connection, form: SearchForm) -> SearchResults:
    """Run the search of a form. An empty one lists all articles."""
    hits, wrong = None, None
    page = ResultPage(number=form.page, size=SIZE, newest=form.order == "newest", after=_place(form.after))
    try:
        hits = (
            search(conn, form.query, form.filters(), page) if form.query else list_articles(conn, form.filters(), page)
        )
    except QueryError as error:
        wrong = str(error)
    languages = [language for (language,) in conn.execute(_LANGUAGES) if language]
    sections = [section for (section,) in conn.execute(_SECTIONS)]
    return SearchResults(
        hits=hits,
        wrong=wrong,
        notes=_notes(hits, form) if hits else [],
        sources=source_choices(conn),
        languages=languages,
        sections=sections,
    )


def _notes(hits: Hits, form: SearchForm) -> list[str]:
    notes = [_found(hits, form)]
    if hits.unindexed:
        waiting = ngettext(
            "%(count)s article is not indexed yet and was not searched (copydesk upkeep index).",
            "%(count)s articles are not indexed yet and were not searched (copydesk upkeep index).",
            hits.unindexed,
        )
        notes.append(waiting % {"count": f"{hits.unindexed:,}"})
    if hits.next and len(hits.hits) < SIZE:
        notes.append(gettext("So far looked back to %(day)s; older articles follow.") % {"day": hits.next.at[:10]})
    return notes


def _found(hits: Hits, form: SearchForm) -> str:
    if not hits.found:
        if form.query:
            return gettext("Nothing found.")
        if form.narrowed_by_filter:
            return gettext("No article matches all these filters.")
        return gettext("There are no articles yet.")
    if not hits.complete and not form.by_time:
        most = gettext(
            "More than %(count)s articles; only the latest, and those that match in title or credits, are ranked."
        )
        about = gettext(
            "About %(count)s articles; only the latest, and those that match in title or credits, are ranked."
        )
        text = most if hits.found >= MOST_COUNTED else about
    elif not hits.complete:
        most = gettext("More than %(count)s articles, newest first.")
        text = most if hits.found >= MOST_COUNTED else gettext("About %(count)s articles, newest first.")
    elif form.by_time:
        text = ngettext("%(count)s article, newest first.", "%(count)s articles, newest first.", hits.found)
    else:
        text = ngettext("%(count)s article.", "%(count)s articles.", hits.found)
    return text % {"count": f"{hits.found:,}"}


def result_file(conn: sqlite3.Connection, form: SearchForm, kind: str, origin: str) -> tuple[ResultFile, str | None]:
    """The result of a form as a file: `MOST_TAKEN` articles, from its place on; and the address where it goes on, None at its end
    and where it is in order of score. `origin`: of the server's URLs. Raises QueryError.
    """
    page_ids, place = found_part(
        conn, form.query, form.filters(), newest=form.order == "newest", limit=MOST_TAKEN, after=_place(form.after)
    )
    file = ResultFile(
        page_ids=page_ids,
        form=kind,
        title=form.title,
        home=origin + form.at(1),
        address=origin + form.at(1, kind, form.after),
    )
    return file, form.at(1, kind, place) if place else None


def _place(text: str) -> Cursor | None:
    """The place in the list that an address names; None if it names none."""
    try:
        return parse_cursor(text) if text else None
    except UsageError:
        return None
