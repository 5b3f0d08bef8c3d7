"""Load stored pages as `Page` objects for extraction, and the queue of pages without an outcome."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace

from db.bodies.store import load_body
from db.models import Page
from db.sqlite.named_rows import named_rows
from db.store.crawl.drawings import load_drawn
from db.store.crawl.facts import link_from_row
from db.timestamps import parse_timestamp

_PAGE = """
SELECT p.body_id, p.url, p.final_url, p.fetched_at, p.status, p.content_type,
       l.url AS link_url, l.key, l.kind, l.found_in, l.title, l.published, l.modified, l.author, l.section
FROM pages p LEFT JOIN links l ON l.id = p.link_id
WHERE p.id = ?
"""


_PARTS = "SELECT body_id FROM page_parts WHERE page_id = ? ORDER BY position"


def load_page(conn: sqlite3.Connection, page_id: int) -> Page:
    """A stored page with its exact bodies and the link that led to it. Raises DatabaseDamaged, BodyPruned, or KeyError if
    there is no such page.
    """
    page, body_id, parts = load_page_without_bodies(conn, page_id)
    body = load_body(conn, body_id)
    return replace(
        page,
        body=body,
        parts=tuple(load_body(conn, part) for part in parts),
        drawn=load_drawn(conn, page_id, body),
    )


def load_page_without_bodies(conn: sqlite3.Connection, page_id: int) -> tuple[Page, int, tuple[int, ...]]:
    """A stored page with an empty body, and the ids of its body and of its further parts. Raises KeyError."""
    row = named_rows(conn, _PAGE, (page_id,)).fetchone()
    if row is None:
        raise KeyError(f"there is no page {page_id}")
    page = Page(
        body=b"",
        url=row["url"],
        final_url=row["final_url"],
        fetched_at=parse_timestamp(row["fetched_at"]),
        status=row["status"],
        content_type=row["content_type"],
        hint=link_from_row(row, "link_url") if row["link_url"] else None,
    )
    return page, row["body_id"], tuple(part for (part,) in conn.execute(_PARTS, (page_id,)))


def page_headers(conn: sqlite3.Connection, page_id: int) -> dict[str, str]:
    """The headers that a page came with. Raises KeyError where there is no such page."""
    row = conn.execute("SELECT headers FROM pages WHERE id = ?", (page_id,)).fetchone()
    if row is None:
        raise KeyError(f"there is no page {page_id}")
    headers: dict[str, str] = json.loads(row[0])
    return headers


def unread_pages(conn: sqlite3.Connection, after: int, limit: int, *, up_to: int | None = None) -> list[int]:
    """Ids of pages without an outcome, above `after` and up to `up_to` (None: all), in order."""
    rows = conn.execute(
        "SELECT page_id FROM unread WHERE page_id > ? AND page_id <= coalesce(?, page_id) ORDER BY page_id LIMIT ?",
        (after, up_to, limit),
    )
    return [row[0] for row in rows]


def count_unread(conn: sqlite3.Connection, up_to: int | None = None) -> int:
    """How many pages up to `up_to` (None: all) have no outcome."""
    query = "SELECT count(*) FROM unread WHERE page_id <= coalesce(?, page_id)"
    return int(conn.execute(query, (up_to,)).fetchone()[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOrigin:
    """The URL of a page and its source."""

    url: str
    source_id: int
    source_name: str


def page_origin(conn: sqlite3.Connection, page_id: int) -> PageOrigin:
    """Where a page comes from."""
    query = "SELECT p.url, s.id, s.name FROM pages p JOIN sources s ON s.id = p.source_id WHERE p.id = ?"
    url, source_id, name = conn.execute(query, (page_id,)).fetchone()
    return PageOrigin(url=url, source_id=source_id, source_name=name)
