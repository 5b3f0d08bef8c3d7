"""In how many of the latest stories each term was: the document frequencies by which terms are weighed."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from db.store.dedup.thread_terms import drop_periods, load_term_counts, load_totals, save_term_counts, save_totals

PERIOD_DAYS = 14
"""Counts are kept by fortnight of fetching; a story is weighed by its own and the one before. So they follow the news, and any
count can be taken back."""
_KEPT_PERIODS = 3
_DAY_S = 86400

Terms = NDArray[np.uint32]


def period_of(arrived: str) -> int:
    """The fortnight of a time of fetching."""
    return int(datetime.fromisoformat(arrived).timestamp() // (_DAY_S * PERIOD_DAYS))


class TermCounts:
    """The counts that one step needs, read together and written together: for each period an array, a place for each term."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._totals = load_totals(conn)
        self._terms: Terms = np.zeros(0, dtype=np.uint32)
        self._stories = defaultdict[int, NDArray[np.int64]](lambda: np.zeros(len(self._terms), dtype=np.int64))
        self._changed = defaultdict[int, NDArray[np.bool_]](lambda: np.zeros(len(self._terms), dtype=np.bool_))
        self._changed_totals: set[tuple[str, int]] = set()

    def read(self, terms: Sequence[Terms]) -> None:
        """Read the counts of all terms that the step has to do with, once."""
        self._terms = np.unique(np.concatenate([self._terms, *terms]))
        read = np.array(load_term_counts(self._conn, self._terms.tolist()), dtype=np.int64).reshape(-1, 3)
        for period in np.unique(read[:, 1]).tolist():
            found, _, stories = read[read[:, 1] == period].T
            self._stories[period][self._terms.searchsorted(found)] = stories

    def stories_with(self, terms: Terms, period: int) -> NDArray[np.int64]:
        """In how many stories of a period and the one before each term was."""
        places = self._terms.searchsorted(terms)
        return self._stories[period][places] + self._stories[period - 1][places]

    def stories(self, language: str, period: int) -> int:
        """How many stories of a language a period and the one before had."""
        return self._totals.get((language, period), 0) + self._totals.get((language, period - 1), 0)

    def count(self, terms: Terms, language: str, period: int, times: int) -> None:
        """Count a story's terms (`times` 1), or take them back (-1)."""
        places = self._terms.searchsorted(terms)
        self._stories[period][places] += times
        self._changed[period][places] = True
        self._totals[language, period] = self._totals.get((language, period), 0) + times
        self._changed_totals.add((language, period))

    def save(self) -> None:
        """Write what has changed."""
        for period, changed in self._changed.items():
            counts = zip(self._terms[changed].tolist(), self._stories[period][changed].tolist(), strict=True)
            save_term_counts(self._conn, period, counts)
        save_totals(self._conn, {key: self._totals[key] for key in self._changed_totals})
        self._changed.clear()
        self._changed_totals.clear()

    def expire(self, period: int) -> None:
        """Forget the counts of periods long before one."""
        self.save()
        oldest = period - _KEPT_PERIODS + 1
        drop_periods(self._conn, oldest)
        for gone in [one for one in self._stories if one < oldest]:
            del self._stories[gone]
        self._totals = {key: stories for key, stories in self._totals.items() if key[1] >= oldest}
