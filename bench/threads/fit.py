"""Fit the weights of the score of threads on the tuning half of the generated stream and on the third one, and write them as data.

    .venv/bin/python -m bench.threads.fit           # prints them
    .venv/bin/python -m bench.threads.fit --write   # writes pipelines/threads/score.toml

Look-alikes of the third stream count a fifth: news brings fewer. With their full weight, stories that run for weeks break
up: BCubed F1 of the tuning half .947 instead of .957, of the third stream .859 instead of .817, at one shift of the bias.

Sentences that were filled in anew are not fitted: the streams are made of sentences with blanks, so that this sign alone would
nearly decide, and real look-alikes of different outlets are not made so. Its weight was tried on bulletins (`bulletins.py`).

For each script: logistic regression of whether a story and a thread are of one event, earlier stories placed by their events. A
sign that would count against its meaning is left out. How readily stories join is then tried on kinds of events left out of it,
since a split costs more there than it does among those that were seen.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.threads.archive import KnownArticle
from bench.threads.quality import EVENTS, TUNING, agreement, known, run
from bench.threads.second_stream import generate_third
from bench.threads.stream import StreamArticle, generate
from db.search.tokenizer import is_unspaced
from pipelines.threads import score
from pipelines.threads.score import MAX_GAP_DAYS, SIGNS, WEIGHTS_FILE, Comparison, ScriptWeights, weighed_signs

Signs = NDArray[np.float64]
Samples = Mapping[str, tuple[Signs, Signs]]
SCRIPTS = ("spaced", "unspaced")
SHIFTS = (0.5, 1.0, 1.5, 2.0)
"""Tried additions to the bias."""
REFILLED = -7.5
"""The weight of `refilled`, in log-odds. BCubed F1 of the tuning half and of bulletins (warnings, closing reports): with 0 .964 and
.874, with -3 .966 and .932, with -6 .969 and .971, with -9 the same, with -12 .967 and .959. In the middle of the best."""
FITTED = tuple(sign for sign in SIGNS if sign != "refilled")
LOOK_ALIKES_COUNT = 0.2
"""How much the third stream counts beside each kind of the first."""
_EVENTS_OF_A_KIND = 200
_LOOK_ALIKE_EVENTS = 300
_LOOK_ALIKES = "look-alikes"
_HEAD = """# The weights of the signs by which a story joins a thread (`score.py`), as log-odds.
# Written by `python -m bench.threads.fit --write`.
"""


def samples(articles: Sequence[KnownArticle], events: Mapping[int, int]) -> dict[str, tuple[Signs, Signs]]:
    """For each script: the signs of each comparison, and whether it was of one event, where earlier stories are placed by their
    events."""
    order = iter([article for article in articles if article.original == article.number])
    rows: dict[str, list[list[float]]] = {script: [] for script in SCRIPTS}
    labels: dict[str, list[float]] = {script: [] for script in SCRIPTS}

    def choose(compared: list[Comparison]) -> Comparison | None:
        story = next(order)
        script = "unspaced" if is_unspaced(story.text[:1]) else "spaced"
        right = None
        for one in compared:
            is_same = events[one.thread_id] == events[story.number]
            if one.gap_days <= MAX_GAP_DAYS:
                signs = weighed_signs(asdict(one))
                rows[script].append([signs[sign] for sign in FITTED])
                labels[script].append(float(is_same))
            if is_same and right is None:
                right = replace(one, score=1.0)
        return right

    run(articles, choose)
    return {script: (np.array(rows[script]), np.array(labels[script])) for script in SCRIPTS}


def fit(signs: Signs, labels: Signs, counted: Signs) -> ScriptWeights:
    """Weights of signs that count as they are meant to: likeness for, a gap against. `counted`: how much each row counts."""
    used = list(range(len(FITTED)))
    while True:
        weights = _regression(signs[:, used], labels, counted)
        wrong = [n for n, sign in enumerate(used) if (weights[1 + n] < 0) != (FITTED[sign] == "gap")]
        if not wrong:
            fitted = dict(zip((FITTED[sign] for sign in used), weights[1:].tolist(), strict=True)) | {
                "refilled": REFILLED
            }
            return {"bias": float(weights[0])} | {sign: fitted.get(sign, 0.0) for sign in SIGNS}
        del used[max(wrong, key=lambda n: abs(weights[1 + n]))]


def _regression(signs: Signs, labels: Signs, counted: Signs) -> Signs:
    """Logistic regression by Newton's method, with a little ridge: bias first."""
    x = np.hstack([np.ones((len(signs), 1)), signs])
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (counted * (labels - p)) - 0.5 * weights
        curve = (x * (counted * p * (1 - p))[:, None]).T @ x + 0.5 * np.eye(x.shape[1])
        weights += np.linalg.solve(curve, slope)
    return weights


def best_shift(kinds: Sequence[str]) -> float:
    """The addition to the bias with which kinds that were left out of the fit, and look-alikes, come out best."""
    streams = {kind: generate(11, _EVENTS_OF_A_KIND, kinds=(kind,)) for kind in kinds}
    streams[_LOOK_ALIKES] = generate_third(11, _EVENTS_OF_A_KIND)
    seen = {kind: samples(known(stream), _events(stream)) for kind, stream in streams.items()}
    sums = dict.fromkeys(SHIFTS, 0.0)
    for kind, stream in streams.items():
        fitted = fit_all({other: found for other, found in seen.items() if other != kind})
        for shift in SHIFTS:
            score.WEIGHTS = shifted(fitted, shift)
            found = agreement(run(known(stream)), _events(stream))
            print(f"  without {kind}, bias {shift:+.1f}: {found}", flush=True)
            sums[shift] += _counted(kind) * found.cubed_f1
    return max(SHIFTS, key=lambda shift: sums[shift])


def fit_all(seen: Mapping[str, Samples]) -> dict[str, ScriptWeights]:
    """The weights for each script, from the samples of several streams."""
    fitted = {}
    for script in SCRIPTS:
        signs, labels = (np.concatenate([one[script][part] for one in seen.values()]) for part in (0, 1))
        counted = [np.full(len(one[script][1]), _counted(kind)) for kind, one in seen.items()]
        fitted[script] = fit(signs, labels, np.concatenate(counted))
    return fitted


def shifted(fitted: Mapping[str, ScriptWeights], shift: float) -> dict[str, ScriptWeights]:
    """Weights with an addition to the bias."""
    return {script: {**weights, "bias": weights["bias"] + shift} for script, weights in fitted.items()}


def _counted(kind: str) -> float:
    return LOOK_ALIKES_COUNT if kind == _LOOK_ALIKES else 1.0


def _events(stream: Sequence[StreamArticle]) -> dict[int, int]:
    return {one.number + 1: one.event for one in stream}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS_FILE}")
    wanted = parser.parse_args()
    shift = best_shift(TUNING)
    streams = {"tuning": generate(1, EVENTS, kinds=TUNING), _LOOK_ALIKES: generate_third(2, _LOOK_ALIKE_EVENTS)}
    fitted = shifted(fit_all({kind: samples(known(one), _events(one)) for kind, one in streams.items()}), shift)
    text = _HEAD
    for script, weights in fitted.items():
        text += f"\n[{script}]\n" + "".join(f"{name} = {weight:.2f}\n" for name, weight in weights.items())
    print(text)
    if wanted.write:
        Path(score.__file__).with_name(WEIGHTS_FILE).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
