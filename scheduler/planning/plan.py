"""What is due: a pure function of the sources, their past runs and the time.

    due(sources, runs, now) ──> those whose time has come, longest waiting first ──> batches(...) ──> one crawl process each

Nothing else is remembered. A service that starts, after a stop, a crash, a night's sleep or a new version, asks the same question
of the same rows. The latest run of a source answers for all of its times up to then, so that missed times are made up for by
one run and none is run twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from scheduler.planning.cadence import Cadence

# A clock that is set back by less than this may make a run lie in the future: its time has been served all the same. By more,
# the clock was wrong when the run was recorded, and the run answers for nothing that is to come.
CLOCK_STEP = timedelta(minutes=10)
# From the third failure in a row the wait is doubled each time, up to this. A source is never given up.
FAILURES_TOLERATED, LONGEST_WAIT = 2, timedelta(hours=6)
# A run that was broken off is gone on with at once; broken off again and again, after 1, 2, 4, ... minutes.
INTERRUPTED_WAIT = timedelta(minutes=1)
# So often in a row, and the source may be what breaks the process: it gets one of its own.
SUSPECT_AFTER = 3
# A source may wait for company, so that a process starts with more than one: this share of its cadence, this long at most.
BATCHING_SHARE, COMPANY_MOST_S = 0.05, 30.0
# A source whose last crawl took so long goes into a process with others like it, as does one that was never crawled.
SLOW_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSource:
    """A source as the plan sees it. `at_work`: some process is crawling it now."""

    id: int
    name: str
    cadence: Cadence
    added_at: datetime
    paused: bool = False
    at_work: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One source's part in a run. `ended`: finished, failed or stopped, None while it lasts. `by_hand`: a person started it."""

    started_at: datetime
    ended: str | None
    seconds: float = 0.0
    by_hand: bool = False


Runs = Mapping[int, Sequence[PastRun]]
"""The last few runs of each source, by its id, latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSource:
    """A source whose time has come: since when, and whether it is slow, or suspected of breaking its process."""

    source: PlannedSource
    since: datetime
    slow: bool = False
    suspect: bool = False

    @property
    def patience_s(self) -> float:
        """How long it may wait for company."""
        return min(BATCHING_MAX_S, BATCHING_SHARE * self.source.cadence.usual_s)


def next_run(source: PlannedSource, past: Sequence[PastRun], now: datetime) -> datetime | None:
    """When a source is to be crawled next; a moment that has passed means that it is due. None: not by itself, or it is at work."""
    if source.paused or source.at_work:
        return None
    if not past:
        # Whatever is never crawled stays so, a new source of any other cadence is crawled at once.
        return source.added_at if source.cadence.after(now) is not None else None
    last = past[0]
    served = last.started_at if last.started_at <= now + CLOCK_STEP else now
    time = source.cadence.after(served)
    if time is None:
        return None
    broken = _in_a_row(past, "stopped")
    if broken and not last.by_hand:
        return min(time, served if broken == 1 else served + INTERRUPTED_WAIT * 2 ** min(broken - 2, 20))
    failures = _in_a_row(past, "failed")
    if failures > FAILURES_TOLERATED:
        wait = time - served
        time = served + max(wait, min(MAX_FAILURE_WAIT, wait * 2 ** min(failures - FAILURES_TOLERATED, 20)))
    return time


def find_due(sources: Iterable[PlannedSource], runs: Runs, now: datetime) -> list[DueSource]:
    """The sources whose time has come, those that wait longest first."""
    found = []
    for source in sources:
        past = runs.get(source.id, ())
        time = next_run(source, past, now)
        if time is not None and time <= now:
            found.append(to_due_source(source, past, time))
    return sorted(found, key=lambda one: (one.since, one.source.id))


def to_due_source(source: PlannedSource, past: Sequence[PastRun], since: datetime) -> DueSource:
    """A source whose time has come, with what its past says of how to crawl it."""
    slow = not past or past[0].seconds > SLOW_S
    return DueSource(source=source, since=since, slow=slow, suspect=_in_a_row(past, "stopped") >= SUSPECT_AFTER)


def batches(
    waiting: Sequence[DueSource], now: datetime, *, free: int, slow_free: int, size: int
) -> list[list[DueSource]]:
    """What to start now: at most `free` processes of at most `size` sources, of them at most `slow_free` of slow ones.

    A few sources whose time has just come wait a little for others.
    """
    ready: list[list[DueSource]] = [[one] for one in waiting if one.suspect]
    for slow in (False, True):
        left = [one for one in waiting if one.slow is slow and not one.suspect]
        while left:
            chosen, left = left[:size], left[size:]
            if len(chosen) == size or any(_has_waited(one, now) for one in chosen):
                ready.append(chosen)
    started: list[list[DueSource]] = []
    for batch in sorted(ready, key=lambda batch: batch[0].since):
        slow_free -= batch[0].slow
        if len(started) < free and (slow_free >= 0 or not batch[0].slow):
            started.append(batch)
    return started


def _has_waited(one: DueSource, now: datetime) -> bool:
    return (now - one.since).total_seconds() >= one.patience_s


def _in_a_row(past: Sequence[PastRun], ended: str) -> int:
    """How many of the latest runs ended so."""
    return sum(1 for _ in takewhile(lambda run: run.ended == ended, past))
