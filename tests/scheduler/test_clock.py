"""The service's clock beside a machine whose time is changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base

import scheduler.clock
from scheduler.clock import Clock

LIMIT_S = 30.0
"""After this it is sure that nothing comes."""


class MachineTime(datetime):
    """The time of a machine whose clock can be set."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[MachineTime]]:
    monkeypatch.setattr(base, "datetime", MachineTime)
    monkeypatch.setattr(scheduler.clock, "datetime", MachineTime)
    yield MachineTime
    MachineTime.ahead = timedelta(0)


@pytest.mark.parametrize("days", [-365, -1, 1, 365])
def test_jobs_are_called_on_when_the_machines_time_is_changed(machine: type[MachineTime], days: int) -> None:
    called = threading.Semaphore(0)
    clock = Clock()
    clock.add("job", called.release, 0.05)
    clock.start()
    try:
        assert called.acquire(timeout=LIMIT_S)
        for ahead in (timedelta(days=days), timedelta(0)):
            machine.ahead = ahead
            clock.follow_machine()
            while called.acquire(blocking=False):  # calls of before
                pass
            for _ in range(3):
                assert called.acquire(timeout=LIMIT_S)
    finally:
        clock.stop()
