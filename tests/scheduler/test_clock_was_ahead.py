"""Times that were noted while the machine's clock was far ahead hold nothing up once it is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.config.loader import Config
from db.connection.database import connect, write
from db.maintenance.findings import HealthCheck, Level
from db.maintenance.health import run_checks
from db.store.crawl.facts import begin_run, end_run
from db.timestamps import format_timestamp
from scheduler.alerts.hooks import pause_after, waits_for_retry
from scheduler.maintenance_times import COMMAND, maintenance_due
from tests.cli.conftest import Newsroom, newsroom

__all__ = ["newsroom"]

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def test_maintenance_and_with_it_backups_are_due(newsroom: Newsroom) -> None:
    config = Config(path=newsroom.path.parent / "copydesk.toml").with_values(db=str(newsroom.path), upkeep="0 3 * * *")
    conn = connect(newsroom.path)
    for at, due_then in ((NOW + YEAR, True), (NOW, False)):
        with write(conn):
            end_run(conn, begin_run(conn, COMMAND, 1, at, "schedule"), "finished", at, {}, None)
        assert maintenance_due(conn, config, NOW) is due_then
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
