"""The rows of saved searches: what they are, what they found, and what was told of it.

    to_match ──> articles that came in and are settled ──> add_matches ──> waiting matches ──> open_message ──> told

An article is found once: `add_matches` leaves out what a search has found before, under whatever number the article goes since
then, and (unless the search tells copies) every other article of its story.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from db.config.searches import SavedSearch, read_search
from db.errors import NotFound
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp, parse_timestamp

_SEARCHES = "SELECT id, name, stored, filed, file, saved_at, after_page, looked_back, fed FROM saved_searches"
# Settled pages only: the others are looked at once it is known what they are. CASE keeps SQLite from filling a Bloom filter from
# all articles for each hundred that are looked at (`db.sqlite.conditions`).
_TO_MATCH = """
SELECT m.page_id, EXISTS (SELECT 1 FROM current_pages c WHERE c.page_id = m.page_id) AS is_current
FROM to_match m JOIN decisions d ON d.page_id = m.page_id JOIN articles a ON a.page_id = m.page_id
WHERE m.page_id NOT IN (SELECT page_id FROM unindexed)
  AND NOT EXISTS (SELECT 1 FROM unsettled u WHERE u.address_key = CASE WHEN m.page_id THEN a.address_key END
                  AND u.text_hash = a.text_hash)
ORDER BY m.page_id LIMIT ?
"""
# The page may since then belong to an article of another number, or be an article no longer: then its link tells.
_FOUND_BEFORE = """
SELECT EXISTS (SELECT 1 FROM search_matches WHERE search_id = :search AND article_id = :article)
  OR EXISTS (SELECT 1 FROM decisions x JOIN search_matches m ON m.page_id = x.page_id AND m.search_id = :search
             WHERE x.article_id = :article)
  OR EXISTS (SELECT 1 FROM pages q JOIN search_matches m ON m.page_id = q.id AND m.search_id = :search
             WHERE q.link_id = :link AND NOT EXISTS (SELECT 1 FROM decisions x WHERE x.page_id = q.id))
  OR :folds AND (
     EXISTS (SELECT 1 FROM search_matches WHERE search_id = :search AND original_id = :original)
     OR EXISTS (SELECT 1 FROM decisions x JOIN search_matches m ON m.page_id = x.page_id AND m.search_id = :search
                WHERE x.original_id = :original))
"""
_PLACE = """
SELECT d.page_id, d.article_id, d.original_id, p.link_id FROM decisions d JOIN pages p ON p.id = d.page_id WHERE d.page_id = ?
"""
_INSERT_MATCH = """
INSERT INTO search_matches (search_id, article_id, original_id, page_id, matched_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (search_id, article_id) DO NOTHING
"""
_MESSAGES = "SELECT id, search_id, made_at, told_at, failure FROM search_messages WHERE ended_at IS NULL ORDER BY id"
_PAGES = "SELECT page_id FROM search_matches WHERE {condition} ORDER BY id DESC LIMIT ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRow:
    """A saved search in force. `in_file`: copydesk.toml has it; `stored`: a command added it, which the file overrides.

    Articles whose first page is `after_page` or an earlier one came before it was saved. `looked_back`: the search that was
    made for articles that were here already. `fed`: the last match that is in its feed file.
    """

    id: int
    name: str
    search: SavedSearch
    in_file: bool
    stored: bool
    saved_at: datetime
    after_page: int
    looked_back: str | None
    fed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMessage:
    """What goes to the hooks: matches of one search, the same ones however often it is tried. `failure`: of the last try."""

    id: int
    search_id: int
    made_at: datetime
    failure: Mapping[str, Any] | None


def saved_searches(conn: sqlite3.Connection) -> list[SearchRow]:
    """All that are in force, by name."""
    return [_search_row(row) for row in named_rows(conn, f"{_SEARCHES} ORDER BY name")]


def find_saved_search(conn: sqlite3.Connection, name: str) -> SearchRow:
    """The one of that name. Raises NotFound."""
    row = named_rows(conn, f"{_SEARCHES} WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise NotFound(f"there is no saved search {name}; `copydesk searches list` shows all")
    return _search_row(row)


def store_search(conn: sqlite3.Connection, name: str, search: SavedSearch, at: datetime) -> None:
    """Save what a command adds, or replace what one added."""
    _save(conn, name, {"stored": _text(search)}, at)


def drop_search(conn: sqlite3.Connection, name: str) -> None:
    """Remove what a command added, with what it found. Raises NotFound."""
    row = find_saved_search(conn, name)
    if row.in_file:
        conn.execute("UPDATE saved_searches SET stored = NULL WHERE id = ?", (row.id,))
    else:
        conn.execute("DELETE FROM saved_searches WHERE id = ?", (row.id,))


def store_file_searches(
    conn: sqlite3.Connection, file: Path, searches: Mapping[str, SavedSearch], at: datetime
) -> None:
    """Make the rows those of a settings file. What it no longer has is removed; what another file has stays."""
    path = str(file)
    known = {row["name"]: row for row in named_rows(conn, _SEARCHES)}
    for name, search in searches.items():
        if name not in known or (known[name]["filed"], known[name]["file"]) != (_text(search), path):
            _save(conn, name, {"filed": _text(search), "file": path}, at)
    gone = [name for name, row in known.items() if row["file"] == path and name not in searches]
    for name in gone:
        conn.execute("UPDATE saved_searches SET filed = NULL, file = NULL WHERE name = ?", (name,))
    conn.execute("DELETE FROM saved_searches WHERE stored IS NULL AND filed IS NULL")


def rename_in_searches(conn: sqlite3.Connection, was: str, name: str) -> list[str]:
    """Let searches that commands saved name a source by its new name. Returns their names."""
    renamed = []
    for row in named_rows(conn, f"{_SEARCHES} WHERE stored IS NOT NULL").fetchall():
        if was not in (search := _read(row["stored"])).source:
            continue
        followed = _text(replace(search, source=tuple(name if one == was else one for one in search.source)))
        # What was looked back for is what the search still asks.
        looked_back = followed if row["looked_back"] == row["stored"] else row["looked_back"]
        conn.execute(
            "UPDATE saved_searches SET stored = ?, looked_back = ? WHERE id = ?", (followed, looked_back, row["id"])
        )
        renamed.append(row["name"])
    return renamed


def _save(conn: sqlite3.Connection, name: str, values: Mapping[str, str], at: datetime) -> None:
    last = conn.execute("SELECT coalesce(max(id), 0) FROM pages").fetchone()[0]
    conn.execute(
        "INSERT INTO saved_searches (name, saved_at, after_page) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING",
        (name, format_timestamp(at), last),
    )
    for column in ("stored", "filed", "file"):
        if column in values:
            conn.execute(f"UPDATE saved_searches SET {column} = ? WHERE name = ?", (values[column], name))
    row = find_saved_search(conn, name)
    after = 0 if row.search.since else row.after_page or last
    conn.execute("UPDATE saved_searches SET after_page = ? WHERE id = ?", (after, row.id))


def pages_to_match(conn: sqlite3.Connection, limit: int) -> tuple[list[int], list[int]]:
    """Settled article pages that no search has looked at yet: those of latest revisions, and all of them."""
    rows = conn.execute(_TO_MATCH, (limit,)).fetchall()
    return [page_id for page_id, is_current in rows if is_current], [page_id for page_id, _ in rows]


def mark_matched(conn: sqlite3.Connection, page_ids: Iterable[int]) -> None:
    """These pages were looked at."""
    conn.executemany("DELETE FROM to_match WHERE page_id = ?", ((page_id,) for page_id in page_ids))


def add_matches(conn: sqlite3.Connection, row: SearchRow, page_ids: Iterable[int], at: datetime) -> int:
    """Record which articles a search has found, each once; returns how many are new. Of a story the original comes first."""
    places = [place for page_id in page_ids if (place := named_rows(conn, _PLACE, (page_id,)).fetchone())]
    places.sort(key=lambda place: (place["article_id"] != place["original_id"], place["page_id"]))
    added = 0
    for place in places:
        article, original = place["article_id"], place["original_id"]
        values = {"search": row.id, "article": article, "original": original, "link": place["link_id"]}
        folds = int(not row.search.tells_copies)
        if article <= row.after_page or conn.execute(_FOUND_BEFORE, values | {"folds": folds}).fetchone()[0]:
            continue
        cursor = conn.execute(_INSERT_MATCH, (row.id, article, original, place["page_id"], format_timestamp(at)))
        added += cursor.rowcount
    return added


def record_look_back(conn: sqlite3.Connection, row: SearchRow) -> None:
    """The articles that were here before were searched by this search."""
    conn.execute("UPDATE saved_searches SET looked_back = ? WHERE id = ?", (_text(row.search), row.id))


def must_look_back(row: SearchRow) -> bool:
    """Whether articles that were here before it was saved are still to be searched."""
    return bool(row.search.since) and row.looked_back != _text(row.search)


def open_messages(conn: sqlite3.Connection, at: datetime, *, hooks: bool) -> list[SearchMessage]:
    """Put waiting matches into a message for each search that has none under way; all messages that are to be sent.

    Without hooks there is nothing to send: the message has ended as it begins.
    """
    waiting = """SELECT DISTINCT search_id FROM search_matches WHERE message_id IS NULL
    EXCEPT SELECT search_id FROM search_messages WHERE ended_at IS NULL"""
    now = format_timestamp(at)
    for (search_id,) in conn.execute(waiting).fetchall():
        cursor = conn.execute(
            "INSERT INTO search_messages (search_id, made_at, ended_at) VALUES (?, ?, ?)",
            (search_id, now, None if hooks else now),
        )
        conn.execute(
            "UPDATE search_matches SET message_id = ? WHERE search_id = ? AND message_id IS NULL",
            (cursor.lastrowid, search_id),
        )
    return [
        SearchMessage(
            id=row["id"],
            search_id=row["search_id"],
            made_at=parse_timestamp(row["made_at"]),
            failure=json.loads(row["failure"]) if row["failure"] else None,
        )
        for row in named_rows(conn, _MESSAGES)
    ]


def record_message_sent(
    conn: sqlite3.Connection, message_id: int, *, accepted: bool, failure: Mapping[str, object] | None, at: datetime
) -> None:
    """Record an attempt: whether some hook took it, and the failure if one failed. Without a failure, it has ended."""
    conn.execute(
        "UPDATE search_messages SET told_at = CASE WHEN :accepted THEN :at ELSE told_at END, failure = :failure,"
        " ended_at = CASE WHEN :failure IS NULL THEN :at END WHERE id = :id",
        {
            "id": message_id,
            "accepted": int(accepted),
            "at": format_timestamp(at),
            "failure": json.dumps(failure, ensure_ascii=False) if failure else None,
        },
    )


def pages_of_message(conn: sqlite3.Connection, message_id: int, limit: int) -> tuple[list[int], int]:
    """The pages of a message's last matches, and how many matches it has."""
    (count,) = conn.execute("SELECT count(*) FROM search_matches WHERE message_id = ?", (message_id,)).fetchone()
    rows = conn.execute(_PAGES.format(condition="message_id = ?"), (message_id, limit))
    return [page_id for (page_id,) in rows], int(count)


def latest_match_pages(conn: sqlite3.Connection, search_id: int, limit: int) -> list[int]:
    """The pages of a search's last matches, the latest first."""
    rows = conn.execute(_PAGES.format(condition="search_id = ?"), (search_id, limit))
    return [page_id for (page_id,) in rows]


def last_match(conn: sqlite3.Connection, search_id: int) -> int:
    """The number of a search's last match; 0 if it has none."""
    row = conn.execute("SELECT coalesce(max(id), 0) FROM search_matches WHERE search_id = ?", (search_id,)).fetchone()
    return int(row[0])


def record_fed(conn: sqlite3.Connection, search_id: int, match_id: int) -> None:
    """The feed file holds the matches up to this one."""
    conn.execute("UPDATE saved_searches SET fed = ? WHERE id = ?", (match_id, search_id))


def any_saved_search(conn: sqlite3.Connection) -> bool:
    """Whether there is one."""
    return conn.execute("SELECT 1 FROM saved_searches LIMIT 1").fetchone() is not None


def _text(search: SavedSearch) -> str:
    return json.dumps(search.written(), ensure_ascii=False, sort_keys=True)


def _read(text: str) -> SavedSearch:
    written: Mapping[str, object] = json.loads(text)
    return read_search(written, lambda key: ValueError(f"{key}: unknown"))


def _search_row(row: sqlite3.Row) -> SearchRow:
    return SearchRow(
        id=row["id"],
        name=row["name"],
        search=_read(row["filed"] or row["stored"]),
        in_file=row["filed"] is not None,
        stored=row["stored"] is not None,
        saved_at=parse_timestamp(row["saved_at"]),
        after_page=row["after_page"],
        looked_back=row["looked_back"],
        fed=row["fed"],
    )
