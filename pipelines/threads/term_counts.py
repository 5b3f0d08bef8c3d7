"""In how many of the latest stories each term was: the document frequencies by which terms are weighed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime

from db.store.dedup.threads import drop_periods, load_term_counts, load_totals, save_term_counts, save_totals

PERIOD_DAYS = 14
"""Counts are kept by fortnight of fetching; a story is weighed by its own and the one before. So they follow the news, and any
count can be taken back."""
_KEPT_PERIODS = 3
_DAY_S = 86400


def period_of(arrived: str) -> int:
    """The fortnight of a time of fetching."""
    return int(datetime.fromisoformat(arrived).timestamp() // (_DAY_S * PERIOD_DAYS))


class TermCounts:
    """The counts that one step needs, read together and written together."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._totals = load_totals(conn)
        self._terms: dict[tuple[int, int], int] = {}
        self._read: set[int] = set()
        self._changed: set[tuple[int, int]] = set()
        self._changed_totals: set[tuple[str, int]] = set()

    def read(self, terms: Iterable[int]) -> None:
        """Read the counts of terms that are not read yet."""
        missing = set(terms) - self._read
        if missing:
            self._terms |= load_term_counts(self._conn, missing)
            self._read |= missing

    def stories_with(self, terms: Collection[int], period: int) -> dict[int, int]:
        """In how many stories of a period and the one before each term was."""
        self.read(terms)
        known = self._terms
        return {term: known.get((term, period), 0) + known.get((term, period - 1), 0) for term in terms}

    def stories(self, language: str, period: int) -> int:
        """How many stories of a language a period and the one before had."""
        return self._totals.get((language, period), 0) + self._totals.get((language, period - 1), 0)

    def count(self, terms: Collection[int], language: str, period: int, times: int) -> None:
        """Count a story's terms (`times` 1), or take them back (-1)."""
        self.read(terms)
        for term in terms:
            key = (term, period)
            self._terms[key] = self._terms.get(key, 0) + times
            self._changed.add(key)
        self._totals[language, period] = self._totals.get((language, period), 0) + times
        self._changed_totals.add((language, period))

    def save(self) -> None:
        """Write what has changed."""
        save_term_counts(self._conn, {key: self._terms[key] for key in self._changed})
        save_totals(self._conn, {key: self._totals[key] for key in self._changed_totals})
        self._changed.clear()
        self._changed_totals.clear()

    def expire(self, period: int) -> None:
        """Forget the counts of periods long before one."""
        self.save()
        oldest = period - _KEPT_PERIODS + 1
        drop_periods(self._conn, oldest)
        self._terms = {key: stories for key, stories in self._terms.items() if key[1] >= oldest}
        self._totals = {key: stories for key, stories in self._totals.items() if key[1] >= oldest}
