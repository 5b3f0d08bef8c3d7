"""What a run brought, counted from its rows. Every count that anybody shows of a run or of requests is defined here, and only here.

    request of an article ──> forbidden · failed · unchanged · its page was stored ──> new · updated · duplicate · rejected · unread

Each request has one of these fates, so they add up: what was fetched (200) or answered with 304 is unchanged, new, updated,
duplicate, rejected or unread. A page belongs to the run that stored it: a later run that gets the same bytes again brought nothing.
docs/counts.md says the same for readers.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from db.http_statuses import fetch_failed, page_came
from db.timestamps import parse_timestamp

# Of a row `f` of fetches.
IS_ARTICLE = "f.what = 'article'"
IS_LISTING = "f.what IN ('entry', 'discovery')"
IS_FORBIDDEN = "coalesce(f.error, '') = 'robots_forbidden'"
"""Never sent, because robots.txt forbids it."""
HAS_NO_ANSWER = fetch_failed("f.")
IS_FAILED = f"({HAS_NO_ANSWER} AND NOT {IS_FORBIDDEN})"
IS_FETCHED = f"coalesce({page_came('f.status')} AND f.error IS NULL, 0)"
"""An answer with a body."""
STORED = "EXISTS (SELECT 1 FROM pages own WHERE own.id = f.page_id AND own.fetched_at = f.started_at)"
"""Its page was stored by this very request; else it is the one we had."""
IS_UNCHANGED = f"(NOT {HAS_NO_ANSWER} AND NOT {STORED})"
"""An answer that brought what we had: 304, or the same bytes."""

FAILURE_NAME = "coalesce(f.error, 'http_' || f.status)"

# `same` from the same link: what stands around the article has changed, the article has not.
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
            WHEN d.verdict = 'notice' THEN 'repeated' ELSE o.reason END AS why, count(*)
FROM fetches f LEFT JOIN decisions d ON d.page_id = f.page_id LEFT JOIN outcomes o ON o.page_id = f.page_id
WHERE f.run_id = ? AND {IS_ARTICLE}
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 3
"""
_REQUESTS = f"""
SELECT count(*) FILTER (WHERE {IS_ARTICLE} AND {IS_FETCHED}),
       coalesce(sum(f.bytes) FILTER (WHERE {IS_ARTICLE}), 0),
       count(*) FILTER (WHERE {IS_LISTING} AND {HAS_NO_ANSWER}),
       count(*) FILTER (WHERE {IS_LISTING} AND {IS_FORBIDDEN})
FROM fetches f WHERE f.run_id = ?
"""
_FOUND = "SELECT count(*) FROM links WHERE run_id = ?"
# Runs that ended before all they had fetched was read, or that were killed before they could count. The latest: further back
# the log may be pruned.
_INCOMPLETE = """
SELECT id, started_at, ended_at, figures FROM runs
WHERE ended IS NOT NULL AND command IN ('crawl', 'import') AND (figures IS NULL OR figures ->> 'unread' > 0) AND id <> ?
ORDER BY id DESC LIMIT 20
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run brought. Counts are of requests of articles unless named otherwise; `seconds` is from begin to end of the run."""

    found: int = 0
    """Links not known before."""
    fetched: int = 0
    """Answers with a page (`db.http_statuses`)."""
    unchanged: int = 0
    """Answers that brought what we had: 304, the same bytes, or the same article with other things around it."""
    new: int = 0
    """Articles not known before."""
    updated: int = 0
    """Later revisions of articles."""
    duplicate: int = 0
    """Copies elsewhere, and other addresses of a page we had."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Pages that are no articles, by reason."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """Requests without a usable answer, by name."""
    forbidden: int = 0
    """Requests that robots.txt forbids, those of listings among them. None was sent."""
    listings_failed: int = 0
    """Listings asked for in vain: failed, or forbidden. On a first visit addresses that were only tried are among them."""
    unread: int = 0
    """Pages that it stored and that have no outcome yet."""
    bytes: int = 0
    seconds: float = 0.0
    pages_per_second: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def count_run(conn: sqlite3.Connection, run_id: int, started: datetime, ended: datetime) -> Figures:
    """Count a run. Raises nothing for a run without rows: all is zero."""
    fetched, size, listings_failed, listings_forbidden = conn.execute(_REQUESTS, (run_id,)).fetchone()
    counts, reasons = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for _, fate, why, number in conn.execute(_FATES, (run_id,)):
        counts[fate] += number
        if fate in ("rejected", "failed"):
            reasons[fate][why] += number
    seconds = (ended - started).total_seconds()
    return Figures(
        found=conn.execute(_FOUND, (run_id,)).fetchone()[0],
        fetched=fetched,
        unchanged=counts["unchanged"],
        new=counts["new"],
        updated=counts["updated"],
        duplicate=counts["duplicate"],
        rejected=dict(reasons["rejected"].most_common()),
        failed=dict(reasons["failed"].most_common()),
        forbidden=counts["forbidden"] + listings_forbidden,
        listings_failed=listings_failed,
        unread=counts["unread"],
        bytes=size,
        seconds=round(seconds, 3),
        pages_per_second=round(fetched / seconds, 2) if seconds > 0 else 0.0,
    )


def count_unchanged_by_source(conn: sqlite3.Connection, run_id: int) -> dict[int, int]:
    """How many answers brought what we had, by source: known only when what came in is settled."""
    counts = Counter[int]()
    for source_id, fate, _, number in conn.execute(_FATES, (run_id,)):
        if fate == "unchanged" and source_id is not None:
            counts[source_id] += number
    return dict(counts)


def recount_runs(conn: sqlite3.Connection, but: int) -> list[tuple[int, Figures]]:
    """The figures of earlier runs whose pages were read only after they had ended, where these are others now; not of run `but`."""
    found = []
    for run_id, started_at, ended_at, text in conn.execute(_INCOMPLETE, (but,)).fetchall():
        before = json.loads(text) if text else {}
        figures = count_run(conn, run_id, parse_timestamp(started_at), parse_timestamp(ended_at))
        if figures.fetched >= before.get("fetched", 0) and figures.unread < before.get("unread", figures.unread + 1):
            found.append((run_id, figures))
    return found
