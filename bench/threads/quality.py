"""How well threads match known events: a generated stream, and real articles labelled by hand.

    .venv/bin/python -m bench.threads.quality            # the tuning half and the third stream, against a threshold on the cosine
    .venv/bin/python -m bench.threads.quality --unseen   # also what no weight was fitted on: look at it once

`fit.py` fits the weights of the score on the tuning half.

The halves have different kinds of events (`TUNING`, `UNSEEN`), so that no wording of one is in the other.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from bench.threads.archive import KnownArticle, threaded
from bench.threads.bulletins import TUNING_SERIES, UNSEEN_SERIES, generate_bulletins
from bench.threads.labels import CORPUS, labelled_articles
from bench.threads.second_stream import generate_second, generate_third
from bench.threads.stream import StreamArticle, generate
from pipelines.threads import keep
from pipelines.threads.score import Comparison

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
    # Threads are one where another choice says so, and not by the score.
    with patch.multiple(keep, best=choose, find_merger=_no_merger) if choose else nullcontext():
        yield


def _no_merger(*_: object, **__: object) -> None:
    """In place of `find_merger`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unseen", action="store_true", help="measure what nothing was fitted on too")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    wanted = parser.parse_args()
    stream = generate(1, EVENTS, kinds=TUNING)
    tuning, events = known(stream), {one.number + 1: one.event for one in stream}
    cosine = max(_THRESHOLDS, key=lambda at: agreement(run(tuning, by_cosine(at)), events).cubed_f1)
    print(f"best threshold of the cosine: {cosine}")
    report("tuning half", stream, cosine)
    report("third stream", generate_third(1, EVENTS), cosine)
    report("bulletins", generate_bulletins(1, TUNING_SERIES), cosine)
    if not wanted.unseen:
        return
    report("unseen half", generate(2, EVENTS, kinds=UNSEEN), cosine)
    report("second stream", generate_second(1, EVENTS), cosine)
    report("unseen bulletins", generate_bulletins(2, UNSEEN_SERIES), cosine)
    articles, real = labelled_articles(wanted.corpus)
    if not articles:
        print("real articles      left out: the corpus is not here")
        return
    for name, choose in (("real articles", None), ("  cosine", by_cosine(cosine))):
        print(f"{name:18}", agreement(run(articles, choose), real))


def report(name: str, stream: Sequence[StreamArticle], cosine: float) -> None:
    """Print how well a stream was threaded, in all and by language, and how well by the cosine."""
    events = {one.number + 1: one.event for one in stream}
    for called, choose in ((name, None), ("  cosine", by_cosine(cosine))):
        found = run(known(stream), choose)
        print(f"{called:18}", agreement(found, events))
        for language in sorted({one.language for one in stream}):
            part = {one.number + 1: one.event for one in stream if one.language == language}
            print(f"    {language:14}", agreement(found, part))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


if __name__ == "__main__":
    main()
