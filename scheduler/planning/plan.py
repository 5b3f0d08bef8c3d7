"""The plan: which sources are due, as a pure function of the sources, their past runs and the time.

    find_due(sources, runs, now) ──> due sources, longest waiting first ──> batches(...) ──> one crawl process each

There is no other state. A service that starts after a stop, a crash, a suspended night or an upgrade computes the plan from the
same rows. The latest run of a source counts for all of its times up to then, so one run makes up for missed times, and none runs
twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import dropwhile, product, takewhile

from db.timestamps import lies_ahead
from scheduler.planning.cadence import Cadence

# From the third failure in a row the wait doubles each time, up to a maximum. A source is never given up.
FAILURES_TOLERATED, MAX_FAILURE_WAIT = 2, timedelta(hours=6)
INTERRUPTED_WAIT = timedelta(minutes=1)
"""An interrupted run is resumed at once; after further interruptions in a row, after 1, 2, 4, ... minutes."""
SUSPECT_AFTER = 3
"""Interruptions in a row after which a source may be what breaks its process: it gets a process of its own."""
# How long a due source waits for others, so that a process starts with several: this share of its cadence, at most so many seconds.
BATCHING_SHARE, BATCHING_MAX_S = 0.05, 30.0
SLOW_S = 300.0
"""Sources whose last crawl took longer, or that were never crawled, run in processes of their own kind."""
PING_GAP_S = 10.0
"""Seconds between the beginnings of two crawls that a hub's pings ask for: a burst of them is one crawl, and one after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSource:
    """A source as the plan sees it. `at_work`: a process is crawling it.

    `pinged_at`: when a hub last told of its news. `beside_hub`: the slower cadence that holds while hubs tell of all it publishes.
    """

    id: int
    name: str
    cadence: Cadence
    added_at: datetime
    paused: bool = False
    at_work: bool = False
    pinged_at: datetime | None = None
    beside_hub: Cadence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One source's part in a run. `ended`: finished, failed or stopped; None while it runs. `by_hand`: started by the user;
    `by_hub`: by a hub's ping. `found`: new links.
    """

    started_at: datetime
    ended: str | None
    seconds: float = 0.0
    by_hand: bool = False
    by_hub: bool = False
    found: int = 0


Runs = Mapping[int, Sequence[PastRun]]
"""The last few runs of each source by its id, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSource:
    """A due source: since when, whether it is slow, whether it is suspected of breaking its process, whether a hub told of news."""

    source: PlannedSource
    since: datetime
    slow: bool = False
    suspect: bool = False
    pinged: bool = False

    @property
    def batching_wait_s(self) -> float:
        """How long it may wait to be batched with others, in seconds."""
        if self.pinged:
            return 0.0
        return min(BATCHING_MAX_S, BATCHING_SHARE * self.source.cadence.usual_s)


def next_run(source: PlannedSource, past: Sequence[PastRun], now: datetime) -> datetime | None:
    """When a source is due next; it is due now if the time has passed. None if it is paused, being crawled, or never due.

    Runs that a wrong clock has put far ahead count for nothing, until a later one was begun by the right clock.
    """
    if source.paused or source.at_work:
        return None
    past = list(dropwhile(lambda run: lies_ahead(run.started_at, now), past))
    if not past:
        # A new source is due at once, unless its cadence is `NeverDue`.
        if source.cadence.after(now) is None:
            return None
        return now - timedelta(seconds=BATCHING_MAX_S) if lies_ahead(source.added_at, now) else source.added_at
    time = _by_cadence(source, past)
    if time is None or not _has_news(source, past):
        return time
    assert source.pinged_at is not None
    return min(time, max(source.pinged_at, past[0].started_at + timedelta(seconds=PING_GAP_S)))


def _by_cadence(source: PlannedSource, past: Sequence[PastRun]) -> datetime | None:
    """When a source that was crawled before is due next without a hub's ping."""
    last, served = past[0], past[0].started_at
    slower = source.beside_hub is not None and hub_tells_all(past)
    time = (source.beside_hub if slower and source.beside_hub else source.cadence).after(served)
    if time is None:
        return None
    interrupted = _in_a_row(past, "stopped")
    if interrupted and not last.by_hand:
        return min(time, served if interrupted == 1 else served + INTERRUPTED_WAIT * 2 ** min(interrupted - 2, 20))
    failures = _in_a_row(past, "failed")
    if failures > FAILURES_TOLERATED:
        wait = time - served
        time = served + max(wait, min(MAX_FAILURE_WAIT, wait * 2 ** min(failures - FAILURES_TOLERATED, 20)))
    return time


def hub_tells_all(past: Sequence[PastRun]) -> bool:
    """Whether hubs have told of the news of late: the last crawl that a ping asked for found some, and none found some since."""
    told = next((run for run in past if run.found or (run.by_hub and run.ended is not None)), None)
    return told is not None and told.by_hub and told.found > 0


def _has_news(source: PlannedSource, past: Sequence[PastRun]) -> bool:
    """Whether a hub has told of news since the last crawl began."""
    return source.pinged_at is not None and (not past or source.pinged_at > past[0].started_at)


def find_due(sources: Iterable[PlannedSource], runs: Runs, now: datetime) -> list[DueSource]:
    """The due sources, longest waiting first."""
    found = []
    for source in sources:
        past = runs.get(source.id, ())
        time = next_run(source, past, now)
        if time is not None and time <= now:
            found.append(to_due_source(source, past, time))
    return sorted(found, key=lambda one: (one.since, one.source.id))


def to_due_source(source: PlannedSource, past: Sequence[PastRun], since: datetime) -> DueSource:
    """A due source, with how to crawl it by its past runs."""
    slow = not past or past[0].seconds > SLOW_S
    suspect = _in_a_row(past, "stopped") >= SUSPECT_AFTER
    return DueSource(source=source, since=since, slow=slow, suspect=suspect, pinged=_has_news(source, past))


def batches(
    waiting: Sequence[DueSource], now: datetime, *, free: int, slow_free: int, size: int
) -> list[list[DueSource]]:
    """The batches to start now: at most `free` of at most `size` sources each, of them at most `slow_free` of slow sources.

    A batch that is not full waits a little for other sources. Sources with news come first, and wait for none.
    """
    ready: list[list[DueSource]] = [[one] for one in waiting if one.suspect]
    for pinged, slow in product((True, False), (False, True)):
        left = [one for one in waiting if one.slow is slow and one.pinged is pinged and not one.suspect]
        while left:
            chosen, left = left[:size], left[size:]
            if len(chosen) == size or any(_has_waited(one, now) for one in chosen):
                ready.append(chosen)
    started: list[list[DueSource]] = []
    for batch in sorted(ready, key=lambda batch: (not batch[0].pinged, batch[0].since)):
        slow_free -= batch[0].slow
        if len(started) < free and (slow_free >= 0 or not batch[0].slow):
            started.append(batch)
    return started


def _has_waited(one: DueSource, now: datetime) -> bool:
    return (now - one.since).total_seconds() >= one.batching_wait_s


def _in_a_row(past: Sequence[PastRun], ended: str) -> int:
    """How many of the latest runs in a row ended so."""
    return sum(1 for _ in takewhile(lambda run: run.ended == ended, past))
