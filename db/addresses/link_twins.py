"""Links whose addresses have parameters that are ignored on their site, or doubtful, and their other identities. State,
not facts.

    key       the key of the link's address (`links.key` may have been computed by an earlier version)
    address   the key without ignored parameters: links with the same one are one article
    bare      also without doubtful parameters: links with the same one may be one article
    again     0: another link of the same address is revisited instead of this one
    tried_at  when it was fetched to find out whether a parameter matters; else NULL

The rows of a source are rebuilt when the verdicts on its parameters have changed (`twins_made`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from db.sqlite.named_rows import named_rows
from db.timestamps import format_optional, parse_timestamp

_WITH_PARAMETERS = """
SELECT l.id, l.key, l.url FROM visits v JOIN links l ON l.id = v.link_id
WHERE v.source_id = ? AND (l.url LIKE '%?%' OR l.url LIKE '%;%' OR l.url LIKE '%(%' OR l.url LIKE '%\\%3B%' ESCAPE '\\'
    OR l.url LIKE '%\\%28%' ESCAPE '\\') AND l.key NOT LIKE 'taken over %'
ORDER BY l.id
"""
_COLUMNS = "l.title, l.found_in, l.found_at, l.run_id, v.first_at IS NOT NULL AS fetched, v.failures"
# In index order, so that only `limit` rows are read.
_TWINS = f"""
SELECT * FROM (
    SELECT {_COLUMNS} FROM link_twins t JOIN links l ON l.id = t.link_id JOIN visits v ON v.link_id = l.id
    WHERE t.source_id = :source AND t.{{column}} = :value ORDER BY t.link_id DESC LIMIT :limit
)
UNION ALL
SELECT {_COLUMNS} FROM links l JOIN visits v ON v.link_id = l.id
WHERE l.key = :value AND l.source_id = :source AND NOT EXISTS (SELECT 1 FROM link_twins t WHERE t.link_id = l.id)
"""
_BY_ADDRESS, _BY_BARE = (_TWINS.format(column=column) for column in ("address", "bare"))
_KNOWN = """
SELECT EXISTS (SELECT 1 FROM links l WHERE l.key = :key AND NOT EXISTS (SELECT 1 FROM link_twins t WHERE t.link_id = l.id))
    OR EXISTS (SELECT 1 FROM link_twins WHERE source_id = :source AND key = :key)
"""
_PUT = """
INSERT INTO link_twins (link_id, source_id, key, address, bare, again, tried_at)
SELECT id, source_id, :key, :address, :bare, :again, :tried FROM links WHERE key = :key AND source_id = :source
ON CONFLICT (link_id) DO NOTHING
"""
_CHOOSE_REVISITED = """
UPDATE link_twins SET again = 0 WHERE source_id = :source AND key <> address AND link_id <> coalesce(
    (SELECT l.id FROM links l JOIN visits v ON v.link_id = l.id
     WHERE l.key = link_twins.address AND l.source_id = :source AND v.first_at IS NOT NULL),
    (SELECT t.link_id FROM link_twins t JOIN visits v ON v.link_id = t.link_id
     WHERE t.source_id = :source AND t.address = link_twins.address
     ORDER BY v.first_at IS NULL, t.link_id LIMIT 1))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTwin:
    """A link that may be the same article as another: what a listing said, and whether it was fetched."""

    title: str | None
    found_in: str | None
    found_at: str
    run_id: int | None
    fetched: bool
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkNames:
    """The identities of a link, as in the table."""

    key: str
    address: str
    bare: str


def link_title(conn: sqlite3.Connection, source_id: int, key: str) -> str | None:
    """The title that a listing gave to the link with this key; None if it has none, or if there is no such link."""
    row = conn.execute("SELECT title FROM links WHERE source_id = ? AND key = ?", (source_id, key)).fetchone()
    return row[0] if row else None


def link_exists(conn: sqlite3.Connection, source: int, key: str) -> bool:
    """Whether there is a link with exactly this key."""
    return bool(conn.execute(_KNOWN, {"source": source, "key": key}).fetchone()[0])


def twins_of(conn: sqlite3.Connection, source: int, address: str, limit: int) -> list[LinkTwin]:
    """The links of a source that are equal without ignored parameters: the newest first; one without a row here comes
    last.
    """
    return _twins(conn, _BY_ADDRESS, source, address, limit)


def near_twins_of(conn: sqlite3.Connection, source: int, bare: str, limit: int) -> list[LinkTwin]:
    """The links of a source that are equal without ignored and doubtful parameters, in the same order."""
    return _twins(conn, _BY_BARE, source, bare, limit)


def _twins(conn: sqlite3.Connection, query: str, source: int, value: str, limit: int) -> list[LinkTwin]:
    return [
        LinkTwin(**dict(row) | {"fetched": bool(row["fetched"])})
        for row in named_rows(conn, query, {"source": source, "value": value, "limit": limit})
    ]


def has_twins(conn: sqlite3.Connection, source: int) -> bool:
    """Whether any link of a source has such parameters."""
    return bool(conn.execute("SELECT EXISTS (SELECT 1 FROM link_twins WHERE source_id = ?)", (source,)).fetchone()[0])


def insert_twin(
    conn: sqlite3.Connection, source: int, names: LinkNames, *, again: bool, tried_at: datetime | None
) -> None:
    """Insert the row of a link that was just recorded."""
    values = {"key": names.key, "address": names.address, "bare": names.bare, "source": source, "again": int(again)}
    conn.execute(_PUT, values | {"tried": format_optional(tried_at)})


def last_trials(conn: sqlite3.Connection, source: int, limit: int) -> list[datetime]:
    """When links of a source were last fetched to find out whether a parameter matters, latest first."""
    query = (
        "SELECT tried_at FROM link_twins WHERE source_id = ? AND tried_at IS NOT NULL ORDER BY tried_at DESC LIMIT ?"
    )
    return [parse_timestamp(tried_at) for (tried_at,) in conn.execute(query, (source, limit))]


def verdicts_of_twins(conn: sqlite3.Connection, source: int) -> str | None:
    """The verdicts that the rows of a source were built with; None if there are none."""
    row = conn.execute("SELECT verdicts FROM twins_made WHERE source_id = ?", (source,)).fetchone()
    return str(row[0]) if row else None


def links_with_parameters(conn: sqlite3.Connection, source: int) -> list[tuple[int, str, str]]:
    """The links of a source whose address may have parameters or a session id: id, key, address."""
    return conn.execute(_WITH_PARAMETERS, (source,)).fetchall()


def rebuild_twins(conn: sqlite3.Connection, source: int, names: Iterable[tuple[int, LinkNames]], verdicts: str) -> None:
    """Rebuild the rows of a source from links by id. Of links with one address the first that was fetched is revisited."""
    tried = dict(conn.execute("SELECT link_id, tried_at FROM link_twins WHERE source_id = ?", (source,)).fetchall())
    conn.execute("DELETE FROM link_twins WHERE source_id = ?", (source,))
    conn.executemany(
        "INSERT INTO link_twins (link_id, source_id, key, address, bare, again, tried_at) VALUES (?, ?, ?, ?, ?, 1, ?)",
        [(number, source, name.key, name.address, name.bare, tried.get(number)) for number, name in names],
    )
    conn.execute(_CHOOSE_REVISITED, {"source": source})
    conn.execute(
        "INSERT INTO twins_made (source_id, verdicts) VALUES (?, ?)"
        " ON CONFLICT (source_id) DO UPDATE SET verdicts = excluded.verdicts",
        (source, verdicts),
    )
