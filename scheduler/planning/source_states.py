"""The input of the plan, kept up to date with the database: the sources, and the last few runs of each.

`refresh` reads only what is new since its last call: 1,000 sources cost some milliseconds, however many runs the database holds.
Everything here comes from rows, so a new `SourceStates` of the same database gives the same plan.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from heapq import heappop, heappush

from db.config.loader import Config
from db.errors import ConfigError
from db.models import Source
from db.store.crawl.source_locks import locked_sources
from db.store.crawl.source_runs import last_source_run_id, latest_source_runs, source_runs_since
from db.store.sites.sources import all_sources, sources_digest
from db.store.websub.subscriptions import announced_sources, pinged_sources
from db.timestamps import lies_ahead
from scheduler.planning.cadence import Cadence, LearnedInterval, NeverDue, cadence_of, slower_cadence
from scheduler.planning.learning import learned_interval_of
from scheduler.planning.plan import DueSource, PastRun, PlannedSource, next_run, to_due_source
from scheduler.planning.run_histories import RUNS_KEPT, RunHistories

SOURCES_AT_EACH_CALL = 1000
"""Up to so many sources are read anew at each call, which takes a millisecond. More of them are read again only after as many
seconds as there are thousands: reading 20,000 each second would take a fifteenth of a core."""
LEASES_READ_EVERY_S = 10.0
"""Seconds after which it is read again which sources have an active subscription for each feed: they change by the hour."""


class SourceStates:
    """The sources of one database and when each is due. Call `refresh` before each question."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.problems: dict[str, str] = {}
        """By name of the source, why its stored settings are invalid; these sources are not crawled."""
        self._digest: int | None = None
        """Of the rows of all sources, when they were last read."""
        self._sources: dict[int, Source] = {}
        self._planned: dict[int, PlannedSource] = {}
        self._runs = RunHistories()
        self._at_work: set[int] = set()
        self._next: dict[int, DueSource] = {}
        """Each source as it will be due, by its id, as far as that does not depend on when it is asked."""
        self._soonest: list[tuple[datetime, int]] = []
        """When these are due, as a heap without those of `_overdue`. Its entries hold as long as `_next` says the same."""
        self._overdue: dict[int, DueSource] = {}
        """Those that were due when it was last asked."""
        self._timeless: set[int] = set()
        """Sources with a run that lies in the future: when they are due depends on when it is asked."""
        self._sources_read_at: datetime | None = None
        self._refreshed_at: datetime | None = None
        self._pinged: dict[int, datetime] = {}
        self._announced: set[int] = set()
        self._leases_read_at: datetime | None = None

    def set_config(self, config: Config) -> None:
        """Use other settings from now on."""
        self.config = config
        self._digest, self._sources, self._planned, self.problems = None, {}, {}, {}
        self._next, self._soonest, self._overdue, self._timeless = {}, [], {}, set()
        self._sources_read_at = None

    def refresh(self, conn: sqlite3.Connection, now: datetime, learned: Sequence[int] = ()) -> None:
        """Read what has changed. `learned`: ids of sources whose cadence was learned again since the last call."""
        changed = self._read_sources(conn, now) | self._read_runs(conn) | set(learned)
        at_work = locked_sources(conn)
        changed |= at_work ^ self._at_work
        self._at_work = at_work
        changed |= self._read_hubs(conn, now)
        if self._refreshed_at is not None and lies_ahead(self._refreshed_at, now):
            changed |= (
                self._sources.keys()
            )  # the clock was set back: what was worked out by the old time would hold until then
        self._refreshed_at = now
        for source_id in changed:
            if source_id in self._sources:
                self._plan(conn, self._sources[source_id], now)
                self._schedule(source_id, now)

    @property
    def planned(self) -> Sequence[PlannedSource]:
        """All sources as the plan sees them."""
        return list(self._planned.values())

    def runs_of(self, source_id: int) -> Sequence[PastRun]:
        """The last runs of a source, newest first."""
        return self._runs.of(source_id)

    def next_runs(self, now: datetime) -> list[tuple[datetime, PlannedSource]]:
        """When each source is crawled next, soonest first; without those being crawled, paused, or never crawled."""
        times = [(self._next_of(source, now), source) for source in self._planned.values()]
        return sorted(
            ((time, source) for time, source in times if time is not None), key=lambda one: (one[0], one[1].id)
        )

    def due(self, now: datetime) -> list[DueSource]:
        """The same as `plan.find_due`, without a look at the sources that are not due."""
        while self._soonest and self._soonest[0][0] <= now:
            time, source_id = heappop(self._soonest)
            one = self._next.get(source_id)
            if one is not None and one.since == time:
                self._overdue[source_id] = one
        found = [one for one in self._overdue.values() if one.since <= now]  # the clock may have been set back
        for source_id in self._timeless:
            source = self._planned[source_id]
            time_now = self._next_of(source, now)
            if time_now is not None and time_now <= now:
                found.append(to_due_source(source, self.runs_of(source_id), time_now))
        return sorted(found, key=lambda one: (one.since, one.source.id))

    def _next_of(self, source: PlannedSource, now: datetime) -> datetime | None:
        if source.id in self._timeless:
            return next_run(source, self.runs_of(source.id), now)
        known = self._next.get(source.id)
        return known.since if known is not None else None

    def _schedule(self, source_id: int, now: datetime) -> None:
        """Work out when a source is due, after a change."""
        source, past = self._planned[source_id], self.runs_of(source_id)
        self._next.pop(source_id, None)
        self._overdue.pop(source_id, None)
        self._timeless.discard(source_id)
        if past and past[0].started_at > now:
            self._timeless.add(source_id)
        elif (time := next_run(source, past, now)) is not None:
            self._next[source_id] = to_due_source(source, past, time)
            heappush(self._soonest, (time, source_id))

    def _read_sources(self, conn: sqlite3.Connection, now: datetime) -> set[int]:
        """Read the sources; returns the ids of those that are new or changed."""
        known = len(self._sources)
        if known > SOURCES_AT_EACH_CALL and self._sources_read_at is not None:
            since_s = abs((now - self._sources_read_at).total_seconds())
            if since_s < known / SOURCES_AT_EACH_CALL:
                return set()
        digest, self._sources_read_at = sources_digest(conn), now
        if digest == self._digest:
            return set()
        sources = {source.id: source for source in all_sources(conn)}
        for source_id in self._sources.keys() - sources.keys():
            self._forget(source_id)
        changed = {source.id for source in sources.values() if source != self._sources.get(source.id)}
        for source_id in changed:
            self._planned.pop(source_id, None)
        self._digest, self._sources = digest, sources
        return changed

    def _read_hubs(self, conn: sqlite3.Connection, now: datetime) -> set[int]:
        """Read what hubs have told; returns the ids of the sources where that is new."""
        pinged, announced = pinged_sources(conn), self._announced
        if self._leases_read_at is None or abs((now - self._leases_read_at).total_seconds()) >= LEASES_READ_EVERY_S:
            announced, self._leases_read_at = announced_sources(conn, now), now
        changed = {source for source, _ in pinged.items() ^ self._pinged.items()} | (announced ^ self._announced)
        self._pinged, self._announced = pinged, announced
        return changed

    def _read_runs(self, conn: sqlite3.Connection) -> set[int]:
        """Read new runs; returns the ids of their sources."""
        runs = self._runs
        if runs.last_id < 0:
            runs.last_id = last_source_run_id(conn)
        for source_id in self._sources:
            if source_id not in runs:
                runs.add(source_id, latest_source_runs(conn, source_id, RUNS_KEPT))
        rows = source_runs_since(conn, runs.last_id, runs.open_ids)
        for row in rows:
            if row.source_id in runs:
                runs.add(row.source_id, (row,))
            else:  # of a source that was removed, or is not read yet
                runs.open_ids.discard(row.id)
            runs.last_id = max(runs.last_id, row.id)
        return {row.source_id for row in rows}

    @property
    def learned_sources(self) -> list[Source]:
        """The sources with a learned cadence."""
        return [self._sources[one.id] for one in self._planned.values() if isinstance(one.cadence, LearnedInterval)]

    def _plan(self, conn: sqlite3.Connection, source: Source, now: datetime) -> None:
        known = self._planned.get(source.id)
        keeps = known is not None and not isinstance(known.cadence, LearnedInterval)
        cadence = known.cadence if known is not None and keeps else self._cadence(conn, source, now)
        told = source.id in self._announced and bool(self.config.websub)
        self._planned[source.id] = PlannedSource(
            id=source.id,
            name=source.name,
            cadence=cadence,
            added_at=source.added_at,
            paused=source.paused_at is not None,
            at_work=source.id in self._at_work,
            pinged_at=self._pinged.get(source.id),
            beside_hub=slower_cadence(source.name, cadence, self.config.websub_every) if told else None,
        )

    @property
    def crawled_ids(self) -> list[int]:
        """The ids of the sources that are crawled by themselves."""
        return [one.id for one in self._planned.values() if not one.paused and not isinstance(one.cadence, NeverDue)]

    def _cadence(self, conn: sqlite3.Connection, source: Source, now: datetime) -> Cadence:
        try:
            settings = self.config.for_source(source.name, source.settings)
        except ConfigError as error:
            self.problems[source.name] = str(error)
            return NeverDue()
        self.problems.pop(source.name, None)
        learns = settings.every == "auto" and settings.cron is None
        return cadence_of(source.name, settings, learned_interval_of(conn, source, settings, now) if learns else None)

    def _forget(self, source_id: int) -> None:
        for kept in (self._planned, self._next, self._overdue):
            kept.pop(source_id, None)
        self._runs.forget(source_id)
        self._timeless.discard(source_id)
