"""Hashes of shingles. Pure.

A shingle is a run of `unit` letters of a text. Its 64-bit hash depends on the letters alone, so it is the same on every machine and
can be stored. Two different shingles of two compared texts have the same hash with a probability of 1 in 10**12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from db.text.folding import Codes

Hashes = NDArray[np.uint64]

_ALL = (1 << 64) - 1
# Odd numbers with random-looking bits: the base of the polynomial over the letters, and the multiplier that mixes the result.
_BASE = 0x9E3779B97F4A7C15
_SCATTER = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def shingle_hashes(codes: Codes, unit: int) -> Hashes:
    """The hash of the shingle at each position of a text (code points); empty if the text is shorter than `unit`."""
    if len(codes) < unit:
        return np.empty(0, dtype=np.uint64)
    hashes = _runs(codes.astype(np.uint64), unit)
    for _ in range(2):
        hashes ^= hashes >> _HALF
        hashes *= _SCATTER
    hashes ^= hashes >> _HALF
    return hashes


def smallest_hashes(hashes: Hashes, count: int) -> list[int]:
    """The `count` smallest distinct hashes, or fewer, in ascending order."""
    # Hashes are uniformly distributed: almost always enough of them are under this bound, and only those are sorted.
    bound = min(_ALL, (_ALL // max(1, len(hashes))) * 8 * count)
    found = sorted_distinct(hashes[hashes <= np.uint64(bound)])
    if len(found) < count:
        found = sorted_distinct(hashes)
    return [int(each) for each in found[:count]]


def _runs(codes: Hashes, unit: int) -> Hashes:
    """For each position the polynomial of `unit` codes, combined from runs of half the length."""
    if unit == 1:
        return codes
    half = unit // 2
    shorter = _runs(codes, half)
    runs = shorter[: len(shorter) - half] * np.uint64(pow(_BASE, half, _ALL + 1)) + shorter[half:]
    if unit % 2:
        runs = runs[:-1] * np.uint64(_BASE) + codes[unit - 1 :]
    return runs


def sorted_distinct(hashes: Hashes) -> Hashes:
    """The distinct hashes, sorted."""
    # numpy's `unique` uses a hash table for this, which is seven times as slow.
    found = np.sort(hashes)
    first = np.ones(len(found), dtype=np.bool_)
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]
