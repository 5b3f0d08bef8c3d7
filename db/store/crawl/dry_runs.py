"""What a database holds that was made for one crawl of one source."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.store.crawl.run_counts import FAILURE_NAME, HAS_NO_ANSWER, IS_ARTICLE

_FAILED = f"SELECT f.url, {FAILURE_NAME} FROM fetches f WHERE {IS_ARTICLE} AND {HAS_NO_ANSWER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRun:
    """All of a database with one source. `rejected` holds (url, reason, detail), `failed` (url, error)."""

    source_id: int
    links: int
    article_pages: tuple[int, ...]
    rejected: list[tuple[str, str, str]]
    failed: list[tuple[str, str]]


def load_whole_run(conn: sqlite3.Connection) -> WholeRun:
    """Read a database that holds one source."""
    return WholeRun(
        source_id=conn.execute("SELECT id FROM sources").fetchone()[0],
        links=conn.execute("SELECT count(*) FROM links").fetchone()[0],
        article_pages=tuple(page for (page,) in conn.execute("SELECT page_id FROM articles ORDER BY page_id")),
        rejected=conn.execute("SELECT url, reason, coalesce(detail, '') FROM rejections").fetchall(),
        failed=conn.execute(_FAILED).fetchall(),
    )
