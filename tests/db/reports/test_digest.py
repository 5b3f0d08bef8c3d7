"""The digest of a day: what came in, what needs a look, and nothing of other days."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import connect, open_database, write
from db.models import Reason, Rejection
from db.reports.coverage_judge import DayFigures
from db.reports.digest import Digest, build_digest
from db.reports.digest_object import digest_object
from db.store.service.alerts import AlertKind, close_alert, open_alert
from db.timestamps import format_timestamp
from tests.cli.conftest import CORRECTED, STORY, Newsroom, open_room, report
from tests.db.reports.stored_year import store_look, store_year

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sources with a past of ten weeks, and a day on which something of each kind happens."""
    path = tmp_path_factory.mktemp("digest") / "news.db"
    db = open_database(path, create=True)
    for name, lost in (("steady.example", 0), ("gap.example", 3), ("hole.example", 3)):
        figures = [DayFigures(found=4)] * 66 + [DayFigures(looked=False)] * lost + [DayFigures(found=4)] * (4 - lost)
        source = store_year(db.conn, name, date(2026, 9, 10), figures)
        with write(db.conn):
            store_look(db.conn, source, NOW - timedelta(hours=14))
    db.conn.close()
    room = Newsroom(path=path, clock=NOW - timedelta(days=3))
    first, second = (
        room.source("first.example", "https://first.example/"),
        room.source("second.example", "https://second.example/"),
    )
    for n in range(3):
        room.rejection(first, f"https://first.example/old/{n}", Rejection(reason=Reason.TOO_SHORT))
    room.article(first, "https://first.example/1", report())
    room.article(first, "https://first.example/2", report(STORY, title="The ferry", language="en"))
    room.clock = NOW - timedelta(hours=5)
    room.article(first, "https://first.example/1", report(CORRECTED))
    for name, source in (("second", second), ("steady", 1), ("gap", 2)):
        # Fetched today, whenever it was printed.
        room.article(
            source,
            f"https://{name}.example/copy",
            report(STORY, title=f"The ferry in {name}", language="en"),
            body=name.encode(),
        )
    room.article(
        second,
        "https://second.example/own",
        report("Etwas ganz anderes steht hier, und zwar lang genug. " * 4, title="Anderes"),
    )
    for n in range(12):
        room.rejection(first, f"https://first.example/new/{n}", Rejection(reason=Reason.TOO_SHORT))
    room.rejection(second, "https://second.example/new", Rejection(reason=Reason.EMPTY))
    with open_room(path) as conn:
        for about, kind in (
            (1, AlertKind.SILENT),
            (2, AlertKind.ROTTING),
            (None, AlertKind.DISK),
            (3, AlertKind.FAILING),
        ):
            alert = open_alert(conn, kind, about, message=f"{kind} it is", advice="look", evidence={}, at=NOW - 2 * DAY)
            if kind is AlertKind.FAILING:
                close_alert(conn, alert.id, NOW - DAY)
        _store_runs(conn, first)
    return path


def _store_runs(conn: sqlite3.Connection, source: int) -> None:
    """Crawls of 20 requests, which take a second each until today, then three."""
    for hours in range(96, 0, -6):
        at = NOW - timedelta(hours=hours)
        seconds = 60 if hours < 24 else 20
        run = conn.execute(
            "INSERT INTO runs (command, pid, started_at) VALUES ('crawl', 1, ?)", (format_timestamp(at),)
        ).lastrowid
        conn.execute(
            "INSERT INTO source_runs (run_id, source_id, started_at, ended_at, ended, fetched, listings)"
            " VALUES (?, ?, ?, ?, 'finished', 19, 1)",
            (run, source, format_timestamp(at), format_timestamp(at + timedelta(seconds=seconds))),
        )


@pytest.fixture(scope="module")
def conn(path: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(path, readonly=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def digest(conn: sqlite3.Connection) -> Digest:
    return build_digest(conn, NOW - DAY, NOW)


def test_what_came_in(digest: Digest) -> None:
    news = {one.source: one for one in digest.news}
    assert set(news) == {"first.example", "second.example", "steady.example", "gap.example"}
    assert (news["second.example"].new, news["second.example"].copies) == (1, 1)
    assert (news["first.example"].new, news["first.example"].corrections) == (0, 1)
    assert (digest.new, digest.copies, digest.corrected) == (1, 3, 1)
    assert news["steady.example"].usual == pytest.approx(4, abs=0.5)
    assert news["second.example"].usual is None
    assert digest.news[0].source == "second.example"


def test_corrections_and_stories(digest: Digest) -> None:
    (correction,) = digest.corrections
    assert (correction.source, correction.revision) == ("first.example", 2)
    assert (digest.corrected, digest.of_substance) == (1, 1)
    (story,) = digest.stories
    assert (story.title, story.copies, story.articles, story.sources) == ("The ferry", 3, 4, 4)


def test_what_needs_a_look(digest: Digest) -> None:
    assert [one.source for one in digest.alerts_of("silent")] == ["steady.example"]
    assert [one.source for one in digest.alerts_of("rotting")] == ["gap.example"]
    assert [(one.kind, one.source) for one in digest.other_alerts] == [("disk", None)]
    (slow,) = digest.slow
    assert (slow.source, slow.seconds, slow.before) == ("first.example", 3.0, 1.0)
    (grown,) = digest.rejections
    assert (grown.source, grown.reason, grown.pages) == ("first.example", "too_short", 12)
    (together,) = digest.gaps_together()
    assert [one.source for one in together][:2] == ["gap.example", "hole.example"]
    assert together[0].gap.first == date(2026, 11, 15)


def test_the_object_leads_on(digest: Digest) -> None:
    found = digest_object(digest)
    assert found["summary"] == (
        "1 new article from 4 sources, 3 copies, 1 revision (1 of substance), 3 open alerts, 2 gaps, 1 slow source,"
        " 1 kind of rejections that grew"
    )
    commands = [
        str(item["command"])
        for name in ("silent", "rotting", "alerts", "gaps", "slow", "stories", "corrections", "rejections")
        for item in found[name]  # type: ignore[attr-defined]
    ]
    assert commands[0] == "copydesk why steady.example"
    assert {command.split()[1] for command in commands} == {"why", "alerts", "coverage", "copies", "show"}


def test_another_day_has_none_of_it(conn: sqlite3.Connection) -> None:
    digest = build_digest(conn, NOW - 3 * DAY - timedelta(hours=1), NOW - 2 * DAY)
    assert {one.source: (one.new, one.copies, one.corrections) for one in digest.news}["first.example"] == (2, 0, 0)
    assert not digest.stories
    assert not digest.rejections
    assert build_digest(conn, NOW + DAY, NOW + 2 * DAY).news == []


def test_what_a_correction_changed_and_what_is_gone_are_told(tmp_path: Path) -> None:
    """Those of substance first, each with what it changed; an article is gone once, not again with each further answer."""
    path = tmp_path / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path, clock=NOW - 3 * DAY)
    source = room.source("first.example", "https://first.example/")
    urls = [f"https://first.example/{name}" for name in ("number", "typo", "gone", "back", "long-gone")]
    for n, url in enumerate(urls):
        room.article(
            source,
            url,
            report(f"{STORY} The bridge cost {n}2 million euros.", title=url.rpartition("/")[2], language="en"),
        )
    room.clock = NOW - timedelta(hours=5)
    room.article(source, urls[0], report(f"{STORY} The bridge cost 95 million euros.", title="number", language="en"))
    room.article(source, urls[1], report(f"{STORY} The brigde cost 12 million euros.", title="typo", language="en"))
    with open_room(path) as conn:
        links = [conn.execute("SELECT link_id FROM pages WHERE url = ?", (url,)).fetchone()[0] for url in urls]
        for link, url, hours, status in (
            (links[2], urls[2], 30, 404), (links[2], urls[2], 3, 404),
            (links[3], urls[3], 6, 410), (links[3], urls[3], 2, 304),
            (links[4], urls[4], 70, 404), (links[4], urls[4], 40, 404), (links[4], urls[4], 4, 404),
        ):  # fmt: skip
            conn.execute(
                "INSERT INTO fetches (source_id, link_id, what, url, started_at, duration_ms, status, bytes)"
                " VALUES (?, ?, 'article', ?, ?, 1, ?, 0)",
                (source, link, url, format_timestamp(NOW - timedelta(hours=hours)), status),
            )
    opened = connect(path, readonly=True)
    found = build_digest(opened, NOW - DAY, NOW)
    opened.close()
    assert [(one.title, one.is_minor, one.change and one.change.after) for one in found.corrections] == [
        ("number", False, "95 million euros."), ("typo", True, None),
    ]  # fmt: skip
    assert (found.corrected, found.of_substance) == (2, 1)
    assert [(one.title, one.status) for one in found.gone] == [("gone", 404)]
    assert "2 revisions (1 of substance), 1 article gone" in found.summary
    told = digest_object(found)
    assert told["articles_gone"] == 1
    assert [item["changed"] for item in told["corrections"]] == [  # type: ignore[attr-defined]
        {"kind": "numbers", "before": "02 million euros.", "after": "95 million euros."}, None,
    ]  # fmt: skip
