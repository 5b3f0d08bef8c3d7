"""Load stored pages as `Page` objects for extraction, and the queue of pages without an outcome."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from db.bodies.store import load_body
from db.models import Link, LinkKind, Page
from db.store.drawings import load_drawn
from db.timestamps import parse_timestamp

_PAGE = """
SELECT p.body_id, p.url, p.final_url, p.fetched_at, p.status, p.content_type,
       l.url, l.key, l.kind, l.found_in, l.title, l.published, l.modified, l.author, l.section
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
    row = conn.execute(_PAGE, (page_id,)).fetchone()
    if row is None:
        raise KeyError(f"there is no page {page_id}")
    body_id, url, final_url, fetched_at, status, content_type, *link = row
    page = Page(
        body=b"",
        url=url,
        final_url=final_url,
        fetched_at=parse_timestamp(fetched_at),
        status=status,
        content_type=content_type,
        hint=_hint(*link) if link[0] else None,
    )
    return page, body_id, tuple(part for (part,) in conn.execute(_PARTS, (page_id,)))


def page_headers(conn: sqlite3.Connection, page_id: int) -> dict[str, str]:
    """The headers that a page came with. Raises KeyError where there is no such page."""
    row = conn.execute("SELECT headers FROM pages WHERE id = ?", (page_id,)).fetchone()
    if row is None:
        raise KeyError(f"there is no page {page_id}")
    headers: dict[str, str] = json.loads(row[0])
    return headers


def _hint(  # noqa: PLR0913 - the columns of one row
    url: str,
    key: str,
    kind: str,
    found_in: str | None,
    title: str | None,
    published: str | None,
    modified: str | None,
    author: str | None,
    section: str | None,
) -> Link:
    return Link(
        url=url,
        key=key,
        kind=LinkKind(kind),
        found_in=found_in,
        title=title,
        published=parse_timestamp(published) if published else None,
        modified=parse_timestamp(modified) if modified else None,
        author=author,
        section=section,
    )


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
