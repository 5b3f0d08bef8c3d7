"""Drawn documents: packed with the received body, read back exactly, pruned with the bodies; earlier databases gain them."""

from __future__ import annotations

import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database
from db.errors import BodyPruned, DatabaseDamaged
from db.maintenance.prune import prune
from db.models import Link, LinkKind
from db.schema.migrations import migrations
from db.sqlite.tools import Database
from db.store.crawl import facts
from db.store.crawl.drawings import (
    DrawingRecord,
    RenderState,
    count_drawings,
    insert_drawing,
    load_drawing,
    load_render_state,
    pack_drawing,
    save_render_state,
)
from db.store.extraction.page_payload import load_payload
from db.store.extraction.pages import load_page
from db.store.sites.sources import add_source
from tests.cli.conftest import START, open_room, run

RECEIVED = b"<html><body><div id=root></div>" + os.urandom(3000).hex().encode()
DRAWN = RECEIVED.replace(b"<div id=root></div>", b"<article>The whole text</article>")
URL = "https://a.example/1"


def put(conn: sqlite3.Connection, document: bytes | None, *, received: bytes = RECEIVED) -> int | None:
    """Store the page, drawn as `document`."""
    facts.insert_links(conn, 1, [Link(url=URL, key=URL, kind=LinkKind.FEED)], START, None)
    fetch = facts.Fetch(what="article", url=URL, started_at=START, source_id=1, link_id=1, status=200)
    drawing = DrawingRecord(
        source_id=1,
        kind="article",
        url=URL,
        started_at=START,
        browser="chromium 1",
        blocked={"image": 3},
        document=pack_drawing(document, received) if document is not None else None,
        error=None if document is not None else "too_slow",
    )
    page = facts.ReceivedPage(
        fetch=fetch, source_id=1, headers={}, content_type="text/html", body=facts.pack_body(received), drawing=drawing
    )
    return facts.insert_page(conn, page)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "news.db"
    open_database(file, create=True).conn.close()
    with open_room(file) as conn:
        add_source(conn, name="a.example", url="https://a.example/", settings={}, at=START)
    return file


def test_a_drawn_document_reads_back_and_takes_little(path: Path) -> None:
    with open_room(path) as conn:
        page = put(conn, DRAWN)
        assert page is not None
        assert load_page(conn, page).drawn == DRAWN
        assert load_payload(conn, page).unpack() == load_page(conn, page)
        (packed,) = conn.execute("SELECT length(data) FROM drawings").fetchone()
        assert packed < len(DRAWN) / 10
        made = load_drawing(conn, page)
        assert made is not None
        assert (made.browser, made.blocked) == ("chromium 1", {"image": 3})
        conn.execute("UPDATE drawings SET sha256 = x'00'")
        with pytest.raises(DatabaseDamaged, match="does not match its checksum"):
            load_page(conn, page)


def test_a_page_is_new_where_what_was_drawn_is_new(path: Path) -> None:
    with open_room(path) as conn:
        first = put(conn, DRAWN)
        assert put(conn, DRAWN) is None
        second = put(conn, DRAWN + b"<p>Updated</p>")
        assert second is not None
        assert second != first
        assert put(conn, None) is None, "a failed drawing says nothing new"
        assert count_drawings(conn, 1, START) == 4
        assert conn.execute("SELECT count(*) FROM bodies").fetchone() == (1,)


def test_pruned_with_the_bodies_and_final_then(path: Path) -> None:
    with open_room(path) as conn:
        page = put(conn, DRAWN)
        assert page is not None
    later = START + timedelta(days=40)
    assert prune(path, later, keep_bodies=timedelta(days=30), keep_log=None).drawings == 0, "it has no outcome yet"
    with open_room(path) as conn:
        conn.execute("INSERT INTO extractors (id, code, rules, trafilatura) VALUES (1, '1', '', '')")
        conn.execute("INSERT INTO outcomes (page_id, extractor_id, reason) VALUES (?, 1, 'no_text')", (page,))
    report = prune(path, later, keep_bodies=timedelta(days=30), keep_log=None)
    assert (report.drawings, report.bodies) == (1, 1)
    with open_room(path) as conn:
        with pytest.raises(BodyPruned):
            load_page(conn, page)
        with pytest.raises(sqlite3.IntegrityError, match="pruned"):
            conn.execute("DELETE FROM outcomes")
        assert load_drawing(conn, page) is not None


def test_the_log_of_drawings_is_pruned_but_for_pages_and_evidence(path: Path) -> None:
    front = "https://a.example/"
    with open_room(path) as conn:
        page = put(conn, DRAWN)
        assert put(conn, None) is None, "failed: no page"
        for day in range(6):
            at = START + timedelta(days=day)
            insert_drawing(conn, DrawingRecord(source_id=1, kind="listing", url=front, started_at=at))
        evidence = ({"url": front, "gain": True},) * 3
        state = RenderState(verdict="drawn", decided_at=START + timedelta(days=4, hours=1), evidence=evidence)
        save_render_state(conn, 1, "listing", state)
    later, kept = START + timedelta(days=200), timedelta(days=90)
    assert prune(path, later, keep_bodies=None, keep_log=kept, dry=True).drawing_rows == 4
    assert prune(path, later, keep_bodies=None, keep_log=kept).drawing_rows == 4
    with open_room(path) as conn:
        rows = conn.execute("SELECT page_id, substr(started_at, 9, 2) FROM drawings ORDER BY id").fetchall()
        days = [f"{START + timedelta(days=day):%d}" for day in (2, 3, 4)]
        assert [tuple(row) for row in rows] == [(page, f"{START:%d}"), *((None, day) for day in days)]
        assert page is not None
        assert load_page(conn, page).drawn == DRAWN


def test_an_earlier_database_opens_and_gains_drawings(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    conn = sqlite3.connect(file, isolation_level=None)
    db = Database(conn)
    migrations.apply(db, stop_before="m0029_drawings")
    conn.execute(
        "INSERT INTO sources (id, name, url, added_at) VALUES (1, 'a', 'https://a.example/', ?)", ("2026-01-01",)
    )
    sha, body = facts.pack_body(RECEIVED).sha256, facts.pack_body(RECEIVED).packed
    conn.execute(
        "INSERT INTO bodies (id, sha256, size, codec, data, pruned_at) VALUES (1, ?, 1, 'zstd', ?, '2026')", (sha, body)
    )
    conn.execute(
        "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id)"
        " VALUES (1, 1, 'u', '2026-01-01', 200, '{}', 1)"
    )
    conn.close()
    opened = open_database(file)
    assert opened.conn.execute("SELECT page_id FROM pruned_pages").fetchall() == [(1,)]
    opened.conn.close()
    with open_room(file) as conn:
        page = put(conn, DRAWN)
        assert page is not None
        assert load_page(conn, page).drawn == DRAWN


def test_a_verdict_is_kept_with_its_evidence(path: Path) -> None:
    with open_room(path) as conn:
        state = RenderState(verdict="drawn", decided_at=START, evidence=({"url": URL, "gain": True},))
        save_render_state(conn, 1, "article", state)
        assert load_render_state(conn, 1, "article") == state
        assert load_render_state(conn, 1, "listing") == RenderState()


def test_doctor_finds_a_damaged_drawing(path: Path) -> None:
    with open_room(path) as conn:
        put(conn, DRAWN)
    assert "1 of 1 unpacked, 1 match" in run(path, "doctor").output
    with open_room(path) as conn:
        conn.execute("UPDATE drawings SET data = substr(data, 1, length(data) - 5)")
    told = run(path, "doctor")
    assert told.exit_code == 1
    assert "drawn document of page 1 cannot be unpacked" in told.output
