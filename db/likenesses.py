"""The index by which copies are found, and the likenesses that were found. Derived: it follows from the articles' texts alone.

    marks         mark -> the texts that have it, in an order of the mark's own
    marked_texts  text -> its marks
    likenesses    text -> each text that is alike, both ways round
    unsettled     what articles came and went since the last settling, kept by triggers

A text is known by its number, the first eight bytes of its hash: all pages with that text are one text here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

# A mark of a common phrase would lead to texts without number. Of each mark's texts only the first so many, in the mark's own
# order, are found by it; the order is by the texts' numbers, so it does not depend on which came first. Clusters of up to
# about 300 different texts hold together: each text is then among the first of three marks and more.
BEARERS = 64

_MARK_BYTES = 6
_SPREAD = (
    0x9E3779B97F4A7C15  # 2**64 over the golden ratio, odd: as good a scatter of 64 bits as one multiplication gives
)
_ALL = (1 << 64) - 1

_LETTERS = "SELECT text FROM articles WHERE text_hash BETWEEN ? AND ? LIMIT 1"
_BEARERS = "SELECT place FROM marks WHERE mark = ? ORDER BY place LIMIT ?"
_UNSETTLED = "SELECT address_key, text_hash FROM unsettled ORDER BY address_key, text_hash"


def text_number(text_hash: bytes) -> int:
    """The number of a text, of 64 bits with sign, as SQLite keeps them."""
    return int.from_bytes(text_hash[:8], "big", signed=True)


def text_of(conn: sqlite3.Connection, text: int) -> str | None:
    """The text of that number, as one of its pages has it; None where no article has it."""
    start = text.to_bytes(8, "big", signed=True)
    row = conn.execute(_LETTERS, (start, start + b"\xff" * 9)).fetchone()
    return row[0] if row else None


def put_marks(conn: sqlite3.Connection, text: int, marks: Sequence[int]) -> None:
    """Enter a text in the index."""
    packed = b"".join(mark.to_bytes(_MARK_BYTES, "big") for mark in marks)
    conn.execute("INSERT INTO marked_texts (text, marks) VALUES (?, ?)", (text, packed))
    conn.executemany("INSERT INTO marks (mark, place) VALUES (?, ?)", [(mark, _place(mark, text)) for mark in marks])


def drop_marks(conn: sqlite3.Connection, text: int, marks: Sequence[int]) -> None:
    """Take a text out of the index, with its likenesses."""
    conn.execute("DELETE FROM marked_texts WHERE text = ?", (text,))
    conn.executemany("DELETE FROM marks WHERE (mark, place) = (?, ?)", [(mark, _place(mark, text)) for mark in marks])


def get_marks(conn: sqlite3.Connection, text: int) -> list[int] | None:
    """The marks of a text; None where it is not in the index."""
    row = conn.execute("SELECT marks FROM marked_texts WHERE text = ?", (text,)).fetchone()
    if row is None:
        return None
    packed = row[0]
    return [int.from_bytes(packed[at : at + _MARK_BYTES], "big") for at in range(0, len(packed), _MARK_BYTES)]


def bearers(conn: sqlite3.Connection, mark: int, limit: int) -> list[int]:
    """The first texts of a mark in its order, at most `limit`: up to BEARERS are found by it, one more would be next."""
    return [_text(mark, place) for (place,) in conn.execute(_BEARERS, (mark, limit))]


def likenesses_of(conn: sqlite3.Connection, text: int) -> set[int]:
    """The texts that are alike."""
    return {other for (other,) in conn.execute("SELECT other FROM likenesses WHERE text = ?", (text,))}


def put_likeness(conn: sqlite3.Connection, text: int, other: int) -> None:
    """Record that two texts are alike."""
    conn.executemany("INSERT OR IGNORE INTO likenesses (text, other) VALUES (?, ?)", [(text, other), (other, text)])


def drop_likeness(conn: sqlite3.Connection, text: int, other: int) -> None:
    """Take that back."""
    pairs = [(text, other), (other, text)]
    conn.executemany("DELETE FROM likenesses WHERE (text, other) = (?, ?)", pairs)


def unsettled(conn: sqlite3.Connection) -> list[tuple[str, bytes]]:
    """Address key and text hash of the articles that came or went since the last settling."""
    return conn.execute(_UNSETTLED).fetchall()


def settled(conn: sqlite3.Connection, rows: Iterable[tuple[str, bytes]]) -> None:
    """These were looked at."""
    conn.executemany("DELETE FROM unsettled WHERE (address_key, text_hash) = (?, ?)", rows)


def drop_index(conn: sqlite3.Connection) -> None:
    """Forget everything and call all articles unsettled."""
    for table in ("marks", "marked_texts", "likenesses", "unsettled"):
        conn.execute(f"DELETE FROM {table}")
    conn.execute("INSERT INTO unsettled (address_key, text_hash) SELECT DISTINCT address_key, text_hash FROM articles")


def _place(mark: int, text: int) -> int:
    place = ((text & _ALL) ^ (mark * _SPREAD)) & _ALL
    return place - (1 << 63)


def _text(mark: int, place: int) -> int:
    text = ((place + (1 << 63)) ^ (mark * _SPREAD)) & _ALL
    return text - (1 << 64) if text >> 63 else text
