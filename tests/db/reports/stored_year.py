"""A simulated year as rows: what a crawl leaves, written at once, with one body for all pages."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from db.bodies.store import insert_body
from db.connection.database import write
from db.models import Link, LinkKind
from db.reports.coverage_judge import DayFigures
from db.store.crawl.facts import insert_links, pack_body
from db.store.sites.sources import add_source
from db.timestamps import format_timestamp

_PAGE = """
INSERT INTO pages (source_id, link_id, url, fetched_at, status, headers, body_id) VALUES (?, ?, ?, ?, 200, '{}', ?)
"""
_ARTICLE = """
INSERT INTO articles (page_id, address_key, text_hash, url, title, published, published_utc, published_precision, language, text)
VALUES (?, ?, ?, ?, ?, ?, ?, 'minute', ?, 'A text.')
"""


def store_year(
    conn: sqlite3.Connection, name: str, first: date, figures: Sequence[DayFigures], *, language: str = "de"
) -> int:
    """A source with articles, links and source runs as the figures say; returns its id. Settled as new articles each."""
    with write(conn):
        source, _ = add_source(conn, name=name, url=f"https://{name}/", settings={}, at=_at(first, 0))
        body = pack_body(b"<p>A text.</p>")
        body_id = insert_body(conn, body.data, body.sha256, body.packed)
        conn.execute("INSERT OR IGNORE INTO extractors (id, code, rules, trafilatura) VALUES (1, 'test', 'none', '2')")
        for number, figure in enumerate(figures):
            _store_day(conn, source.id, first + timedelta(days=number), figure, (body_id, language, name))
    return source.id


def _store_day(conn: sqlite3.Connection, source: int, day: date, figure: DayFigures, of: tuple[int, str, str]) -> None:
    body_id, language, name = of
    total = figure.found + figure.unfetched
    links = [f"https://{name}/{day}/{n}" for n in range(total)]
    published = [_at(day, 60 + n * 1200 // max(1, total)) for n in range(total)]
    insert_links(
        conn,
        source,
        [
            Link(url=url, key=url.removeprefix("https://"), kind=LinkKind.FEED, published=at)
            for url, at in zip(links, published, strict=True)
        ],
        _at(day, 1300),
        None,
    )
    for url, at in zip(links[: figure.found], published, strict=False):
        (link_id,) = conn.execute("SELECT id FROM links WHERE key = ?", (url.removeprefix("https://"),)).fetchone()
        fetched = format_timestamp(_at(day, 1301))
        page_id = conn.execute(_PAGE, (source, link_id, url, fetched, body_id)).lastrowid
        conn.execute(
            "UPDATE visits SET first_at = ?, last_at = first_at WHERE link_id = ?",
            (_at(day, 1301).timestamp(), link_id),
        )
        conn.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, 1)", (page_id,))
        text_hash = hashlib.blake2b(url.encode(), digest_size=16).digest()
        stated = at.isoformat(timespec="seconds")
        conn.execute(
            _ARTICLE, (page_id, url, text_hash, url, f"Article {url}", stated, stated.replace("+00:00", "Z"), language)
        )
        conn.execute("INSERT INTO decisions VALUES (?, 'new', ?, ?, 1)", (page_id, page_id, page_id))
    if figure.looked:
        store_look(conn, source, _at(day, 1300), found=total)


def store_look(conn: sqlite3.Connection, source: int, at: datetime, *, found: int = 0, working: int = 1) -> None:
    """A source run that ended, in which one listing answered."""
    text = format_timestamp(at)
    run = conn.execute(
        "INSERT INTO runs (command, pid, started_at, ended_at, ended, figures) VALUES ('crawl', 1, ?, ?, 'finished', '{}')",
        (text, text),
    ).lastrowid
    part = conn.execute(
        "INSERT INTO source_runs (run_id, source_id, started_at) VALUES (?, ?, ?)", (run, source, text)
    ).lastrowid
    conn.execute(
        "UPDATE source_runs SET ended = 'finished', ended_at = ?, listings = 1, listings_working = ?, found = ? WHERE id = ?",
        (text, working, found, part),
    )


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)
