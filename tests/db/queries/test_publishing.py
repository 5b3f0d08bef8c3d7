"""When articles appeared: what looks, links and stated times say together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Link, LinkKind, Listing, ListingKind
from db.queries.sources.publication_times import first_crawl_time, publication_times
from db.store.crawl import facts
from db.store.sites.sources import add_source, insert_listings
from db.timestamps import format_timestamp

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_database(tmp_path / "a.db", create=True)
    with write(db.conn) as conn:
        add_source(conn, name="s", url="http://s.example/", settings={}, at=START)
    yield db.conn
    db.conn.close()


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


def look(
    conn: sqlite3.Connection,
    at: float,
    *stated: float | None,
    kind: LinkKind = LinkKind.FEED,
    answered: bool = True,
    new_listing: bool = False,
) -> None:
    """A look at minute `at` that finds, half a minute later, articles with these stated times (minutes; None: without)."""
    begun, found = minutes(at), minutes(at + 0.5)
    with write(conn):
        run = facts.begin_run(conn, "run", 1, begun)
        conn.execute(
            "INSERT INTO source_runs (run_id, source_id, started_at, ended_at, ended, listings, listings_failed)"
            " VALUES (?, 1, ?, ?, 'finished', 1, ?)",
            (run, format_timestamp(begun), format_timestamp(minutes(at + 1)), 0 if answered else 1),
        )
        if new_listing:
            insert_listings(conn, 1, [Listing(url=f"http://s.example/{at}", kind=ListingKind.FEED)], found)
        links = [
            Link(
                url=f"http://s.example/{at}/{n}",
                key=f"s.example/{at}/{n}",
                kind=kind,
                published=None if time is None else minutes(time),
            )
            for n, time in enumerate(stated)
        ]
        facts.insert_links(conn, 1, links, found, run)


def appeared(conn: sqlite3.Connection, *, since: float = -9999, until: float = 9999) -> list[float]:
    """In minutes after the start."""
    times = publication_times(conn, 1, since=minutes(since), until=minutes(until))
    return [round((time - START.timestamp()) / 60, 2) for time in times]


def test_of_the_first_look_only_stated_times_of_two_days_count(conn: sqlite3.Connection) -> None:
    assert first_crawl_time(conn, 1) is None
    look(conn, 0, None, None, -30, -60 * 24 * 3)
    assert appeared(conn) == [-30]
    assert first_crawl_time(conn, 1) == START


def test_a_stated_time_between_the_looks_is_taken(conn: sqlite3.Connection) -> None:
    look(conn, 0)
    look(conn, 60, 10, 50)
    assert appeared(conn) == [10, 50]


def test_without_a_time_articles_are_spread_between_the_looks(conn: sqlite3.Connection) -> None:
    look(conn, 0)
    look(conn, 20)
    look(conn, 60, None, None, 55)
    assert appeared(conn) == [30.12, 50.38, 55]


def test_a_look_that_got_no_listing_was_none(conn: sqlite3.Connection) -> None:
    look(conn, 0)
    look(conn, 20, answered=False)
    look(conn, 60, None)
    assert appeared(conn) == [30.25]


def test_a_time_that_cannot_be_is_not_taken(conn: sqlite3.Connection) -> None:
    look(conn, 0)
    look(conn, 60, -10, 60 * 24 * 3)
    assert appeared(conn) == [15.12, 45.38]


def test_a_clock_that_is_a_little_ahead_means_now(conn: sqlite3.Connection) -> None:
    look(conn, 0)
    look(conn, 60, 65)
    assert appeared(conn) == [60.5]


def test_plain_sitemaps_and_new_listings_bring_old_years(conn: sqlite3.Connection) -> None:
    look(conn, 0)
    look(conn, 60, None, 40, -60 * 24 * 400, kind=LinkKind.SITEMAP)
    look(conn, 120, None, 100, new_listing=True)
    look(conn, 180, None, kind=LinkKind.MANUAL)
    assert appeared(conn) == [40, 100]


def test_bounds_hold(conn: sqlite3.Connection) -> None:
    look(conn, 0)
    for at in (60, 120, 180):
        look(conn, at, None)
    assert appeared(conn) == [30.25, 90.25, 150.25]
    # The look at 60 is before the bounds, and still says where the time before the look at 120 begins.
    assert appeared(conn, since=61, until=150) == [90.25]


def test_it_takes_an_index_not_a_scan(conn: sqlite3.Connection) -> None:
    seen: list[str] = []
    conn.set_trace_callback(seen.append)
    appeared(conn)
    conn.set_trace_callback(None)
    plans = [row[3] for query in seen for row in conn.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert any("links_found" in plan for plan in plans)
    assert any("source_runs_source" in plan for plan in plans)
    assert not [plan for plan in plans if plan.startswith("SCAN")]
