"""Pages that show the same text at several addresses of a source, and what was promised there (`pipelines.dedup.repeated_texts`).

decisions.verdict = 'notice'    the page is no article: its text stands where others were promised
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from db.sqlite.conditions import IS_REJECTED

REASONS = f"""
SELECT CASE g.kind WHEN 'reason' THEN g.name ELSE 'repeated' END, sum(g.pages) AS pages FROM page_counts g
WHERE {IS_REJECTED} GROUP BY 1 HAVING sum(g.pages) > 0
ORDER BY 2 DESC, 1
"""
"""How many pages each reason has."""
MOST = 64
"""Addresses of one text that are looked at, the first in their order."""

_IS_SHARED = "SELECT count(*) FROM (SELECT 1 FROM articles WHERE text_hash = ? LIMIT ?)"
_PROMISES = """
SELECT DISTINCT l.title, p.url, a.title
FROM articles a JOIN pages p ON p.id = a.page_id LEFT JOIN links l ON l.id = p.link_id
WHERE a.text_hash = ? AND p.source_id = ? ORDER BY p.url, a.title LIMIT ?
"""
_TEXT = "SELECT text FROM articles WHERE text_hash = ? LIMIT 1"
_WAS = """
SELECT 1 FROM articles a JOIN decisions d ON d.page_id = a.page_id
WHERE a.text_hash BETWEEN ? AND ? AND d.verdict = 'notice' LIMIT 1
"""


class Promise(NamedTuple):
    """What was promised at an address: by the listing that named it, by the address itself, by the page's own title."""

    listed: str | None
    url: str
    title: str


def promises_of(conn: sqlite3.Connection, text_hash: bytes, source: int, least: int) -> list[Promise]:
    """What was promised where a source shows a text; nothing where fewer than `least` pages have it."""
    if conn.execute(_IS_SHARED, (text_hash, least)).fetchone()[0] < least:
        return []
    return [Promise(*row) for row in conn.execute(_PROMISES, (text_hash, source, MOST))]


def text_with(conn: sqlite3.Connection, text_hash: bytes) -> str:
    """The text of that hash, which an article must have."""
    return str(conn.execute(_TEXT, (text_hash,)).fetchone()[0])


def was_notice(conn: sqlite3.Connection, text: int) -> bool:
    """Whether pages with a text (by number) were settled as notices."""
    start = text.to_bytes(8, "big", signed=True)
    return conn.execute(_WAS, (start, start + b"\xff" * 9)).fetchone() is not None
