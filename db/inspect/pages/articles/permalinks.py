"""What an address names that was noted down long ago.

An article is named by the number of any of its pages: pages are facts, so the number stays whatever settling and extraction
make of it. A story is named by any of its articles. A source is named by its number or its name.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from urllib.parse import quote

from db.sqlite.named_rows import named_rows

_PAGE = """
SELECT CASE WHEN d.verdict <> 'notice' THEN d.article_id END AS article_id,
       CASE WHEN d.verdict <> 'notice' THEN d.original_id END AS original_id
FROM pages p LEFT JOIN decisions d ON d.page_id = p.id WHERE p.id = ?
"""
# Of several of that name the one that is crawled, else the last.
_SOURCE = "SELECT id FROM sources WHERE name = ? ORDER BY removed_at IS NULL DESC, id DESC LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """What a page belongs to today: an article, and a story by its original; both None if it is no article."""

    article_id: int | None
    original_id: int | None


def page_place(conn: sqlite3.Connection, page_id: int) -> PagePlace | None:
    """Where a page stands; None if there is no such page."""
    row = named_rows(conn, _PAGE, (page_id,)).fetchone()
    return PagePlace(**row) if row else None


def source_id_of(conn: sqlite3.Connection, name: str) -> int | None:
    """The number of the source with that name; None if there is none."""
    row = conn.execute(_SOURCE, (name,)).fetchone()
    return int(row[0]) if row else None


def person_path(name: str) -> str:
    """The address of a person. Browsers take a path of dots away, so that name goes into the query."""
    return f"/-/person/{quote(name, safe='')}" if name.strip(".") else f"/-/person?name={quote(name, safe='')}"
