"""Counts over the database: in total, by source, and the last runs.

Pages, articles, rejections and the sizes of bodies are read from the counts that triggers keep (`db.schema.counts.articles`,
`db.schema.counts.large_archives`). Failures have an index, so that what is read of the log does not grow with it.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from db.queries.articles import snapshot
from db.sqlite.conditions import IS_REJECTED, LAST_FETCHED
from db.sqlite.named_rows import named_rows
from db.store.crawl.run_counts import FAILURE_NAME, IS_ARTICLE, IS_FAILED
from db.store.dedup.notices import REASONS
from db.timestamps import format_timestamp

# Older failures do not describe the current state of the crawl.
FAILURE_WINDOW = timedelta(days=7)

_COUNTS = """
SELECT (SELECT count(*) FROM sources WHERE removed_at IS NULL) AS sources,
       (SELECT count(removed_at) FROM sources) AS sources_removed,
       (SELECT count(*) FROM links) AS links, (SELECT count(*) FROM visits WHERE first_at IS NULL) AS links_never_fetched,
       (SELECT count(*) FROM fetches) AS fetches,
       (SELECT coalesce(sum(pages), 0) FROM page_counts WHERE kind = 'page') AS pages, (SELECT count(*) FROM unread) AS pages_unread
"""
_BODIES = """
SELECT bodies, pruned AS bodies_pruned, raw AS bodies_raw, stored AS bodies_stored, by_dictionary AS bodies_by_dictionary
FROM body_sums
"""
_DICTIONARIES = """
SELECT count(*) AS dictionaries, coalesce(sum(length(data)), 0) AS dictionaries_stored FROM dictionaries
"""
_VERDICTS = "SELECT name, sum(pages) FROM page_counts WHERE kind = 'verdict' GROUP BY 1"
_REJECTED = REASONS
_FAILED = f"""
SELECT {FAILURE_NAME}, count(*) FROM fetches f
WHERE f.started_at >= ? AND ({IS_ARTICLE} OR f.what = 'entry') AND {IS_FAILED}
GROUP BY 1 ORDER BY 2 DESC, 1
"""
_ALL_SOURCES = f"""
SELECT s.id, s.name, s.removed_at IS NOT NULL AS removed, nullif({LAST_FETCHED}, '') AS last_fetched
FROM sources s ORDER BY s.name, s.id
"""
_COUNTED = f"""
SELECT s.id,
       coalesce(sum(g.pages) FILTER (WHERE g.kind = 'page'), 0) AS pages,
       coalesce(sum(g.pages) FILTER (WHERE g.kind = 'verdict' AND g.name IN ('new', 'copy')), 0) AS articles,
       coalesce(sum(g.pages) FILTER (WHERE {IS_REJECTED}), 0) AS rejected,
       (SELECT max(p.fetched_at) FROM pages p WHERE p.source_id = s.id) AS last_new,
       (SELECT max(l.published_utc) FROM current_pages l WHERE l.source_id = s.id) AS last_published
FROM sources s LEFT JOIN page_counts g ON g.source_id = s.id GROUP BY s.id
"""
_OF_SOURCE = ("pages", "articles", "rejected", "last_new", "last_published")
_FAILED_BY_SOURCE = f"""
SELECT f.source_id, count(*) FROM fetches f
WHERE f.started_at >= ? AND ({IS_ARTICLE} OR f.what = 'entry') AND {IS_FAILED}
GROUP BY 1
"""
_RUNS = """
SELECT id, command, started_at, ended_at, ended, figures, error FROM runs WHERE id < ? ORDER BY id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatistics:
    """Counts of one source. `articles` counts each article once, whatever its revisions; `failed` covers 7 days.

    `last_fetched` is when it last responded, `last_new` when a response last brought a new page.
    """

    name: str
    removed: bool
    pages: int
    articles: int
    rejected: int
    failed: int
    last_fetched: str | None
    last_new: str | None
    last_published: str | None

    @property
    def rejected_share(self) -> float | None:
        """The share of its pages that are not articles, 0 to 1."""
        return self.rejected / self.pages if self.pages else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `figures` are the counts of `db.store.crawl.run_counts`, empty while it runs or if it was killed."""

    id: int
    command: str
    started_at: str
    ended_at: str | None
    ended: str | None
    figures: dict[str, object]
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseStatistics:
    """Counts of the whole database. Sizes are bytes."""

    sources: int
    sources_removed: int
    links: int
    links_never_fetched: int
    fetches: int
    pages: int
    pages_unread: int
    bodies: int
    bodies_pruned: int
    bodies_raw: int
    """Uncompressed size of bodies that are not pruned."""
    bodies_stored: int
    bodies_by_dictionary: int
    """Compressed with a dictionary of their source."""
    dictionaries: int
    dictionaries_stored: int
    articles: int
    """Each once, in its current revision; copies included."""
    revisions: int
    copies: int
    same: int
    """Pages with the text of an article that was known."""
    rejected: dict[str, int] = field(default_factory=dict)
    failed_7d: dict[str, int] = field(default_factory=dict)
    by_source: list[SourceStatistics] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def database_statistics(conn: sqlite3.Connection, now: datetime, *, runs: int = 5) -> DatabaseStatistics:
    """Count everything within one snapshot, with the last `runs` runs."""
    with snapshot(conn):
        return _count_all(conn, now, runs)


def _count_all(conn: sqlite3.Connection, now: datetime, runs: int) -> DatabaseStatistics:
    since = (format_timestamp(now - FAILURE_WINDOW),)
    verdicts = dict(conn.execute(_VERDICTS).fetchall())
    return DatabaseStatistics(
        **named_rows(conn, _COUNTS).fetchone(),
        **named_rows(conn, _BODIES).fetchone(),
        **named_rows(conn, _DICTIONARIES).fetchone(),
        articles=verdicts.get("new", 0) + verdicts.get("copy", 0),
        revisions=verdicts.get("revision", 0),
        copies=verdicts.get("copy", 0),
        same=verdicts.get("same", 0),
        rejected=dict(conn.execute(_REJECTED).fetchall()),
        failed_7d=dict(conn.execute(_FAILED, since).fetchall()),
        by_source=_by_source(conn, since),
        runs=last_runs(conn, runs),
    )


def last_runs(conn: sqlite3.Connection, number: int, *, before: int | None = None) -> list[Run]:
    """The last runs, latest first; with `before`, only those with lower ids."""
    return [run_from_row(row) for row in named_rows(conn, _RUNS, (before or 2**62, number))]


def run_from_row(row: sqlite3.Row) -> Run:
    """A run from its row in `runs`; further columns do not matter."""
    values = {name: row[name] for name in ("id", "command", "started_at", "ended_at", "ended", "error")}
    return Run(**values, figures=json.loads(row["figures"]) if row["figures"] else {})


def _by_source(conn: sqlite3.Connection, since: tuple[str]) -> list[SourceStatistics]:
    by_id = {row["id"]: row for row in named_rows(conn, _COUNTED)}
    failed = dict(conn.execute(_FAILED_BY_SOURCE, since).fetchall())
    return [
        SourceStatistics(
            name=source["name"],
            removed=bool(source["removed"]),
            failed=failed.get(source["id"], 0),
            last_fetched=source["last_fetched"],
            **{name: by_id[source["id"]][name] for name in _OF_SOURCE},
        )
        for source in named_rows(conn, _ALL_SOURCES)
    ]
