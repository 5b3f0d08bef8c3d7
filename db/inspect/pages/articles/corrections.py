"""The page of corrections: its form, its rows as files and feeds, and the SQL behind it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from db.display.shown_sql import fill_values
from db.inspect.pages.components.form_values import local_midnight, number_of, source_choices, source_numbers
from db.inspect.translation.catalogues import gettext, gettext_noop
from db.queries.corrections import (
    CORRECTION_KEYS,
    CorrectedArticle,
    CorrectionFilter,
    SourceCorrections,
    by_source_query,
    correction_object,
    corrections,
    corrections_by_source,
    count_corrections,
    stream_query,
)
from db.store.dedup.near_copies import count_undecided
from db.text.changes import ChangedWords, ChangeKind
from db.text.substance import Passage, Substance

SIZE = 20
# Rows of a file or feed.
MOST_TAKEN = 1000
USUAL_SPAN = timedelta(days=30)
_LAST_PAGE = 500
# Letters of unchanged text beside a change, before the context is opened.
_BESIDE = 60
FORMS = (("csv", "CSV"), ("json", "JSON"), ("rss", "RSS"), ("jsonfeed", "JSON Feed"))
FIELD_NAMES = {
    "title": gettext_noop("Headline"),
    "subtitle": gettext_noop("Standfirst"),
    "authors": gettext_noop("Authors"),
    "editors": gettext_noop("Editors"),
    "source": gettext_noop("Outlet"),
    "original_source": gettext_noop("Original source"),
    "published": gettext_noop("Stated time of publication"),
}
_LANGUAGES = "SELECT DISTINCT language FROM revision_changes WHERE language IS NOT NULL ORDER BY 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionForm:
    """The form as filled in; invalid values count as empty. Dates are in the local time zone."""

    sources: tuple[int, ...] = ()
    since: str = ""
    until: str = ""
    kind: str = ""
    language: str = ""
    silent: bool = False
    newest: bool = False
    page: int = 1

    @staticmethod
    def of(arguments: Any) -> CorrectionForm:
        """From the query parameters of a URL, where `source` stands once for each source."""

        def text(name: str) -> str:
            return (arguments.get(name) or "").strip()[:100]

        return CorrectionForm(
            sources=source_numbers(arguments.getlist("source")),
            since=text("since") if local_midnight(text("since")) else "",
            until=text("until") if local_midnight(text("until")) else "",
            kind=text("kind") if text("kind") in set(Substance) else "",
            language=text("language") if re.fullmatch(r"[a-z]{2}", text("language")) else "",
            silent=text("silent") == "1",
            newest=text("order") == "newest",
            page=min(number_of(text("page")) or 1, _LAST_PAGE),
        )

    def at(self, page: int = 1, form: str = "") -> str:
        """The URL of another page; with `form`, of the whole as a file or feed."""
        fields = {
            "source": self.sources, "since": self.since, "until": self.until, "kind": self.kind, "language": self.language,
            "silent": "1" if self.silent else "", "order": "newest" if self.newest else "", "page": page if page > 1 else "",
        }  # fmt: skip
        query = urlencode({name: value for name, value in fields.items() if value}, doseq=True)
        return f"/-/corrections{'.' + form if form else ''}" + (f"?{query}" if query else "")

    def filters(self, now: datetime) -> CorrectionFilter:
        """The filters; the last 30 days unless the form says otherwise."""
        until = local_midnight(self.until)
        since = local_midnight(self.since) or ((until or now) - USUAL_SPAN).replace(microsecond=0)
        return CorrectionFilter(
            source_ids=self.sources,
            since=since,
            until=until + timedelta(days=1) if until else None,
            kind=self.kind or None,
            language=self.language or None,
            silent=self.silent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsPage:
    """What the page shows. `waiting`: articles that are not judged yet. `queries`: heading and SQL."""

    found: list[CorrectedArticle]
    total: int
    by_source: list[SourceCorrections]
    waiting: int
    sources: list[tuple[int, str]]
    languages: list[str]
    queries: list[tuple[str, str]]


def corrections_page(conn: sqlite3.Connection, form: CorrectionForm, now: datetime) -> CorrectionsPage:
    """The page of a form."""
    wanted, skip = form.filters(now), (form.page - 1) * SIZE
    stream, values = stream_query(wanted, newest=form.newest, limit=SIZE, skip=skip)
    counted, its_values = by_source_query(wanted)
    return CorrectionsPage(
        found=corrections(conn, wanted, newest=form.newest, limit=SIZE, skip=skip),
        total=count_corrections(conn, wanted),
        by_source=corrections_by_source(conn, wanted),
        waiting=count_undecided(conn),
        sources=source_choices(conn),
        languages=[language for (language,) in conn.execute(_LANGUAGES)],
        queries=[
            (gettext("The stream"), fill_values(stream, values)),
            (gettext("By source"), fill_values(counted, its_values)),
        ],
    )


def taken_corrections(conn: sqlite3.Connection, form: CorrectionForm, now: datetime) -> list[CorrectedArticle]:
    """All that a form finds, up to `MOST_TAKEN`."""
    return corrections(conn, form.filters(now), newest=form.newest, limit=MOST_TAKEN)


def figure_rows(found: list[CorrectedArticle]) -> list[list[object]]:
    """Corrections as rows of `CORRECTION_KEYS`."""
    return [[correction_object(one)[name] for name in CORRECTION_KEYS] for one in found]


def compact(passage: Passage) -> list[ChangedWords]:
    """What changed in a passage, with a few words beside it."""
    return list(_compact(passage.pieces))


def is_longer(passage: Passage) -> bool:
    """Whether a passage has more context than its compact form."""
    return sum(len(one.text) for one in compact(passage)) < sum(len(one.text) for one in passage.pieces)


def _compact(parts: tuple[ChangedWords, ...]) -> Iterator[ChangedWords]:
    for at, piece in enumerate(parts):
        text = piece.text
        if piece.kind is ChangeKind.UNCHANGED:
            begin = f"{text[:_BESIDE]} " if at else ""
            end = f" {text[-_BESIDE:]}" if at < len(parts) - 1 else ""
            if (begin or end) and len(text) > len(begin) + 1 + len(end):
                text = f"{begin}…{end}"
        yield ChangedWords(kind=piece.kind, text=text)


def utc_now() -> datetime:
    """Now, to the minute: feeds of one minute have the same period."""
    return datetime.now(UTC).replace(second=0, microsecond=0)
