"""Whether a story belongs to a thread: one score of several signs, each of which look-alikes can have by themselves. Pure.

The weights of the signs are data (`score.toml`), fitted by `python -m bench.threads.fit`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from pipelines.threads.frames import refilled
from pipelines.threads.vectors import TermVector, shared_places

RAREST = 16
"""Terms of a story that lead to threads: its heaviest, most of them names."""
MAX_GAP_DAYS = 14.0
"""A story so long before or after a thread's others does not belong to it: another match of two clubs, the next quarter."""
THRESHOLD = 0.5
"""Least score of a story that joins."""
SIGNS = ("centroid", "founder", "rare", "names", "names_known", "title", "gap", "refilled")
"""What the score adds up, as in `Comparison`, but: `names_known` squared, because half of a story's names are known of any event of
the kind, and `gap` as ln(1 + days), because the second day tells more than the tenth. Log loss of comparisons 17 % less on
look-alikes of which neither was fitted, 7 % less on the tuning half."""
WEIGHTS_FILE = "score.toml"
_SHOWN = 8
_PLAIN, _NAMES = 0, 2
"""Among the `readings` of a vector."""

ScriptWeights = Mapping[str, float]
"""The weight of each sign, and the `bias`: the log-odds of a story with none."""


def load_weights() -> dict[str, ScriptWeights]:
    """The weights for `spaced` and `unspaced` scripts: pairs of characters are less rare than words, and say less each."""
    return tomllib.loads(files(__package__ or "pipelines.threads").joinpath(WEIGHTS_FILE).read_text("utf-8"))


WEIGHTS = load_weights()


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
    weights, in which names outweigh the words of the kind of event. `names`: the cosine of names and numbers alone. `names_known`:
    share of its own names and numbers that the latest stories have, by squared weight; an event of the same kind elsewhere has few.
    `title`: share of its title's terms that titles there have, by weight. `gap_days`: time to the nearest end of the thread.
    `refilled`: share of its sentences around a name or number that the latest stories have with another name or number.
    """

    thread_id: int
    score: float
    centroid: float
    founder: float
    rare: float
    names: float
    names_known: float
    title: float
    gap_days: float
    refilled: float


def compare(story: TermVector, thread: LivingThread, day: float, *, unspaced: bool) -> Comparison:
    """What speaks for a story of that day being in a thread. Days are counted from any one time."""
    latest, founder = thread.centroid, thread.founder
    here, there = shared_places(story, latest)
    own, theirs = story.readings.take(here, axis=1), latest.readings.take(there, axis=1)
    both_titled = story.titled.take(here) & latest.titled.take(there)
    centroid, rare, names = map(_cosine, np.vecdot(own, theirs).tolist(), story.squared_lengths, latest.squared_lengths)
    signs = {
        "centroid": centroid,
        "founder": centroid if founder is latest else _cosine_to(story, founder),
        "rare": rare,
        # Threads of earlier versions do not say which of their terms are names.
        "names": names if latest.has_names else rare,
        "names_known": _share(float(own[_NAMES] @ own[_NAMES]), story.squared_lengths[_NAMES]),
        "title": _share(float(own[_PLAIN] @ both_titled), story.title_weight),
        "gap_days": max(0.0, thread.first_day - day, day - thread.last_day),
        "refilled": refilled(story.frames, latest.frames),
    }
    return Comparison(
        thread_id=thread.thread_id, score=_score(signs, WEIGHTS["unspaced" if unspaced else "spaced"]), **signs
    )


def heaviest_shared(story: TermVector, thread: LivingThread) -> list[int]:
    """The terms that speak most for a story being in a thread."""
    here, _ = shared_places(story, thread.centroid)
    heaviest = here[np.lexsort((story.terms[here], -story.weights[here]))][:_SHOWN]
    return [int(term) for term in story.terms[heaviest]] if story.weights[heaviest].any() else []


def best(comparisons: list[Comparison]) -> Comparison | None:
    """The thread with the highest score; of equals the oldest."""
    return min(comparisons, key=lambda one: (-one.score, one.thread_id), default=None)


def weighed_signs(seen: Mapping[str, float]) -> dict[str, float]:
    """The values of `SIGNS` for what a comparison saw."""
    added = {"names_known": seen["names_known"] ** 2, "gap": math.log1p(seen["gap_days"])}
    return {sign: added[sign] if sign in added else seen[sign] for sign in SIGNS}


def _score(seen: Mapping[str, float], weights: ScriptWeights) -> float:
    if seen["gap_days"] > MAX_GAP_DAYS:
        return 0.0
    signs = weighed_signs(seen)
    return 1 / (1 + math.exp(-weights["bias"] - sum(weights[sign] * signs[sign] for sign in SIGNS)))


def _cosine(product: float, one_squared: float, other_squared: float) -> float:
    """From the product of two vectors and the squares of their lengths; 0 if one has none."""
    return product / (math.sqrt(one_squared) * math.sqrt(other_squared) or 1.0)


def _cosine_to(story: TermVector, founder: TermVector) -> float:
    here, there = shared_places(story, founder)
    product = float(story.weights.take(here) @ founder.weights.take(there))
    return _cosine(product, story.squared_length, founder.squared_length)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
