"""Choose the pages of a source that make its dictionary.

A site has several templates (article, live ticker, gallery), so the latest pages are not the best choice. They are
chosen greedily: each time the page that makes all others together smallest, at the quick compression level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from db.bodies.dictionaries import QUICK_LEVEL, compress_with_dictionary
from db.zstd import zstd

_T = TypeVar("_T")

# Pages in a dictionary, and its maximum size: a fourth page gained nothing (`bench/database/body_size.py`).
MAX_SAMPLES, MAX_DICTIONARY_BYTES = 3, 4 << 20
# Pages to choose from: 8 take some 0.4 s of CPU for pages of 300 KB, and include a template of every fourth page 9 times in 10.
CANDIDATES = 8


def sample_evenly(rows: Sequence[_T], number: int = CANDIDATES) -> list[_T]:
    """At most `number` of the rows, evenly spaced, always including the last."""
    if len(rows) <= number:
        return list(rows)
    return [rows[(index + 1) * len(rows) // number - 1] for index in range(number)]


def choose_samples(pages: Sequence[bytes], most: int, check: Callable[[], None]) -> list[int]:
    """Indexes of at most `most` pages that compress the others best. The best page comes last, nearest to the data.

    `check` is called before each trial and may raise to cancel.
    """
    best: list[int] = [len(page) for page in pages]
    chosen: list[int] = []
    while len(chosen) < most:
        remaining = MAX_DICTIONARY_BYTES - sum(len(pages[index]) for index in chosen)
        trials = []
        for index in range(len(pages)):
            if index in chosen or len(pages[index]) > remaining:
                continue
            check()
            by = zstd.ZstdDict(pages[index], is_raw=True)
            sizes = [
                0 if other == index else min(size, len(compress_with_dictionary(by, page, QUICK_LEVEL)))
                for other, (size, page) in enumerate(zip(best, pages, strict=True))
            ]
            trials.append((sum(sizes), index, sizes))
        if not trials:
            break
        _, index, best = min(trials)
        chosen.append(index)
    return chosen[::-1]
