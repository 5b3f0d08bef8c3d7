"""Other writers get the lock between the transactions of a long run."""

from __future__ import annotations

import pytest

from db.connection.in_memory import open_in_memory
from pipelines.processing import write_turns
from pipelines.processing.write_turns import FREE_S, LONGEST_FREE_S, WriteTurns


class Clock:
    """A clock that stands still unless it is told otherwise."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def perf_counter(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_the_lock_is_free_as_long_as_it_was_held_and_work_in_between_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(write_turns, "time", clock)
    turns = WriteTurns(open_in_memory())
    for held, work in ((0.001, 0.0), (0.012, 0.0), (0.02, 0.015), (0.02, 0.05), (5.0, 0.0), (0.0, 0.0)):
        with turns.write():
            assert turns.conn.in_transaction
            clock.now += held
        clock.now += work
    assert clock.slept == pytest.approx([0, FREE_S, 0.012, 0.005, 0, LONGEST_FREE_S])
    assert turns.longest_s == pytest.approx(5.0)
