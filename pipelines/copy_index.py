"""Keeping the index of near copies: which texts are alike, found by their marks, decided by their letters.

Two texts are compared when the marks that they share, and of which both are bearers, make them `worth_comparing`. That is a
matter of the set of texts alone, and so are the likenesses. A text that comes may take another's place among a mark's bearers,
and one that goes makes room: both are looked at again, so that any order of coming and going ends alike.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable

from db.likenesses import (
    BEARERS,
    bearers,
    drop_likeness,
    drop_marks,
    get_marks,
    likenesses_of,
    put_likeness,
    put_marks,
)
from pipelines.likeness import Proof, alike, letters_of
from pipelines.marks import LEAST_COMMON, marks_of, worth_comparing

# Proofs kept at hand: the bearers of a template's marks are compared with again and again. About 200 kB each.
_PROOFS = 200

TextOf = Callable[[int], str | None]


class CopyIndex:
    """The index over one connection. `text_of` gives a text by its number, None where it is gone."""

    def __init__(self, conn: sqlite3.Connection, text_of: TextOf) -> None:
        self._conn = conn
        self._text_of = text_of
        self._proofs: dict[int, Proof] = {}

    def update(self, texts: Iterable[int]) -> set[int]:
        """Make the index agree with which of these texts there are. Gives the texts whose likenesses changed."""
        changed: set[int] = set()
        new = []
        for text in sorted(set(texts)):
            marks, present = get_marks(self._conn, text), self._text_of(text) is not None
            if marks is not None and not present:
                changed |= self._remove(text, marks)
            elif marks is None and present:
                new.append(text)
        for text in new:
            changed |= self._add(text)
        return changed

    def _add(self, text: int) -> set[int]:
        marks = marks_of(self._proof(text))
        if not marks:
            return set()
        put_marks(self._conn, text, marks)
        displaced = set()
        for mark in marks:
            found = bearers(self._conn, mark, BEARERS + 1)
            if text in found[:BEARERS]:
                displaced.update(found[BEARERS:])
        changed = self._compare(text)
        for other in displaced:
            changed |= self._prune(other)
        return changed

    def _remove(self, text: int, marks: list[int]) -> set[int]:
        self._proofs.pop(text, None)
        others = likenesses_of(self._conn, text)
        for other in others:
            drop_likeness(self._conn, text, other)
        promoted = set()
        for mark in marks:
            found = bearers(self._conn, mark, BEARERS + 1)
            if text in found[:BEARERS]:
                promoted.update(found[BEARERS:])
        drop_marks(self._conn, text, marks)
        changed = others | {text}
        for other in promoted:
            changed |= self._compare(other)
        return changed

    def _compare(self, text: int) -> set[int]:
        """Record which of the texts that share marks are alike. Gives the texts that this joins, or none."""
        near = self._near(text) - likenesses_of(self._conn, text)
        found = {other for other in near if self._alike(text, other)}
        for other in found:
            put_likeness(self._conn, text, other)
        return found | {text} if found else set()

    def _prune(self, text: int) -> set[int]:
        """Take back the likenesses that are no longer found. Gives the texts that this parts, or none."""
        known = likenesses_of(self._conn, text)
        if not known:
            return set()
        lost = known - self._near(text)
        for other in lost:
            drop_likeness(self._conn, text, other)
        return lost | {text} if lost else set()

    def _near(self, text: int) -> set[int]:
        """The texts worth comparing with this one."""
        marks = get_marks(self._conn, text) or []
        common: dict[int, list[int]] = defaultdict(list)
        for mark in marks:
            found = bearers(self._conn, mark, BEARERS)
            if text in found:
                for other in found:
                    common[other].append(mark)
        common.pop(text, None)
        return {
            other
            for other, shared in common.items()
            if len(shared) >= LEAST_COMMON and worth_comparing(marks, get_marks(self._conn, other) or [], shared)
        }

    def _alike(self, text: int, other: int) -> bool:
        return alike(self._proof(text), self._proof(other))

    def _proof(self, text: int) -> Proof:
        proof = self._proofs.get(text)
        if proof is None:
            if len(self._proofs) >= _PROOFS:
                del self._proofs[next(iter(self._proofs))]
            # A text that is gone and not yet taken out is like none.
            proof = self._proofs[text] = Proof(letters_of(self._text_of(text) or ""))
        return proof
