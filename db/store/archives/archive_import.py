"""Write records of an archive as the rows that a crawl would have written at the time.

A fetch is identified by its link, address and time (to the millisecond), so importing again adds nothing, and an
interrupted import continues where it stopped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from db.bodies.store import load_body
from db.errors import BodyPruned
from db.models import Link
from db.store.crawl.facts import Fetch, ReceivedPage, insert_links, insert_page, pack_body, record_unchanged
from db.store.sites.sources import add_source, all_sources, pause_source, source_name_for
from db.timestamps import format_timestamp

# Includes links that another source took over (`facts.take_over_links`).
_FETCHED_PAGE = """
SELECT f.page_id FROM fetches f JOIN links l ON l.id = f.link_id
WHERE (l.key = :key OR l.key BETWEEN 'taken over ' || :key || ' ' AND 'taken over ' || :key || '!')
  AND f.started_at = :at AND f.url = :url AND f.page_id IS NOT NULL
"""


def find_fetched_page(conn: sqlite3.Connection, key: str, url: str, at: datetime) -> int | None:
    """The page id of a stored fetch; None if it is not stored."""
    row = conn.execute(_FETCHED_PAGE, {"key": key, "at": format_timestamp(at), "url": url}).fetchone()
    return int(row[0]) if row else None


def sources_by_host(conn: sqlite3.Connection) -> dict[str, int]:
    """Source ids by host without "www."; the first source if several share one."""
    found: dict[str, int] = {}
    for source in all_sources(conn):
        found.setdefault(host_of(source.url), source.id)
    return found


def find_or_add_source(
    conn: sqlite3.Connection, known: dict[str, int], url: str, at: datetime, named: tuple[str, str] | None = None
) -> int:
    """The source for an address: the one with its host, else a new one that is not crawled. Updates `known`.

    `named` is the name and address from an export; a name that another site already has is ignored. A new source is
    paused and its `every` is "never": importing an archive does not ask for its sites to be crawled.
    """
    address = named[1] if named else url
    host = host_of(address)
    if host not in known:
        parts = urlsplit(address)
        home = address if named else f"{parts.scheme}://{parts.netloc}/"
        name = (
            named[0]
            if named and not _is_name_taken(conn, named[0])
            else source_name_for(f"{parts.scheme}://{parts.netloc}/")
        )
        while _is_name_taken(conn, name):
            name += "-archive"
        source, _ = add_source(conn, name=name, url=home, settings={"every": "never"}, at=at)
        pause_source(conn, source.name, at)
        known[host] = source.id
    return known[host]


def _is_name_taken(conn: sqlite3.Connection, name: str) -> bool:
    """Whether a source has or had this name: an import does not bring back a removed source."""
    return conn.execute("SELECT 1 FROM sources WHERE name = ?", (name,)).fetchone() is not None


def host_of(url: str) -> str:
    """Host without "www.", and port: the keys of `sources_by_host`."""
    parts = urlsplit(url)
    return f"{(parts.hostname or url).removeprefix('www.')}:{parts.port or ''}"


def insert_archived_page(conn: sqlite3.Connection, page: ReceivedPage, link: Link, now: datetime) -> tuple[int, bool]:
    """Store a page from an archive. Returns its id and whether it is new (False: its link already had this body).

    Raises KeyError if the fetch is already stored.
    """
    fetch = page.fetch
    if find_fetched_page(conn, link.key, fetch.url, fetch.started_at) is not None:
        raise KeyError(fetch.url)
    link_id = _link_id(conn, page.source_id, link, fetch)
    before = _visit_times(conn, link_id)
    page_id = insert_page(conn, replace(page, fetch=replace(fetch, link_id=link_id)))
    _restore_visit(conn, link_id, before, now)
    if page_id is not None:
        return page_id, True
    stored = find_fetched_page(conn, link.key, fetch.url, fetch.started_at)
    assert stored is not None
    return stored, False


def insert_revisit(
    conn: sqlite3.Connection, fetch: Fetch, link: Link, headers: Mapping[str, str], page_id: int, now: datetime
) -> bool | None:
    """Record that the payload of `page_id` was received again. Returns whether this made a new page (another address),
    or None if the payload was pruned.
    """
    body_id, kind, status = conn.execute(
        "SELECT body_id, content_type, status FROM pages WHERE id = ?", (page_id,)
    ).fetchone()
    try:
        body = load_body(conn, body_id)
    except BodyPruned:
        return None
    assert fetch.source_id is not None
    received = ReceivedPage(
        fetch=replace(fetch, status=status, bytes=len(body)),
        source_id=fetch.source_id,
        headers=headers,
        content_type=headers.get("Content-Type") or kind,
        body=pack_body(body),
    )
    return insert_archived_page(conn, received, link, now)[1]


def insert_not_modified(conn: sqlite3.Connection, fetch: Fetch, link: Link, now: datetime) -> bool:
    """Record a 304. Returns False if there is no page that it refers to."""
    row = conn.execute(
        "SELECT l.id FROM links l WHERE l.key = ? AND EXISTS (SELECT 1 FROM pages p WHERE p.link_id = l.id)",
        (link.key,),
    ).fetchone()
    if row is None:
        return False
    before = _visit_times(conn, row[0])
    record_unchanged(conn, replace(fetch, link_id=row[0], status=304))
    _restore_visit(conn, row[0], before, now)
    return True


def _link_id(conn: sqlite3.Connection, source_id: int, link: Link, fetch: Fetch) -> int:
    insert_links(conn, source_id, [link], fetch.started_at, fetch.run_id)
    return int(conn.execute("SELECT id FROM links WHERE key = ?", (link.key,)).fetchone()[0])


def _visit_times(conn: sqlite3.Connection, link_id: int) -> tuple[float | None, float | None]:
    row = conn.execute("SELECT first_at, last_at FROM visits WHERE link_id = ?", (link_id,)).fetchone()
    return (row[0], row[1]) if row else (None, None)


def _restore_visit(
    conn: sqlite3.Connection, link_id: int, before: tuple[float | None, float | None], now: datetime
) -> None:
    """Keep an imported page from being due: with the archive's time as the last visit, the next crawl of the source
    would fetch all of them again. A link that a crawl visited keeps its own times.
    """
    if before[0] is None:
        conn.execute("UPDATE visits SET last_at = ? WHERE link_id = ?", (now.timestamp(), link_id))
    else:
        conn.execute("UPDATE visits SET first_at = ?, last_at = ? WHERE link_id = ?", (*before, link_id))
