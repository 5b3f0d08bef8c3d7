"""The week that the front page shows: by arrival where crawls run all day, else by publication."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.threads.archive import KnownArticle, new_archive, store
from db.connection.database import write
from db.inspect.pages.ingestion.arrivals import LEAST_CRAWLED, arrivals, telling_week
from db.timestamps import format_timestamp

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> sqlite3.Connection:
    """Six articles of March, two of them copies, fetched as they came out."""
    conn = new_archive(tmp_path / "news.db", 1)
    march = datetime(2026, 3, 9, 8, 15, tzinfo=UTC)
    store(
        conn,
        [
            KnownArticle(
                number=n, source=0, at=march + timedelta(hours=5 * n), language="en", title=f"T {n}", text="x",
                original=n if n < 5 else 1,
            )
            for n in range(1, 7)
        ],
    )  # fmt: skip
    return conn


def test_an_archive_of_the_past_shows_when_it_was_published(archive: sqlite3.Connection) -> None:
    week = telling_week(archive, arrivals(archive, NOW), NOW)
    assert (week.published, week.in_week, week.in_day) == (True, 6, 5)
    assert (sum(hour.new for hour in week.day), sum(hour.copies for hour in week.day)) == (3, 2)
    assert [(hour.starts.astimezone(UTC), hour.copies) for hour in week.day[-1:]] == [
        (datetime(2026, 3, 10, 14, tzinfo=UTC), 1)
    ]
    assert not week.idle
    with write(archive):
        archive.execute("UPDATE articles SET published_precision = 'day' WHERE page_id = 6")
    assert telling_week(archive, arrivals(archive, NOW), NOW).in_week == 5, "a day has no hour"


def test_an_archive_that_is_crawled_all_day_shows_what_arrived(archive: sqlite3.Connection) -> None:
    with write(archive):
        archive.executemany(
            "INSERT INTO runs (command, pid, started_at, ended_at, ended) VALUES ('crawl', 1, ?1, ?1, 'finished')",
            [(format_timestamp(NOW - timedelta(hours=3 * n)),) for n in range(1, 2 + LEAST_CRAWLED)],
        )
    arrived = arrivals(archive, NOW)
    assert telling_week(archive, arrived, NOW) is arrived
    assert not arrived.published


def test_revisions_are_counted_beside_new_articles(archive: sqlite3.Connection) -> None:
    """The front page's figures, which are those of the digest: neither a correction nor a copy is a new article."""
    march = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)
    before = arrivals(archive, march)
    assert (before.in_day_by_verdict, before.in_week_by_verdict) == (
        {"new": 3, "copy": 2, "revision": 0},
        {"new": 4, "copy": 2},
    )
    with write(archive):
        archive.execute("UPDATE decisions SET verdict = 'revision' WHERE page_id IN (1, 6)")
    after = arrivals(archive, march)
    assert (after.in_day, after.in_week) == (5, 6)
    assert (after.in_day_by_verdict, after.in_week_by_verdict) == (
        {"new": 3, "copy": 1, "revision": 1},
        {"new": 3, "copy": 1, "revision": 2},
    )
