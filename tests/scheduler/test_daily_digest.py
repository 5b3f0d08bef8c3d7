"""The digest of the day goes to the hooks once, reaches back to the last one, and is tried again by the hook that failed."""

from __future__ import annotations

import json
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from db.config.loader import Config
from db.connection.database import connect
from scheduler.daily_digest import send_due_digest
from tests.cli.conftest import Newsroom, room
from tests.scheduler.alerts.test_notify import KEYS, TAKE, Receiver, receiver

__all__ = ["receiver", "room"]

MORNING = datetime(2026, 11, 3, 7, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def conn(room: Newsroom) -> Iterator[sqlite3.Connection]:
    room.source("wanbao.example", "https://www.wanbao.example/")
    opened = connect(room.path)
    yield opened
    opened.close()


def config_of(room: Newsroom, **values: object) -> Config:
    settings = {"db": str(room.path), "digest": "0 7 * * *"} | values
    return Config(path=room.path.parent / "copydesk.toml").with_values(**settings)


def test_once_a_day_and_from_the_last_one_on(conn: sqlite3.Connection, room: Newsroom) -> None:
    taken = room.path.parent / "taken"
    config = config_of(room, alert_command=shlex.join([sys.executable, "-c", TAKE, str(taken)]))
    first = MORNING - timedelta(days=2)
    assert send_due_digest(conn, config, first) is None, "the source was added after seven"
    assert send_due_digest(conn, config, first + DAY) is True
    assert send_due_digest(conn, config, first + DAY + MINUTE) is None
    assert send_due_digest(conn, config, MORNING + MINUTE) is True
    assert send_due_digest(conn, config, MORNING + 20 * DAY) is True, "the service was off: one makes up for all"
    told = [json.loads(line) for line in taken.read_text().splitlines()]
    assert [given.keys() - {"env", "cwd"} for given in told] == [KEYS] * 3
    assert [given["opened_at"][:16] for given in told] == ["2026-11-01T07:00", "2026-11-02T07:00", "2026-11-16T07:00"]
    assert told[1]["closed_at"][:16] == "2026-11-03T07:01"
    assert {given["kind"] for given in told} == {given["event"] for given in told} == {"digest"}
    assert told[0]["says"] == told[0]["evidence"]["summary"] == "0 new articles from 0 sources"
    assert told[0]["env"]["COPYDESK_ALERT_KIND"] == "digest"


def test_a_clock_set_back_by_its_time_server_sends_none_again(conn: sqlite3.Connection, room: Newsroom) -> None:
    config = config_of(room, alert_command="true")
    assert send_due_digest(conn, config, MORNING) is True
    assert send_due_digest(conn, config, MORNING - MINUTE) is None
    assert send_due_digest(conn, config, MORNING + MINUTE) is None


def test_a_hook_that_fails_gets_it_later_and_the_other_not_again(
    conn: sqlite3.Connection, room: Newsroom, receiver: Receiver
) -> None:
    taken = room.path.parent / "taken"
    command = shlex.join([sys.executable, "-c", TAKE, str(taken)])
    config = config_of(room, alert_command=command, alert_webhook=receiver.address)
    receiver.mode = 500
    assert send_due_digest(conn, config, MORNING) is False
    assert send_due_digest(conn, config, MORNING + MINUTE / 2) is None
    assert send_due_digest(conn, config, MORNING + MINUTE) is False
    receiver.mode = 204
    assert send_due_digest(conn, config, MORNING + 2 * MINUTE) is None, "two minutes after the second failure"
    assert send_due_digest(conn, config, MORNING + 4 * MINUTE) is True
    assert send_due_digest(conn, config, MORNING + 9 * MINUTE) is None
    assert len(taken.read_text().splitlines()) == len(receiver.got) == 1
    assert receiver.got[0]["closed_at"] == json.loads(taken.read_text())["closed_at"]


def test_nothing_is_sent_without_setting_hook_or_source(conn: sqlite3.Connection, room: Newsroom) -> None:
    assert send_due_digest(conn, config_of(room), MORNING) is None
    config = config_of(room, alert_command="false")
    assert send_due_digest(conn, config.with_values(digest=""), MORNING) is None
    conn.execute("DELETE FROM sources")
    assert send_due_digest(conn, config, MORNING) is None
    assert conn.execute("SELECT count(*) FROM digests").fetchone() == (0,)


def test_a_digest_made_while_the_clock_was_ahead_does_not_silence_the_next(
    conn: sqlite3.Connection, room: Newsroom
) -> None:
    taken = room.path.parent / "taken"
    config = config_of(room, alert_command=shlex.join([sys.executable, "-c", TAKE, str(taken)]))
    assert send_due_digest(conn, config, MORNING + 365 * DAY) is True
    assert send_due_digest(conn, config, MORNING + MINUTE) is True
    assert send_due_digest(conn, config, MORNING + 2 * MINUTE) is None
    told = [json.loads(line)["opened_at"][:16] for line in taken.read_text().splitlines()]
    assert told[1] == "2026-11-02T07:01"
