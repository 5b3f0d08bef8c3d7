"""Keeping the index of near copies: which texts are alike, found by their marks, decided by their letters.

Two texts are compared when they share marks enough of which both are bearers, among them one of figures if both have such. That is
a matter of the set of texts alone, and so are the likenesses. A text that comes may take another's place among a mark's bearers,
and one that goes makes room: both are looked at again, so that any order of coming and going ends alike.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from db.store.near_copies import (
    MAX_TEXTS_PER_SHINGLE,
    IndexedText,
    delete_near_copies,
    delete_sketch,
    insert_near_copies,
    insert_sketches,
    load_sketches,
    near_copies_of,
    texts_by_shingle,
)
from pipelines.dedup.normalize import prepare_text
from pipelines.dedup.similarity import PreparedText, is_near_copy
from pipelines.dedup.sketch import MIN_COMMON_MARKS, has_figure_mark, sketch_of

# Proofs kept at hand: the bearers of a template's marks are compared with again and again. About 150 kB each.
_PROOFS = 200

TextOf = Callable[[int], str | None]


class CopyIndex:
    """The index over one connection. `text_of` gives a text by its number, None where it is gone."""

    def __init__(self, conn: sqlite3.Connection, text_of: TextOf) -> None:
        self._conn = conn
        self._text_of = text_of
        self._proofs: dict[int, PreparedText] = {}
        # What was read of the index since it last changed.
        self._bearers: dict[int, list[int]] = {}
        self._marks: dict[int, Sequence[int]] = {}

    def update(self, texts: Iterable[int]) -> set[int]:
        """Make the index agree with which of these texts there are. Gives the texts whose likenesses changed."""
        changed: set[int] = set()
        wanted = sorted(set(texts))
        known = load_sketches(self._conn, wanted)
        for text, marks in known.items():
            if self._text_of(text) is None:
                changed |= self._remove(text, marks)
        return changed | self._enter([entry for text in wanted if text not in known and (entry := self._entry(text))])

    def _entry(self, text: int) -> IndexedText | None:
        """How a text is to stand in the index; None where it is gone, or too short."""
        written = self._text_of(text)
        if written is None:
            return None
        proof = self._keep(text, PreparedText(prepare_text(written)))
        marks = sketch_of(proof)
        return IndexedText(text=text, length=len(proof.letters), shingles=marks) if marks else None

    def _enter(self, new: list[IndexedText]) -> set[int]:
        """Put texts in, all at once, and compare them with what is there and with each other."""
        insert_sketches(self._conn, new)
        self._marks = {entry.text: entry.shingles for entry in new}
        comers: dict[int, set[int]] = defaultdict(set)
        for entry in new:
            for mark in entry.shingles:
                comers[mark].add(entry.text)
        self._bearers = {}
        displaced: set[int] = set()
        most = max(map(len, comers.values()), default=0)
        for mark, listed in texts_by_shingle(self._conn, sorted(comers), MAX_TEXTS_PER_SHINGLE + most).items():
            self._bearers[mark] = listed[:MAX_TEXTS_PER_SHINGLE]
            before = [text for text in listed if text not in comers[mark]]
            displaced.update(set(before[:MAX_TEXTS_PER_SHINGLE]).difference(listed[:MAX_TEXTS_PER_SHINGLE]))
        changed: set[int] = set()
        compared: set[int] = set()
        for entry in new:
            changed |= self._compare(entry.text, compared)
            compared.add(entry.text)
        for other in displaced:
            changed |= self._prune(other)
        return changed

    def _remove(self, text: int, marks: list[int]) -> set[int]:
        self._proofs.pop(text, None)
        others = near_copies_of(self._conn, text)
        delete_near_copies(self._conn, text, others)
        promoted = set()
        for found in texts_by_shingle(self._conn, marks, MAX_TEXTS_PER_SHINGLE + 1).values():
            if text in found[:MAX_TEXTS_PER_SHINGLE]:
                promoted.update(found[MAX_TEXTS_PER_SHINGLE:])
        delete_sketch(self._conn, text, marks)
        self._bearers, self._marks = {}, {}
        changed = others | {text}
        for other in promoted:
            changed |= self._compare(other, near_copies_of(self._conn, other))
        return changed

    def _compare(self, text: int, known: set[int]) -> set[int]:
        """Record which texts that share marks are alike, but for the known ones. Gives the texts that this joins, or none."""
        proof = self._proof(text)
        found = {other for other in self._near(text) - known if is_near_copy(proof, self._proof(other))}
        insert_near_copies(self._conn, text, found)
        return found | {text} if found else set()

    def _prune(self, text: int) -> set[int]:
        """Take back the likenesses that are no longer found. Gives the texts that this parts, or none."""
        known = near_copies_of(self._conn, text)
        lost = known - self._near(text) if known else known
        delete_near_copies(self._conn, text, lost)
        return lost | {text} if lost else set()

    def _near(self, text: int) -> set[int]:
        """The texts worth comparing with this one."""
        marks = self._marks_at([text])[text]
        found_by = self._found_by(marks, text)
        of_words = [other for mark in marks if not mark & 1 for other in found_by[mark]]
        by_figures = [other for mark in marks if mark & 1 for other in found_by[mark]]
        near = {other for other, shared in Counter(of_words + by_figures).items() if shared >= MIN_COMMON_MARKS} - {
            text
        }
        if has_figure_mark(marks):
            others = near.difference(by_figures)
            near -= {other for other, its_marks in self._marks_at(others).items() if has_figure_mark(its_marks)}
        return near

    def _found_by(self, marks: Sequence[int], text: int) -> dict[int, list[int]]:
        """The bearers of each mark, if the text is one of them."""
        if missing := [mark for mark in marks if mark not in self._bearers]:
            self._bearers |= texts_by_shingle(self._conn, missing, MAX_TEXTS_PER_SHINGLE)
        return {mark: found if text in (found := self._bearers[mark]) else [] for mark in marks}

    def _marks_at(self, texts: Iterable[int]) -> dict[int, Sequence[int]]:
        """The marks of texts that are in the index."""
        wanted = set(texts)
        if missing := wanted - self._marks.keys():
            self._marks |= load_sketches(self._conn, missing)
        return {text: self._marks[text] for text in wanted}

    def _proof(self, text: int) -> PreparedText:
        # A text that is gone and not yet taken out is like none.
        return self._proofs.get(text) or self._keep(text, PreparedText(prepare_text(self._text_of(text) or "")))

    def _keep(self, text: int, proof: PreparedText) -> PreparedText:
        if len(self._proofs) >= _PROOFS:
            del self._proofs[next(iter(self._proofs))]
        self._proofs[text] = proof
        return proof
