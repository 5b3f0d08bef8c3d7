"""Titles and texts of a source's newest stories, for what they have in common."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.sqlite.named_rows import named_rows

_PAGES_READ = 4
"""Pages looked at for each story that is asked for: some are copies, revisions or no articles."""
_NEWEST = """
SELECT a.page_id, a.title, a.text, a.text_hash, coalesce(d.original_id, -a.page_id) AS story
FROM (SELECT id, fetched_at FROM pages WHERE source_id = ? ORDER BY fetched_at DESC, id DESC LIMIT ?) p
JOIN articles a ON a.page_id = p.id LEFT JOIN decisions d ON d.page_id = p.id
WHERE d.verdict IS NULL OR d.verdict <> 'notice' ORDER BY p.fetched_at DESC, p.id DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestText:
    """A story as its newest page was read."""

    page_id: int
    title: str
    text: str


def newest_texts(conn: sqlite3.Connection, source_id: int, most: int) -> list[NewestText]:
    """The newest stories of a source, newest first. Copies and revisions are one story."""
    found: list[NewestText] = []
    stories: set[object] = set()
    for row in named_rows(conn, _NEWEST, (source_id, _PAGES_READ * most)):
        if stories.isdisjoint((row["story"], row["text_hash"])):
            found.append(NewestText(page_id=row["page_id"], title=row["title"], text=row["text"]))
            if len(found) == most:
                break
        stories |= {row["story"], row["text_hash"]}
    return found
