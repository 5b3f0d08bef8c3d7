"""The index for finding near copies, and the pairs that were found. Derived from the texts of articles alone.

    marks         mark -> texts that contain it, in a pseudo-random order of the mark's own
    marked_texts  text -> its length in letters and its sketch
    likenesses    text -> each near copy of it, in both directions
    unsettled     articles that came or went since the last settling; kept by triggers

A text is identified by a number, the first eight bytes of its hash: all pages with that text count as one text here. A
sketch is a list of marks: the hashes of some of its shingles, 6 bytes each (`pipelines.dedup.sketch`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from db.addresses.parameters import DERIVED_TABLES
from db.store.dedup.threads import any_unthreaded, count_unthreaded

# A mark of a common phrase would lead to any number of texts. A mark finds only the first so many of its texts, in its own
# order; that order depends on the texts' numbers, not on which came first. Clusters of up to about 300 different texts hold
# together: each text is then among the first of at least three marks.
MAX_TEXTS_PER_MARK = 64

_MARK_BYTES = 6
# 2**64 over the golden ratio, odd: multiplying by it scatters 64 bits as well as one multiplication can.
_SCATTER = 0x9E3779B97F4A7C15
_64_BITS = (1 << 64) - 1
_SIGN = 1 << 63

_TEXT = "SELECT text FROM articles WHERE text_hash BETWEEN ? AND ? LIMIT 1"
_TEXTS_BY_MARK = """
SELECT wanted.value,
    (SELECT group_concat(place) FROM (SELECT place FROM marks WHERE mark = wanted.value ORDER BY place LIMIT ?))
FROM json_each(?) wanted
"""
_SKETCHES = "SELECT text, marks FROM marked_texts WHERE text IN (SELECT value FROM json_each(?))"
_LENGTHS = "SELECT text, letters FROM marked_texts WHERE text IN (SELECT value FROM json_each(?))"
_NEAR_COPIES = "SELECT text, other FROM likenesses WHERE text IN (SELECT value FROM json_each(?))"
_UNSETTLED = "SELECT address_key, text_hash FROM unsettled ORDER BY address_key, text_hash LIMIT ?"
_UNDECIDED = """
INSERT OR IGNORE INTO unsettled
SELECT address_key, text_hash FROM articles WHERE page_id NOT IN (SELECT page_id FROM decisions)
"""
_ALL_UNSETTLED = "INSERT OR IGNORE INTO unsettled SELECT DISTINCT address_key, text_hash FROM articles"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedText:
    """A text in the index: its number, its length in letters, its sketch."""

    text: int
    length: int
    marks: Sequence[int]


def text_number(text_hash: bytes) -> int:
    """The number of a text: 64 bits, signed, as SQLite stores them."""
    return int.from_bytes(text_hash[:8], "big", signed=True)


def load_text(conn: sqlite3.Connection, text: int) -> str | None:
    """The text with that number, from one of its pages; None if no article has it."""
    start = text.to_bytes(8, "big", signed=True)
    row = conn.execute(_TEXT, (start, start + b"\xff" * 9)).fetchone()
    return row[0] if row else None


def insert_sketches(conn: sqlite3.Connection, entries: Collection[IndexedText]) -> None:
    """Add texts to the index."""
    texts = [
        (entry.text, entry.length, b"".join(mark.to_bytes(_MARK_BYTES, "big") for mark in entry.marks))
        for entry in entries
    ]
    conn.executemany("INSERT INTO marked_texts (text, letters, marks) VALUES (?, ?, ?)", texts)
    # Sorted as the table is, so that each of its pages is looked up once.
    rows = sorted((mark, entry.text ^ _key(mark)) for entry in entries for mark in entry.marks)
    conn.executemany("INSERT INTO marks (mark, place) VALUES (?, ?)", rows)


def delete_sketch(conn: sqlite3.Connection, text: int, sketch: Sequence[int]) -> None:
    """Remove a text from the index. Its near copies are removed separately."""
    conn.execute("DELETE FROM marked_texts WHERE text = ?", (text,))
    rows = [(mark, text ^ _key(mark)) for mark in sketch]
    conn.executemany("DELETE FROM marks WHERE (mark, place) = (?, ?)", rows)


def load_sketches(conn: sqlite3.Connection, texts: Iterable[int]) -> dict[int, list[int]]:
    """The sketches of those of the texts that are in the index."""
    return {
        text: [int.from_bytes(packed[at : at + _MARK_BYTES], "big") for at in range(0, len(packed), _MARK_BYTES)]
        for text, packed in conn.execute(_SKETCHES, (json.dumps(list(texts)),))
    }


def load_text_lengths(conn: sqlite3.Connection, texts: Iterable[int]) -> dict[int, int]:
    """The lengths in letters of those of the texts that are in the index: all that are long enough to be copies."""
    return dict(conn.execute(_LENGTHS, (json.dumps(list(texts)),)).fetchall())


def texts_by_mark(conn: sqlite3.Connection, marks: Iterable[int], limit: int) -> dict[int, list[int]]:
    """The first `limit` texts of each mark, in its order. A mark finds MAX_TEXTS_PER_MARK of them; one more
    would be next.
    """
    found = {}
    for mark, places in conn.execute(_TEXTS_BY_MARK, (limit, json.dumps(list(marks)))):
        key = _key(mark)
        found[mark] = [place ^ key for place in sorted(map(int, places.split(",")))] if places else []
    return found


def near_copy_pairs(conn: sqlite3.Connection, texts: Iterable[int]) -> list[tuple[int, int]]:
    """The pairs of each of these texts with each of its near copies."""
    return conn.execute(_NEAR_COPIES, (json.dumps(list(texts)),)).fetchall()


def near_copies_of(conn: sqlite3.Connection, text: int) -> set[int]:
    """The near copies of a text."""
    return {other for (other,) in conn.execute("SELECT other FROM likenesses WHERE text = ?", (text,))}


def insert_near_copies(conn: sqlite3.Connection, text: int, others: Iterable[int]) -> None:
    """Record that a text and each of the others are near copies."""
    pairs = [pair for other in others for pair in ((text, other), (other, text))]
    conn.executemany("INSERT OR IGNORE INTO likenesses (text, other) VALUES (?, ?)", pairs)


def delete_near_copies(conn: sqlite3.Connection, text: int, others: Iterable[int]) -> None:
    """Delete the pairs of a text and each of the others."""
    pairs = [pair for other in others for pair in ((text, other), (other, text))]
    conn.executemany("DELETE FROM likenesses WHERE (text, other) = (?, ?)", pairs)


def unsettled_articles(conn: sqlite3.Connection, limit: int) -> list[tuple[str, bytes]]:
    """Address key and text hash of articles that came or went since they were settled, at most `limit` pairs."""
    return conn.execute(_UNSETTLED, (limit,)).fetchall()


def count_undecided(conn: sqlite3.Connection) -> int:
    """How many pairs of address key and text hash wait to be settled."""
    return int(conn.execute("SELECT count(*) FROM unsettled").fetchone()[0])


def count_unsettled(conn: sqlite3.Connection) -> int:
    """The same, and articles to be placed in threads: how much settling has to do."""
    return count_undecided(conn) + count_unthreaded(conn)


def any_unsettled(conn: sqlite3.Connection) -> bool:
    """Whether anything waits to be settled and can be settled now."""
    return bool(unsettled_articles(conn, 1)) or any_unthreaded(conn)


def unsettle_undecided(conn: sqlite3.Connection) -> None:
    """Mark articles without a decision as unsettled, for example after somebody deleted decisions by hand."""
    conn.execute(_UNDECIDED)


def mark_settled(conn: sqlite3.Connection, rows: Iterable[tuple[str, bytes]]) -> None:
    """Remove these pairs from `unsettled`."""
    conn.executemany("DELETE FROM unsettled WHERE (address_key, text_hash) = (?, ?)", rows)


def drop_derived_rows(conn: sqlite3.Connection) -> None:
    """Delete sketches, near copies, and the verdicts on claims and parameters, and mark all articles as unsettled."""
    for table in ("marks", "marked_texts", "likenesses", "claims", *DERIVED_TABLES):
        conn.execute(f"DELETE FROM {table}")
    conn.execute(_ALL_UNSETTLED)


def _key(mark: int) -> int:
    """Number to XOR with a text's number to get its place among the mark's texts, and back."""
    key = ((mark * _SCATTER) ^ _SIGN) & _64_BITS
    return key - (1 << 64) if key & _SIGN else key
