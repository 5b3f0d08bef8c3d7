"""Two threads that a later story shows to be one.

An event that outlets begin in different words begins two threads. A story that fits both shows it: if the threads fit each other as
well, the younger one becomes a part of the older one, whose number stays. The story's evidence names both numbers, so the threads
are parted again when the story is taken back, and placing it again gives the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from db.flat_values import flat_values
from pipelines.threads.score import THRESHOLD, Comparison, LivingThread, compare

ALIKE = 0.97
"""Least score of each of two threads in the other, to be one: a wrong merger puts all of two events together. BCubed F1 of the
tuning half and of 300 events of the third stream: without mergers .955 and .848, with .7 .957 and .817, with .9 .959 and .829,
with .97 .958 and .848 (`bench/threads/quality.py`)."""
MOST_MERGED = 64
"""Stories of a thread that becomes a part of another, at most: so many rows change in a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """`gone` becomes a part of `kept`, the older of the two."""

    kept: int
    gone: int

    @property
    def evidence(self) -> dict[str, int]:
        """What the story that shows it notes."""
        return {"into": self.kept, "merged": self.gone}

    @staticmethod
    def of_evidence(evidence: str | None) -> Merger | None:
        """What a story noted; None if it showed nothing of the kind."""
        told = json.loads(evidence) if evidence else {}
        return Merger(kept=told["into"], gone=told["merged"]) if "merged" in told else None


def find_merger(
    compared: Sequence[Comparison], threads: Mapping[int, LivingThread], *, unspaced: bool
) -> Merger | None:
    """The two threads that a story fits best, if they fit each other."""
    fitting = sorted((one for one in compared if one.score >= THRESHOLD), key=lambda one: (-one.score, one.thread_id))[
        :2
    ]
    if len(fitting) < 2:
        return None
    first, second = (threads[one.thread_id] for one in fitting)
    if min(fit(first, second, unspaced=unspaced), fit(second, first, unspaced=unspaced)) < ALIKE:
        return None
    kept, gone = sorted((first.thread_id, second.thread_id))
    return Merger(kept=kept, gone=gone)


def members_of(gone: int, stories: Iterable[tuple[int, str]]) -> list[int]:
    """Which of a thread's stories, each with its evidence and in their order, were in a thread that it took in."""
    mergers: list[Merger] = []
    placed: dict[int, int] = {}
    for story, evidence in stories:
        told = json.loads(evidence)
        placed[story] = told["thread"] if told["joined"] else story
        if merger := Merger.of_evidence(evidence):
            mergers.append(merger)
    for merger in mergers:
        placed = {story: merger.kept if thread == merger.gone else thread for story, thread in placed.items()}
    return [story for story, thread in placed.items() if thread == gone]


def fit(one: LivingThread, other: LivingThread, *, unspaced: bool) -> float:
    """How well a thread, taken as a story, fits another."""
    nearest = min(max(one.first_day, other.first_day), max(one.last_day, other.first_day))
    day = min(max(other.last_day, one.first_day), nearest) if one.first_day <= other.last_day else one.first_day
    return compare(one.centroid, other, day, unspaced=unspaced).score


def placing_evidence(found: Comparison | None, *, joins: bool, shared: list[str], merger: Merger | None) -> str:
    """JSON: the comparison with the thread that came nearest, whether the story joined it, and which threads it shows to be one."""
    if found is None:
        return json.dumps({"joined": False})
    figures = {name: round(value, 3) for name, value in flat_values(found).items() if isinstance(value, float)}
    told = {
        "joined": joins,
        "thread": found.thread_id,
        **figures,
        "shared": shared,
        **(merger.evidence if merger else {}),
    }
    return json.dumps(told, ensure_ascii=False)
