"""Times that were noted while the machine's clock was far ahead hold nothing up once it is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.config.loader import Config
from db.connection.database import connect, write
from db.maintenance.findings import HealthCheck, Level
from db.maintenance.health import run_checks
from db.models import Listing, ListingKind
from db.store.crawl.facts import begin_run, end_run
from db.store.crawl.run_counts import count_run
from db.store.service.alerts import AlertKind, open_alert, open_alerts
from db.store.sites.listings import ListingState, should_rediscover
from db.store.sites.modified_posts import WordPressSite
from db.store.sites.sources import all_sources
from db.timestamps import format_timestamp
from scheduler.alerts.hooks import pause_after, waits_for_retry
from scheduler.alerts.notify import notify
from scheduler.maintenance_times import COMMAND, maintenance_due
from scheduler.planning.learning import CadenceLearner
from tests.cli.conftest import Newsroom, newsroom

__all__ = ["newsroom"]

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def test_maintenance_and_with_it_backups_are_due(newsroom: Newsroom) -> None:
    config = Config(path=newsroom.path.parent / "copydesk.toml").with_values(db=str(newsroom.path), upkeep="0 3 * * *")
    conn = connect(newsroom.path)
    minute = timedelta(minutes=1)  # set back by the time server
    for at, due_then in ((NOW + YEAR, True), (NOW + minute, False), (NOW, False)):
        with write(conn):
            end_run(conn, begin_run(conn, COMMAND, 1, at, "schedule"), "finished", at, {}, None)
        assert maintenance_due(conn, config, NOW) is due_then
    conn.close()


def test_listings_are_asked_again() -> None:
    listing = Listing(url="http://wanbao.example/a", kind=ListingKind.SECTION)
    for ahead, rests in ((YEAR, False), (timedelta(minutes=1), True)):
        gone = ListingState(listing=listing, asked_at=NOW + ahead, gone=1)
        assert gone.is_resting([timedelta(hours=1)], NOW) is rests
        empty = ListingState(listing=listing, asked_at=NOW + ahead, links=0)
        assert empty.is_empty(NOW) is rests
        assert should_rediscover([gone], [], NOW) is not rests


def test_what_wordpress_said_is_asked_again() -> None:
    for ahead, works in ((YEAR, False), (timedelta(minutes=1), True)):
        assert WordPressSite(api="", checked_at=NOW + ahead, next_look_at=NOW).works(NOW) is works


def test_an_open_alert_is_told_again(newsroom: Newsroom) -> None:
    config = Config(path=newsroom.path.parent / "copydesk.toml").with_values(
        db=str(newsroom.path), alert_command="true", alert_repeat="1d"
    )
    conn = connect(newsroom.path)
    with write(conn):
        open_alert(conn, AlertKind.DISK, None, message="", advice="", evidence={}, at=NOW)
    told = []
    for now in (NOW + YEAR, NOW + YEAR, NOW, NOW):
        notify(conn, config, now)
        told.append(open_alerts(conn)[0].notifications)
    conn.close()
    assert told == [1, 1, 2, 2]


def test_rhythms_are_learned_again(newsroom: Newsroom) -> None:
    conn, learner = connect(newsroom.path), CadenceLearner()
    sources = all_sources(conn)[:1]
    learned = [len(learner.learn_due(conn, sources, now)) for now in (NOW + YEAR, NOW + YEAR, NOW, NOW)]
    assert [*learned, len(CadenceLearner().learn_due(conn, sources, NOW))] == [1, 0, 1, 0, 0]
    conn.close()


def test_a_run_in_which_the_clock_was_set_back_took_no_less_than_no_time(newsroom: Newsroom) -> None:
    conn = connect(newsroom.path)
    assert count_run(conn, 1, NOW, NOW - YEAR).seconds == 0
    conn.close()


def test_a_hook_is_tried_again() -> None:
    assert waits_for_retry({"again_at": format_timestamp(NOW + pause_after(50))}, NOW)
    assert not waits_for_retry({"again_at": format_timestamp(NOW + YEAR)}, NOW)
    assert not waits_for_retry({"again_at": format_timestamp(NOW)}, NOW)
    assert not waits_for_retry(None, NOW)


@pytest.mark.parametrize(("ahead", "told"), [(timedelta(minutes=5), 0), (timedelta(hours=1), 1)])
def test_a_clock_that_is_behind_the_rows_is_told(newsroom: Newsroom, ahead: timedelta, told: int) -> None:
    conn = connect(newsroom.path)
    with write(conn):
        begin_run(conn, "crawl", 1, NOW + ahead)
        begin_run(conn, "crawl", 1, NOW)
    findings = list(run_checks(HealthCheck(conn=conn, path=newsroom.path, now=NOW, extractor=None)))
    conn.close()
    assert [one.level for one in findings if one.subject == "clock"] == [Level.WARN] * told
