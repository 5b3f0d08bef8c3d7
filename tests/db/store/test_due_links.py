"""Which links are due when: a simulated clock over real rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Link, LinkKind
from db.store.crawl import facts
from db.store.crawl.due_links import due_links
from db.store.sites.modified_posts import save_restated_links
from db.store.sites.sources import add_source

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
RHYTHM = (timedelta(minutes=30), timedelta(hours=3), timedelta(days=1), timedelta(days=7))
RETRY = (timedelta(minutes=15), timedelta(hours=2))


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_database(tmp_path / "a.db", create=True)
    with write(db.conn) as conn:
        add_source(conn, name="s", url="http://s.example/", settings={}, at=START)
        links = [
            Link(
                url=f"http://s.example/{n}",
                key=f"s.example/{n}",
                kind=LinkKind.FEED,
                published=START - timedelta(days=n) if n else None,
            )
            for n in range(4)
        ]
        assert facts.insert_links(conn, 1, links, START, None) == 4
        assert facts.insert_links(conn, 1, links, START, None) == 0
    yield db.conn
    db.conn.close()


def due(conn: sqlite3.Connection, at: datetime, *, since: datetime | None = None, limit: int = 0) -> list[int]:
    found = due_links(conn, 1, now=at, revisit=RHYTHM, retry=RETRY, since=since, limit=limit)
    return [link.link_id for link in found]


def fetch(conn: sqlite3.Connection, link_id: int, at: datetime, *, good: bool = True) -> None:
    with write(conn):
        facts.record_visit(conn, facts.Fetch(what="article", url="", started_at=at, link_id=link_id), succeeded=good)


def test_new_links_are_due_newest_first(conn: sqlite3.Connection) -> None:
    assert due(conn, START) == [1, 2, 3, 4]
    assert due(conn, START, limit=2) == [1, 2]
    assert due(conn, START, since=START - timedelta(days=2)) == [1, 2, 3]


def test_visits_follow_the_rhythm_and_missed_ones_are_one(conn: sqlite3.Connection) -> None:
    for link_id in (2, 3, 4):
        fetch(conn, link_id, START + timedelta(days=300))
    fetch(conn, 1, START)
    visits = []
    for minutes in range(0, 10 * 24 * 60, 10):
        now = START + timedelta(minutes=minutes)
        if due(conn, now):
            visits.append(minutes)
            fetch(conn, 1, now)
    assert visits == [30, 180, 1440, 10080]

    fetch(conn, 2, START + timedelta(days=300))  # asleep from then on for two days: one visit, then the one of day 7
    wake = START + timedelta(days=302)
    assert 2 in due(conn, wake)
    fetch(conn, 2, wake)
    assert 2 not in due(conn, wake + timedelta(hours=1))
    assert 2 in due(conn, START + timedelta(days=307, minutes=1))


def test_failures_are_tried_again_and_given_up(conn: sqlite3.Connection) -> None:
    for link_id in (2, 3, 4):
        fetch(conn, link_id, START + timedelta(days=300))
    tries = []
    for minutes in range(0, 3 * 24 * 60, 5):
        now = START + timedelta(minutes=minutes)
        if due(conn, now):
            tries.append(minutes)
            fetch(conn, 1, now, good=False)
    assert tries == [0, 15, 135]


def test_a_rhythm_of_zero_is_due_at_every_crawl(conn: sqlite3.Connection) -> None:
    fetch(conn, 1, START)
    for seconds in (1, 2, 1000):
        now = START + timedelta(seconds=seconds)
        found = due_links(conn, 1, now=now, revisit=(timedelta(),), retry=RETRY)
        assert 1 in [link.link_id for link in found]
        fetch(conn, 1, now)


AHEAD = START + timedelta(days=365)
"""What the clock of the machine said for a while."""


def test_a_failure_while_the_clock_was_ahead_is_tried_again(conn: sqlite3.Connection) -> None:
    fetch(conn, 1, AHEAD, good=False)
    assert 1 in due(conn, START)
    fetch(conn, 1, START, good=False)
    assert 1 not in due(conn, START)
    assert 1 in due(conn, START + RETRY[1])


def test_a_visit_while_the_clock_was_ahead_does_not_keep_from_visiting_again(conn: sqlite3.Connection) -> None:
    fetch(conn, 1, AHEAD)
    assert 1 not in due(conn, START), "a clock that is wrong for a moment must not have the whole archive fetched"
    asked = due_links(conn, 1, now=START, revisit=(timedelta(0),), retry=RETRY)
    assert 1 in [link.link_id for link in asked], "--again"
    fetch(conn, 1, START)
    assert 1 in due(conn, START + RHYTHM[0]), "its visits count from the one at the right time"


def restate(conn: sqlite3.Connection, at: datetime, stated: dict[int, datetime]) -> list[int]:
    """Let a listing name these articles with these times; which are due then, beside the rhythm."""
    links = [Link(url="", key=f"s.example/{n - 1}", kind=LinkKind.FEED, published=time) for n, time in stated.items()]
    with write(conn):
        save_restated_links(conn, 1, links, at, least=RHYTHM[0])
    return [link.link_id for link in due_links(conn, 1, now=at, revisit=RHYTHM[-1:], retry=RETRY)]


def test_what_a_listing_names_with_a_later_time_is_visited_once_more(conn: sqlite3.Connection) -> None:
    for link_id in (1, 2, 3, 4):
        fetch(conn, link_id, START)
        fetch(conn, link_id, START + timedelta(days=7))
    later, day = START + timedelta(days=60), timedelta(days=1)
    assert restate(conn, later, {1: START, 2: later - 50 * day, 3: later + day}) == [], "early, long ago, not yet"
    assert restate(conn, later, {2: later - timedelta(minutes=2)}) == [2]
    fetch(conn, 2, later)
    assert restate(conn, later, {2: later - timedelta(minutes=2)}) == []
    soon = later + timedelta(minutes=20)
    assert restate(conn, soon, {2: soon}) == [], "not sooner than the first visit"
    assert restate(conn, later + day, {2: later + day}) == [2]


def test_a_listing_that_renews_all_times_is_not_believed(conn: sqlite3.Connection) -> None:
    for link_id in (1, 2, 3, 4):
        fetch(conn, link_id, START)
        fetch(conn, link_id, START + timedelta(days=7))
    later = START + timedelta(days=60)
    assert restate(conn, later, dict.fromkeys((1, 2, 3, 4), later)) == []
    assert sorted(restate(conn, later, dict.fromkeys((1, 2, 3), later))) == [1, 2, 3]
