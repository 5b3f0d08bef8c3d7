"""Feed files of saved searches: the last matches, written whole or not at all."""

from __future__ import annotations

import io
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from db.config.searches import FEED_FORMS
from db.connection.database import write
from db.queries.articles import snapshot
from db.queries.saved_searches import current_pages
from db.store.service.saved_searches import SearchRow, last_match, latest_match_pages, record_fed
from pipelines.exchange.articles.formats import FeedHead, write_json_feed, write_rss
from pipelines.exchange.articles.objects import article_objects

MATCHES_IN_FEED = 50
"""Articles in a feed file."""


def write_feed(conn: sqlite3.Connection, row: SearchRow, now: datetime) -> str | None:
    """Write the feed file of a search if it lacks matches or is not there. Returns why it cannot be written, else None."""
    path = row.search.feed
    if path is None:
        return None
    last = last_match(conn, row.id)
    if row.fed == last and path.exists():
        return None
    try:
        _replace(path, _feed(conn, row, path, now))
    except OSError as error:
        return f"{path}: cannot be written ({error.strerror}); name another file, or make its folder writable"
    with write(conn):
        record_fed(conn, row.id, last)
    return None


def _feed(conn: sqlite3.Connection, row: SearchRow, path: Path, now: datetime) -> bytes:
    with snapshot(conn):
        pages = current_pages(conn, latest_match_pages(conn, row.id, MATCHES_IN_FEED))
    out, about = io.BytesIO(), FeedHead(title=f"Copydesk: {row.name}", once=True)
    if FEED_FORMS[path.suffix.lower()] == "rss":
        write_rss(article_objects(conn, pages), out, now=now, about=about)
    else:
        write_json_feed(article_objects(conn, pages), out, about=about)
    return out.getvalue()


def _replace(path: Path, body: bytes) -> None:
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(body)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
