"""How well threads match known events: a generated stream, and real articles labelled by hand.

    .venv/bin/python -m bench.threads.quality          # the unseen half, against one threshold on the cosine
    .venv/bin/python -m bench.threads.quality --tune   # fits the score's weights on the tuning half and prints them

The halves have different kinds of events (`TUNING`, `UNSEEN`), so that no wording of one is in the other.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.threads.archive import KnownArticle, threaded
from bench.threads.labels import CORPUS, labelled_articles
from bench.threads.stream import StreamArticle, generate
from pipelines.threads import keep, score
from pipelines.threads.score import MAX_GAP_DAYS, Comparison

TUNING = ("fire", "vote", "flood")
UNSEEN = ("match", "trial")
EVENTS = 400
_THRESHOLDS = [n / 100 for n in range(8, 56, 4)]
Choice = Callable[[list[Comparison]], Comparison | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well clusters match events, pairwise and BCubed."""

    pair_precision: float
    pair_recall: float
    cubed_precision: float
    cubed_recall: float

    @property
    def pair_f1(self) -> float:
        return _f1(self.pair_precision, self.pair_recall)

    @property
    def cubed_f1(self) -> float:
        return _f1(self.cubed_precision, self.cubed_recall)

    def __str__(self) -> str:
        return (
            f"pairs P {self.pair_precision:.3f} R {self.pair_recall:.3f} F1 {self.pair_f1:.3f}   "
            f"BCubed P {self.cubed_precision:.3f} R {self.cubed_recall:.3f} F1 {self.cubed_f1:.3f}"
        )


def agreement(found: Mapping[int, int], events: Mapping[int, int]) -> Agreement:
    """Compare the thread of each article with its event."""
    both = Counter((found[number], event) for number, event in events.items())
    threads = Counter(found[number] for number in events)
    sizes = Counter(events.values())
    right = sum(n * (n - 1) for n in both.values())
    return Agreement(
        pair_precision=right / (sum(n * (n - 1) for n in threads.values()) or 1),
        pair_recall=right / (sum(n * (n - 1) for n in sizes.values()) or 1),
        cubed_precision=sum(n * n / threads[thread] for (thread, _), n in both.items()) / len(events),
        cubed_recall=sum(n * n / sizes[event] for (_, event), n in both.items()) / len(events),
    )


def known(articles: Sequence[StreamArticle]) -> list[KnownArticle]:
    """The stream as articles to store."""
    return [
        KnownArticle(
            number=one.number + 1,
            source=one.source,
            at=one.at,
            language=one.language,
            title=one.title,
            text=one.text,
            original=1 + (one.number if one.copy_of is None else one.copy_of),
        )
        for one in articles
    ]


def run(articles: Sequence[KnownArticle], choose: Choice | None = None) -> dict[int, int]:
    """The thread of each article; with `choose` in place of the program's own choice."""
    with tempfile.TemporaryDirectory() as folder, _choosing(choose):
        return threaded(Path(folder) / "threads.db", articles, 1 + max(article.source for article in articles))


def by_cosine(threshold: float) -> Choice:
    """The baseline: the nearest thread by the cosine of plain TF-IDF, if that reaches a threshold."""

    def choose(compared: list[Comparison]) -> Comparison | None:
        nearest = max(compared, key=lambda one: one.centroid, default=None)
        return nearest and replace(nearest, score=float(nearest.centroid >= threshold))

    return choose


@contextmanager
def _choosing(choose: Choice | None) -> Iterator[None]:
    before = keep.best
    if choose:
        keep.best = choose
    try:
        yield
    finally:
        keep.best = before


def samples(articles: Sequence[KnownArticle], events: Mapping[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Signs of each comparison, and whether it was of one event, where earlier stories are placed by their events."""
    order = iter([article.number for article in articles if article.original == article.number])
    rows: list[list[float]] = []
    labels: list[bool] = []

    def choose(compared: list[Comparison]) -> Comparison | None:
        story = next(order)
        right = None
        for one in compared:
            is_same = events[one.thread_id] == events[story]
            if one.gap_days <= MAX_GAP_DAYS:
                rows.append([one.centroid, one.founder, one.rare, one.title, one.gap_days])
                labels.append(is_same)
            if is_same and right is None:
                right = replace(one, score=1.0)
        return right

    run(articles, choose)
    return np.array(rows), np.array(labels)


def fit(signs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, with a little ridge: bias first."""
    x = np.hstack([np.ones((len(signs), 1)), signs])
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (labels - p) - 0.5 * weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + 0.5 * np.eye(x.shape[1])
        weights += np.linalg.solve(curve, slope)
    return weights


def tune(articles: Sequence[KnownArticle], events: Mapping[int, int]) -> None:
    """Print the weights fitted on a half."""
    signs, labels = samples(articles, events)
    print(f"{len(labels)} comparisons, {int(labels.sum())} of one event")
    for name, weight in zip(("bias", "centroid", "founder", "rare", "title", "gap"), fit(signs, labels), strict=True):
        print(f"  {name:10} {weight:7.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--bias", type=float, nargs="*", default=[], help="try these on the tuning half")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    wanted = parser.parse_args()
    stream = generate(1, EVENTS, kinds=TUNING)
    tuning, tuning_events = known(stream), {one.number + 1: one.event for one in stream}
    if wanted.tune:
        tune(tuning, tuning_events)
    for bias in wanted.bias:
        score.BIAS = bias
        print(f"bias {bias}: ", agreement(run(tuning), tuning_events))
    cosine = max(_THRESHOLDS, key=lambda at: agreement(run(tuning, by_cosine(at)), tuning_events).cubed_f1)
    print(f"best threshold of the cosine: {cosine}")
    print("tuning half       ", agreement(run(tuning), tuning_events))
    print("  cosine          ", agreement(run(tuning, by_cosine(cosine)), tuning_events))
    stream = generate(2, EVENTS, kinds=UNSEEN)
    unseen, events = known(stream), {one.number + 1: one.event for one in stream}
    for name, choose in (("unseen half", None), ("  cosine", by_cosine(cosine))):
        found = run(unseen, choose)
        print(f"{name:18}", agreement(found, events))
        for language in ("en", "de", "zh"):
            part = {one.number + 1: one.event for one in stream if one.language == language}
            print(f"    {language:14}", agreement(found, part))
    articles, real = labelled_articles(wanted.corpus)
    if not articles:
        print("real articles      left out: the corpus is not here")
        return
    for name, choose in (("real articles", None), ("  cosine", by_cosine(cosine))):
        print(f"{name:18}", agreement(run(articles, choose), real))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


if __name__ == "__main__":
    main()
