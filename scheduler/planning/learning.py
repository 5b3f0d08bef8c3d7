"""Learned cadences of the sources with `every = "auto"`: learned a few at a time and stored, so that a restart learns nothing anew.

    SourceStates ──> the source's row: cadence and when it was learned ──> articles that appeared since ──> LearnedInterval
                     (no row yet: the assumptions for a new source)

`CadenceLearner` writes the rows; programs that only read (`copydesk status`) plan by the same rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from db.config.settings import SourceSettings
from db.connection.database import write
from db.models import Source
from db.queries.sources.publication_times import first_crawl_time, publication_times
from db.store.sites.learned_rhythms import load_rhythm, save_rhythm
from db.timestamps import is_to_come
from scheduler.planning.bursts import BurstEffect
from scheduler.planning.cadence import LearnedInterval, phase_of
from scheduler.planning.learned_cadence import LearnedCadence, learn_cadence

WINDOW = timedelta(days=42)
"""History that a cadence is learned from; older articles count less (`scheduler.planning.weekly_profile`)."""
# How long a cadence is valid; shorter if it is only an average rate, which changes by learning alone (bench/service/cadence.py).
LEARNED_FOR, LEVEL_FOR = timedelta(hours=12), timedelta(hours=1)
LEARNED_AT_ONCE = 10
"""Cadences learned in one tick, which must stay short: each takes some 20 ms."""


def learned_interval_of(
    conn: sqlite3.Connection, source: Source, settings: SourceSettings, now: datetime
) -> LearnedInterval:
    """The learned cadence of a source by its row; without a row, the assumptions for a new source."""
    row = load_rhythm(conn, source.id)
    cadence = from_json(row[1]) if row else learn_cadence((), since=now.timestamp(), until=now.timestamp())
    heard = datetime.fromtimestamp(cadence.heard, now.tzinfo)
    recent = publication_times(conn, source.id, since=heard, until=now) if row else ()
    return LearnedInterval(
        forecast=cadence,
        latest=recent[-1] if recent else cadence.heard,
        recent=tuple(recent),
        least_s=settings.every_least.total_seconds(),
        most_s=settings.every_most.total_seconds(),
    )


class CadenceLearner:
    """Learns the cadences that have expired. Its only state is when each source is due for learning."""

    def __init__(self) -> None:
        self._next: dict[int, datetime] = {}

    def learn_due(self, conn: sqlite3.Connection, sources: Sequence[Source], now: datetime) -> list[int]:
        """Learn at most `LEARNED_AT_ONCE` of them; returns the ids of the sources learned."""
        learned: list[int] = []
        for source in sources:
            if _is_known(self._next.get(source.id, now), now):
                continue
            if source.id not in self._next and (row := load_rhythm(conn, source.id)):
                self._next[source.id] = _next_time(source, row[0], from_json(row[1]))
                if _is_known(self._next[source.id], now):
                    continue
            cadence = _learned(conn, source.id, now)
            with write(conn):
                save_rhythm(conn, source.id, now, to_json(cadence))
            self._next[source.id] = _next_time(source, now, cadence)
            learned.append(source.id)
            if len(learned) == LEARNED_AT_ONCE:
                break
        return learned


def _learned(conn: sqlite3.Connection, source_id: int, now: datetime) -> LearnedCadence:
    start = now - WINDOW
    first = first_crawl_time(conn, source_id) or now
    appeared = publication_times(conn, source_id, since=start, until=now)
    return learn_cadence(appeared, since=max(start, first).timestamp(), until=now.timestamp())


def _is_known(until: datetime, now: datetime) -> bool:
    return is_to_come(until, now, 1.25 * LEARNED_FOR)


def _next_time(source: Source, at: datetime, cadence: LearnedCadence) -> datetime:
    """When to learn again: spread by name, so that a thousand sources are not learned together."""
    return at + (LEARNED_FOR if cadence.is_learned else LEVEL_FOR) * (0.75 + 0.5 * phase_of(source.name))


def to_json(cadence: LearnedCadence) -> str:
    """A cadence as stored in its row."""
    return json.dumps(asdict(cadence))


def from_json(text: str) -> LearnedCadence:
    """The cadence that `to_json` wrote."""
    kept = json.loads(text)
    return LearnedCadence(
        **kept
        | {
            "hours": tuple(kept["hours"]),
            "draw": BurstEffect(drawn=tuple(kept["draw"]["drawn"])),
            "echo": tuple(kept["echo"]),
        }
    )
