"""Takings: one row for each article that another source had first, or that names the outlet it was taken from.

    decisions (settling) ──> takings ──triggers──> copy_pairs   by taker, source of the earliest, credited name, language, month
                                              └──> copy_lags    also by bin of the lag (`db.copying.lags`)

All of it is derived, and written in the transaction of the decisions. What a credited name stands for is not kept: a source may be
added later, or the list of agencies grow (`db.reports.copying` resolves names when it is asked). An article counts by its first
page, in the month of its publication, else of its first fetch, in UTC.

The lag is from the cluster's original to the article: by the stated times of publication where both state a time of day, else by
the times of the first fetches.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from db.copying.lags import lag_bin
from db.copying.names import name_key

_CHUNK = 2000
_COLUMNS = "article_id, source_id, from_id, earliest_id, credited, language, month, lag, basis, bin"
_ARTICLES = """
SELECT d.page_id, p.source_id, o.source_id, d.original_id, a.original_source, a.source, a.language,
       coalesce(a.published_utc, p.fetched_at), a.published_utc, a.published_precision, b.published_utc, b.published_precision,
       p.fetched_at, o.fetched_at
FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id
JOIN articles b ON b.page_id = d.original_id JOIN pages o ON o.id = d.original_id
WHERE d.verdict IN ('new', 'copy') AND (a.original_source IS NOT NULL OR o.source_id <> p.source_id)
"""
_OF_PAGES = f"{_ARTICLES} AND d.page_id IN (SELECT value FROM json_each(?))"
_KEPT = f"SELECT {_COLUMNS} FROM takings WHERE article_id IN (SELECT value FROM json_each(?))"
_INSERT = f"INSERT INTO takings ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
COUNT_PAIRS = """
INSERT INTO copy_pairs (source_id, from_id, credited, language, month, articles)
SELECT source_id, from_id, credited, language, month, count(*) FROM takings GROUP BY 1, 2, 3, 4, 5
"""
COUNT_LAGS = """
INSERT INTO copy_lags (source_id, from_id, credited, language, month, basis, bin, articles)
SELECT source_id, from_id, credited, language, month, basis, bin, count(*) FROM takings WHERE bin IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
COUNT_OUTLETS = """
INSERT INTO source_outlets (source_id, outlet, articles)
SELECT p.source_id, a.source, count(*) FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id
WHERE d.verdict IN ('new', 'copy') AND a.source IS NOT NULL GROUP BY 1, 2
"""

_Row = tuple[object, ...]


def refresh_takings(conn: sqlite3.Connection, page_ids: Collection[int]) -> None:
    """Bring the takings of these pages in line with their decisions. For the transaction that writes the decisions."""
    chosen = json.dumps(sorted(page_ids))
    kept = {row[0]: row for row in conn.execute(_KEPT, (chosen,))}
    now = {row[0]: row for row in _takings(conn.execute(_OF_PAGES, (chosen,)))}
    gone = [(article_id,) for article_id, row in kept.items() if now.get(article_id) != row]
    conn.executemany("DELETE FROM takings WHERE article_id = ?", gone)
    conn.executemany(_INSERT, [row for article_id, row in now.items() if kept.get(article_id) != row])


def rebuild_takings(conn: sqlite3.Connection) -> None:
    """Make all takings and counts again from the decisions that stand: some 20 s for 1,000,000 articles."""
    for table in ("takings", "copy_pairs", "copy_lags", "source_outlets"):
        conn.execute(f"DELETE FROM {table}")
    fill_takings(conn)
    conn.execute(COUNT_OUTLETS)


def fill_takings(conn: sqlite3.Connection) -> None:
    """Insert the takings of all decisions. There must be none."""
    rows = conn.execute(_ARTICLES)
    while chunk := rows.fetchmany(_CHUNK):
        conn.executemany(_INSERT, list(_takings(chunk)))


def _takings(articles: Iterable[tuple[object, ...]]) -> Iterator[_Row]:
    for (article_id, source_id, other_id, original_id, credit, outlet, language, at,
         published, precision, first_published, first_precision, seen, first_seen) in articles:  # fmt: skip
        credited = name_key(_text(credit))
        if credited == name_key(_text(outlet)):
            credited = ""
        is_others = other_id != source_id
        if not (is_others or credited):
            continue
        lag, basis = None, None
        if is_others:
            lag, basis = measure_lag((first_published, first_precision, first_seen), (published, precision, seen))
        yield (
            article_id, source_id, other_id if is_others else 0, original_id if is_others else None, credited,
            language_base(_text(language)), str(at)[:7], lag, basis, None if lag is None else lag_bin(lag),
        )  # fmt: skip


def measure_lag(earlier: Sequence[object], later: Sequence[object]) -> tuple[int, str]:
    """Seconds from one article to another, and by what: `stated` times if both state a time of day, else as `seen`.

    Each is the time of publication in UTC, its precision, and the time of the first fetch, as in the tables.
    """
    (published, precision, seen), (later_published, later_precision, later_seen) = earlier, later
    if published and later_published and "day" not in (precision, later_precision):
        return _seconds(published, later_published), "stated"
    return _seconds(seen, later_seen), "seen"


def language_base(code: str) -> str:
    """The language of a code without region and script: of zh-Hant-TW zh."""
    return code.replace("_", "-").partition("-")[0].lower()[:8]


def _seconds(earlier: object, later: object) -> int:
    return round((datetime.fromisoformat(str(later)) - datetime.fromisoformat(str(earlier))).total_seconds())


def _text(value: object) -> str:
    return str(value or "")
