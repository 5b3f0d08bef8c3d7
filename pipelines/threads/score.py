"""Whether a story belongs to a thread: one score of several signs, each of which look-alikes can have by themselves. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pipelines.threads.vectors import TermVector, length, shared_places

RAREST = 16
"""Terms of a story that lead to threads: its heaviest, most of them names."""
MAX_GAP_DAYS = 10.0
"""A story so long before or after a thread's others does not belong to it: the next match of two clubs, the next quarter."""
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingThread:
    """What a story is compared with: the first story's vector, the sum of the latest ones', and the times of first and last."""

    thread_id: int
    founder: TermVector
    centroid: TermVector
    first_day: float
    last_day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Why a story is, or is not, in a thread. All but the gap are between 0 and 1.

    `centroid`, `founder`: cosine to the latest stories, and to the first. `rare`: the cosine to the latest stories of the squared
    weights, in which names outweigh the words of the kind of event. `title`: share of its title's terms that titles there have, by
    weight. `gap_days`: time to the nearest end of the thread.
    """

    thread_id: int
    score: float
    centroid: float
    founder: float
    rare: float
    title: float
    gap_days: float
    shared: tuple[int, ...] = ()


# Fitted by logistic regression on the tuning half of the generated stream (`bench/threads/quality.py --tune`), then the bias and
# the title by BCubed F1 there: the log-odds that a story belongs to a thread.
BIAS = -7.6
WEIGHT_CENTROID = 11.5
WEIGHT_FOUNDER = 0.6
WEIGHT_RARE = 8.1
WEIGHT_TITLE = 0.5
WEIGHT_GAP = -0.9
THRESHOLD = 0.5
"""Least score of a story that joins."""


def compare(story: TermVector, thread: LivingThread, day: float) -> Comparison:
    """What speaks for a story of that day being in a thread. Days are counted from any one time."""
    here, there = shared_places(story, thread.centroid)
    weights = story.weights[here]
    to_centroid = float(weights @ thread.centroid.weights[there]) / (length(story) * length(thread.centroid))
    first_here, first_there = shared_places(story, thread.founder)
    to_founder = float(story.weights[first_here] @ thread.founder.weights[first_there])
    to_founder /= length(story) * length(thread.founder)
    own, theirs = story.weights.astype(np.float64) ** 2, thread.centroid.weights.astype(np.float64) ** 2
    rare = float(own[here] @ theirs[there]) / ((math.sqrt(own @ own) or 1.0) * (math.sqrt(theirs @ theirs) or 1.0))
    both_titled = story.titled[here] & thread.centroid.titled[there]
    title = _share(int(weights[both_titled].sum()), int(story.weights[story.titled].sum()))
    gap = max(0.0, thread.first_day - day, day - thread.last_day)
    odds = (
        BIAS
        + WEIGHT_CENTROID * to_centroid
        + WEIGHT_FOUNDER * to_founder
        + WEIGHT_RARE * rare
        + WEIGHT_TITLE * title
        + WEIGHT_GAP * gap
    )
    heaviest = here[np.lexsort((story.terms[here], -weights))][:_SHOWN]
    return Comparison(
        thread_id=thread.thread_id,
        score=0.0 if gap > MAX_GAP_DAYS else 1 / (1 + math.exp(-odds)),
        centroid=to_centroid,
        founder=to_founder,
        rare=rare,
        title=title,
        gap_days=gap,
        shared=tuple(int(term) for term in story.terms[heaviest] if story.weights[heaviest].any()),
    )


def best(comparisons: list[Comparison]) -> Comparison | None:
    """The thread with the highest score; of equals the oldest."""
    return min(comparisons, key=lambda one: (-one.score, one.thread_id), default=None)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
