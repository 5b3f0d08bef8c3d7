"""Alerts from real crawls: a site that is redesigned, one that falls silent, one that closes its door by robots.txt."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.config.loader import load_config
from db.connection.database import open_database, write
from db.store.crawl.facts import Fetch, begin_run, end_run, insert_fetch
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.store.service.alerts import open_alerts
from scheduler.alerts.monitor import evaluate_alerts
from tests.demoweb.asking import EN
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk


@contextmanager
def opened(desk: Copydesk) -> Iterator[sqlite3.Connection]:
    conn = open_database(desk.database).conn
    try:
        yield conn
    finally:
        conn.close()


def look(desk: Copydesk, now: datetime | None = None) -> list[tuple[str, str, str | None]]:
    """One round of watching over the database that the crawls wrote."""
    with opened(desk) as conn:
        changes = evaluate_alerts(conn, load_config(desk.folder / "copydesk.toml"), now or datetime.now(UTC))
    return [(change.event.value, change.alert.kind, change.alert.source) for change in changes]


def visit_in_vain(conn: sqlite3.Connection, at: datetime) -> None:
    """A crawl at a time to come, in which the listing answered and named nothing new."""
    with write(conn):
        run = begin_run(conn, "crawl", os.getpid(), at)
        begin_source_runs(conn, run, [1], at)
        insert_fetch(conn, Fetch(what="entry", url="http://x/", started_at=at, run_id=run, source_id=1, status=304))
        end_source_run(conn, run, 1, ended="finished", at=at)
        end_run(conn, run, "finished", at, {}, None)


def test_a_redesign_that_hides_what_was_read_raises_one_alert_until_it_is_mended(
    demoweb: DemoWeb, tmp_path: Path
) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, EN)
    desk.run("crawl")
    assert look(desk) == []
    demoweb.redesign(EN)
    desk.run("crawl")
    assert look(desk) == [("opened", "rotting", "harbourcourier.example")]
    desk.run("crawl")
    assert look(desk) == []
    (shown,) = map(json.loads, desk.run("alerts", "--json").stdout.splitlines())
    assert "name their outlet" in shown["says"]
    assert "are of usual length" in shown["says"]
    page = int(shown["remedy"].split()[2])
    assert desk.query("SELECT source FROM articles WHERE page_id = ?", page) == [(None,)]
    demoweb.redesign(EN, bare=False)
    desk.run("crawl")
    assert look(desk) == [("closed", "rotting", "harbourcourier.example")]
    desk.run("crawl")
    assert look(desk) == []
    assert desk.run("alerts").stdout == "no open alerts\n"


def test_a_site_that_falls_silent_raises_one_alert_until_it_speaks(tmp_path: Path) -> None:
    with DemoWeb(now=datetime.now(UTC)) as web:
        desk = Copydesk(tmp_path, web.proxy_url)
        desk.add_sites(web, EN)
        desk.run("crawl")
        assert look(desk) == []
        now, raised = datetime.now(UTC), []
        with opened(desk) as conn:
            for number in range(1, 80 * 4):
                at = now + timedelta(hours=6 * number)
                visit_in_vain(conn, at)
                raised += [(at - now, *said) for said in look(desk, at)]
            assert [said[1:] for said in raised] == [("opened", "silent", "harbourcourier.example")]
            (alert,) = open_alerts(conn)
        longest = float(str(alert.evidence["longest_s"]))
        assert raised[0][0] > timedelta(seconds=2 * longest)
        assert web.publish_new()
        desk.run("crawl")
        assert look(desk, now + timedelta(days=80)) == [("closed", "silent", "harbourcourier.example")]


def test_robots_txt_that_closes_the_door(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, EN)
    desk.run("crawl", "--limit", "2")
    assert look(desk) == []
    for mode, said in (("disallow", "opened"), ("disallow", None), ("ok", "closed")):
        demoweb.robots(EN, mode)
        with opened(desk) as conn, write(conn):  # as if the day were over for which an answer is kept
            conn.execute("UPDATE robots SET expires_at = fetched_at")
        desk.run("crawl", "--limit", "2", code=None)
        assert look(desk) == ([(said, "robots_forbidden", "harbourcourier.example")] if said else [])
