"""Rejected pages and reasons, newest first, one page of results at a time."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.sqlite.conditions import REPEATED_DETAIL
from db.sqlite.named_rows import named_rows
from db.store.dedup.notices import REASONS

PAGE_SIZE = 50
# How many of a source's latest pages to search for a rare reason.
SEARCHED_PAGES = 50_000

_SELECTED = f"""
SELECT p.id AS page_id, p.url, p.fetched_at, p.status, p.content_type, s.id AS source_id, s.name AS source,
       coalesce(o.reason, 'repeated') AS reason, CASE WHEN o.reason IS NULL THEN '{REPEATED_DETAIL}' ELSE o.detail END AS detail
"""
_PAGES = f"{_SELECTED} FROM outcomes o JOIN pages p ON p.id = o.page_id JOIN sources s ON s.id = p.source_id"
_NOTICES = "SELECT page_id FROM decisions WHERE verdict = 'notice'"
# Uses the index on reasons, in which the rows of one reason are in the order of pages.
_OF_REASON = f"""
{_PAGES}
WHERE o.reason = :reason AND o.page_id < :before ORDER BY o.page_id DESC LIMIT :limit
"""
# What settling found to be none.
_REPEATED = f"""
{_PAGES}
WHERE o.page_id IN ({_NOTICES} AND page_id < :before ORDER BY page_id DESC LIMIT :limit)
ORDER BY o.page_id DESC
"""
_OF_ALL = f"""
{_PAGES}
WHERE o.page_id IN (
    SELECT page_id FROM (
        SELECT page_id FROM (
            SELECT page_id FROM outcomes WHERE page_id < :before AND reason IS NOT NULL ORDER BY page_id DESC LIMIT :limit)
        UNION ALL SELECT page_id FROM ({_NOTICES} AND page_id < :before ORDER BY page_id DESC LIMIT :limit))
    ORDER BY page_id DESC LIMIT :limit)
ORDER BY o.page_id DESC
"""
# The latest pages by the index alone, and the rows of those that are shown: the rows of all are all over the file.
_OF_SOURCE = f"""
{_SELECTED} FROM (
    SELECT l.id FROM (
        SELECT id, fetched_at FROM pages WHERE source_id = :source ORDER BY fetched_at DESC LIMIT {SEARCHED_PAGES}) l
    CROSS JOIN outcomes o ON o.page_id = l.id
    WHERE (o.reason IS NOT NULL OR l.id IN ({_NOTICES})) AND l.id < :before
      AND coalesce(o.reason, 'repeated') = coalesce(:reason, o.reason, 'repeated')
    ORDER BY l.fetched_at DESC LIMIT :limit) f
CROSS JOIN pages p ON p.id = f.id JOIN outcomes o ON o.page_id = p.id JOIN sources s ON s.id = p.source_id
ORDER BY p.fetched_at DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedPage:
    """A page that is not an article."""

    page_id: int
    url: str
    fetched_at: str
    status: int
    content_type: str | None
    source_id: int
    source: str
    reason: str
    detail: str | None


def count_reasons(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    """The number of pages with each reason."""
    return [(reason, number) for reason, number in conn.execute(REASONS)]


def rejected_pages(
    conn: sqlite3.Connection, *, reason: str | None = None, source_id: int | None = None, before: int | None = None
) -> list[RejectedPage]:
    """The next `PAGE_SIZE` rejected pages before that id, and one more if there is one."""
    bounds = {"reason": reason, "source": source_id, "before": before or 2**62, "limit": PAGE_SIZE + 1}
    if source_id is not None:
        query = _OF_SOURCE
    elif reason == "repeated":
        query = _REPEATED
    else:
        query = _OF_REASON if reason else _OF_ALL
    return [RejectedPage(**row) for row in named_rows(conn, query, bounds)]
