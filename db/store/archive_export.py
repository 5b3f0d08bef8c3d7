"""Stored pages for an export, in the order they were stored, read in batches so that no crawl is blocked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from db.models import Page
from db.named_rows import named_rows
from db.store.drawings import DrawingRecord, load_drawing
from db.store.pages import load_page
from db.timestamps import format_timestamp

_IDS = """
SELECT p.id, b.pruned_at IS NOT NULL FROM pages p JOIN bodies b ON b.id = p.body_id
WHERE p.id > :after AND (:source IS NULL OR p.source_id = :source) AND (:since IS NULL OR p.fetched_at >= :since)
ORDER BY p.id LIMIT 200
"""
_CONTEXT = """
SELECT p.headers, s.name AS source_name, s.url AS source_url,
       (SELECT duration_ms FROM fetches f WHERE f.link_id = p.link_id AND f.page_id = p.id AND f.started_at = p.fetched_at)
       AS duration_ms
FROM pages p JOIN sources s ON s.id = p.source_id WHERE p.id = ?
"""
_PART_URLS = "SELECT url FROM page_parts WHERE page_id = ? ORDER BY position"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPage:
    """A page with its response headers, the name and address of its source, and how long the response took."""

    page: Page
    headers: Mapping[str, str]
    source: tuple[str, str]
    duration_ms: int | None
    part_urls: tuple[str, ...]
    drawing: DrawingRecord | None = None
    """How the page's drawn document was made, where it has one."""


def pages_to_export(
    conn: sqlite3.Connection, *, source_id: int | None = None, since: datetime | None = None
) -> Iterator[tuple[int, bool]]:
    """Ids of the pages fetched since, in the order stored, and whether the body was pruned (setting `keep_bodies`)."""
    after = 0
    while rows := conn.execute(
        _IDS, {"after": after, "source": source_id, "since": format_timestamp(since) if since else None}
    ).fetchall():
        yield from ((page_id, bool(pruned)) for page_id, pruned in rows)
        after = rows[-1][0]


def load_stored_page(conn: sqlite3.Connection, page_id: int) -> ExportedPage:
    """Load one page. Raises DatabaseDamaged, BodyPruned or KeyError, as `load_page` does."""
    page = load_page(conn, page_id)
    row = named_rows(conn, _CONTEXT, (page_id,)).fetchone()
    return ExportedPage(
        page=page,
        headers=json.loads(row["headers"]),
        source=(row["source_name"], row["source_url"]),
        duration_ms=row["duration_ms"],
        part_urls=tuple(part for (part,) in conn.execute(_PART_URLS, (page_id,))),
        drawing=load_drawing(conn, page_id) if page.drawn is not None else None,
    )
