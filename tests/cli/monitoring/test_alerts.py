"""`copydesk alerts`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from db.store.service.alerts import AlertKind, close_alert, open_alert, record_notification
from tests.cli.conftest import Newsroom, open_room, run, spawn

NOW = datetime.now(UTC)


@pytest.fixture
def troubled(newsroom: Newsroom) -> Newsroom:
    """Two open alerts and one that is over."""
    with open_room(newsroom.path) as conn:
        for kind, source, ago in ((AlertKind.DISK, None, 50), (AlertKind.FAILING, 2, 30), (AlertKind.SILENT, 1, 3)):
            open_alert(
                conn,
                kind,
                source,
                message=f"this is what {kind.value} says\x1b[31m",
                advice=f"`copydesk sources test` helps against {kind.value}",
                evidence={"figure": ago},
                at=NOW - timedelta(hours=ago),
            )
        close_alert(conn, 1, NOW - timedelta(hours=20))
        record_notification(conn, 2, accepted=True, failure={"hooks": {"alert_webhook": "status 500"}}, at=NOW)
    return newsroom


def test_what_is_open_with_its_age_and_what_to_do(troubled: Newsroom) -> None:
    shown = run(troubled.path, "alerts").output
    assert shown.index("failing  mirror.example") < shown.index("silent  wanbao.example")
    assert "(1 d 6 h)" in shown
    assert "this is what failing says" in shown
    assert "\x1b" not in shown
    assert "What to do: `copydesk sources test` helps against failing" in " ".join(shown.split())
    assert "notified once; alert_webhook: status 500" in " ".join(shown.split())
    assert "nobody notified" in shown
    assert "disk" not in shown
    assert shown.endswith("2 open alerts\n")
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_all_shows_what_is_over(troubled: Newsroom) -> None:
    shown = run(troubled.path, "alerts", "--all").output
    assert "disk  this machine" in shown
    assert "(1 d 6 h), over since" in " ".join(shown.split())
    assert "helps against disk" not in shown
    assert shown.endswith("2 open alerts\n")


def test_json_lines(troubled: Newsroom) -> None:
    rows = [json.loads(line) for line in run(troubled.path, "alerts", "--json").output.splitlines()]
    assert [(row["id"], row["kind"], row["source"]) for row in rows] == [
        (2, "failing", "mirror.example"),
        (3, "silent", "wanbao.example"),
    ]
    assert rows[0]["evidence"] == {"figure": 30}
    assert rows[0]["closed_at"] is None
    assert rows[0]["told"] == 1
    everything = [json.loads(line) for line in run(troubled.path, "alerts", "--all", "--json").output.splitlines()]
    assert [row["id"] for row in everything] == [3, 2, 1]
    assert everything[2]["closed_at"]


def test_none(newsroom: Newsroom) -> None:
    assert spawn("--db", str(newsroom.path), "alerts").stdout == b"no open alerts\n"
