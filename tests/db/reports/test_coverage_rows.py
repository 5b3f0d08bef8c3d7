"""Counts by day follow the rows whatever happens to these, and what is judged from them is the same for all who read it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import connect, open_database, write
from db.models import Link, LinkKind
from db.queries.sources.statistics import database_statistics
from db.reports import coverage, digest
from db.reports.coverage import (
    coverage_gaps,
    judged_late,
    load_coverage,
    load_coverage_weeks,
    refresh_coverage,
)
from db.reports.coverage_judge import CoverageState, DayFigures
from db.reports.coverage_object import coverage_object, weeks_object
from db.reports.digest import build_digest
from db.reports.digest_object import digest_object
from db.schema.migrations import migrations
from db.sqlite.tools import Database
from db.store.crawl.facts import Fetch, insert_links, record_failure, record_visit
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.store.extraction.outcomes import delete_outcome
from db.store.sites.sources import pause_source, remove_source
from tests.cli.conftest import CORRECTED, Newsroom, report
from tests.db.reports.stored_year import store_look, store_year

FIRST = date(2026, 3, 2)
DAYS = 84
NOW = datetime(2026, 5, 25, 9, 0, tzinfo=UTC)
STATES = ("complete", "thin", "missing", "not looked")

# The definition of each column, from the facts alone.
_RECOUNT = """
SELECT source_id, day, sum(articles) AS articles, sum(looks) AS looks, max(last_look) AS last_look, sum(unfetched) AS unfetched
FROM (
    SELECT p.source_id AS source_id, substr(coalesce(a.published, p.fetched_at), 1, 10) AS day, 1 AS articles, 0 AS looks,
           NULL AS last_look, 0 AS unfetched
    FROM decisions d JOIN pages p ON p.id = d.page_id JOIN articles a ON a.page_id = d.page_id WHERE d.verdict IN ('new', 'copy')
    UNION ALL
    SELECT source_id, substr(started_at, 1, 10), 0, 1, started_at, 0 FROM source_runs
    WHERE ended IS NOT NULL AND listings > listings_failed AND coalesce(listings_working, 1) > 0
    UNION ALL
    SELECT l.source_id, substr(coalesce(l.published, l.found_at), 1, 10), 0, 0, NULL, 1
    FROM visits v JOIN links l ON l.id = v.link_id
    WHERE v.first_at IS NULL AND (l.published IS NOT NULL OR l.kind NOT IN ('sitemap', 'manual'))
) GROUP BY 1, 2 ORDER BY 1, 2
"""
_STORED = """
SELECT source_id, day, articles, looks, last_look, unfetched FROM source_days WHERE articles OR looks OR unfetched ORDER BY 1, 2
"""
_DAYS_BY_MONTH = """
SELECT source_id, substr(day, 1, 7), sum(articles), sum(looks), sum(looks > 0) FROM source_days
WHERE articles OR looks GROUP BY 1, 2 ORDER BY 1, 2
"""
_MONTHS = """
SELECT source_id, month, articles, looks, looked_days FROM source_months WHERE articles OR looks ORDER BY 1, 2
"""


def figures() -> list[DayFigures]:
    """Ten a day, with a rest of each kind."""
    found = [DayFigures(found=10)] * DAYS
    found[40:43] = [DayFigures(looked=False)] * 3
    found[60:62] = [DayFigures(unfetched=10)] * 2
    found[70:73] = [DayFigures()] * 3
    return found


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of two sources; tests copy what they change."""
    path = tmp_path_factory.mktemp("coverage") / "news.db"
    db = open_database(path, create=True)
    store_year(db.conn, "daily.example", FIRST, figures())
    store_year(db.conn, "quiet.example", FIRST + timedelta(days=70), [DayFigures(found=1)] * 10)
    db.conn.close()
    return path


@pytest.fixture
def conn(year: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of it, open for writing."""
    own = tmp_path / "own.db"
    source = sqlite3.connect(year)
    target = sqlite3.connect(own)
    source.backup(target)
    source.close()
    target.close()
    opened = connect(own)
    yield opened
    opened.close()


def assert_counted(conn: sqlite3.Connection) -> None:
    assert conn.execute(_STORED).fetchall() == conn.execute(_RECOUNT).fetchall()
    assert conn.execute(_MONTHS).fetchall() == conn.execute(_DAYS_BY_MONTH).fetchall()


def test_the_gaps_of_the_rows_are_judged(conn: sqlite3.Connection) -> None:
    assert_counted(conn)
    daily, quiet = load_coverage(conn, NOW)
    assert (daily.name, quiet.name) == ("daily.example", "quiet.example")
    day = {one.day: one for one in daily.days}
    assert [day[FIRST + timedelta(days=n)].state.value for n in (39, 40, 41, 43)] == [
        *("complete", "not looked", "not looked", "complete")
    ]
    assert [(gap.state.value, (gap.first - FIRST).days) for gap in coverage_gaps(daily.days)] == [
        *(("not looked", 40), ("missing", 60), ("missing", 70)),
    ]
    assert [gap.days for gap in coverage_gaps(daily.days)] == [3, 2, 3]
    assert daily.weeks[-1].days[-1].day == date(2026, 5, 24), "today is not over"
    assert {one.state for one in quiet.days[:9]} == {CoverageState.LEARNING}
    assert quiet.weeks[0].days[0].day == FIRST + timedelta(days=70)


def test_one_definition_of_articles(conn: sqlite3.Connection) -> None:
    by_source = {one.name: one.articles for one in database_statistics(conn, NOW).by_source}
    for source in load_coverage(conn, NOW):
        assert sum(week.found for week in source.weeks) == by_source[source.name]
        assert sum(week.found for week in source.weeks) == sum(day.found for day in source.days)


def test_what_is_stored_is_what_is_judged(conn: sqlite3.Connection) -> None:
    fresh = load_coverage(conn, NOW)
    assert refresh_coverage(conn, NOW) == 2
    assert refresh_coverage(conn, NOW) == 0
    stored = load_coverage(conn, NOW)
    for one, other in zip(fresh, stored, strict=True):
        assert [(day.day, day.state, day.found, day.unfetched) for day in one.days] == [
            (day.day, day.state, day.found, day.unfetched) for day in other.days
        ]
        assert [week.state for week in one.weeks] == [week.state for week in other.weeks]
    weeks = conn.execute("SELECT source_name, week, state, found FROM coverage_view ORDER BY 1, 2").fetchall()
    assert weeks == [
        (one.name, week.week.isoformat(), week.state.value, week.found) for one in stored for week in one.weeks
    ]
    days = conn.execute(
        "SELECT source_name, day, state, found, unfetched FROM coverage_days_view ORDER BY 1, 2"
    ).fetchall()
    assert days == [
        (one.name, day.day.isoformat(), day.state.value, day.found, day.unfetched) for one in stored for day in one.days
    ]
    assert load_coverage(conn, NOW, [stored[0].source_id]) == stored[:1]


def test_weeks_alone_are_those_of_the_days(conn: sqlite3.Connection) -> None:
    since, until = FIRST + timedelta(days=16), FIRST + timedelta(days=72)
    for _ in range(2):
        expected = load_coverage(conn, NOW, since=since, until=until)
        found = load_coverage_weeks(conn, NOW, since, until)
        assert [(one.name, [replace(week, days=()) for week in one.weeks]) for one in found] == [
            (one.name, [replace(week, days=()) for week in one.weeks]) for one in expected
        ]
        refresh_coverage(conn, NOW)


def test_a_past_day_is_seen_as_it_is_judged_today(conn: sqlite3.Connection) -> None:
    refresh_coverage(conn, NOW)
    last = date(2026, 5, 13)
    now = {one.name: one.days for one in load_coverage(conn, NOW)}
    for one in load_coverage(conn, datetime(2026, 5, 14, 9, tzinfo=UTC)):
        assert one.days == [day for day in now[one.name] if day.day <= last]
        assert one.weeks[-1].found == sum(day.found for day in one.weeks[-1].days)


def test_pages_judge_few_sources_anew(conn: sqlite3.Connection) -> None:
    later = NOW + timedelta(days=3)
    refresh_coverage(conn, NOW)
    known = load_coverage(conn, NOW)
    assert load_coverage(conn, later, most_anew=1) == known
    assert load_coverage(conn, later, most_anew=2) == load_coverage(conn, later) != known
    assert judged_late(conn, later) == set(), "two are judged at once"


def test_what_is_judged_late_is_told(conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    later = NOW + timedelta(days=3)
    refresh_coverage(conn, NOW)
    assert digest_object(build_digest(conn, later - timedelta(days=1), later))["coverage_judged_late"] == 0
    for module in (coverage, digest):
        monkeypatch.setattr(module, "MOST_ANEW", 0)
    late = judged_late(conn, later)
    assert late == {one.source_id for one in load_coverage(conn, NOW)}
    found = build_digest(conn, later - timedelta(days=1), later)
    assert digest_object(found)["coverage_judged_late"] == len(late)
    (one, *_) = load_coverage(conn, later, most_anew=0)
    assert coverage_object(one, is_late=one.source_id in late)["judged_late"] is True
    assert weeks_object(one, is_late=False)["judged_late"] is False


def test_only_what_changed_is_judged_and_written(conn: sqlite3.Connection) -> None:
    refresh_coverage(conn, NOW)
    with write(conn):
        store_look(conn, 1, NOW)
    assert refresh_coverage(conn, NOW) == 0, "a look of today is of a day that is not judged"
    with write(conn):
        store_look(conn, 1, NOW - timedelta(days=20))
    changes = conn.total_changes
    assert refresh_coverage(conn, NOW) == 1
    assert conn.total_changes - changes <= 3
    with write(conn):
        conn.execute("UPDATE coverage_judged SET judged_at = ''")
    assert refresh_coverage(conn, NOW + timedelta(days=1)) == 2, "another day is over"
    assert refresh_coverage(conn, NOW + timedelta(days=2), most=1) == 1
    assert_counted(conn)


def test_a_source_that_is_crawled_once_a_week_is_looked_at_all_the_time(conn: sqlite3.Connection) -> None:
    with write(conn):
        conn.execute(
            "UPDATE source_days SET looks = 0, last_look = NULL WHERE source_id = 1 AND strftime('%w', day) <> '1'"
        )
        conn.execute("UPDATE source_days SET last_look = day || 'T06:00' WHERE source_id = 1 AND looks")
    (daily,) = load_coverage(conn, NOW, [1])
    states = [day.state for day in daily.days]
    assert states[70:73] == [CoverageState.MISSING] * 3
    assert set(states[35:43]) == {CoverageState.COMPLETE, CoverageState.NOT_LOOKED}, (
        "the look of Monday 42 did not take place"
    )


def test_sources_that_are_removed_or_paused(conn: sqlite3.Connection) -> None:
    with write(conn):
        pause_source(conn, "daily.example", NOW)
        remove_source(conn, "quiet.example", NOW)
    (daily,) = load_coverage(conn, NOW + timedelta(days=8))
    assert daily.weeks[-2].state is CoverageState.NOT_LOOKED


def test_links_are_counted_until_they_are_fetched(conn: sqlite3.Connection) -> None:
    at = NOW - timedelta(days=3)
    links = [
        Link(url=f"https://new.example/{kind}", key=f"new.example/{kind}", kind=kind)
        for kind in (LinkKind.FEED, LinkKind.SITEMAP, LinkKind.MANUAL)
    ]
    dated = Link(
        url="https://new.example/d", key="new.example/d", kind=LinkKind.SITEMAP, published=at - timedelta(days=9)
    )
    with write(conn):
        insert_links(conn, 1, [*links, dated], at, None)
    assert_counted(conn)
    ids = dict(conn.execute("SELECT key, id FROM links WHERE key LIKE 'new.example%'").fetchall())
    unfetched = "SELECT sum(unfetched) FROM source_days"
    before = conn.execute(unfetched).fetchone()[0]
    for succeeded, less in ((False, 0), (True, 1), (True, 1)):
        fetch = Fetch(what="article", url=dated.url, started_at=at, source_id=1, link_id=ids[dated.key])
        with write(conn):
            record_visit(conn, fetch, succeeded=succeeded)
        assert conn.execute(unfetched).fetchone()[0] == before - less
    with write(conn):
        record_failure(
            conn, Fetch(what="article", url=links[1].url, started_at=at, source_id=1, link_id=ids[links[1].key])
        )
    assert_counted(conn)


def test_only_listings_that_answer_and_name_articles_are_looks(conn: sqlite3.Connection) -> None:
    def looks() -> int:
        return int(conn.execute("SELECT sum(looks) FROM source_days").fetchone()[0])

    before = looks()
    with write(conn):
        store_look(conn, 1, NOW - timedelta(days=2), working=0)
        run = conn.execute("INSERT INTO runs (command, pid, started_at) VALUES ('crawl', 1, ?)", (str(NOW),)).lastrowid
        assert run is not None
        begin_source_runs(conn, run, [1], NOW)
        end_source_run(conn, run, 1, ended="finished", at=NOW)
    assert looks() == before
    with write(conn):
        store_look(conn, 1, NOW - timedelta(days=2))
    assert looks() == before + 1
    assert_counted(conn)


def test_counts_follow_revisions_copies_and_reading_again(newsroom: Newsroom) -> None:
    conn = connect(newsroom.path)
    assert_counted(conn)
    counted = "SELECT day, sum(articles) FROM source_days WHERE articles GROUP BY 1 ORDER BY 1"
    before = conn.execute(counted).fetchall()
    assert sum(number for _, number in before) == 4
    assert ("2026-11-01", 3) in before, "by the publisher's day; the one without a date by its fetch"
    source = conn.execute("SELECT id FROM sources WHERE name = 'wanbao.example'").fetchone()[0]
    newsroom.article(source, "https://www.wanbao.example/go/55", report(CORRECTED), body=b"<p>another</p>")
    assert_counted(conn)
    held = sum(number for _, number in conn.execute(counted))
    with write(conn):
        delete_outcome(conn, newsroom.pages["copy"])
    assert sum(number for _, number in conn.execute(counted)) == held - 1
    assert_counted(conn)
    with write(conn):
        conn.execute("UPDATE decisions SET verdict = 'notice' WHERE page_id = ?", (newsroom.pages["ferry"],))
    assert_counted(conn)
    with write(conn):
        conn.execute("UPDATE decisions SET verdict = 'new' WHERE page_id = ?", (newsroom.pages["ferry"],))
        conn.execute("DELETE FROM decisions WHERE page_id = ?", (newsroom.pages["undated"],))
    assert_counted(conn)
    conn.close()


def test_an_earlier_database_is_counted_when_it_is_opened(year: Path, tmp_path: Path) -> None:
    path = tmp_path / "earlier.db"
    old = Database(path)
    old.conn.isolation_level = None
    migrations.apply(old, stop_before="m0027_coverage")
    assert not old["source_days"].exists()
    store_year(old.conn, "daily.example", FIRST, figures())
    store_year(old.conn, "quiet.example", FIRST + timedelta(days=70), [DayFigures(found=1)] * 10)
    old.conn.close()
    db = open_database(path)
    # The hour of a look was not kept where the log was pruned: pages that were fetched show that somebody looked.
    columns = "SELECT source_id, day, articles, looks, unfetched FROM"
    recounted = db.conn.execute(f"{columns} ({_RECOUNT})")
    assert db.conn.execute(f"{columns} source_days ORDER BY 1, 2").fetchall() == recounted.fetchall()
    (weeks,) = db.conn.execute("SELECT count(*) FROM coverage_view").fetchone()
    assert weeks == 0
    expected = connect(year, readonly=True)
    assert load_coverage(db.conn, NOW) == load_coverage(expected, NOW)
    expected.close()
    db.conn.close()


def test_the_days_are_json(conn: sqlite3.Connection) -> None:
    refresh_coverage(conn, NOW)
    (days,) = conn.execute("SELECT days FROM coverage_weeks WHERE week = '2026-05-11' AND source_id = 2").fetchone()
    assert [day and day[0] for day in json.loads(days)] == ["learning"] * 7
