"""What is told of times: when a source was fetched last, what is newest, on whose clock, how exact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from db.display.humanize import format_database_size
from db.inspect.pages.ingestion.source import source_details
from db.inspect.pages.ingestion.sources import SourcesForm, source_list
from db.inspect.pages.template_filters import page_time, when
from db.models import Moment, OffsetFrom, Precision
from db.queries.people import CreditRole, person_details
from db.store.crawl import facts
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.timestamps import format_timestamp
from tests.cli.conftest import Newsroom, open_room, report, run

SHANGHAI = timezone(timedelta(hours=8))
LATER = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_source_that_answers_with_nothing_new_was_fetched(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        (source_id,) = conn.execute("SELECT id FROM sources WHERE name = 'mirror.example'").fetchone()
        (newest,) = conn.execute("SELECT max(fetched_at) FROM pages WHERE source_id = ?", (source_id,)).fetchone()
        for at, error in ((LATER, None), (LATER + timedelta(hours=1), "timeout")):
            run_id = facts.begin_run(conn, "crawl", 1, at)
            begin_source_runs(conn, run_id, [source_id], at)
            asked = facts.Fetch(
                what="entry",
                url="http://mirror.example/feed",
                started_at=at,
                run_id=run_id,
                source_id=source_id,
                status=None if error else 304,
                error=error,
            )
            facts.insert_fetch(conn, asked)
            end_source_run(conn, run_id, source_id, ended="failed" if error else "finished", at=at)
        shown = source_details(conn, source_id, LATER)
        assert shown is not None
        assert (shown.last_fetched, shown.last_new) == (format_timestamp(LATER), newest)
        assert {line.name: line.last_look for line in source_list(conn, SourcesForm.of({}), LATER).lines}[
            "mirror.example"
        ] == format_timestamp(LATER)
        view = "SELECT last_fetched_utc, last_page_utc FROM sources_view WHERE name = 'mirror.example'"
        assert conn.execute(view).fetchone() == (format_timestamp(LATER), newest)
    by_source = {one["name"]: one for one in json.loads(run(newsroom.path, "stats", "--json").output)["by_source"]}
    assert (by_source["mirror.example"]["last_fetched"], by_source["mirror.example"]["last_new"]) == (
        format_timestamp(LATER),
        newest,
    )


def test_newest_is_by_the_time_published(room: Newsroom) -> None:
    """Also where the older one was fetched later."""
    source_id = room.source("a.example", "http://a.example/")
    pages = [
        room.article(
            source_id,
            f"http://a.example/{day}",
            replace(
                report(f"{'Words of a day. ' * 20}{day}"),
                authors=("Anna Holt",),
                published=Moment(
                    at=datetime(2026, 11, day, 6, 30, tzinfo=SHANGHAI),
                    precision=Precision.MINUTE,
                    offset_from=OffsetFrom.COUNTRY,
                ),
            ),
        )
        for day in (3, 5, 1, 4)
    ]
    with open_room(room.path) as conn:
        shown, by = source_details(conn, source_id, LATER), person_details(conn, "Anna Holt")
    newest = [pages[n] for n in (1, 3, 0, 2)]
    assert shown is not None
    assert shown.newest == newest
    assert by is not None
    assert by.pages[CreditRole.AUTHOR] == newest
    fields = dict(shown.fields)
    assert (fields["time of day"], fields["offset known"], fields["offset by page or rule"]) == (4, 4, 0)


@pytest.mark.usefixtures("in_utc")
def test_one_article_has_one_time_on_every_page() -> None:
    at = Moment(
        at=datetime(2026, 11, 3, 6, 30, tzinfo=SHANGHAI), precision=Precision.MINUTE, offset_from=OffsetFrom.COUNTRY
    )
    assert ">2026-11-02 22:30<" in when(at.iso)
    assert page_time(at).startswith("2026-11-02 22:30; by the page’s own clock 2026-11-03 06:30")
    day = Moment(at=datetime(2026, 11, 3, tzinfo=SHANGHAI), precision=Precision.DAY, offset_from=OffsetFrom.COUNTRY)
    assert ">2026-11-03<" in when(day.iso)
    assert page_time(day) == "2026-11-03 (to the day)"


def test_the_size_of_a_database_is_that_of_its_file(newsroom: Newsroom) -> None:
    assert format_database_size(1_400_000, 20_600_000) == "1.4 MB, and 20.6 MB in its write-ahead log"
    lines = {line.split("  ")[0]: line for line in run(newsroom.path, "stats").output.splitlines()}
    assert lines["database"].split(": ")[1].split(",")[0] == format_database_size(newsroom.path.stat().st_size, 0)
    assert "received, stored in" in lines["bodies"]
