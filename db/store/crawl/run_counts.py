"""Count what a run brought, from its rows. Every count that is shown of a run or of requests is defined here and
nowhere else.

    request of an article ──> forbidden · failed · unchanged · its page was stored ──> new · updated · duplicate · rejected · unread

Each request has exactly one of these fates, so they add up: a request that returned a page or 304 is unchanged, new,
updated, duplicate, rejected or unread. A page belongs to the run that stored it: a later run that receives the same
bytes brought nothing. docs/counts.md explains the counts to users.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from db.network.http_statuses import fetch_failed_sql, page_status_sql
from db.sqlite.named_rows import named_rows
from db.timestamps import parse_timestamp

# For a row `f` of `fetches`.
IS_ARTICLE = "f.what = 'article'"
IS_LISTING = "f.what IN ('entry', 'discovery')"
IS_FORBIDDEN = "coalesce(f.error, '') = 'robots_forbidden'"
"""Never sent, because robots.txt disallows it."""
HAS_NO_ANSWER = fetch_failed_sql("f.")
IS_FAILED = f"({HAS_NO_ANSWER} AND NOT {IS_FORBIDDEN})"
IS_FETCHED = f"coalesce({page_status_sql('f.status')} AND f.error IS NULL, 0)"
"""A response with a page."""
IS_STORED = "EXISTS (SELECT 1 FROM pages own WHERE own.id = f.page_id AND own.fetched_at = f.started_at)"
"""This request stored its page; otherwise the page was stored before."""
IS_UNCHANGED = f"(NOT {HAS_NO_ANSWER} AND NOT {IS_STORED})"
"""A response without news: 304, or the same bytes."""

FAILURE_NAME = "coalesce(f.error, 'http_' || f.status)"

# A verdict of `same` for the same link: the page changed around the article, the article did not.
_FATE = f"""
CASE WHEN {IS_FORBIDDEN} THEN 'forbidden'
     WHEN {IS_FAILED} THEN 'failed'
     WHEN {IS_UNCHANGED} THEN 'unchanged'
     WHEN d.verdict = 'new' THEN 'new'
     WHEN d.verdict = 'revision' THEN 'updated'
     WHEN d.verdict = 'same' AND EXISTS (SELECT 1 FROM pages p JOIN pages earlier ON earlier.link_id = p.link_id
                                         AND earlier.id < p.id WHERE p.id = d.page_id) THEN 'unchanged'
     WHEN d.verdict IN ('same', 'copy') THEN 'duplicate'
     WHEN o.reason IS NOT NULL OR d.verdict = 'notice' THEN 'rejected'
     ELSE 'unread' END
"""
_FATES = f"""
SELECT f.source_id, {_FATE} AS fate,
       CASE WHEN {IS_FAILED} THEN {FAILURE_NAME} WHEN {IS_UNCHANGED} THEN NULL
            WHEN d.verdict = 'notice' THEN 'repeated' ELSE o.reason END AS why, count(*) AS requests
FROM fetches f LEFT JOIN decisions d ON d.page_id = f.page_id LEFT JOIN outcomes o ON o.page_id = f.page_id
WHERE f.run_id = ? AND {IS_ARTICLE}
GROUP BY 1, 2, 3 ORDER BY requests DESC, 3
"""
_REQUESTS = f"""
SELECT count(*) FILTER (WHERE {IS_ARTICLE} AND {IS_FETCHED}) AS fetched,
       coalesce(sum(f.bytes) FILTER (WHERE {IS_ARTICLE}), 0) AS bytes,
       count(*) FILTER (WHERE {IS_LISTING} AND {HAS_NO_ANSWER}) AS listings_failed,
       count(*) FILTER (WHERE {IS_LISTING} AND {IS_FORBIDDEN}) AS listings_forbidden
FROM fetches f WHERE f.run_id = ?
"""
_FOUND = "SELECT count(*) FROM links WHERE run_id = ?"
# Runs that ended before all their pages were extracted, or that were killed before they could count. Only the latest: the log of
# older ones may be pruned.
_INCOMPLETE = """
SELECT id, started_at, ended_at, figures FROM runs
WHERE ended IS NOT NULL AND command IN ('crawl', 'import', 'backfill') AND (figures IS NULL OR figures ->> 'unread' > 0) AND id <> ?
ORDER BY id DESC LIMIT 20
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run brought. Counts are of article requests unless stated otherwise; `seconds` is from start to end of the
    run.
    """

    found: int = 0
    """New links."""
    fetched: int = 0
    """Responses with a page (`db.network.http_statuses`)."""
    unchanged: int = 0
    """Responses without news: 304, the same bytes, or the same article on a page that changed around it."""
    new: int = 0
    """New articles."""
    updated: int = 0
    """New revisions of known articles."""
    duplicate: int = 0
    """Copies of known articles, and known pages at another address."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Pages that are not articles, by reason."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """Requests without a usable response, by name of the failure."""
    forbidden: int = 0
    """Requests that robots.txt disallows, including those of listings. None was sent."""
    listings_failed: int = 0
    """Listings that failed or were forbidden. On a first visit this includes addresses that were only guessed."""
    unread: int = 0
    """Pages stored by the run that have no outcome yet."""
    bytes: int = 0
    seconds: float = 0.0
    pages_per_second: float = 0.0

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def count_run(conn: sqlite3.Connection, run_id: int, started: datetime, ended: datetime) -> Figures:
    """Count a run. All counts are zero for a run without rows."""
    requests = named_rows(conn, _REQUESTS, (run_id,)).fetchone()
    counts, reasons = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for row in named_rows(conn, _FATES, (run_id,)):
        counts[row["fate"]] += row["requests"]
        if row["fate"] in ("rejected", "failed"):
            reasons[row["fate"]][row["why"]] += row["requests"]
    seconds = max(0.0, (ended - started).total_seconds())  # the clock may have been set back
    return Figures(
        found=conn.execute(_FOUND, (run_id,)).fetchone()[0],
        fetched=requests["fetched"],
        unchanged=counts["unchanged"],
        new=counts["new"],
        updated=counts["updated"],
        duplicate=counts["duplicate"],
        rejected=dict(reasons["rejected"].most_common()),
        failed=dict(reasons["failed"].most_common()),
        forbidden=counts["forbidden"] + requests["listings_forbidden"],
        listings_failed=requests["listings_failed"],
        unread=counts["unread"],
        bytes=requests["bytes"],
        seconds=round(seconds, 3),
        pages_per_second=round(requests["fetched"] / seconds, 2) if seconds > 0 else 0.0,
    )


def count_unchanged_by_source(conn: sqlite3.Connection, run_id: int) -> dict[int, int]:
    """The number of unchanged responses by source id: known only once the run's pages are settled."""
    counts = Counter[int]()
    for row in named_rows(conn, _FATES, (run_id,)):
        if row["fate"] == "unchanged" and row["source_id"] is not None:
            counts[row["source_id"]] += row["requests"]
    return dict(counts)


def recount_runs(conn: sqlite3.Connection, current: int) -> list[tuple[int, Figures]]:
    """New figures of earlier runs whose pages were extracted only after they had ended, where they differ; not of run
    `current`.
    """
    found = []
    for run in named_rows(conn, _INCOMPLETE, (current,)).fetchall():
        before = json.loads(run["figures"]) if run["figures"] else {}
        figures = count_run(conn, run["id"], parse_timestamp(run["started_at"]), parse_timestamp(run["ended_at"]))
        if figures.fetched >= before.get("fetched", 0) and figures.unread < before.get("unread", figures.unread + 1):
            found.append((run["id"], figures))
    return found
