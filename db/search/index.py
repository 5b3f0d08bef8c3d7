"""The index that search looks things up in: for each article page its grams, in one FTS5 table. Derived, it follows from the rows.

    articles, credits ──triggers──> unindexed ──index_page──> search_index (page id -> grams)

    gram       anywhere in title, subtitle, text, names, source
    _h gram    in title, names or source: what weighs more
    _p gram    in the name of an author, editor or proofreader
    _s 12      crawled from source 12        _l zh       language        _y 2026, _m 202611, _d 20261124    time, UTC
    _a         every page

The table keeps no text and no positions (`content=''`, `detail=none`), only which pages have a gram: a third of the bytes that
positions take. What it finds is therefore looked through in the text (`db.queries.search`), and a leftover in it does no harm.
Any SQLite tool can read it from end to end: a row for each page, whose `grams` are NULL.

The grams are made in Python, so triggers cannot make them. They note in `unindexed` which articles wait, whoever wrote them, and
our own writers index in the same transaction. Before an article's rows go, `drop_page` takes its grams out, which it makes again
from the rows: so it must be called first.
"""

from __future__ import annotations

import sqlite3
import zlib
from functools import cache

from db.search.tokenizer import grams

# Raised when what is put into the index changes.
_MADE = 1

_DOCUMENT = """
SELECT a.title, a.subtitle, a.text, a.source, a.language, coalesce(a.published_utc, p.fetched_at), p.source_id,
       (SELECT group_concat(name, char(10)) FROM credits c WHERE c.page_id = a.page_id)
FROM articles a JOIN pages p ON p.id = a.page_id WHERE a.page_id = ?
"""
_IS_UNINDEXED = "SELECT 1 FROM unindexed WHERE page_id = ?"


def fold(text: str) -> str:
    """`db.text_folding.fold`, imported with the first text: numpy takes 80 ms, and most commands and crawls index nothing."""
    from db.text_folding import fold as real

    return real(text)


@cache
def version() -> str:
    """What the grams depend on: how they are made, and the table by which Han characters are folded."""
    from db.text_folding import simplified_table

    return f"{_MADE}-{zlib.crc32(simplified_table().tobytes()):08x}"


def load_tables() -> None:
    """Make the tables by which articles are indexed. It takes 60 ms: who is to write them does it before his first transaction."""
    grams(fold("ready"))


def index_page(conn: sqlite3.Connection, page_id: int) -> None:
    """Put an article page into the index. In the transaction that wrote its rows."""
    document = document_of(conn, page_id)
    if document is not None:
        conn.execute("INSERT INTO search_index (rowid, grams) VALUES (?, ?)", (page_id, document))
    conn.execute("DELETE FROM unindexed WHERE page_id = ?", (page_id,))


def drop_page(conn: sqlite3.Connection, page_id: int) -> None:
    """Take a page out of the index, if it is in there. In the transaction that drops its rows, before they go."""
    if conn.execute(_IS_UNINDEXED, (page_id,)).fetchone() is not None:
        return
    document = document_of(conn, page_id)
    if document is not None:
        values = ("delete", page_id, document)
        conn.execute("INSERT INTO search_index (search_index, rowid, grams) VALUES (?, ?, ?)", values)


def document_of(conn: sqlite3.Connection, page_id: int) -> str | None:
    """What the index has of an article page, as one string; None where it is none."""
    row = conn.execute(_DOCUMENT, (page_id,)).fetchone()
    if row is None:
        return None
    title, subtitle, text, source, language, at, source_id, people = row
    people = fold(people or "")
    head = grams(fold(f"{title}\n{source or ''}")) | (names := grams(people))
    found = [*(head | grams(fold(f"{subtitle or ''}\n{text}")))]
    found += [f"_h{gram}" for gram in head]
    found += [f"_p{gram}" for gram in names]
    found += ["_a", f"_s{source_id}", f"_y{at[:4]}", f"_m{at[:4]}{at[5:7]}", f"_d{at[:4]}{at[5:7]}{at[8:10]}"]
    found += language_grams(language or "")
    return " ".join(found)


def language_grams(tag: str) -> list[str]:
    """What a language goes by: of zh-TW both "zh" and "zhtw"."""
    parts = ["".join(filter(str.isalnum, part)) for part in fold(tag).replace("_", "-").split("-")]
    return [f"_l{one}" for one in dict.fromkeys((parts[0], "".join(parts))) if one]


def count_unindexed(conn: sqlite3.Connection) -> int:
    """How many articles wait to be indexed."""
    return int(conn.execute("SELECT count(*) FROM unindexed").fetchone()[0])


def reset_index(conn: sqlite3.Connection) -> None:
    """Empty the index, and call every article unindexed. In a transaction of the caller's."""
    conn.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    conn.execute("INSERT OR IGNORE INTO unindexed SELECT page_id FROM articles")
    conn.execute("DELETE FROM search_version")
    conn.execute("INSERT INTO search_version VALUES (?)", (version(),))


def count_inconsistencies(conn: sqlite3.Connection) -> tuple[int, int]:
    """How many articles are neither in the index nor wait, and how many pages are in the index that are no articles."""
    inside = "SELECT rowid FROM search_index WHERE search_index MATCH '_a'"
    missing = (
        f"SELECT count(*) FROM (SELECT page_id FROM articles EXCEPT SELECT page_id FROM unindexed EXCEPT {inside})"
    )
    left = f"SELECT count(*) FROM ({inside} EXCEPT SELECT page_id FROM articles)"
    return tuple(int(conn.execute(query).fetchone()[0]) for query in (missing, left))  # type: ignore[return-value]


def stored_version(conn: sqlite3.Connection) -> str:
    """The `version` that the index was made by."""
    row = conn.execute("SELECT version FROM search_version").fetchone()
    return str(row[0]) if row else ""
