"""Writing what came out of an archive: the rows that a crawl would have written at the time.

A fetch is known by its link, address and time (to the millisecond), so that importing again adds nothing and an import that was
stopped goes on where it was.
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
from db.store.facts import Fetch, ReceivedPage, insert_links, insert_page, pack_body, record_unchanged
from db.store.sources import add_source, all_sources, pause_source, source_name_for
from db.timestamps import format_timestamp

# Also of a link that was taken over (`facts.take_over`).
_KNOWN = """
SELECT f.page_id FROM fetches f JOIN links l ON l.id = f.link_id
WHERE (l.key = :key OR l.key BETWEEN 'taken over ' || :key || ' ' AND 'taken over ' || :key || '!')
  AND f.started_at = :at AND f.url = :url AND f.page_id IS NOT NULL
"""


def find_fetched_page(conn: sqlite3.Connection, key: str, url: str, at: datetime) -> int | None:
    """The page of a fetch that is stored; None where it is not."""
    row = conn.execute(_KNOWN, {"key": key, "at": format_timestamp(at), "url": url}).fetchone()
    return int(row[0]) if row else None


def sources_by_host(conn: sqlite3.Connection) -> dict[str, int]:
    """The sources by their host without "www."; the first where several share one."""
    found: dict[str, int] = {}
    for source in all_sources(conn):
        found.setdefault(_host(source.url), source.id)
    return found


def find_or_add_source(
    conn: sqlite3.Connection, known: dict[str, int], url: str, at: datetime, named: tuple[str, str] | None = None
) -> int:
    """The source of an address: the one of its host, else a new one that is not crawled. `known` is added to.

    `named` is the name and address that an export gives; a name that another site has here is passed over. A new source
    is paused and its `every` is "never": who imports an archive did not ask for its sites to be crawled.
    """
    address = named[1] if named else url
    host = _host(address)
    if host not in known:
        parts = urlsplit(address)
        home = address if named else f"{parts.scheme}://{parts.netloc}/"
        name = (
            named[0] if named and not _taken(conn, named[0]) else source_name_for(f"{parts.scheme}://{parts.netloc}/")
        )
        while _taken(conn, name):
            name += "-archive"
        source, _ = add_source(conn, name=name, url=home, settings={"every": "never"}, at=at)
        pause_source(conn, source.name, at)
        known[host] = source.id
    return known[host]


def _taken(conn: sqlite3.Connection, name: str) -> bool:
    """Whether there is or was a source of that name: one that was removed is not taken up again by an import."""
    return conn.execute("SELECT 1 FROM sources WHERE name = ?", (name,)).fetchone() is not None


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or url).removeprefix('www.')}:{parts.port or ''}"


def insert_archived_page(conn: sqlite3.Connection, page: ReceivedPage, link: Link, now: datetime) -> tuple[int, bool]:
    """Record a page out of an archive; its id, and whether it is new (False: the body that its link had).

    Raises KeyError where the fetch itself is known.
    """
    fetch = page.fetch
    if find_fetched_page(conn, link.key, fetch.url, fetch.started_at) is not None:
        raise KeyError(fetch.url)
    link_id = _link_id(conn, page.source_id, link, fetch)
    before = _visited(conn, link_id)
    page_id = insert_page(conn, replace(page, fetch=replace(fetch, link_id=link_id)))
    _visited_long_ago(conn, link_id, before, now)
    if page_id is not None:
        return page_id, True
    last = "SELECT max(id) FROM pages WHERE link_id = ? AND source_id = ?"
    return int(conn.execute(last, (link_id, page.source_id)).fetchone()[0]), False


def insert_revisit(
    conn: sqlite3.Connection, fetch: Fetch, link: Link, headers: Mapping[str, str], page_id: int, now: datetime
) -> bool | None:
    """Record that a payload came again, of which `page_id` is the page. Whether that is a new page (another address);
    None where its bytes are gone."""
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
    """Record a 304. Whether there is a page that it speaks of."""
    row = conn.execute(
        "SELECT l.id FROM links l WHERE l.key = ? AND EXISTS (SELECT 1 FROM pages p WHERE p.link_id = l.id)",
        (link.key,),
    ).fetchone()
    if row is None:
        return False
    before = _visited(conn, row[0])
    record_unchanged(conn, replace(fetch, link_id=row[0], status=304))
    _visited_long_ago(conn, row[0], before, now)
    return True


def _link_id(conn: sqlite3.Connection, source_id: int, link: Link, fetch: Fetch) -> int:
    insert_links(conn, source_id, [link], fetch.started_at, fetch.run_id)
    return int(conn.execute("SELECT id FROM links WHERE key = ?", (link.key,)).fetchone()[0])


def _visited(conn: sqlite3.Connection, link_id: int) -> tuple[float | None, float | None]:
    row = conn.execute("SELECT first_at, last_at FROM visits WHERE link_id = ?", (link_id,)).fetchone()
    return (row[0], row[1]) if row else (None, None)


def _visited_long_ago(
    conn: sqlite3.Connection, link_id: int, before: tuple[float | None, float | None], now: datetime
) -> None:
    """An imported page is not due: with the archive's time as its last visit, the next crawl of its source would fetch all of
    them again. A link that a crawl knows keeps its own rhythm."""
    if before[0] is None:
        conn.execute("UPDATE visits SET last_at = ? WHERE link_id = ?", (now.timestamp(), link_id))
    else:
        conn.execute("UPDATE visits SET first_at = ?, last_at = ? WHERE link_id = ?", (*before, link_id))
