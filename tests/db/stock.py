"""Many pages at once, as a crawl stores them, for tests that need a database of some size."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from db.connection.database import open_database
from db.models import Link, LinkKind
from db.store.crawl import facts
from db.store.sites.sources import add_source
from tests.cli.conftest import START, open_room


def put_pages(conn: sqlite3.Connection, numbers: range, *, size: int = 30_000, at: datetime = START) -> list[int]:
    """Pages of random bytes at source 1, in the transaction that is open; their ids."""
    return [_put_page(conn, n, os.urandom(size), at) for n in numbers]


def _put_page(conn: sqlite3.Connection, n: int, body: bytes, at: datetime) -> int:
    url = f"https://a.example/{n}"
    facts.insert_links(conn, 1, [Link(url=url, key=url, kind=LinkKind.FEED)], at, None)
    link_id = conn.execute("SELECT id FROM links WHERE key = ?", (url,)).fetchone()[0]
    fetch = facts.Fetch(
        what="article", url=url, started_at=at, source_id=1, link_id=link_id, status=200, bytes=len(body)
    )
    packed = facts.pack_body(body)
    page_id = facts.insert_page(
        conn, facts.ReceivedPage(fetch=fetch, source_id=1, headers={}, content_type="text/html", body=packed)
    )
    assert page_id is not None
    return page_id


def filled(path: Path, pages: int = 300, *, size: int = 30_000, at: datetime = START) -> None:
    """A new database with one source and so many pages."""
    open_database(path, create=True).conn.close()
    with open_room(path) as conn:
        add_source(conn, name="a.example", url="https://a.example/", settings={}, at=at)
        put_pages(conn, range(pages), size=size, at=at)
