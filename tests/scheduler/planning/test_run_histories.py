"""Runs that were packed are what their rows say, and take little memory."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

from db.store.crawl.source_runs import SourceRun
from scheduler.planning.plan import PastRun
from scheduler.planning.run_histories import BY_HUB, RUNS_KEPT, RunHistories

START = datetime(2026, 11, 1, 7, 30, 0, 123000, tzinfo=UTC)


def _run(
    number: int, ended: str | None = "finished", *, seconds: float = 4.5, found: int = 0, reason: str = "schedule"
) -> SourceRun:
    began = START + timedelta(minutes=number)
    over = began + timedelta(seconds=seconds) if ended else None
    return SourceRun(id=number, source_id=7, started_at=began, ended=ended, ended_at=over, found=found, reason=reason)


def test_runs_are_given_back_newest_first() -> None:
    histories = RunHistories()
    rows = [
        _run(1, "failed", reason="by hand"),
        _run(2, "stopped", reason=BY_HUB),
        _run(3, found=70_000),
        _run(4, None),
    ]
    histories.add(7, rows)
    begun = [START + timedelta(minutes=n) for n in (4, 3, 2, 1)]
    assert histories.of(7) == (
        PastRun(started_at=begun[0], ended=None),
        PastRun(started_at=begun[1], ended="finished", seconds=4.5, found=70_000),
        PastRun(started_at=begun[2], ended="stopped", seconds=4.5, by_hub=True),
        PastRun(started_at=begun[3], ended="failed", seconds=4.5, by_hand=True),
    )
    assert (histories.of(8), 7 in histories, 8 in histories) == ((), True, False)


def test_an_ended_run_takes_its_own_place_and_the_oldest_are_dropped() -> None:
    histories = RunHistories()
    histories.add(7, [_run(1, None), _run(2)])
    assert histories.open_ids == {1}
    histories.add(7, [_run(1, "failed", seconds=0.25)])
    assert (histories.open_ids, [(one.ended, one.seconds) for one in histories.of(7)]) == (
        set(),
        [("finished", 4.5), ("failed", 0.25)],
    )
    for number in range(3, 30):
        histories.add(7, [_run(number)])
    assert [one.started_at for one in histories.of(7)] == [
        START + timedelta(minutes=n) for n in range(29, 29 - RUNS_KEPT, -1)
    ]


def test_a_clock_that_was_set_back_while_a_run_lasted_gives_it_no_time() -> None:
    histories = RunHistories()
    histories.add(7, [_run(1, seconds=-3600)])
    assert histories.of(7)[0].seconds == 0


def test_a_source_takes_less_than_a_kilobyte() -> None:
    rows = [_run(number) for number in range(RUNS_KEPT)]
    tracemalloc.start()
    histories = RunHistories()
    for source in range(500):
        histories.add(source, rows)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(histories.of(499)) == RUNS_KEPT
    assert taken / 500 < 1024
