"""Would it help to part threads that have drifted into two events? What docs/threads.md says about that was measured with this.

    .venv/bin/python -m bench.threads.parting            # the tuning half, the third stream and bulletins
    .venv/bin/python -m bench.threads.parting --unseen   # streams nothing was tried on

A thread of four stories or more is divided in two as well as can be: beginning with its first story and the one that fits it least,
each story goes to the half it fits best, in three rounds. It is parted if neither half, taken as a story, fits the other with a
score of `--below`. This is done once, when all stories are placed, with all that is known then: better than settling could do.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.threads.archive import new_archive, store, thread_all, threads_of
from bench.threads.bulletins import TUNING_SERIES, UNSEEN_SERIES, generate_bulletins
from bench.threads.quality import EVENTS, TUNING, UNSEEN, agreement, known
from bench.threads.second_stream import generate_second, generate_third
from bench.threads.stream import StreamArticle, generate
from pipelines.threads.merging import fit
from pipelines.threads.score import LivingThread, compare
from pipelines.threads.vectors import TermVector, add_up, unpack

_FEWEST, _ROUNDS = 4, 3
_BELOW = (0.5, 0.8, 0.9, 0.97, 0.99, 0.999)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    story: int
    day: float
    vector: TermVector
    unspaced: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unseen", action="store_true", help="measure what nothing was tried on")
    parser.add_argument("--below", type=float, nargs="*", default=_BELOW, help="scores to try")
    wanted = parser.parse_args()
    if wanted.unseen:
        streams = {
            "unseen half": generate(5, EVENTS, kinds=UNSEEN),
            "second stream": generate_second(5, EVENTS),
            "unseen bulletins": generate_bulletins(6, UNSEEN_SERIES),
        }
    else:
        streams = {
            "tuning half": generate(1, EVENTS, kinds=TUNING),
            "third stream": generate_third(1, EVENTS),
            "bulletins": generate_bulletins(1, TUNING_SERIES),
        }
    for name, stream in streams.items():
        events = {one.number + 1: one.event for one in stream}
        found, stories = _threaded(stream)
        print(f"{name:18}", agreement(found, events), flush=True)
        halves = [(thread, half, _fit(*half)) for thread, half in _halved(stories)]
        for below in wanted.below:
            moved = {one.story: -thread for thread, (_, part), fits in halves if fits < below for one in part}
            original = {one.number + 1: 1 + (one.number if one.copy_of is None else one.copy_of) for one in stream}
            parted = {page: moved.get(original[page], thread) for page, thread in found.items()}
            count = sum(fits < below for *_, fits in halves)
            print(f"  below {below:<4} {count:4} parted", agreement(parted, events), flush=True)


def _threaded(stream: Sequence[StreamArticle]) -> tuple[dict[int, int], dict[int, list[_Placed]]]:
    """The thread of each article, and the stories of each thread whose vectors are kept."""
    with tempfile.TemporaryDirectory() as folder:
        conn = new_archive(Path(folder) / "threads.db", 1 + max(one.source for one in stream))
        store(conn, known(stream))
        thread_all(conn)
        found, stories = threads_of(conn), _stories(conn)
        conn.close()
    return found, stories


def _stories(conn: sqlite3.Connection) -> dict[int, list[_Placed]]:
    stories: dict[int, list[_Placed]] = defaultdict(list)
    rows = conn.execute("SELECT thread_id, story_id, at, language, vector FROM thread_vectors ORDER BY story_id")
    for thread, story, at, language, vector in rows:
        day = datetime.fromisoformat(at).timestamp() / 86400
        stories[thread].append(_Placed(story=story, day=day, vector=unpack(vector), unspaced=language == "zh"))
    return stories


def _halved(stories: Mapping[int, list[_Placed]]) -> Iterator[tuple[int, tuple[list[_Placed], list[_Placed]]]]:
    for thread, placed in sorted(stories.items()):
        if len(placed) < _FEWEST:
            continue
        first = _as_thread(placed[:1])
        other = min(placed[1:], key=lambda one: (_score(one, first), one.story))
        halves = [placed[:1], [other]]
        for _ in range(_ROUNDS):
            centres = [_as_thread(half) for half in halves]
            halves = [[], []]
            for one in placed:
                own, others = (_score(one, centre) for centre in centres)
                halves[own < others].append(one)
            if not all(halves):
                break
        if min(map(len, halves)) > 1:
            yield thread, (halves[0], halves[1])


def _as_thread(placed: Sequence[_Placed]) -> LivingThread:
    centroid = add_up([one.vector for one in placed])
    days = [one.day for one in placed]
    return LivingThread(
        thread_id=placed[0].story, founder=placed[0].vector, centroid=centroid, first_day=min(days), last_day=max(days)
    )


def _score(one: _Placed, thread: LivingThread) -> float:
    return compare(one.vector, thread, one.day, unspaced=one.unspaced).score


def _fit(one: Sequence[_Placed], other: Sequence[_Placed]) -> float:
    first, second, unspaced = _as_thread(one), _as_thread(other), one[0].unspaced
    return max(fit(first, second, unspaced=unspaced), fit(second, first, unspaced=unspaced))


if __name__ == "__main__":
    main()
