"""The queue of a back-fill has an end, whatever its lists name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.connection.database import open_database
from db.store.archives.backfill_queue import StoredStep, finish_step, insert_steps, next_step
from db.store.archives.backfills import begin_backfill
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
