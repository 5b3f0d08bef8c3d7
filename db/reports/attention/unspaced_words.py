"""Words of scripts without spaces, found in the texts themselves, without a dictionary. Pure.

    texts ──> 2 to 4 characters in a row ──> those of more articles of the result ──> grown ──> held together? free at both ends?

A run of characters is a word if its parts stand together far more often than by chance (pointwise mutual information, the weakest
split decides), and what stands before and after it varies (entropy of the neighbours). A fragment always has the same neighbour: it
is grown by it first, so that 拉基米 becomes 弗拉基米尔. Names are found like other words, however new they are.

A segmenter was left out on purpose: jieba (MIT, pure Python) takes 28 ms an article (docs/search.md), 17 s for what is done here in
0.2 s, and needs a dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.reports.attention.keyness import keyness
from db.search.tokenizer import is_unspaced
from db.text.folding import Codes, code_points, from_code_points, simplified_table

SHORTEST, LONGEST_GRAM = 2, 4
LONGEST_GROWN = 12
MIN_COHESION = 3.0
"""Bits: together 8 times as often as by chance. A choice, checked by eye on a few results; not tuned."""
MIN_ENTROPY = 1.0
"""Bits: as if two neighbours were equally frequent. The end of a run counts as a neighbour of its own each time."""
SAME_NEIGHBOUR = 0.8
"""The share of one neighbour from which on the run is a fragment."""
_CANDIDATES = 500
# Bits of a character and of a text in a key of 64 bits: four characters, 2,047 texts. Characters beyond 8,191 end a run.
_CHARACTER_BITS, _TEXT_BITS = 13, 11
_CHARACTERS, MOST_TEXTS = (1 << _CHARACTER_BITS) - 1, (1 << _TEXT_BITS) - 1

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordInTexts:
    """A word as it is shown, and the numbers of the texts that have it, in order."""

    word: str
    texts: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """All texts as one sequence of numbered characters, 0 where a run ends, with the number of each place's text."""

    characters: Numbers
    text_numbers: Numbers
    originals: Codes
    grams: dict[int, Numbers]
    """By length: the key of the gram that begins at each place, -1 where a run ends before its end."""
    sorted_grams: dict[int, Numbers]


def find_words(texts: Sequence[str], of_result: int, least: int) -> list[WordInTexts]:
    """Words that are key to the first `of_result` of the texts, in at least `least` of these. At most MOST_TEXTS texts are read."""
    runs = _read(texts[:MOST_TEXTS])
    if runs is None:
        return []
    places = _candidates(runs, of_result, len(texts), least)
    found: dict[bytes, WordInTexts] = {}
    for shortest, places_of_gram in places:
        start, length, starts = _grown(runs, places_of_gram, shortest)
        word = runs.characters[start : start + length].tobytes()
        if word in found or not _is_word(runs, starts, length):
            continue
        shown = from_code_points(runs.originals[start : start + length])
        found[word] = WordInTexts(word=shown, texts=np.unique(runs.text_numbers[starts]))
    return list(found.values())


def _read(texts: Sequence[str]) -> _Runs | None:
    # Between two texts stands a blank, which ends a run.
    codes = [code_points(text + " ") for text in texts]
    originals = np.concatenate(codes) if codes else code_points("")
    simple = simplified_table()
    folded = simple[np.minimum(originals, len(simple) - 1)]
    counts = np.bincount(folded, minlength=1)
    seen = np.flatnonzero(counts)
    solid = np.array([code for code in seen.tolist() if is_unspaced(chr(code))], dtype=np.int64)
    if not len(solid):
        return None
    solid = np.sort(solid[np.argsort(-counts[solid], kind="stable")[:_CHARACTERS]])
    numbers = np.zeros(len(counts), dtype=np.int64)
    numbers[solid] = np.arange(1, len(solid) + 1)
    characters = numbers[folded]
    text_numbers = np.repeat(np.arange(len(codes), dtype=np.int64), [len(one) for one in codes])
    grams = {1: characters}
    for length in range(SHORTEST, LONGEST_GRAM + 1):
        shorter, last = grams[length - 1][:-1], characters[length - 1 :]
        size = min(len(shorter), len(last))
        key = (shorter[:size] << _CHARACTER_BITS) | last[:size]
        grams[length] = np.where((shorter[:size] > 0) & (last[:size] > 0), key, -1)
    return _Runs(
        characters=characters,
        text_numbers=text_numbers,
        originals=originals,
        grams=grams,
        sorted_grams={length: np.sort(keys) for length, keys in grams.items()},
    )


def _candidates(runs: _Runs, of_result: int, texts: int, least: int) -> list[tuple[int, Numbers]]:
    """Length and places of the grams that are most key to the result."""
    scored: list[tuple[float, int, int]] = []
    for length in range(SHORTEST, LONGEST_GRAM + 1):
        keys = runs.grams[length]
        valid = keys > 0
        once = distinct((keys[valid] << _TEXT_BITS) | runs.text_numbers[: len(keys)][valid])
        grams, in_result = once >> _TEXT_BITS, (once & MOST_TEXTS) < of_result
        starts = np.flatnonzero(np.diff(grams, prepend=-1))
        if not len(starts):
            continue
        hits = np.add.reduceat(in_result.astype(np.int64), starts)
        every = np.diff(starts, append=len(grams))
        enough = np.flatnonzero(hits >= least)
        score = keyness(hits[enough], (every - hits)[enough], of_result, texts - of_result)
        best = np.argsort(-score, kind="stable")[:_CANDIDATES]
        scored += [(float(score[at]), length, int(grams[starts[enough[at]]])) for at in best if score[at] > 0]
    scored.sort(key=lambda one: (-one[0], one[1], one[2]))
    chosen = [(length, gram) for _, length, gram in scored[:_CANDIDATES]]
    places: dict[tuple[int, int], Numbers] = {}
    for length in range(SHORTEST, LONGEST_GRAM + 1):
        wanted = np.sort(np.array([gram for of, gram in chosen if of == length], dtype=np.int64))
        if not len(wanted):
            continue
        keys = runs.grams[length]
        at = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
        hits = np.flatnonzero(wanted[at] == keys)
        hits = hits[np.argsort(keys[hits], kind="stable")]
        ends = np.searchsorted(keys[hits], wanted, side="right")
        for gram, some in zip(wanted.tolist(), np.split(hits, ends[:-1]), strict=True):
            places[length, gram] = some
    return [(one[0], places[one]) for one in chosen]


def distinct(numbers: Numbers) -> Numbers:
    """Each number once, in order; by sorting: the hash table of `np.unique` took 0.67 of 0.9 s for 600 texts."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _grown(runs: _Runs, starts: Numbers, length: int) -> tuple[int, int, Numbers]:
    """Where the run stands first, its length and all its places, once it is grown by neighbours that are nearly always the same."""
    grew = True
    while grew and length < LONGEST_GROWN:
        grew = False
        for shift in (length, -1):
            neighbours = _neighbours(runs, starts, shift)
            most = int(np.argmax(np.bincount(neighbours)))
            same = neighbours == most
            if most and same.sum() >= SAME_NEIGHBOUR * len(starts) and length < LONGEST_GROWN:
                starts, grew = starts[same] + min(shift, 0), True
                length += 1
                break
    return int(starts[0]), length, starts


def _is_word(runs: _Runs, starts: Numbers, length: int) -> bool:
    if min(_entropy(_neighbours(runs, starts, -1)), _entropy(_neighbours(runs, starts, length))) < MIN_ENTROPY:
        return False
    start, size = int(starts[0]), len(runs.characters)
    together = len(starts) / size
    return all(
        np.log2(together / (_share(runs, start, cut) * _share(runs, start + cut, length - cut))) >= MIN_COHESION
        for cut in range(1, length)
    )


def _share(runs: _Runs, start: int, length: int) -> float:
    """How frequent a run is: of one longer than the counted grams, at most as frequent as the rarest gram in it."""
    size = min(length, LONGEST_GRAM)
    keys = runs.sorted_grams[size]
    grams = runs.grams[size][start : start + length - size + 1]
    found = np.searchsorted(keys, grams, side="right") - np.searchsorted(keys, grams, side="left")
    return float(np.min(found)) / len(keys)


def _neighbours(runs: _Runs, starts: Numbers, shift: int) -> Numbers:
    at = starts + shift
    inside = (at >= 0) & (at < len(runs.characters))
    return np.where(inside, runs.characters[np.clip(at, 0, len(runs.characters) - 1)], 0)


def _entropy(neighbours: Numbers) -> float:
    """In bits. Each end of a run is a neighbour that occurs once."""
    counts = np.bincount(neighbours)
    ends, counts = int(counts[0]), counts[1:][counts[1:] > 0]
    shares = np.concatenate([counts, np.ones(ends)]) / len(neighbours)
    return float(-(shares * np.log2(shares)).sum())
