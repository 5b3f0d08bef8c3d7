"""Rhythms of the sources with `every = "auto"`: learned a few at a time, kept in rows, so that a start has nothing to learn.

    Standings ──asks for a source──> its row: rhythm and when it was learned ──> articles that appeared since ──> Auto
                                     (none yet: what a new source is like)

`CadenceLearner` writes what it learns; a reader without one (`copydesk status`) plans by the same rows.
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
from db.queries.publication_times import first_crawl_time, publication_times
from db.store.learned_rhythms import load_rhythm, save_rhythm
from scheduler.planning.bursts import BurstEffect
from scheduler.planning.cadence import LearnedInterval, phase_of
from scheduler.planning.learned_cadence import LearnedCadence, learn_cadence

# Rhythms are learned from so much; the old counts for ever less (`scheduler.planning.weekly_profile`).
WINDOW = timedelta(days=42)
# A rhythm is learned anew after this; one that is only a level, which follows by learning alone, sooner (bench/service/cadence.py).
LEARNED_FOR, LEVEL_FOR = timedelta(hours=12), timedelta(hours=1)
# The clock's tick is not to be held up: one rhythm takes some 20 ms.
LEARNED_AT_ONCE = 10


def learned_interval_of(
    conn: sqlite3.Connection, source: Source, settings: SourceSettings, now: datetime
) -> LearnedInterval:
    """What "auto" means for a source now, by its row; for a source without one, what is assumed of a new one."""
    row = load_rhythm(conn, source.id)
    rhythm = from_json(row[1]) if row else learn_cadence((), since=now.timestamp(), until=now.timestamp())
    heard = datetime.fromtimestamp(rhythm.heard, now.tzinfo)
    recent = publication_times(conn, source.id, since=heard, until=now) if row else ()
    return LearnedInterval(
        foresight=rhythm,
        latest=recent[-1] if recent else rhythm.heard,
        recent=tuple(recent),
        least_s=settings.every_least.total_seconds(),
        most_s=settings.every_most.total_seconds(),
    )


class CadenceLearner:
    """Learns the rhythms whose time has come. Holds nothing but when it is next asked to look."""

    def __init__(self) -> None:
        self._next: dict[int, datetime] = {}

    def learn_due(self, conn: sqlite3.Connection, sources: Sequence[Source], now: datetime) -> list[int]:
        """Learn at most `LEARNED_AT_ONCE` of them; the sources whose rhythm is another now."""
        learned: list[int] = []
        for source in sources:
            if self._next.get(source.id, now) > now:
                continue
            if source.id not in self._next and (row := load_rhythm(conn, source.id)):
                self._next[source.id] = _next_time(source, row[0], from_json(row[1]))
                if self._next[source.id] > now:
                    continue
            rhythm = _learned(conn, source.id, now)
            with write(conn):
                save_rhythm(conn, source.id, now, to_json(rhythm))
            self._next[source.id] = _next_time(source, now, rhythm)
            learned.append(source.id)
            if len(learned) == LEARNED_AT_ONCE:
                break
        return learned


def _learned(conn: sqlite3.Connection, source_id: int, now: datetime) -> LearnedCadence:
    start = now - WINDOW
    first = first_crawl_time(conn, source_id) or now
    appeared = publication_times(conn, source_id, since=start, until=now)
    return learn_cadence(appeared, since=max(start, first).timestamp(), until=now.timestamp())


def _next_time(source: Source, at: datetime, rhythm: LearnedCadence) -> datetime:
    """When to learn again; spread by name, so that a thousand sources are not learned together."""
    return at + (LEARNED_FOR if rhythm.is_learned else LEVEL_FOR) * (0.75 + 0.5 * phase_of(source.name))


def to_json(rhythm: LearnedCadence) -> str:
    """A rhythm as its row keeps it."""
    return json.dumps(asdict(rhythm))


def from_json(text: str) -> LearnedCadence:
    """The rhythm that `to_json` wrote."""
    kept = json.loads(text)
    return LearnedCadence(
        **kept
        | {
            "hours": tuple(kept["hours"]),
            "draw": BurstEffect(drawn=tuple(kept["draw"]["drawn"])),
            "echo": tuple(kept["echo"]),
        }
    )
