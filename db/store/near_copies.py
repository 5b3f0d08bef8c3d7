"""The index by which copies are found, and the likenesses that were found. Derived: it follows from the articles' texts alone.

    marks         mark -> the texts that have it, in an order of the mark's own
    marked_texts  text -> how many letters it has, its marks
    likenesses    text -> each text that is alike, both ways round
    unsettled     what articles came and went since the last settling, kept by triggers

A text is known by its number, the first eight bytes of its hash: all pages with that text are one text here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from db.addresses.parameters import DERIVED_TABLES

# A mark of a common phrase would lead to texts without number. Of each mark's texts only the first so many, in the mark's own
# order, are found by it; the order is by the texts' numbers, so it does not depend on which came first. Clusters of up to
# about 300 different texts hold together: each text is then among the first of three marks and more.
MAX_TEXTS_PER_SHINGLE = 64

_MARK_BYTES = 6
_SPREAD = (
    0x9E3779B97F4A7C15  # 2**64 over the golden ratio, odd: as good a scatter of 64 bits as one multiplication gives
)
_ALL = (1 << 64) - 1
_SIGN = 1 << 63

_LETTERS = "SELECT text FROM articles WHERE text_hash BETWEEN ? AND ? LIMIT 1"
_BEARERS = """
SELECT wanted.value,
    (SELECT group_concat(place) FROM (SELECT place FROM marks WHERE mark = wanted.value ORDER BY place LIMIT ?))
FROM json_each(?) wanted
"""
_MARKS = "SELECT text, marks FROM marked_texts WHERE text IN (SELECT value FROM json_each(?))"
_LENGTHS = "SELECT text, letters FROM marked_texts WHERE text IN (SELECT value FROM json_each(?))"
_LIKENESSES = "SELECT text, other FROM likenesses WHERE text IN (SELECT value FROM json_each(?))"
_UNSETTLED = "SELECT address_key, text_hash FROM unsettled ORDER BY address_key, text_hash LIMIT ?"
_UNDECIDED = """
INSERT OR IGNORE INTO unsettled
SELECT address_key, text_hash FROM articles WHERE page_id NOT IN (SELECT page_id FROM decisions)
"""
_ALL_UNSETTLED = "INSERT OR IGNORE INTO unsettled SELECT DISTINCT address_key, text_hash FROM articles"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedText:
    """A text as the index has it: its number, how many letters it has, its marks."""

    text: int
    letters: int
    marks: Sequence[int]


def text_number(text_hash: bytes) -> int:
    """The number of a text, of 64 bits with sign, as SQLite keeps them."""
    return int.from_bytes(text_hash[:8], "big", signed=True)


def load_text(conn: sqlite3.Connection, text: int) -> str | None:
    """The text of that number, as one of its pages has it; None where no article has it."""
    start = text.to_bytes(8, "big", signed=True)
    row = conn.execute(_LETTERS, (start, start + b"\xff" * 9)).fetchone()
    return row[0] if row else None


def insert_sketches(conn: sqlite3.Connection, entries: Collection[IndexedText]) -> None:
    """Put texts into the index."""
    texts = [
        (entry.text, entry.letters, b"".join(mark.to_bytes(_MARK_BYTES, "big") for mark in entry.marks))
        for entry in entries
    ]
    conn.executemany("INSERT INTO marked_texts (text, letters, marks) VALUES (?, ?, ?)", texts)
    # In the order of the table, so that a page of it is looked up once.
    rows = sorted((mark, entry.text ^ _key(mark)) for entry in entries for mark in entry.marks)
    conn.executemany("INSERT INTO marks (mark, place) VALUES (?, ?)", rows)


def delete_sketch(conn: sqlite3.Connection, text: int, marks: Sequence[int]) -> None:
    """Take a text out of the index, with its likenesses."""
    conn.execute("DELETE FROM marked_texts WHERE text = ?", (text,))
    conn.executemany("DELETE FROM marks WHERE (mark, place) = (?, ?)", [(mark, text ^ _key(mark)) for mark in marks])


def load_sketches(conn: sqlite3.Connection, texts: Iterable[int]) -> dict[int, list[int]]:
    """The marks of those of the texts that are in the index."""
    return {
        text: [int.from_bytes(packed[at : at + _MARK_BYTES], "big") for at in range(0, len(packed), _MARK_BYTES)]
        for text, packed in conn.execute(_MARKS, (json.dumps(list(texts)),))
    }


def load_text_lengths(conn: sqlite3.Connection, texts: Iterable[int]) -> dict[int, int]:
    """How many letters those of the texts have that are in the index: all that are long enough to be copies."""
    return dict(conn.execute(_LENGTHS, (json.dumps(list(texts)),)).fetchall())


def texts_by_shingle(conn: sqlite3.Connection, marks: Iterable[int], limit: int) -> dict[int, list[int]]:
    """The first texts of each mark in its order, at most `limit`: up to BEARERS are found by it, one more would be next."""
    found = {}
    for mark, places in conn.execute(_BEARERS, (limit, json.dumps(list(marks)))):
        key = _key(mark)
        found[mark] = [place ^ key for place in sorted(map(int, places.split(",")))] if places else []
    return found


def near_copy_pairs(conn: sqlite3.Connection, texts: Iterable[int]) -> list[tuple[int, int]]:
    """The pairs of each of these texts and any that is alike."""
    return conn.execute(_LIKENESSES, (json.dumps(list(texts)),)).fetchall()


def near_copies_of(conn: sqlite3.Connection, text: int) -> set[int]:
    """The texts that are alike."""
    return {other for (other,) in conn.execute("SELECT other FROM likenesses WHERE text = ?", (text,))}


def insert_near_copies(conn: sqlite3.Connection, text: int, others: Iterable[int]) -> None:
    """Record that a text and each of the others are alike."""
    pairs = [pair for other in others for pair in ((text, other), (other, text))]
    conn.executemany("INSERT OR IGNORE INTO likenesses (text, other) VALUES (?, ?)", pairs)


def delete_near_copies(conn: sqlite3.Connection, text: int, others: Iterable[int]) -> None:
    """Take that back."""
    pairs = [pair for other in others for pair in ((text, other), (other, text))]
    conn.executemany("DELETE FROM likenesses WHERE (text, other) = (?, ?)", pairs)


def unsettled_articles(conn: sqlite3.Connection, limit: int) -> list[tuple[str, bytes]]:
    """Address key and text hash of articles that came or went since they were settled, at most `limit` pairs."""
    return conn.execute(_UNSETTLED, (limit,)).fetchall()


def count_unsettled(conn: sqlite3.Connection) -> int:
    """How many pairs of address and text wait to be settled."""
    return int(conn.execute("SELECT count(*) FROM unsettled").fetchone()[0])


def any_unsettled(conn: sqlite3.Connection) -> bool:
    """Whether anything waits to be settled."""
    return conn.execute("SELECT 1 FROM unsettled LIMIT 1").fetchone() is not None


def unsettle_undecided(conn: sqlite3.Connection) -> None:
    """Call articles unsettled that have no decision, as when somebody dropped decisions by hand."""
    conn.execute(_UNDECIDED)


def mark_settled(conn: sqlite3.Connection, rows: Iterable[tuple[str, bytes]]) -> None:
    """These were looked at."""
    conn.executemany("DELETE FROM unsettled WHERE (address_key, text_hash) = (?, ?)", rows)


def drop_derived_rows(conn: sqlite3.Connection) -> None:
    """Forget marks, likenesses and what was thought of claims and of parameters, and call all articles unsettled."""
    for table in ("marks", "marked_texts", "likenesses", "claims", *DERIVED_TABLES):
        conn.execute(f"DELETE FROM {table}")
    conn.execute(_ALL_UNSETTLED)


def _key(mark: int) -> int:
    """What a text's number is crossed with for its place among the mark's texts, and its place for the number."""
    key = ((mark * _SPREAD) ^ _SIGN) & _ALL
    return key - (1 << 64) if key & _SIGN else key
