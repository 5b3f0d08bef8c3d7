"""`copydesk status`: what it says of a database with and without a service, of what runs, waits and fails."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from datetime import UTC, datetime, timedelta

from db.connection.database import connect, write
from db.store.crawl import facts
from db.store.crawl.source_runs import begin_source_runs, end_source_runs
from db.store.service.service_state import begin_service, end_service, record_heartbeat
from db.store.sites.sources import pause_source
from db.timestamps import format_timestamp
from tests.cli.conftest import Newsroom, run, spawn

NO_PROCESS = 4_999_999


def crawled(
    conn: sqlite3.Connection, source_ids: list[int], ended: str | None, at: datetime, pid: int = NO_PROCESS
) -> int:
    run_id = facts.begin_run(conn, "crawl", pid, at, "schedule")
    begin_source_runs(conn, run_id, source_ids, at)
    if ended:
        error = "its host name is unknown" if ended == "failed" else None
        end_source_runs(conn, run_id, ended=ended, at=at + timedelta(seconds=5), error=error)
        facts.end_run(conn, run_id, ended, at + timedelta(seconds=5), {"fetched": 4, "new": 2, "updated": 1}, None)
    return run_id


def test_without_a_service(newsroom: Newsroom) -> None:
    shown = run(newsroom.path, "status").output
    assert "not running; `copydesk run` starts it" in shown
    assert "2, 2 due now" in shown
    report = json.loads(run(newsroom.path, "status", "--json").output)
    assert report["service"] is None
    assert {one["source"]: one["due"] for one in report["next"]} == {"wanbao.example": True, "mirror.example": True}
    assert report["unread"] == 1


def test_settings_for_no_source(newsroom: Newsroom) -> None:
    """They hold for nothing: without a word, a name with a typing error leaves a source at its defaults."""
    config = newsroom.path.parent / "copydesk.toml"
    config.write_text(
        '[sources."wanbao.exampel"]\ndelay = "9s"\n[sources."mirror.example"]\nlimit = 4\n', encoding="utf-8"
    )
    status = ("--config", str(config), "--db", str(newsroom.path), "status")
    assert ':1: [sources."wanbao.exampel"]: there is no such source; did you mean wanbao.example?' in " ".join(
        spawn(*status).stdout.decode().split()
    )
    (said,) = json.loads(spawn(*status, "--json").stdout)["settings"]
    assert "wanbao.exampel" in said
    assert json.loads(run(newsroom.path, "status", "--json").output)["settings"] == []


def test_what_runs_waits_and_fails(newsroom: Newsroom) -> None:
    now = datetime.now(UTC)
    conn = connect(newsroom.path)
    evening, mirror = (row[0] for row in conn.execute("SELECT id FROM sources ORDER BY id"))
    with write(conn):
        begin_service(conn, os.getpid(), now - timedelta(hours=3), address="http://127.0.0.1:9109", version="0.1.0")
        crawled(conn, [evening, mirror], "finished", now - timedelta(hours=2))
        for minutes in (90, 60, 30):
            crawled(conn, [mirror], "failed", now - timedelta(minutes=minutes))
        under_way = crawled(conn, [evening], None, now - timedelta(minutes=1), os.getpid())
        conn.execute(
            "INSERT INTO turns VALUES (?, ?, ?, ?, NULL)", (evening, under_way, os.getpid(), format_timestamp(now))
        )
        conn.execute(
            "INSERT INTO alerts (kind, source_id, says, remedy, opened_at) VALUES ('failing', ?, 'it fails', 'look', ?)",
            (mirror, format_timestamp(now)),
        )
    shown = run(newsroom.path, "status").output
    later = r"(?: \d+ (?:min|s))*"  # a busy machine gets there seconds later
    assert re.search(rf"up for 3 h{later}, process {os.getpid()}, http://127\.0\.0\.1:9109", shown)
    assert re.search(rf"run {under_way} \(schedule\) for \d min{later}, 1 of 1 source left: wanbao\.example", shown)
    assert "mirror.example  3 times in a row" in shown
    assert "its host name is unknown" in shown
    assert "failing mirror.example, since" in shown
    assert "5 runs (3 failed)" in shown
    report = json.loads(run(newsroom.path, "status", "--json").output)
    assert report["failing"][0]["times"] == 3
    assert [one["source"] for one in report["next"]] == ["mirror.example"], "what is at work is not next"
    assert report["day"]["new"] == 8
    with write(conn):
        pause_source(conn, "mirror.example", now)
        end_service(conn, now)
    conn.close()
    shown = run(newsroom.path, "status").output
    assert "1, 0 due now" not in shown
    assert "1 paused" in shown
    assert "stopped 20" in shown


def test_a_service_that_was_killed(newsroom: Newsroom) -> None:
    conn = connect(newsroom.path)
    with write(conn):
        begin_service(conn, NO_PROCESS, datetime.now(UTC), address="", version="0.1.0")
        record_heartbeat(conn, datetime.now(UTC))
    conn.close()
    assert "gone since" in run(newsroom.path, "status").output


def test_lines_fit_a_terminal_and_a_missing_database_is_said(newsroom: Newsroom) -> None:
    answer = spawn("--db", "elsewhere.db", "status", cwd=newsroom.path.parent)
    assert answer.returncode == 2
    assert b"there is no such database" in answer.stderr
    assert spawn("--db", str(newsroom.path), "status", cwd=newsroom.path.parent).returncode == 0
