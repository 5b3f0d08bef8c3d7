"""Pruning drops what is old and nothing else; checkpoint, statistics and checks, each beside other processes' work."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.bodies.store import body_digest, compress_body, load_body
from db.connection.database import connect, open_database, open_readonly
from db.errors import BodyPruned
from db.maintenance.findings import Level
from db.maintenance.optimize import MIN_PAGES, check_integrity, checkpoint, optimize
from db.maintenance.prune import first_id_at, prune
from db.models import Reason, Rejection
from db.schema.migrations import migrations
from db.store.crawl import facts
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.store.dedup.near_copies import any_unsettled
from db.store.extraction.pages import load_page
from db.timestamps import format_timestamp
from pipelines.dedup.settle import reset_settling, settle
from tests.cli.conftest import START, Newsroom, open_room, run
from tests.db.stock import filled, put_pages
from tests.support.deadline import Stopwatch, within

DAY = timedelta(days=1)
NEVER = None
NOW = START + timedelta(days=40)


def settle_anew(conn: sqlite3.Connection) -> None:
    """All decisions and the index made again."""
    reset_settling(conn)
    while any_unsettled(conn):
        settle(conn)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    conn = open_readonly(path)
    try:
        return conn.execute(query).fetchall()
    finally:
        conn.close()


def derived(path: Path) -> dict[str, list[tuple[object, ...]]]:
    tables = ("pages", "outcomes", "articles", "credits", "decisions", "links", "visits")
    return {table: rows(path, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


def set_age(path: Path, page_id: int, days: float) -> None:
    with open_room(path) as conn:
        at = format_timestamp(NOW - timedelta(days=days))
        conn.execute("UPDATE pages SET fetched_at = ? WHERE id = ?", (at, page_id))


# Bodies


def test_old_bodies_go_and_what_was_read_of_them_stays(newsroom: Newsroom) -> None:
    path, before = newsroom.path, derived(newsroom.path)
    hashes = rows(path, "SELECT id, sha256, size FROM bodies ORDER BY id")
    stored = rows(path, "SELECT sum(length(data)) FROM bodies WHERE id < 8")[0][0]
    gone = prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    assert (gone.bodies, gone.bytes) == (7, stored)
    assert derived(path) == before
    assert rows(path, "SELECT id, sha256, size FROM bodies ORDER BY id") == hashes
    left = rows(path, "SELECT id, length(data) > 0, pruned_at IS NULL FROM bodies ORDER BY id")
    assert left == [(n, 0, 0) for n in range(1, 8)] + [(8, 1, 1)], "the page without an outcome keeps its body"
    assert rows(path, "SELECT page_id FROM pruned_pages ORDER BY 1") == [(n,) for n in range(1, 8)]
    assert prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER).bodies == 0


def test_settling_anew_gives_the_same_after_pruning(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        settle_anew(conn)
    before = derived(newsroom.path)
    prune(newsroom.path, NOW, keep_bodies=timedelta(), keep_log=timedelta())
    with open_room(newsroom.path) as conn:
        settle_anew(conn)
    assert derived(newsroom.path) == before


def test_a_dry_run_counts_and_drops_nothing(newsroom: Newsroom) -> None:
    before = rows(newsroom.path, "SELECT * FROM bodies")
    would = prune(newsroom.path, NOW, keep_bodies=30 * DAY, keep_log=NEVER, dry=True)
    assert (would.bodies, would.transactions, would.dry) == (7, 0, True)
    assert rows(newsroom.path, "SELECT * FROM bodies") == before


def test_young_bodies_and_those_a_young_page_shares_stay(newsroom: Newsroom) -> None:
    path, pages = newsroom.path, newsroom.pages
    set_age(path, pages["ferry"], 5)
    set_age(path, pages["undated"], 5)
    with open_room(path) as conn:  # a young page elsewhere with the bytes of the old one
        conn.execute("UPDATE pages SET body_id = ? WHERE id = ?", (pages["water"], pages["undated"]))
    prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    kept = {row[0] for row in rows(path, "SELECT id FROM bodies WHERE pruned_at IS NULL")}
    assert {pages["water"], pages["ferry"], pages["unread"]} <= kept
    assert pages["copy"] not in kept


def test_a_further_page_keeps_its_body_as_its_article_does(newsroom: Newsroom) -> None:
    path, pages = newsroom.path, newsroom.pages
    set_age(path, pages["ferry"], 5)
    with open_room(path) as conn:
        for page, part in (("ferry", "copy"), ("short", "water2")):
            values = (pages[page], pages[part])
            conn.execute("INSERT INTO page_parts (page_id, position, url, body_id) VALUES (?, 2, 'u', ?)", values)
    prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    kept = {row[0] for row in rows(path, "SELECT id FROM bodies WHERE pruned_at IS NULL")}
    assert pages["copy"] in kept, "it is the second page of a young article"
    assert pages["water2"] not in kept
    pruned = {row[0] for row in rows(path, "SELECT page_id FROM pruned_pages")}
    assert pages["short"] in pruned
    assert pages["ferry"] not in pruned


def test_a_pruned_page_says_so_and_is_never_read_again(newsroom: Newsroom) -> None:
    path = newsroom.path
    prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    result = run(path, "show", "1", "--html")
    assert isinstance(result.exception, BodyPruned)
    assert f"its body was pruned on {NOW:%Y-%m-%d}" in str(result.exception)
    assert "page 5 (https://www.wanbao.example/a/1001.html" in str(result.exception), "its current revision"
    assert run(path, "show", "1").exit_code == 0
    rejected = run(path, "show", str(newsroom.pages["short"]))
    assert "its body was pruned on" in rejected.output
    assert "gives the page" not in rejected.output
    with open_room(path) as conn:
        with pytest.raises(BodyPruned):
            load_page(conn, 1)
        with pytest.raises(sqlite3.IntegrityError, match="the body of this page was pruned"):
            conn.execute("DELETE FROM outcomes WHERE page_id = 1")
        with pytest.raises(sqlite3.IntegrityError, match="the body of this page was pruned"):
            conn.execute("DELETE FROM outcomes")
        unread = conn.execute("SELECT page_id FROM unread").fetchall()
    assert unread == [(newsroom.pages["unread"],)]


def test_doctor_and_stats_tell_pruned_from_damaged(newsroom: Newsroom) -> None:
    prune(newsroom.path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    result = run(newsroom.path, "doctor")
    assert result.exit_code == 0
    assert "1 of 8 unpacked, 1 match their checksum; 7 of those drawn are pruned" in " ".join(result.output.split())
    assert "; 7 more were pruned" in run(newsroom.path, "stats").output
    with open_room(newsroom.path) as conn:
        conn.execute("UPDATE bodies SET data = x'00' WHERE id = 8")
    assert run(newsroom.path, "doctor").exit_code == 1


def test_bytes_that_come_again_are_there_again(newsroom: Newsroom) -> None:
    prune(newsroom.path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    newsroom.page(2, "https://mirror.example/reprint", b"<html>copied</html>")
    with open_room(newsroom.path) as conn:
        body_id, pruned_at = conn.execute(
            "SELECT id, pruned_at FROM bodies WHERE sha256 = ?", (body_digest(b"<html>copied</html>"),)
        ).fetchone()
        assert (body_id, pruned_at) == (newsroom.pages["copy"], None)
        assert load_body(conn, body_id) == b"<html>copied</html>"


def test_an_unchanged_page_whose_body_was_pruned_is_no_new_page(newsroom: Newsroom) -> None:
    url, body = "https://mirror.example/x/9", b"<html>copied</html>"
    prune(newsroom.path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    with open_room(newsroom.path) as conn:
        link_id = conn.execute("SELECT link_id FROM pages WHERE id = ?", (newsroom.pages["copy"],)).fetchone()[0]
        fetch = facts.Fetch(what="article", url=url, started_at=NOW, source_id=2, link_id=link_id, status=200)
        again = facts.ReceivedPage(fetch=fetch, source_id=2, headers={}, content_type=None, body=facts.pack_body(body))
        assert facts.insert_page(conn, again) is None


def test_a_database_of_the_version_before_gains_what_pruning_needs(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = Database(path)
    migrations.apply(old, stop_before="m0005_pruned")
    old.execute(
        "INSERT INTO bodies (sha256, size, codec, data) VALUES (?, 5, 'zstd', ?)",
        (body_digest(b"hello"), compress_body(b"hello")),
    )
    old.conn.commit()
    old.conn.close()
    db = open_database(path)
    assert load_body(db.conn, 1) == b"hello"
    db.conn.close()


# The log


def log_of(path: Path) -> dict[str, int]:
    """Two sources' runs over 200 days, every ten days, and what a newer one left open; the id of each row of interest."""
    ids: dict[str, int] = {}
    filled(path, 0, at=NOW - timedelta(days=300))
    with open_room(path) as conn:
        conn.execute("INSERT INTO sources (id, name, url, added_at) VALUES (2, 'b.example', 'https://b.example/', '')")
        for day in range(200, 0, -10):
            at = NOW - timedelta(days=day)
            ids[f"run {day}"] = run_id = facts.begin_run(conn, "crawl", os.getpid(), at)
            sources = [1, 2] if day > 150 else [1]
            begin_source_runs(conn, run_id, sources, at)
            for source in sources:
                entry = facts.Fetch(
                    what="entry",
                    url="https://a.example/feed",
                    started_at=at,
                    run_id=run_id,
                    source_id=source,
                    status=304,
                )
                ids[f"entry {day} {source}"] = facts.insert_fetch(conn, entry)
                end_source_run(conn, run_id, source, ended="failed" if day < 120 else "finished", at=at)
            facts.end_run(conn, run_id, "finished", at, {}, None)
    return ids


def test_the_log_is_kept_for_its_time(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    ids = log_of(path)
    gone = prune(path, NOW, keep_bodies=NEVER, keep_log=90 * DAY)
    fetches = {row[0] for row in rows(path, "SELECT id FROM fetches")}
    assert fetches == {ids[f"entry {day} 1"] for day in range(90, 0, -10)}
    parts = rows(path, "SELECT run_id, source_id, ended FROM source_runs ORDER BY id")
    kept = [(ids["run 160"], 2, "finished"), (ids["run 120"], 1, "finished")]
    assert parts == kept + [(ids[f"run {day}"], 1, "failed") for day in range(90, 0, -10)], (
        "the last of each source stays"
    )
    runs = {row[0] for row in rows(path, "SELECT id FROM runs")}
    assert runs == {ids[f"run {day}"] for day in (160, 120, *range(90, 0, -10))}
    assert (gone.fetches, gone.source_runs, gone.runs) == (16, 14, 9)


def test_requests_that_brought_something_or_tell_something_stay(newsroom: Newsroom) -> None:
    path = newsroom.path
    long_ago = START - timedelta(days=1)
    with open_room(path) as conn:
        link = conn.execute("SELECT link_id FROM pages WHERE id = 1").fetchone()[0]
        failing = conn.execute("SELECT id FROM links WHERE url LIKE '%/x/13'").fetchone()[0]
        conn.execute("UPDATE fetches SET started_at = ? WHERE link_id = ?", (format_timestamp(long_ago), failing))
        fetch = facts.Fetch(what="article", url="u", started_at=START, source_id=1, link_id=link, status=304)
        facts.record_unchanged(conn, fetch)
        open_run = facts.begin_run(conn, "crawl", os.getpid(), long_ago)
        under_way = facts.Fetch(what="robots", url="r", started_at=long_ago, run_id=open_run, status=200)
        facts.insert_fetch(conn, under_way)
        facts.insert_fetch(conn, facts.Fetch(what="robots", url="r", started_at=long_ago, status=200))
        facts.insert_fetch(conn, facts.Fetch(what="robots", url="the last id", started_at=NOW, status=200))
    pages = rows(path, "SELECT page_id FROM fetches WHERE status = 200 AND what = 'article' ORDER BY 1")
    gone = prune(path, NOW, keep_bodies=NEVER, keep_log=10 * DAY)
    assert gone.fetches == 3, "an unchanged visit, the first of two failures, a robots.txt"
    assert rows(path, "SELECT page_id FROM fetches WHERE status = 200 AND what = 'article' ORDER BY 1") == pages
    assert rows(path, f"SELECT url FROM fetches WHERE run_id = {open_run}") == [("r",)]
    assert rows(path, f"SELECT count(*) FROM runs WHERE id = {open_run}") == [(1,)]
    assert rows(path, f"SELECT error FROM fetches WHERE link_id = {failing}") == [("timeout",)]
    assert "could not be fetched" in str(run(path, "show", "https://mirror.example/x/13").exception)
    assert rows(path, "PRAGMA foreign_key_check") == []


def test_the_last_seven_days_always_stay(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    ids = log_of(path)
    with open_room(path) as conn:
        at = NOW - timedelta(days=6)
        recent = facts.insert_fetch(conn, facts.Fetch(what="robots", url="r", started_at=at, status=200))
        facts.insert_fetch(conn, facts.Fetch(what="robots", url="last", started_at=NOW, status=200))
    prune(path, NOW, keep_bodies=timedelta(), keep_log=timedelta())
    left = {row[0] for row in rows(path, "SELECT id FROM fetches")}
    assert recent in left
    assert ids["entry 10 1"] not in left


def test_the_first_row_of_a_time_is_found_by_halving(tmp_path: Path) -> None:
    conn = sqlite3.connect(tmp_path / "t.db")
    conn.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT)")
    first = "SELECT id, at FROM t WHERE id >= ? ORDER BY id LIMIT 1"
    assert first_id_at(conn, first, "t", "5") == 1
    conn.executemany("INSERT INTO t VALUES (?, ?)", [(n * n + 3, f"{n:03}") for n in range(40)])
    for n in range(40):
        end = first_id_at(conn, first, "t", f"{n:03}")
        assert conn.execute("SELECT count(*) FROM t WHERE id < ?", (end,)).fetchone() == (n,)
    assert first_id_at(conn, first, "t", "999") == 39 * 39 + 4
    conn.close()


# Beside other processes


def test_a_writer_is_not_held_up_by_pruning(tmp_path: Path) -> None:
    """No write waits half a second for the lock."""
    path = tmp_path / "news.db"
    filled(path, 1500, size=20_000)
    with open_room(path) as conn:
        conn.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES ('c', 'r', 't')")
        conn.execute("INSERT INTO outcomes (page_id, extractor_id, reason) SELECT id, 1, 'too_short' FROM pages")
    over, waited = threading.Event(), list[float]()

    def write_on() -> None:
        conn = connect(path, lock_wait_s=60)
        while not over.is_set():
            watch = Stopwatch()
            conn.execute("INSERT INTO holds (host, until) VALUES (hex(randomblob(8)), '')")
            waited.append(watch.own_s())
            time.sleep(0.002)
        conn.close()

    writer = threading.Thread(target=write_on)
    writer.start()
    gone = prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    over.set()
    writer.join()
    assert gone.bodies == 1500
    assert gone.transactions >= 5, "one large transaction would hold up a crawl"
    assert max(waited) < 0.5
    assert len(waited) > gone.transactions
    assert sorted(waited)[len(waited) // 2] < 0.05


def test_pruning_stops_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    filled(path, 300, size=20_000)
    with open_room(path) as conn:
        conn.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES ('c', 'r', 't')")
        conn.execute("INSERT INTO outcomes (page_id, extractor_id, reason) SELECT id, 1, 'too_short' FROM pages")
    asked = iter([False] * 4 + [True] * 1000)
    gone = prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER, stopping=lambda: next(asked))
    assert 0 < gone.bodies < 300
    assert rows(path, "SELECT count(pruned_at) FROM bodies") == [(gone.bodies,)]
    assert prune(path, NOW, keep_bodies=30 * DAY, keep_log=NEVER).bodies == 300 - gone.bodies


def test_a_checkpoint_empties_the_log_or_says_who_is_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    filled(path, 5)
    reader, writer = connect(path), connect(path, lock_wait_s=1.0)
    with open_room(path) as conn:
        put_pages(conn, range(100, 120))
    done = checkpoint(path)
    assert (done.busy, done.after) == (False, 0)
    assert done.before > 0
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM pages").fetchone()
    with open_room(path) as conn:
        put_pages(conn, range(200, 220))
    with within(10):
        held = checkpoint(path)
    assert held.busy
    assert held.after > 0
    writer.execute("INSERT INTO holds (host, until) VALUES ('h', '')")
    reader.execute("ROLLBACK")
    assert not checkpoint(path).busy
    reader.close()
    writer.close()


def test_statistics_are_made_where_they_tell_something(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    filled(path, 3)
    assert optimize(path).indexes == 0
    with open_room(path) as conn:
        conn.execute(
            "INSERT INTO pages (source_id, url, fetched_at, status, headers, body_id)"
            " WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " SELECT 1, 'u' || i, '2026-11-01', 200, '{}', 1 FROM n",
            (MIN_PAGES,),
        )
    assert optimize(path).indexes > 5
    assert rows(path, "SELECT 1 FROM sqlite_stat1 WHERE idx = 'pages_source'") == [(1,)]


def test_a_check_finds_what_is_wrong(newsroom: Newsroom) -> None:
    now = datetime.now(UTC)
    assert check_integrity(newsroom.path, now).sound
    with open_room(newsroom.path) as conn:
        conn.execute("UPDATE bodies SET data = x'00' WHERE id = 3")
    found = check_integrity(newsroom.path, now)
    assert not found.sound
    assert [finding.subject for finding in found.findings if finding.level is Level.BAD] == ["bodies"]


def test_outcomes_of_pages_that_were_not_pruned_may_be_made_anew(newsroom: Newsroom) -> None:
    prune(newsroom.path, NOW, keep_bodies=30 * DAY, keep_log=NEVER)
    page_id = newsroom.rejection(1, "https://www.wanbao.example/v/9", Rejection(reason=Reason.EMPTY))
    with open_room(newsroom.path) as conn:
        conn.execute("DELETE FROM outcomes WHERE page_id = ?", (page_id,))
        assert conn.execute("SELECT 1 FROM unread WHERE page_id = ?", (page_id,)).fetchone()
