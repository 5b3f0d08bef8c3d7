"""Links whose addresses have parameters that are ignored on their site, or doubtful: by what else they are known. State, no facts.

    key       what the link's address is by itself (`links.key` may be what an earlier version took it for)
    address   the same without what is ignored: links with one are one article
    bare      without what has a doubtful name as well: links with one may be one article
    again     0: another link of the same address is visited again instead of this one

They are made anew for a source when what is thought of its parameters has changed (`twins_made`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

_LIKE_PARAMETERS = """
SELECT l.id, l.key, l.url FROM visits v JOIN links l ON l.id = v.link_id
WHERE v.source_id = ? AND (l.url LIKE '%?%' OR l.url LIKE '%;%' OR l.url LIKE '%(%' OR l.url LIKE '%\\%3B%' ESCAPE '\\'
    OR l.url LIKE '%\\%28%' ESCAPE '\\') AND l.key NOT LIKE 'taken over %'
ORDER BY l.id
"""
_BARE = """
SELECT l.id, t.key, t.address, l.title, l.found_in, l.found_at, l.run_id, v.first_at IS NOT NULL, v.failures
FROM link_twins t JOIN links l ON l.id = t.link_id JOIN visits v ON v.link_id = l.id
WHERE t.source_id = :source AND t.bare = :bare
UNION ALL
SELECT l.id, l.key, l.key, l.title, l.found_in, l.found_at, l.run_id, v.first_at IS NOT NULL, v.failures
FROM links l JOIN visits v ON v.link_id = l.id
WHERE l.key = :bare AND l.source_id = :source AND NOT EXISTS (SELECT 1 FROM link_twins t WHERE t.link_id = l.id)
ORDER BY 1 DESC LIMIT :limit
"""
_PUT = """
INSERT INTO link_twins (link_id, source_id, key, address, bare, again)
SELECT id, source_id, :key, :address, :bare, :again FROM links WHERE key = :key AND source_id = :source
ON CONFLICT (link_id) DO NOTHING
"""
_STANDING = """
UPDATE link_twins SET again = 0 WHERE source_id = :source AND key <> address AND link_id <> coalesce(
    (SELECT l.id FROM links l JOIN visits v ON v.link_id = l.id
     WHERE l.key = link_twins.address AND l.source_id = :source AND v.first_at IS NOT NULL),
    (SELECT t.link_id FROM link_twins t JOIN visits v ON v.link_id = t.link_id
     WHERE t.source_id = :source AND t.address = link_twins.address
     ORDER BY v.first_at IS NULL, t.link_id LIMIT 1))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A link that may be the same article as another: what it is known by, what a listing said, and what came of it."""

    key: str
    address: str
    title: str | None
    found_in: str | None
    found_at: str
    run_id: int | None
    fetched: bool
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a link is known by, as in the table."""

    key: str
    address: str
    bare: str


def twins_at(conn: sqlite3.Connection, source: int, bare: str, limit: int) -> list[Twin]:
    """The links of a source that are the same but for doubtful and ignored parameters, the newest first, at most `limit`."""
    rows = conn.execute(_BARE, {"source": source, "bare": bare, "limit": limit})
    return [
        Twin(
            key=row[1],
            address=row[2],
            title=row[3],
            found_in=row[4],
            found_at=row[5],
            run_id=row[6],
            fetched=bool(row[7]),
            failures=row[8],
        )
        for row in rows
    ]


def has_twins(conn: sqlite3.Connection, source: int) -> bool:
    """Whether any link of a source has such parameters."""
    return bool(conn.execute("SELECT EXISTS (SELECT 1 FROM link_twins WHERE source_id = ?)", (source,)).fetchone()[0])


def put_twin(conn: sqlite3.Connection, source: int, names: Names, *, again: bool) -> None:
    """Note a link that was just recorded."""
    values = {"key": names.key, "address": names.address, "bare": names.bare, "source": source, "again": int(again)}
    conn.execute(_PUT, values)


def made_for(conn: sqlite3.Connection, source: int) -> str | None:
    """By which verdicts the rows of a source were made; None where none were."""
    row = conn.execute("SELECT verdicts FROM twins_made WHERE source_id = ?", (source,)).fetchone()
    return str(row[0]) if row else None


def links_with_parameters(conn: sqlite3.Connection, source: int) -> list[tuple[int, str, str]]:
    """The links of a source whose address may have parameters or a session id: number, key, address."""
    return conn.execute(_LIKE_PARAMETERS, (source,)).fetchall()


def make_twins(conn: sqlite3.Connection, source: int, names: Iterable[tuple[int, Names]], verdicts: str) -> None:
    """Make the rows of a source anew, of links by number. Of those with one address the first that was fetched is visited again."""
    conn.execute("DELETE FROM link_twins WHERE source_id = ?", (source,))
    conn.executemany(
        "INSERT INTO link_twins (link_id, source_id, key, address, bare, again) VALUES (?, ?, ?, ?, ?, 1)",
        [(number, source, name.key, name.address, name.bare) for number, name in names],
    )
    conn.execute(_STANDING, {"source": source})
    conn.execute(
        "INSERT INTO twins_made (source_id, verdicts) VALUES (?, ?)"
        " ON CONFLICT (source_id) DO UPDATE SET verdicts = excluded.verdicts",
        (source, verdicts),
    )
