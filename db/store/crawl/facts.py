"""Write facts: sources, links, fetches, pages, runs. Each function is a job for `db.connection.writer` or for a `write`
block.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from db.bodies import store as bodies
from db.models import Link, LinkKind
from db.store.crawl.drawings import DrawingRecord, drawn_digest, insert_drawing
from db.system.processes import process_identity
from db.timestamps import format_optional, format_timestamp, parse_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One request and its result. `bytes` is the size of the body after decompression; `error` names a failure."""

    what: str
    url: str
    started_at: datetime
    run_id: int | None = None
    source_id: int | None = None
    link_id: int | None = None
    final_url: str | None = None
    duration_ms: int | None = None
    status: int | None = None
    bytes: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A received body with its hash and compressed form. `url` is the address of a further page of an article."""

    data: bytes = field(repr=False)
    sha256: bytes
    packed: bytes = field(repr=False)
    url: str = ""


def pack_body(data: bytes, url: str = "") -> Body:
    """Hash and compress a body for storing; takes milliseconds."""
    return Body(data=data, sha256=bodies.body_digest(data), packed=bodies.compress_body(data), url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPage:
    """A received page: its fetch, headers and body, and the bodies of the article's further pages if they were fetched.

    `drawing`: what a browser made of it.
    """

    fetch: Fetch
    source_id: int
    headers: Mapping[str, str]
    content_type: str | None
    body: Body
    parts: tuple[Body, ...] = ()
    drawing: DrawingRecord | None = None


def insert_fetch(conn: sqlite3.Connection, fetch: Fetch, page_id: int | None = None) -> int:
    """Record a fetch; returns its id."""
    cursor = conn.execute(
        "INSERT INTO fetches (run_id, source_id, link_id, page_id, what, url, final_url, started_at, duration_ms, status,"
        " bytes, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            fetch.run_id,
            fetch.source_id,
            fetch.link_id,
            page_id,
            fetch.what,
            fetch.url,
            fetch.final_url,
            format_timestamp(fetch.started_at),
            fetch.duration_ms,
            fetch.status,
            fetch.bytes,
            fetch.error,
        ),
    )
    return int(cursor.lastrowid or 0)


# By time, since an archive's pages are stored after pages that are newer than they.
_PAGE_BEFORE = """
SELECT p.id, b.sha256 FROM pages p JOIN bodies b ON b.id = p.body_id
WHERE p.link_id = ? AND p.source_id = ? AND p.fetched_at <= ? ORDER BY p.fetched_at DESC, p.id DESC LIMIT 1
"""
_LAST_PAGE = "SELECT id FROM pages WHERE link_id = ? AND source_id = ? ORDER BY fetched_at DESC, id DESC LIMIT 1"


def insert_page(conn: sqlite3.Connection, page: ReceivedPage) -> int | None:
    """Record a fetch that returned a page. Returns the new page's id, or None if the source's page of this link
    before it has the same body, and the same drawn document.
    """
    fetch = page.fetch
    before = (fetch.link_id, page.source_id, format_timestamp(fetch.started_at))
    last = conn.execute(_PAGE_BEFORE, before).fetchone()
    if last and last[1] == page.body.sha256 and _is_like(conn, last[0], page):
        insert_fetch(conn, fetch, last[0])
        if page.drawing is not None:
            insert_drawing(conn, page.drawing)
        record_visit(conn, fetch, succeeded=True)
        save_validators(conn, fetch.url, page.headers)
        return None
    page_id = insert_page_alone(conn, page)
    record_visit(conn, fetch, succeeded=True)
    save_validators(conn, fetch.url, page.headers)
    return page_id


def insert_page_alone(conn: sqlite3.Connection, page: ReceivedPage) -> int:
    """Record a page and its fetch, whatever was received before. It counts as no visit of its link. Returns its id."""
    fetch = page.fetch
    cursor = conn.execute(
        "INSERT INTO pages (source_id, link_id, url, final_url, fetched_at, status, content_type, headers, body_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            page.source_id,
            fetch.link_id,
            fetch.url,
            fetch.final_url,
            format_timestamp(fetch.started_at),
            fetch.status,
            page.content_type,
            json.dumps(dict(page.headers), ensure_ascii=False),
            _put_body(conn, page.body),
        ),
    )
    page_id = int(cursor.lastrowid or 0)
    conn.executemany(
        "INSERT INTO page_parts (page_id, position, url, body_id) VALUES (?, ?, ?, ?)",
        [(page_id, number, part.url, _put_body(conn, part)) for number, part in enumerate(page.parts, 2)],
    )
    if page.drawing is not None:
        insert_drawing(conn, page.drawing, page_id)
    insert_fetch(conn, fetch, page_id)
    return page_id


def _put_body(conn: sqlite3.Connection, body: Body) -> int:
    return bodies.insert_body(conn, body.data, body.sha256, body.packed)


def _is_like(conn: sqlite3.Connection, page_id: int, page: ReceivedPage) -> bool:
    """Whether a stored page has the same further parts and, where this one was drawn, the same drawn document."""
    document = page.drawing.document if page.drawing else None
    if document is not None and document.sha256 != drawn_digest(conn, page_id):
        return False
    return _parts_of(conn, page_id) == [part.sha256 for part in page.parts]


def _parts_of(conn: sqlite3.Connection, page_id: int) -> list[bytes]:
    query = (
        "SELECT b.sha256 FROM page_parts p JOIN bodies b ON b.id = p.body_id WHERE p.page_id = ? ORDER BY p.position"
    )
    return [row[0] for row in conn.execute(query, (page_id,))]


def record_unchanged(conn: sqlite3.Connection, fetch: Fetch) -> None:
    """Record a 304: the stored page is still current."""
    row = conn.execute(_LAST_PAGE, (fetch.link_id, fetch.source_id)).fetchone()
    insert_fetch(conn, fetch, row[0] if row else None)
    record_visit(conn, fetch, succeeded=True)


def record_failure(conn: sqlite3.Connection, fetch: Fetch) -> None:
    """Record a fetch of an article that returned no page."""
    insert_fetch(conn, fetch)
    record_visit(conn, fetch, succeeded=False)


def record_visit(conn: sqlite3.Connection, fetch: Fetch, *, succeeded: bool) -> None:
    """Update the state that decides when a link is due again."""
    if fetch.link_id is None:
        return
    at = fetch.started_at.timestamp()
    if succeeded:
        conn.execute(
            # A first visit that lies ahead was made while the machine's clock was: revisits count from now.
            "UPDATE visits SET first_at = min(coalesce(first_at, :at), :at), last_at = :at, failures = 0 WHERE link_id = :link",
            {"at": at, "link": fetch.link_id},
        )
    else:
        conn.execute(
            "UPDATE visits SET last_at = ?, failures = failures + 1 WHERE link_id = ?",
            (at, fetch.link_id),
        )


def save_validators(conn: sqlite3.Connection, url: str, headers: Mapping[str, str]) -> None:
    """Store the validators for the next conditional request. Call it only together with the body: a 304 returns none."""
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    if etag or modified:
        conn.execute(
            "INSERT INTO validators (url, etag, last_modified) VALUES (?, ?, ?)"
            " ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified",
            (url, etag, modified),
        )
    else:
        conn.execute("DELETE FROM validators WHERE url = ?", (url,))


def link_from_row(row: sqlite3.Row, url: str = "url") -> Link:
    """The link of a row that has the columns of `links`. `url`: the column with its address."""
    return Link(
        url=row[url],
        key=row["key"],
        kind=LinkKind(row["kind"]),
        found_in=row["found_in"],
        title=row["title"],
        published=parse_optional(row["published"]),
        modified=parse_optional(row["modified"]),
        author=row["author"],
        section=row["section"],
    )


def insert_links(
    conn: sqlite3.Connection, source_id: int, links: Iterable[Link], found_at: datetime, run_id: int | None
) -> int:
    """Insert the links whose key is not known yet; returns how many. Known links keep their first row."""
    at = format_timestamp(found_at)
    new = 0
    for link in links:
        cursor = conn.execute(
            "INSERT INTO links (source_id, key, url, kind, found_in, found_at, run_id, title, published, modified, author,"
            " section) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (
                source_id,
                link.key,
                link.url,
                link.kind.value,
                link.found_in,
                at,
                run_id,
                link.title,
                format_optional(link.published),
                format_optional(link.modified),
                link.author,
                link.section,
            ),
        )
        new += max(0, cursor.rowcount)
    return new


_LINKS_OF_OTHERS = """
SELECT l.key, s.url FROM json_each(?) k JOIN links l ON l.key = k.value JOIN sources s ON s.id = l.source_id
WHERE l.source_id <> ?
"""


def links_of_others(conn: sqlite3.Connection, source_id: int, keys: Iterable[str]) -> dict[str, str]:
    """The links among these keys that belong to other sources: key to address of that source."""
    return dict(conn.execute(_LINKS_OF_OTHERS, (json.dumps(list(keys)), source_id)).fetchall())


def take_over_links(
    conn: sqlite3.Connection, source_id: int, links: Iterable[Link], found_at: datetime, run_id: int
) -> int:
    """Record links of this source that another source has; returns how many. The other's rows and pages stay, under
    keys that no address has.
    """
    taken = list(links)
    names = [(link.key,) for link in taken]
    conn.executemany("UPDATE links SET key = 'taken over ' || key || ' ' || id WHERE key = ?", names)
    return insert_links(conn, source_id, taken, found_at, run_id)


def begin_run(conn: sqlite3.Connection, command: str, pid: int, at: datetime, reason: str = "by hand") -> int:
    """Record the start of a run; returns its id."""
    cursor = conn.execute(
        "INSERT INTO runs (command, reason, pid, process, started_at) VALUES (?, ?, ?, ?, ?)",
        (command, reason, pid, process_identity(pid), format_timestamp(at)),
    )
    return int(cursor.lastrowid or 0)


def end_run(
    conn: sqlite3.Connection, run_id: int, ended: str, at: datetime, figures: Mapping[str, object], error: str | None
) -> None:
    """Record how a run ended: finished, stopped or failed."""
    # Names of files need not be UTF-8, and SQLite's text must be.
    told, why = (
        text and text.encode("utf-8", "replace").decode() for text in (json.dumps(figures, ensure_ascii=False), error)
    )
    conn.execute(
        "UPDATE runs SET ended = ?, ended_at = ?, figures = ?, error = ? WHERE id = ?",
        (ended, format_timestamp(at), told, why, run_id),
    )


def update_run_figures(conn: sqlite3.Connection, run_id: int, figures: Mapping[str, object]) -> None:
    """Update the figures of a run that has ended; other values in them stay."""
    row = conn.execute("SELECT figures FROM runs WHERE id = ?", (run_id,)).fetchone()
    known = json.loads(row[0]) if row and row[0] else {}
    conn.execute(
        "UPDATE runs SET figures = ? WHERE id = ?", (json.dumps(known | dict(figures), ensure_ascii=False), run_id)
    )


def resume_run(conn: sqlite3.Connection, run_id: int, pid: int) -> None:
    """Record that a process continues an interrupted run."""
    conn.execute(
        "UPDATE runs SET ended = NULL, ended_at = NULL, error = NULL, pid = ?, process = ? WHERE id = ?",
        (pid, process_identity(pid), run_id),
    )


def abandon_run(conn: sqlite3.Connection, run_id: int, at: datetime, why: str) -> None:
    """Record that nobody continues a run that was killed. A run that ended keeps how it ended."""
    conn.execute(
        "UPDATE runs SET ended = 'stopped', ended_at = ?, error = ? WHERE id = ? AND ended IS NULL",
        (format_timestamp(at), why, run_id),
    )
