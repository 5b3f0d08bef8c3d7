"""The queue of a back-fill has an end, whatever its lists name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.connection.database import open_database
from db.store.archives.backfill_queue import (
    MOST_TROUBLES,
    StoredStep,
    finish_step,
    insert_steps,
    leave_channel_in_trouble,
    next_step,
)
from db.store.archives.backfills import MOST_ATTEMPTS, begin_backfill, load_plan
from db.store.sites.sources import add_source

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_lists_that_name_lists_for_ever_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.store.archives.backfill_queue.MOST_STEPS", 7)
    with open_database(tmp_path / "news.db", create=True) as db:
        source, _ = add_source(db.conn, name="s", url="http://s.example/", settings={}, at=NOW)
        begun = begin_backfill(db.conn, source.id, since=NOW, until=None, channels=["sitemap"], now=NOW)
        insert_steps(db.conn, begun.id, [StoredStep(channel="sitemap", url="http://s.example/0")])
        asked = 0
        while (step := next_step(db.conn, begun.id, "sitemap", 1)) is not None:
            asked += 1
            named = [StoredStep(channel="sitemap", url=f"{step.url}/{child}") for child in range(3)]
            finish_step(db.conn, begun.id, step, (), named, None, NOW)
        troubles = [row[0] for row in db.conn.execute("SELECT trouble FROM backfill_steps WHERE trouble IS NOT NULL")]
    assert asked == 7
    assert "it names more than 7 lists" in troubles[0]


@pytest.mark.parametrize("may_pass", [True, False])
def test_a_channel_in_trouble_is_left_to_later_runs_where_it_may_pass(tmp_path: Path, may_pass: bool) -> None:
    """Its first answers are asked for again, too, with what their channel needs; after the usual attempts it ends."""
    with open_database(tmp_path / "news.db", create=True) as db:
        source, _ = add_source(db.conn, name="s", url="http://s.example/", settings={}, at=NOW)
        begun = begin_backfill(db.conn, source.id, since=NOW, until=None, channels=["sitemap"], now=NOW)
        steps = [StoredStep(channel="sitemap", url=f"http://s.example/{one}", state='{"a": 1}') for one in range(9)]
        insert_steps(db.conn, begun.id, steps)

        def run(number: int) -> list[str]:
            asked = []
            while (step := next_step(db.conn, begun.id, "sitemap", number)) is not None:
                asked.append(step.url.rpartition("/")[2])
                assert step.state == '{"a": 1}'
                finish_step(db.conn, begun.id, step, (), (), "status 403", NOW)
                passing = number if may_pass else None
                leave_channel_in_trouble(db.conn, begun.id, "sitemap", "status 403", NOW, passing_in=passing)
            return asked

        first = [str(one) for one in range(MOST_TROUBLES)]
        assert run(1) == first
        (channel,) = load_plan(db.conn, begun).channels
        assert (channel.held, channel.steps_left) == ((9, 9) if may_pass else (0, 0))
        assert channel.trouble == "status 403"
        assert run(1) == []
        assert [run(number) for number in range(2, MOST_ATTEMPTS + 2)] == (
            [first] * (MOST_ATTEMPTS - 1) + [[]] if may_pass else [[]] * MOST_ATTEMPTS
        )
