"""A stored page as an export needs it: with its headers, source and drawn document (`db.queries.exported_pages` names them)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from db.models import Page
from db.sqlite.named_rows import named_rows
from db.store.crawl.drawings import DrawingRecord, load_drawing
from db.store.extraction.pages import load_page

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
