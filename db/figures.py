"""A run in figures, counted from its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from db.statuses import fetch_failed, page_came

_LINKS = "SELECT count(*) FROM links WHERE run_id = ?"
_FETCHES = f"""
SELECT count(*) FILTER (WHERE {page_came()}),
       count(*) FILTER (WHERE status = 304 OR ({page_came()} AND NOT EXISTS (
           SELECT 1 FROM pages p WHERE p.id = f.page_id AND p.fetched_at = f.started_at))),
       coalesce(sum(bytes), 0)
FROM fetches f WHERE run_id = ? AND what = 'article'
"""
_FAILED = f"""
SELECT coalesce(error, 'http_' || status), count(*) FROM fetches
WHERE run_id = ? AND what = 'article' AND {fetch_failed()}
GROUP BY 1 ORDER BY 2 DESC, 1
"""
_LISTINGS_FAILED = f"""
SELECT count(*) FROM fetches
WHERE run_id = ? AND what = 'entry' AND {fetch_failed()}
"""
# The pages of a run, each once, although a later fetch of the run may have found it unchanged.
_PAGES = f"SELECT DISTINCT page_id FROM fetches WHERE run_id = :run AND what = 'article' AND {page_came()}"
# SAME from the same link: what stands around the article has changed, the article has not.
_VERDICTS = f"""
SELECT CASE WHEN d.verdict = 'same' AND EXISTS (
           SELECT 1 FROM pages p JOIN pages earlier ON earlier.link_id = p.link_id AND earlier.id < p.id
           WHERE p.id = d.page_id) THEN 'unchanged' ELSE d.verdict END, count(*)
FROM decisions d WHERE d.page_id IN ({_PAGES}) GROUP BY 1
"""
_REJECTED = f"""
SELECT reason, count(*) FROM outcomes WHERE reason IS NOT NULL AND page_id IN ({_PAGES}) GROUP BY 1 ORDER BY 2 DESC, 1
"""
# What another crawl has stored since is that one's.
_UNREAD = (
    "SELECT count(*) FROM unread WHERE page_id <= (SELECT coalesce(max(page_id), 0) FROM fetches WHERE run_id = ?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run brought. Counts are of articles unless named otherwise; `seconds` is from begin to settled."""

    found: int = 0
    """Links not known before."""
    fetched: int = 0
    """Answers with a page (`db.statuses`)."""
    unchanged: int = 0
    """Answers that brought what we had: 304, the same bytes, or the same article with other things around it."""
    new: int = 0
    updated: int = 0
    duplicate: int = 0
    """Copies elsewhere, and other addresses of a page we had."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    listings_failed: int = 0
    unread: int = 0
    """Pages still without an outcome, up to the last one of this run."""
    bytes: int = 0
    seconds: float = 0.0
    pages_per_second: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def figures_of(conn: sqlite3.Connection, run_id: int, started: datetime, now: datetime) -> Figures:
    """Count a run. Raises nothing for a run without rows: all is zero."""
    fetched, unchanged, size = conn.execute(_FETCHES, (run_id,)).fetchone()
    verdicts = dict(conn.execute(_VERDICTS, {"run": run_id}).fetchall())
    seconds = (now - started).total_seconds()
    return Figures(
        found=conn.execute(_LINKS, (run_id,)).fetchone()[0],
        fetched=fetched,
        unchanged=unchanged + verdicts.get("unchanged", 0),
        new=verdicts.get("new", 0),
        updated=verdicts.get("revision", 0),
        duplicate=verdicts.get("same", 0) + verdicts.get("copy", 0),
        rejected=dict(conn.execute(_REJECTED, {"run": run_id}).fetchall()),
        failed=dict(conn.execute(_FAILED, (run_id,)).fetchall()),
        listings_failed=conn.execute(_LISTINGS_FAILED, (run_id,)).fetchone()[0],
        unread=conn.execute(_UNREAD, (run_id,)).fetchone()[0],
        bytes=size,
        seconds=round(seconds, 3),
        pages_per_second=round(fetched / seconds, 2) if seconds > 0 else 0.0,
    )
