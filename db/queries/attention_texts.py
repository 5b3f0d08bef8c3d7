"""The texts that top words are read from: a sample of a result, and one of the archive in the same languages, both drawn by the
hash of the page's number.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from db.queries.article_filter import ArticleFilter, ArticleKind
from db.queries.attention import draw_originals, sample_matches
from db.sqlite.named_rows import named_rows

_TEXTS = """
SELECT a.page_id, c.source_id, a.language, a.title, a.text FROM json_each(:pages) j
CROSS JOIN articles a ON a.page_id = j.value CROSS JOIN dated_articles c ON c.page_id = a.page_id ORDER BY j.key
"""
DaySpan = tuple[date, date]
# A language of fewer articles of the result gets no part of the archive's sample: its words would all be news.
_LEAST_LANGUAGE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledText:
    """An article of a sample. `language`: the first part of its tag, "" if it is not known."""

    page_id: int
    source_id: int
    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSamples:
    """Texts of the result and of the archive."""

    result: tuple[SampledText, ...]
    archive: tuple[SampledText, ...]


def sample_texts(
    conn: sqlite3.Connection,
    query: str,
    filters: ArticleFilter,
    first: date,
    last: date,
    *,
    most: int,
    most_archive: int,
) -> TextSamples:
    """Texts of at most `most` matching articles, and of at most `most_archive` others of the same days, source and languages.

    Copies are left out unless the filter asks for a kind: a text that ten outlets print is one text. Raises QueryError.
    """
    kind = filters.kind or ArticleKind.ORIGINAL
    pages = sample_matches(conn, query, replace(filters, kind=kind), first, last, most)
    return _beside(conn, pages, filters, (first, last), most_archive)


def sample_texts_of(
    conn: sqlite3.Connection,
    pages: Collection[int],
    source_ids: Sequence[int],
    days: DaySpan,
    *,
    most: int,
    most_archive: int,
) -> TextSamples:
    """The same of some of these pages, of some sources or of all (none named)."""
    drawn = draw_originals(conn, pages, source_ids, most)
    return _beside(conn, drawn, ArticleFilter(source_ids=tuple(source_ids)), days, most_archive)


def _beside(
    conn: sqlite3.Connection,
    pages: Sequence[int],
    filters: ArticleFilter,
    days: DaySpan,
    most_archive: int,
) -> TextSamples:
    result = _texts(conn, pages)
    shares = Counter(text.language for text in result)
    result = [text for text in result if shares[text.language] >= _LEAST_LANGUAGE * len(result)]
    others = ArticleFilter(source_ids=filters.source_ids, kind=ArticleKind.ORIGINAL)
    taken, archive = {text.page_id for text in result}, list[SampledText]()
    for language, number in sorted(Counter(text.language for text in result).items()):
        wanted = round(most_archive * number / len(result))
        of_language = replace(others, language=filters.language or language or None)
        drawn = sample_matches(conn, "", of_language, *days, wanted + len(taken))
        archive += _texts(conn, [page_id for page_id in drawn if page_id not in taken][:wanted])
    return TextSamples(result=tuple(result), archive=tuple(archive))


def _texts(conn: sqlite3.Connection, page_ids: Sequence[int]) -> list[SampledText]:
    return [
        SampledText(
            page_id=row["page_id"],
            source_id=row["source_id"],
            language=(row["language"] or "").replace("_", "-").split("-")[0].lower(),
            title=row["title"],
            text=row["text"],
        )
        for row in named_rows(conn, _TEXTS, {"pages": json.dumps(list(page_ids))})
    ]
