"""Exemplars: which pages of a source make its dictionary.

A site has several templates (article, live ticker, gallery), so the latest pages are not the best ones. Chosen one after the
other: each time the page that makes all the others together smallest, by the quick level that a crawl writes at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from db.bodies.dictionaries import QUICK, compress_with_dictionary
from db.zstd import zstd

_T = TypeVar("_T")

# Pages in a dictionary, and bytes at most: a fourth page brought nothing more (`bench/database/body_size.py`).
PAGES, MOST_BYTES = 3, 4 << 20
# Pages looked at: 8 cost some 0.4 s of CPU for pages of 300 KB, and hold a template that one page in four has 9 times of 10.
LOOKED_AT = 8


def sample_evenly(rows: Sequence[_T], number: int = LOOKED_AT) -> list[_T]:
    """So many of them at most, evenly over all, the last always among them."""
    if len(rows) <= number:
        return list(rows)
    return [rows[(index + 1) * len(rows) // number - 1] for index in range(number)]


def choose_samples(pages: Sequence[bytes], most: int, check: Callable[[], None]) -> list[int]:
    """The places of at most `most` pages that pack the others best, the first chosen last: what is used most is nearest.

    `check` is called before each trial and may raise to end the choosing.
    """
    best: list[int] = [len(page) for page in pages]
    chosen: list[int] = []
    while len(chosen) < most:
        room = MOST_BYTES - sum(len(pages[place]) for place in chosen)
        trials = []
        for place in range(len(pages)):
            if place in chosen or len(pages[place]) > room:
                continue
            check()
            by = zstd.ZstdDict(pages[place], is_raw=True)
            sizes = [
                0 if other == place else min(size, len(compress_with_dictionary(by, page, QUICK)))
                for other, (size, page) in enumerate(zip(best, pages, strict=True))
            ]
            trials.append((sum(sizes), place, sizes))
        if not trials:
            break
        _, place, best = min(trials)
        chosen.append(place)
    return chosen[::-1]
