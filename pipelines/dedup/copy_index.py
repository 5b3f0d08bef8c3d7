"""Maintains the index of near copies: candidates are found by the marks of their sketches, and decided by their prepared texts.

A mark has a bounded number of *bearers*: the texts that are found by it. Two texts are compared if they share enough marks of which
both are bearers, among them one figure mark if both have such. This depends on the set of texts alone, and so do the near copies.
A new text may displace a bearer, and a removed one makes room: texts affected are compared again, so the order does not matter.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from db.store.dedup.near_copies import (
    MAX_TEXTS_PER_MARK,
    IndexedText,
    delete_near_copies,
    delete_sketch,
    insert_near_copies,
    insert_sketches,
    load_sketches,
    near_copies_of,
    texts_by_mark,
)
from pipelines.dedup.normalize import prepare_text
from pipelines.dedup.similarity import PreparedText, is_near_copy
from pipelines.dedup.sketch import MIN_COMMON_MARKS, has_figure_mark, sketch_of

_PREPARED_KEPT = 200
"""Prepared texts in the cache: the bearers of a template's marks are compared again and again. About 150 kB each."""

TextOf = Callable[[int], str | None]


class CopyIndex:
    """The index over one connection. `text_of` returns a text by its number, None if it was removed."""

    def __init__(self, conn: sqlite3.Connection, text_of: TextOf) -> None:
        self._conn = conn
        self._text_of = text_of
        self._cache: dict[int, PreparedText] = {}
        # Rows read since the index last changed.
        self._bearers: dict[int, list[int]] = {}
        self._marks: dict[int, Sequence[int]] = {}

    def update(self, texts: Iterable[int]) -> set[int]:
        """Add or remove these texts as they now exist. Returns the texts whose near copies changed."""
        changed: set[int] = set()
        wanted = sorted(set(texts))
        known = load_sketches(self._conn, wanted)
        for text, marks in known.items():
            if self._text_of(text) is None:
                changed |= self._remove(text, marks)
        return changed | self._add([entry for text in wanted if text not in known and (entry := self._entry(text))])

    def _entry(self, text: int) -> IndexedText | None:
        """The index entry of a text; None if it was removed or is too short."""
        stored = self._text_of(text)
        if stored is None:
            return None
        prepared = self._keep(text, PreparedText(prepare_text(stored)))
        marks = sketch_of(prepared)
        return IndexedText(text=text, length=len(prepared.letters), marks=marks) if marks else None

    def _add(self, new: list[IndexedText]) -> set[int]:
        """Add texts together, and compare them with the index and with each other."""
        insert_sketches(self._conn, new)
        self._marks = {entry.text: entry.marks for entry in new}
        new_bearers: dict[int, set[int]] = defaultdict(set)
        for entry in new:
            for mark in entry.marks:
                new_bearers[mark].add(entry.text)
        self._bearers = {}
        displaced: set[int] = set()
        most = max(map(len, new_bearers.values()), default=0)
        for mark, listed in texts_by_mark(self._conn, sorted(new_bearers), MAX_TEXTS_PER_MARK + most).items():
            self._bearers[mark] = listed[:MAX_TEXTS_PER_MARK]
            before = [text for text in listed if text not in new_bearers[mark]]
            displaced.update(set(before[:MAX_TEXTS_PER_MARK]).difference(listed[:MAX_TEXTS_PER_MARK]))
        changed: set[int] = set()
        compared: set[int] = set()
        for entry in new:
            changed |= self._compare(entry.text, compared)
            compared.add(entry.text)
        for other in displaced:
            changed |= self._prune(other)
        return changed

    def _remove(self, text: int, marks: list[int]) -> set[int]:
        self._cache.pop(text, None)
        others = near_copies_of(self._conn, text)
        delete_near_copies(self._conn, text, others)
        promoted = set()
        for found in texts_by_mark(self._conn, marks, MAX_TEXTS_PER_MARK + 1).values():
            if text in found[:MAX_TEXTS_PER_MARK]:
                promoted.update(found[MAX_TEXTS_PER_MARK:])
        delete_sketch(self._conn, text, marks)
        self._bearers, self._marks = {}, {}
        changed = others | {text}
        for other in promoted:
            changed |= self._compare(other, near_copies_of(self._conn, other))
        return changed

    def _compare(self, text: int, known: set[int]) -> set[int]:
        """Record the near copies of a text, except known ones. Returns the texts that this joins, or none."""
        prepared = self._prepared(text)
        found = {other for other in self._candidates(text) - known if is_near_copy(prepared, self._prepared(other))}
        insert_near_copies(self._conn, text, found)
        return found | {text} if found else set()

    def _prune(self, text: int) -> set[int]:
        """Drop near copies that are no longer found by marks. Returns the texts that this separates, or none."""
        known = near_copies_of(self._conn, text)
        lost = known - self._candidates(text) if known else known
        delete_near_copies(self._conn, text, lost)
        return lost | {text} if lost else set()

    def _candidates(self, text: int) -> set[int]:
        """The candidates: texts that share enough marks with this one."""
        marks = self._marks_at([text])[text]
        found_by = self._found_by(marks, text)
        of_words = [other for mark in marks if not mark & 1 for other in found_by[mark]]
        by_figures = [other for mark in marks if mark & 1 for other in found_by[mark]]
        candidates = {
            other for other, shared in Counter(of_words + by_figures).items() if shared >= MIN_COMMON_MARKS
        } - {text}
        if has_figure_mark(marks):
            others = candidates.difference(by_figures)
            candidates -= {other for other, its_marks in self._marks_at(others).items() if has_figure_mark(its_marks)}
        return candidates

    def _found_by(self, marks: Sequence[int], text: int) -> dict[int, list[int]]:
        """The bearers of each mark of which the text is a bearer itself."""
        if missing := [mark for mark in marks if mark not in self._bearers]:
            self._bearers |= texts_by_mark(self._conn, missing, MAX_TEXTS_PER_MARK)
        return {mark: found if text in (found := self._bearers[mark]) else [] for mark in marks}

    def _marks_at(self, texts: Iterable[int]) -> dict[int, Sequence[int]]:
        """The marks of texts that are in the index."""
        wanted = set(texts)
        if missing := wanted - self._marks.keys():
            self._marks |= load_sketches(self._conn, missing)
        return {text: self._marks[text] for text in wanted}

    def _prepared(self, text: int) -> PreparedText:
        # A text that is gone but still in the index is a near copy of none.
        return self._cache.get(text) or self._keep(text, PreparedText(prepare_text(self._text_of(text) or "")))

    def _keep(self, text: int, prepared: PreparedText) -> PreparedText:
        if len(self._cache) >= _PREPARED_KEPT:
            del self._cache[next(iter(self._cache))]
        self._cache[text] = prepared
        return prepared
