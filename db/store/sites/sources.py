"""The rows of `sources`: which sites are crawled, and the listings found on each."""

from __future__ import annotations

import difflib
import json
import re
import shlex
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from db.config.loader import Config
from db.errors import ConfigError, UnknownSource, UsageError
from db.models import Listing, ListingKind, Source
from db.sqlite.named_rows import named_rows
from db.timestamps import format_optional, format_timestamp, parse_optional, parse_timestamp

_ALL = "SELECT * FROM sources WHERE removed_at IS NULL ORDER BY name"
_OF_OUTLET = """
SELECT s.name FROM source_outlets o JOIN sources s ON s.id = o.source_id WHERE o.outlet = ? COLLATE NOCASE
ORDER BY o.articles DESC, s.name LIMIT 3
"""
_COUNT = "SELECT count(*) FILTER (WHERE paused_at IS NULL), count(paused_at) FROM sources WHERE removed_at IS NULL"


def source_name_for(url: str) -> str:
    """A default name for an address: its host without "www.", with port and path if there are any."""
    parts = urlsplit(url)
    host = (parts.hostname or url).removeprefix("www.")
    port = f"-{parts.port}" if parts.port else ""
    path = re.sub(r"[^\w]+", "-", parts.path).strip("-")
    return f"{host}{port}{'-' + path if path else ''}"


def add_source(
    conn: sqlite3.Connection, *, name: str, url: str, settings: Mapping[str, object], at: datetime
) -> tuple[Source, bool]:
    """Add a source; returns it and whether it is new. Adding a known address again returns its source.

    Raises UsageError if another address has the name. A removed source with this name and address is restored.
    """
    row = named_rows(
        conn, "SELECT * FROM sources WHERE name = ? ORDER BY removed_at IS NULL DESC, id DESC LIMIT 1", (name,)
    ).fetchone()
    if row and _source(row).url == url:
        merged = dict(_source(row).settings) | dict(settings)
        conn.execute(
            "UPDATE sources SET removed_at = NULL, settings = ? WHERE id = ?", (json.dumps(merged), _source(row).id)
        )
        taken = named_rows(conn, "SELECT * FROM sources WHERE id = ?", (_source(row).id,)).fetchone()
        return _source(taken), row["removed_at"] is not None
    if row and row["removed_at"] is None:
        raise UsageError(f"source {name} exists already, for {_source(row).url}; give this one another with --name")
    cursor = conn.execute(
        "INSERT INTO sources (name, url, settings, added_at) VALUES (?, ?, ?, ?)",
        (name, url, json.dumps(dict(settings)), format_timestamp(at)),
    )
    added = named_rows(conn, "SELECT * FROM sources WHERE id = ?", (cursor.lastrowid,)).fetchone()
    return _source(added), True


def update_source_settings(conn: sqlite3.Connection, source: Source, settings: Mapping[str, object]) -> None:
    """Store settings of a source; a value of None deletes the setting."""
    merged = {key: value for key, value in (dict(source.settings) | dict(settings)).items() if value is not None}
    conn.execute("UPDATE sources SET settings = ? WHERE id = ?", (json.dumps(merged), source.id))


def rename_source(conn: sqlite3.Connection, source: Source, name: str) -> Source:
    """Give a source another name. All rows but saved searches name it by its number. Raises UsageError if another one has the name,
    or is found by it as its address.
    """
    if not name.strip() or not name.isprintable():
        raise UsageError("a name has at least one visible character, and no control characters")
    query = "SELECT name, url FROM sources WHERE removed_at IS NULL AND id <> ? AND ? IN (name, url)"
    if other := named_rows(conn, query, (source.id, name)).fetchone():
        raise UsageError(f"{name} is the source of {other['url']} already; choose another name")
    conn.execute("UPDATE sources SET name = ? WHERE id = ?", (name, source.id))
    return replace(source, name=name)


def remove_source(conn: sqlite3.Connection, name: str, at: datetime) -> Source:
    """Stop crawling a source. Its pages and articles stay."""
    source = find_source(conn, name)
    conn.execute("UPDATE sources SET removed_at = ? WHERE id = ?", (format_timestamp(at), source.id))
    return source


def all_sources(conn: sqlite3.Connection) -> list[Source]:
    """All sources except removed ones, by name."""
    return [_source(row) for row in named_rows(conn, _ALL)]


def count_sources(conn: sqlite3.Connection) -> tuple[int, int]:
    """How many sources are crawled, and how many are paused."""
    in_use, paused = conn.execute(_COUNT).fetchone()
    return int(in_use), int(paused)


def first_source_added(conn: sqlite3.Connection) -> datetime | None:
    """When the first source was added; None if there is none."""
    (added_at,) = conn.execute("SELECT min(added_at) FROM sources").fetchone()
    return parse_optional(added_at)


def source_names(conn: sqlite3.Connection) -> dict[int, str]:
    """Names of all sources by id, including removed ones."""
    return dict(conn.execute("SELECT id, name FROM sources").fetchall())


def sources_digest(conn: sqlite3.Connection) -> int:
    """A number that changes when `all_sources` does: reading it is several times as fast, and takes no memory."""
    digest = 0
    for row in conn.execute(_ALL):
        digest = hash((digest, row))
    return digest


def find_source(conn: sqlite3.Connection, name: str) -> Source:
    """The source with that name or address. Raises UnknownSource, with the nearest names, or where it was removed."""
    if (row := _row_of(conn, name)) and row["removed_at"] is None:
        return _source(row)
    if row:
        named = "" if row["name"] == source_name_for(row["url"]) else f" --name {shlex.quote(row['name'])}"
        add = f"copydesk sources add {shlex.quote(row['url'])}{named}"
        raise UnknownSource(f"{row['name']} was removed; `{add}` adds it again")
    raise _unknown(conn, name, [source.name for source in all_sources(conn)])


def source_ids(conn: sqlite3.Connection, names: Sequence[str]) -> tuple[int, ...]:
    """The numbers of sources by name or address, each once. Raises UnknownSource."""
    return tuple(dict.fromkeys(find_stored_source(conn, name).id for name in names))


def find_stored_source(conn: sqlite3.Connection, name: str) -> Source:
    """As `find_source`; also one that was removed: its pages and articles are still there."""
    if row := _row_of(conn, name):
        return _source(row)
    raise _unknown(conn, name, list(source_names(conn).values()))


def _row_of(conn: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    """The source with that name, else with that address; of several the one in use, else the one added last."""
    query = "SELECT * FROM sources WHERE name = ? OR url = ? ORDER BY removed_at IS NULL DESC, name = ? DESC, id DESC LIMIT 1"
    row: sqlite3.Row | None = named_rows(conn, query, (name, name, name)).fetchone()
    return row


def _unknown(conn: sqlite3.Connection, name: str, names: Sequence[str]) -> UnknownSource:
    of_outlet = [source for (source,) in conn.execute(_OF_OUTLET, (name,)) if source in names]
    if of_outlet:
        return UnknownSource(
            f"there is no source {name}; the outlet of that name is in {' and '.join(of_outlet)}", of_outlet
        )
    if near := difflib.get_close_matches(name, names, n=3, cutoff=0.5):
        return UnknownSource(f"there is no source {name}; did you mean {' or '.join(near)}?", near)
    advice = "`copydesk sources list` shows them" if names else "add one with `copydesk sources add URL`"
    return UnknownSource(f"there is no source {name}; {advice}")


def source_by_id(conn: sqlite3.Connection, source_id: int) -> Source | None:
    """The source with that id, removed or not; None if there is none."""
    row = named_rows(conn, "SELECT * FROM sources WHERE id = ?", (source_id,)).fetchone()
    return _source(row) if row else None


def unknown_source_names(conn: sqlite3.Connection, config: Config) -> list[str]:
    """One sentence, with the nearest name, for each name in the settings file that no source has or had."""
    known = {name for (name,) in conn.execute("SELECT name FROM sources")}
    found = []
    for name in config.by_source:
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        advice = f"; did you mean {near[0]}?" if near else "; `copydesk sources list` shows the names"
        found.append(f'{config.path}{config.line_of(name)}: [sources."{name}"]: there is no such source{advice}')
    return found


def check_source_names(conn: sqlite3.Connection, config: Config) -> None:
    """Raise ConfigError if the settings file names a source that never existed."""
    if unknown := unknown_source_names(conn, config):
        raise ConfigError(unknown[0])


def choose_sources(conn: sqlite3.Connection, names: Sequence[str]) -> list[Source]:
    """The named sources, or all that are not paused if none is named. Raises UnknownSource."""
    if names:
        return [find_source(conn, name) for name in names]
    return [source for source in all_sources(conn) if source.paused_at is None]


def pause_source(conn: sqlite3.Connection, name: str, at: datetime | None) -> Source:
    """Exclude a source from crawls that do not name it, from `at` on; None resumes it. Raises UnknownSource."""
    source = find_source(conn, name)
    conn.execute("UPDATE sources SET paused_at = ? WHERE id = ?", (format_optional(at), source.id))
    return source


def insert_listings(conn: sqlite3.Connection, source_id: int, entries: Iterable[Listing], at: datetime) -> int:
    """Record the listings of a source; returns how many were new."""
    new = 0
    for entry in entries:
        cursor = conn.execute(
            "INSERT INTO entries (source_id, url, kind, title, found_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (source_id, url) DO NOTHING",
            (source_id, entry.url, entry.kind.value, entry.title, format_timestamp(at)),
        )
        new += max(0, cursor.rowcount)
    return new


def load_listings(conn: sqlite3.Connection, source_id: int) -> list[Listing]:
    """The listings of a source, in the order found."""
    rows = conn.execute("SELECT url, kind, title FROM entries WHERE source_id = ? ORDER BY id", (source_id,))
    return [Listing(url=url, kind=ListingKind(kind), title=title) for url, kind, title in rows]


def latest_answer(conn: sqlite3.Connection, source_id: int, url: str) -> tuple[str, int | None] | None:
    """Where the last request for an address ended, and its status (None: no answer). None if it was never requested."""
    row = named_rows(
        conn,
        "SELECT coalesce(final_url, url) AS ended, status FROM fetches WHERE source_id = ? AND url = ? ORDER BY id DESC LIMIT 1",
        (source_id, url),
    ).fetchone()
    return (row["ended"], row["status"]) if row else None


def _source(row: sqlite3.Row) -> Source:
    return Source(
        id=row["id"],
        name=row["name"],
        url=row["url"],
        settings=json.loads(row["settings"]),
        added_at=parse_timestamp(row["added_at"]),
        paused_at=parse_optional(row["paused_at"]),
    )
