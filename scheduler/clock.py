"""The clock of the service: calls jobs at intervals, whatever happens to the clock of the machine.

APScheduler reckons in the machine's time. Where that is set back (a wrong time at boot that is put right later), it would wait
until the old time comes again: a service that had run a day ahead would stand still for a day. Where it is set ahead, or the
machine slept, its own trigger of intervals lists each call that was missed: 31 million for a year of seconds, in gigabytes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger


class _FromNow(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """So long after the time at which the last call was begun: calls that were missed are not made up for."""

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """One interval from now."""
        return now + self.interval


class Clock:
    """Calls each job at its interval, on threads of its own, and never twice at once."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )

    def add(self, name: str, job: Callable[[], None], every_s: float, first_s: float | None = None) -> None:
        """Call a job every so many seconds; the first time after `first_s`, or after one interval."""
        first = datetime.now(UTC) + timedelta(seconds=every_s if first_s is None else first_s)
        self._scheduler.add_job(job, _FromNow(timedelta(seconds=every_s)), id=name, next_run_time=first)

    def start(self) -> None:
        """Begin to call the jobs."""
        self._scheduler.start()

    def follow_machine(self) -> None:
        """Call jobs now whose next time is further away than their interval. Call this about every second."""
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            if job.next_run_time > now + job.trigger.interval:
                job.modify(next_run_time=now)

    def stop(self) -> None:
        """Call no job any more; one that runs goes on."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
