"""The search index: the grams of each article page, in one FTS5 table. Derived from the rows.

    articles, credits ──triggers──> unindexed ──index_pages──> search_index (page id -> grams)

    gram       anywhere in title, subtitle, text, names, outlets (who published it, and who did so first)
    _h gram    in title, names or outlets, which weigh more
    _p gram    in the name of an author, editor or proofreader
    _s 12      crawled from source 12        _l zh       language        _y 2026, _m 202611, _d 20261124    time, UTC
    _a         every page

The table stores neither text nor positions (`content=''`, `detail=none`), only which pages have a gram: a third of the
bytes of an index with positions. So its results are checked against the text (`db.queries.search`), and a stale entry
does no harm. Any SQLite tool can read it from end to end: one row for each page, whose `grams` are NULL.

Grams are computed in Python, so triggers cannot maintain them. Triggers record in `unindexed` which articles wait,
whoever wrote them, and our own writers index in the same transaction. FTS5 needs the old grams to delete an entry;
`load_indexed` and `remove_pages` read them from the rows, so they must be called before the rows are deleted.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection, Mapping, Set
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from db.search.tokenizer import grams
from db.sqlite.named_rows import named_rows

# To be raised when the content of the index changes.
_FORMAT = 2
# Pages that are looked for to see whether the index is sound: some milliseconds.
_TRIED = 20

_DOCUMENT = """
SELECT a.title, a.subtitle, a.text, a.source, a.original_source, a.language, p.source_id,
       coalesce(a.published_utc, p.fetched_at) AS at,
       (SELECT group_concat(name, char(10)) FROM credits c WHERE c.page_id = a.page_id) AS people
FROM articles a JOIN pages p ON p.id = a.page_id WHERE a.page_id = ?
"""
_SOME = """
SELECT page_id FROM articles WHERE page_id NOT IN (SELECT page_id FROM unindexed) ORDER BY random() LIMIT ?
"""
_IS_UNINDEXED = "SELECT 1 FROM unindexed WHERE page_id = ?"


def fold(text: str) -> str:
    """`db.text.folding.fold`, imported with the first text: numpy takes 80 ms, and most commands index nothing."""
    from db.text.folding import fold as real

    return real(text)


@cache
def index_version() -> str:
    """What the grams depend on: the format of the index, and the table that folds Han characters."""
    from db.text.folding import simplified_table

    return f"{_FORMAT}-{zlib.crc32(simplified_table().tobytes()):08x}"


def load_tables() -> None:
    """Load the tables needed for indexing. It takes 60 ms: a writer calls it before its first transaction."""
    grams(fold("prêt 报"))  # ASCII needs no tables, folded or not


class IndexedPage(NamedTuple):
    """What the index has of an article page: the grams of all but subtitle and text, and these two, which give the others."""

    named: frozenset[str]
    text: str


def index_pages(
    conn: sqlite3.Connection, page_ids: Collection[int], before: Mapping[int, IndexedPage] = MappingProxyType({})
) -> None:
    """Add article pages to the index, in the transaction that inserted their rows, with no other statement between them. `before`:
    what `load_indexed` gave for those that were in it; only what differs is written.

    FTS5 gathers what is added in memory, but writes it out as a segment of its own, to be merged with others later, whenever a
    statement that may fail half-way begins: one on a table with triggers or keys, for example; or when a lower page id follows.
    """
    found = [(page_id, _load_page(conn, page_id)) for page_id in sorted({*page_ids, *before})]
    for page_id, page in found:
        _write(conn, page_id, before.get(page_id), page)
    conn.executemany("DELETE FROM unindexed WHERE page_id = ?", [(page_id,) for page_id in page_ids])


def load_indexed(conn: sqlite3.Connection, page_ids: Collection[int]) -> dict[int, IndexedPage]:
    """What the index has of those pages that are in it, before their rows are deleted."""
    indexed = [page_id for page_id in page_ids if conn.execute(_IS_UNINDEXED, (page_id,)).fetchone() is None]
    return {page_id: page for page_id in indexed if (page := _load_page(conn, page_id))}


def remove_pages(conn: sqlite3.Connection, page_ids: Collection[int]) -> None:
    """Remove pages from the index, those that are in it, in the transaction that deletes their rows, and before it does."""
    for page_id, page in sorted(load_indexed(conn, page_ids).items()):
        _write(conn, page_id, page, None)


def _write(conn: sqlite3.Connection, page_id: int, before: IndexedPage | None, after: IndexedPage | None) -> None:
    """Make the entry of a page that of `after`. FTS5 keeps the pages of each gram apart, so grams that stay are not written."""
    gone, come = _differences(before, after)
    if before and (gone or come):
        conn.execute(
            "INSERT INTO search_index (search_index, rowid, grams) VALUES ('delete', ?, ?)", (page_id, " ".join(gone))
        )
    if after and (gone or come):
        conn.execute("INSERT INTO search_index (rowid, grams) VALUES (?, ?)", (page_id, " ".join(come)))


def _differences(before: IndexedPage | None, after: IndexedPage | None) -> tuple[Set[str], Set[str]]:
    """The grams that go and those that come."""
    if before is None or after is None or before.text != after.text:
        old, new = (page.named | grams(fold(page.text)) if page else frozenset() for page in (before, after))
        return old - new, new - old
    # Most articles that are extracted again have the text that they had. Its grams are half of the work.
    gone, come = before.named - after.named, after.named - before.named
    text = fold(before.text)
    in_text = grams(text) if any(gram in text for gram in gone | come) else frozenset()
    return gone - in_text, come - in_text


def _load_page(conn: sqlite3.Connection, page_id: int) -> IndexedPage | None:
    """What the index should have of a page; None if it is not an article."""
    row = named_rows(conn, _DOCUMENT, (page_id,)).fetchone()
    if row is None:
        return None
    names, at = grams(fold(row["people"] or "")), row["at"]
    head = grams(fold(f"{row['title']}\n{row['source'] or ''}\n{row['original_source'] or ''}")) | names
    named = frozenset(
        (
            *head,
            *(f"_h{gram}" for gram in head),
            *(f"_p{gram}" for gram in names),
            *("_a", f"_s{row['source_id']}"),
            *(f"_y{at[:4]}", f"_m{at[:4]}{at[5:7]}", f"_d{at[:4]}{at[5:7]}{at[8:10]}"),
            *language_grams(row["language"] or ""),
        )
    )
    return IndexedPage(named, f"{row['subtitle'] or ''}\n{row['text']}")


def language_grams(tag: str) -> list[str]:
    """The grams of a language tag: for zh-TW both "zh" and "zhtw"."""
    parts = ["".join(filter(str.isalnum, part)) for part in fold(tag).replace("_", "-").split("-")]
    return [f"_l{name}" for name in dict.fromkeys((parts[0], "".join(parts))) if name]


def count_unindexed(conn: sqlite3.Connection) -> int:
    """How many articles wait to be indexed."""
    return int(conn.execute("SELECT count(*) FROM unindexed").fetchone()[0])


def reset_index(conn: sqlite3.Connection) -> None:
    """Empty the index and mark every article as unindexed, in a transaction of the caller."""
    conn.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    conn.execute("INSERT OR IGNORE INTO unindexed SELECT page_id FROM articles")
    conn.execute("DELETE FROM search_version")
    conn.execute("INSERT INTO search_version VALUES (?)", (index_version(),))


def count_inconsistencies(conn: sqlite3.Connection) -> tuple[int, int]:
    """How many articles are neither indexed nor waiting, and how many indexed pages are not articles."""
    inside = "SELECT rowid FROM search_index WHERE search_index MATCH '_a'"
    missing = (
        f"SELECT count(*) FROM (SELECT page_id FROM articles EXCEPT SELECT page_id FROM unindexed EXCEPT {inside})"
    )
    left = f"SELECT count(*) FROM ({inside} EXCEPT SELECT page_id FROM articles)"
    return tuple(int(conn.execute(query).fetchone()[0]) for query in (missing, left))  # type: ignore[return-value]


def unfindable_page(conn: sqlite3.Connection) -> int | None:
    """An indexed article page, of a few drawn, that one of its own grams does not find; None if the index is sound."""
    for (page_id,) in conn.execute(_SOME, (_TRIED,)).fetchall():
        page = _load_page(conn, page_id)
        shown = [gram for gram in page.named if not gram.startswith("_")] if page else []
        query = "SELECT 1 FROM search_index WHERE search_index MATCH ? AND rowid = ?"
        if shown and conn.execute(query, (f'"{max(shown)}"', page_id)).fetchone() is None:
            return int(page_id)
    return None


def stored_version(conn: sqlite3.Connection) -> str:
    """The `index_version` that the index was made with."""
    row = conn.execute("SELECT version FROM search_version").fetchone()
    return str(row[0]) if row else ""
