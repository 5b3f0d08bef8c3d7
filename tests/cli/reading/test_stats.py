"""`copydesk stats` and `copydesk settle`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from db.queries.articles import count_verdicts
from db.queries.sources.statistics import database_statistics
from tests.cli.conftest import Newsroom, open_room, run, spawn


def test_figures_are_those_of_the_rows(newsroom: Newsroom) -> None:
    stats = json.loads(run(newsroom.path, "stats", "--json").output)
    expected = {
        "sources": 2,
        "links": 8,
        "links_never_fetched": 2,
        "pages": 8,
        "pages_unread": 1,
        "bodies": 8,
        "articles": 4,
        "revisions": 1,
        "copies": 1,
        "same": 1,
        "rejected": {"too_short": 1},
        "failed_7d": {"timeout": 2},
    }
    assert {name: stats[name] for name in expected} == expected
    assert stats["database_size"] == newsroom.path.stat().st_size
    assert stats["bodies_raw"] > stats["bodies"]
    by_source = {source["name"]: source for source in stats["by_source"]}
    evening, mirror = by_source["wanbao.example"], by_source["mirror.example"]
    assert (evening["articles"], evening["pages"], evening["rejected"], evening["failed"]) == (2, 5, 1, 0)
    assert (mirror["articles"], mirror["pages"], mirror["rejected"], mirror["failed"]) == (2, 3, 0, 2)
    assert evening["last_published"] == "2026-11-01T06:30:00Z"
    assert mirror["last_published"] == "2026-11-01T10:00:00Z"
    assert stats["runs"][0]["figures"]["updated"] == 1


def test_the_page_for_people(newsroom: Newsroom) -> None:
    result = spawn("--db", str(newsroom.path), "stats")
    lines = result.stdout.decode().splitlines()
    assert "articles   4, copies among them 1; later revisions 1" in lines
    assert "rejected   1 (too_short 1)" in lines
    assert any(line.split()[:3] == ["wanbao.example", "2", "20%"] for line in lines)
    assert any(line.split()[:1] == ["1"] and "finished" in line for line in lines)


def test_an_empty_database_says_what_to_do(room: Newsroom) -> None:
    assert "copydesk sources add" in run(room.path, "stats").output
    room.source("a.example", "https://a.example/")
    assert "start with `copydesk crawl`" in run(room.path, "stats").output


def test_all_figures_are_of_one_moment(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("COMMIT")
        held = database_statistics(conn, datetime.now(UTC))
        assert sum(source.articles for source in held.by_source) == held.articles
        conn.execute("BEGIN")


def test_settle_all_makes_the_same_decisions_again(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        before = conn.execute("SELECT * FROM decisions ORDER BY page_id").fetchall()
        conn.execute("DELETE FROM decisions WHERE page_id = ?", (newsroom.pages["ferry"],))
        conn.execute("UPDATE decisions SET verdict = 'new' WHERE verdict = 'copy'")
    again = run(newsroom.path, "settle", "--all")
    assert again.output.splitlines()[0] == "settled 6 of 6 article pages"
    with open_room(newsroom.path) as conn:
        assert conn.execute("SELECT * FROM decisions ORDER BY page_id").fetchall() == before


def test_settle_does_what_is_left(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("DELETE FROM decisions WHERE page_id = ?", (newsroom.pages["ferry"],))
    assert run(newsroom.path, "settle").output.startswith("settled 1 of 6 article pages")
    assert run(newsroom.path, "settle").output.startswith("settled 0 of 6 article pages")
    with open_room(newsroom.path) as conn:
        assert count_verdicts(conn) == {"new": 3, "revision": 1, "same": 1, "copy": 1}


def test_settle_without_articles(room: Newsroom) -> None:
    assert "no articles to settle" in run(room.path, "settle").output
