"""The captures of archives that a back-fill fetches: links with a `fetch_url`.

    waiting ──fetched──> page of the article's own address, row of `captures`, done: one transaction · failed

A capture is a page with the time at which the archive received it. It counts as no visit of its link: the site itself may still be
asked for the article. Each function is a job for `db.connection.writer`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from db.models import Link
from db.sqlite.named_rows import named_rows
from db.store.archives.archive_import import find_fetched_page
from db.store.archives.backfills import MOST_ATTEMPTS
from db.store.crawl.facts import ReceivedPage, insert_links, insert_page_alone, link_from_row
from db.timestamps import format_timestamp, parse_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCapture:
    """A capture that waits: its row's id, the article as a crawl records it, and where it is fetched."""

    id: int
    channel: str
    link: Link
    fetch_url: str
    byte_range: tuple[int, int] | None
    captured_at: datetime | None
    digest: str


_NEXT = """
SELECT id, channel, key, url, kind, found_in, title, published, modified, author, section,
    fetch_url, first_byte, last_byte, captured_at, digest
FROM backfill_links WHERE backfill_id = ? AND state = 'waiting' AND fetch_url IS NOT NULL AND coalesce(attempt, 0) <> ?
ORDER BY at DESC, id LIMIT 1
"""


def next_capture(conn: sqlite3.Connection, backfill_id: int, run_id: int) -> WaitingCapture | None:
    """The newest capture that waits and that this run has not tried."""
    row = named_rows(conn, _NEXT, (backfill_id, run_id)).fetchone()
    if row is None:
        return None
    in_part = row["first_byte"] is not None and row["last_byte"] is not None
    return WaitingCapture(
        id=row["id"],
        channel=row["channel"],
        link=link_from_row(row),
        fetch_url=row["fetch_url"],
        byte_range=(row["first_byte"], row["last_byte"]) if in_part else None,
        captured_at=parse_optional(row["captured_at"]),
        digest=row["digest"],
    )


def insert_capture(conn: sqlite3.Connection, capture: WaitingCapture, page: ReceivedPage, now: datetime) -> int | None:
    """Store a capture as a page, and mark it done. `page.fetch.started_at`: when the archive received it.

    Returns the page's id; None where the article is another source's. A link that no crawl has visited is left to back-fills.
    """
    fetch, link = page.fetch, capture.link
    query = "SELECT l.id, l.source_id, v.first_at FROM links l LEFT JOIN visits v ON v.link_id = l.id WHERE l.key = ?"
    found = conn.execute(query, (link.key,)).fetchone()
    if found is None:
        insert_links(conn, page.source_id, [link], now, fetch.run_id)
        found = conn.execute(query, (link.key,)).fetchone()
    link_id, source_id, visited = found
    if source_id != page.source_id:
        conn.execute("UPDATE backfill_links SET state = 'left' WHERE id = ?", (capture.id,))
        return None
    page_id = find_fetched_page(conn, link.key, fetch.url, fetch.started_at)
    if page_id is None:
        page_id = insert_page_alone(conn, replace(page, fetch=replace(fetch, link_id=link_id)))
    conn.execute(
        "INSERT INTO captures (page_id, channel, fetched_from, captured_at, digest) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (page_id) DO NOTHING",
        (page_id, capture.channel, capture.fetch_url, format_timestamp(fetch.started_at), capture.digest),
    )
    conn.execute(
        "UPDATE backfill_links SET state = 'done', link_id = ? WHERE id = ?",
        (link_id if visited is None else None, capture.id),
    )
    return page_id


_RELEASE = """
UPDATE backfill_links SET link_id = NULL WHERE fetch_url IS NOT NULL
AND link_id IN (SELECT l.id FROM json_each(?) k JOIN links l ON l.key = k.value)
"""


def release_captured(conn: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Leave the links that a listing of the site names to crawls, although an archive named them first."""
    if conn.execute("SELECT EXISTS (SELECT 1 FROM captures)").fetchone()[0]:
        conn.execute(_RELEASE, (json.dumps([*keys]),))


def fail_capture(conn: sqlite3.Connection, capture_id: int, run_id: int, *, passing: bool, sent: bool = True) -> None:
    """Record that a capture could not be fetched. `passing`: later runs try it again, up to `MOST_ATTEMPTS` runs in all. What was
    not even sent counts as no failure."""
    conn.execute(
        "UPDATE backfill_links SET attempt = :run, failures = failures + :sent,"
        " state = CASE WHEN :passing AND failures + :sent < :most THEN 'waiting' ELSE 'failed' END WHERE id = :id",
        {"run": run_id, "sent": sent, "passing": passing, "most": MOST_ATTEMPTS, "id": capture_id},
    )
