"""Runs of letters, as numbers. Pure.

A shingle of a text is a run of `unit` letters. Each is known by a hash of 64 bits that depends on its letters alone, on any machine
and in any process, so that it may be stored. That two different shingles of the two texts that are compared have one hash has a
chance of 1 in 10**12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from db.text_folding import Codes

Hashes = NDArray[np.uint64]

_ALL = (1 << 64) - 1
# Odd numbers without pattern. The first makes a polynomial of the letters, the second scatters it over all bits.
_BASE = 0x9E3779B97F4A7C15
_SCATTER = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def shingle_hashes(codes: Codes, unit: int) -> Hashes:
    """The hash of the shingle at each position of a text; none where the text is shorter than one."""
    if len(codes) < unit:
        return np.empty(0, dtype=np.uint64)
    hashes = _runs(codes.astype(np.uint64), unit)
    for _ in range(2):
        hashes ^= hashes >> _HALF
        hashes *= _SCATTER
    hashes ^= hashes >> _HALF
    return hashes


def smallest_hashes(hashes: Hashes, count: int) -> list[int]:
    """The smallest different hashes, at most `count`, in order."""
    # Hashes are spread evenly: nearly always enough of them lie under this bound, and no more need to be sorted.
    bound = min(_ALL, (_ALL // max(1, len(hashes))) * 8 * count)
    found = _different(hashes[hashes <= np.uint64(bound)])
    if len(found) < count:
        found = _different(hashes)
    return [int(each) for each in found[:count]]


def _runs(codes: Hashes, unit: int) -> Hashes:
    """For each position the polynomial of `unit` codes, put together from runs of half the length."""
    if unit == 1:
        return codes
    half = unit // 2
    shorter = _runs(codes, half)
    runs = shorter[: len(shorter) - half] * np.uint64(pow(_BASE, half, _ALL + 1)) + shorter[half:]
    if unit % 2:
        runs = runs[:-1] * np.uint64(_BASE) + codes[unit - 1 :]
    return runs


def _different(hashes: Hashes) -> Hashes:
    """Sorted, each once."""
    # By sorting: numpy's `unique` takes a hash table for this, which is seven times as slow.
    found = np.sort(hashes)
    first = np.ones(len(found), dtype=np.bool_)
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]
