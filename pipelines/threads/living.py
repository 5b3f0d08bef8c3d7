"""The threads that new stories are compared with: their rows in the database, and what of them is unpacked in one step.

A thread is *living* while stories still come; what dead ones held is forgotten, except which articles they have. Each has a state:
the vector of its first story, the sum of its latest ones, and the times of first and last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from db.store.dedup import threads as rows
from db.store.dedup.threads import StoredState, StoredVector
from pipelines.threads.merging import MOST_MERGED, Merger, members_of
from pipelines.threads.score import RAREST, LivingThread
from pipelines.threads.vectors import TermVector, add_up, unpack

ALIVE_DAYS = 14
"""A thread that got nothing for so long, by the time of fetching, gets nothing more. So the rows of living threads stay few. With
7, a third of the stories that were parted from their event came later than that."""
_LATEST = 16
"""Stories whose sum a thread is compared by: enough to outlast one odd story, few enough to follow the event."""
_CANDIDATES = 8
"""Threads a story is compared with: those that have most of its rarest terms."""
_POSTED = 64
"""Latest stories looked at for each term. More would be a term that is not rare."""


class LivingThreads:
    """The threads as one step of keeping them reads and changes them. What it touched is counted by `save_totals` at the end."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self._expired = rows.last_expiry(conn)
        self._unpacked: dict[int, LivingThread] = {}
        self._touched: dict[int, str] = {}

    def touch(self, thread: int, language: str) -> None:
        """Note that the articles of a thread change."""
        self._touched[thread] = language

    def save_totals(self) -> None:
        """Count anew the threads that were touched."""
        for thread, language in sorted(self._touched.items()):
            rows.save_thread_totals(self.conn, thread, language)

    def candidates(self, rarest: Mapping[int, int], arrived: str) -> dict[int, LivingThread]:
        """The living threads that have most of a story's rarest terms, given with their weights."""
        found = rows.posted_threads(
            self.conn,
            rarest,
            posted=_POSTED,
            most=2 * _CANDIDATES,
            alive_since=_earlier(arrived, ALIVE_DAYS),
        )[:_CANDIDATES]
        # Unpacked once in a step, as long as a thread stays as it is.
        for state in rows.load_states(self.conn, set(found) - self._unpacked.keys()):
            founder = unpack(state.founder)
            self._unpacked[state.thread_id] = LivingThread(
                thread_id=state.thread_id,
                founder=founder,
                centroid=founder if state.centroid == state.founder else unpack(state.centroid),
                first_day=days_since_epoch(state.first_at),
                last_day=days_since_epoch(state.last_at),
            )
        return {thread: self._unpacked[thread] for thread in found}

    def begin(self, story: StoredVector) -> None:
        """Begin a thread with a story."""
        self._save(
            StoredState(
                thread_id=story.thread_id,
                arrived=story.arrived,
                first_at=story.at,
                last_at=story.at,
                founder=story.vector,
                centroid=story.vector,
            )
        )

    def extend(self, story: StoredVector, vector: TermVector) -> None:
        """Add the story that a thread just got to what others are compared with."""
        thread, day = self._unpacked[story.thread_id], days_since_epoch(story.at)
        if story.story_id < thread.thread_id or rows.count_stories(self.conn, thread.thread_id) > _LATEST:
            # There is another founder now, or one of the latest stories is no longer among them.
            self.refresh(thread.thread_id)
            return
        self._unpacked[thread.thread_id] = extended = replace(
            thread,
            centroid=add_up([thread.centroid, vector]),
            first_day=min(thread.first_day, day),
            last_day=max(thread.last_day, day),
        )
        rows.extend_state(self.conn, story, extended.centroid.pack())

    def refresh(self, thread: int) -> None:
        """Make anew what stories are compared with."""
        bounds = rows.thread_bounds(self.conn, thread)
        if bounds is None:
            rows.delete_state(self.conn, thread)
            return
        founder, arrived, first_at, last_at = bounds
        latest = [unpack(data) for data in rows.latest_vectors(self.conn, thread, _LATEST)]
        self._save(
            StoredState(
                thread_id=thread,
                arrived=arrived,
                first_at=first_at,
                last_at=last_at,
                founder=rows.load_vectors(self.conn, [founder])[founder].vector,
                centroid=add_up(latest).pack(),
            )
        )

    def remove_story(self, thread: int, story: int, merger: Merger | None) -> StoredVector | None:
        """Take a story with its copies out of its thread, and part the threads that it had shown to be one. Returns its vector,
        None where that was forgotten."""
        vector = rows.load_vectors(self.conn, [story]).get(story)
        rows.delete_articles(self.conn, [story])
        if merger:
            self._move(members_of(merger.gone, rows.story_evidence(self.conn, thread, story)), merger.gone)
            self.refresh(merger.gone)
        if vector:
            rows.delete_vector(self.conn, story, unpack(vector.vector).rarest(RAREST))
        self._touched.setdefault(thread, vector.language if vector else "")
        if thread == story and (heir := rows.first_story(self.conn, thread)):
            rows.rename_thread(self.conn, thread, heir)
            self._touched[heir] = self._touched[thread]
            thread = heir
        self.refresh(thread)
        return vector

    def may_merge(self, merger: Merger) -> bool:
        """Whether the thread that would become a part of another is small enough."""
        return len(rows.stories_in(self.conn, merger.gone)) <= MOST_MERGED

    def merge(self, merger: Merger) -> None:
        """Make a thread a part of another. `refresh` the other when the story that shows it is stored."""
        self._move(rows.stories_in(self.conn, merger.gone), merger.kept)
        rows.delete_state(self.conn, merger.gone)

    def expire(self, arrived: str) -> bool:
        """With the first story of a day, forget the vectors of threads long dead, and return True. They are kept twice as long as
        they are compared, so that what was compared with them can be taken back and done again."""
        day = arrived[:10]
        if self._expired and day <= self._expired:
            return False
        dead: set[int] = set()
        for thread, story, vector in rows.dead_threads(self.conn, _earlier(arrived, 2 * ALIVE_DAYS)):
            rows.delete_vector(self.conn, story, unpack(vector).rarest(RAREST))
            dead.add(thread)
        for thread in dead:
            rows.delete_state(self.conn, thread)
        self._save_expiry(day)
        return True

    def reset_expiry(self) -> None:
        """Take the last arrival of the stories that are left for the day of the last `expire`."""
        latest = rows.latest_arrival(self.conn)
        self._save_expiry(latest[:10] if latest else None)

    def has_expired(self, arrived: str) -> bool:
        """Whether what a story that came then was compared with may be forgotten."""
        return self._expired is not None and arrived < _earlier(self._expired, ALIVE_DAYS)

    def _save_expiry(self, day: str | None) -> None:
        self._expired = day
        rows.save_expiry(self.conn, day)

    def _move(self, stories: list[int], thread: int) -> None:
        vectors = rows.load_vectors(self.conn, stories)
        rarest = {story: unpack(row.vector).rarest(RAREST) for story, row in vectors.items()}
        for row in vectors.values():
            self._touched |= {row.thread_id: row.language, thread: row.language}
        rows.move_stories(self.conn, stories, thread, rarest)

    def _save(self, state: StoredState) -> None:
        self._unpacked.pop(state.thread_id, None)
        rows.save_state(self.conn, state)


def days_since_epoch(at: str) -> float:
    """A stored instant in days, to be compared with others."""
    return datetime.fromisoformat(at).timestamp() / 86400


def _earlier(at: str, days: int) -> str:
    moment = datetime.fromisoformat(at) - timedelta(days=days)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
