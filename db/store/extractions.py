"""Extracting again, as rows: which pages a run has left, what is held of a page, what a run replaced.

What is held of a page (`StoredOutcome`) is its outcome, article and credits as the tables have them, so that a past one can be
compared with a new one and put back to the letter.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from db.store.outcomes import CreditRow, delete_outcome, put_article_rows
from db.zstd import zstd

_CREDITS = "SELECT role, position, name FROM credits WHERE page_id = ? ORDER BY role, position"
_LATER = """
SELECT o.run_id FROM past_outcomes o JOIN past_outcomes mine ON mine.page_id = o.page_id
WHERE mine.run_id = :run AND o.run_id > :run LIMIT 1
"""
_BROKEN_OFF = """
SELECT e.run_id, e.queued FROM extractions e JOIN runs r ON r.id = e.run_id
WHERE e.selection = ? AND e.extractor_id = ? AND coalesce(r.ended, '') <> 'finished' ORDER BY e.run_id DESC LIMIT 1
"""
_OUTDATED = """
SELECT run_id, (SELECT count(*) FROM to_extract t WHERE t.run_id = e.run_id) FROM extractions e
WHERE extractor_id <> ? AND EXISTS (SELECT 1 FROM to_extract t WHERE t.run_id = e.run_id) ORDER BY run_id
"""
_BEGIN_PRUNING = """
UPDATE extractions SET selection = 'pruned'
WHERE run_id = ? AND EXISTS (SELECT 1 FROM runs r WHERE r.id = run_id AND r.ended IS NOT NULL)
"""
_DROP_LEFT = """
DELETE FROM to_extract WHERE run_id = :run AND page_id IN (
    SELECT page_id FROM to_extract WHERE run_id = :run ORDER BY page_id LIMIT :limit)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOutcome:
    """What is made of a page. `article` is empty where it is a rejection; columns that are NULL are left out."""

    reason: str | None
    detail: str | None
    article: dict[str, object] = field(default_factory=dict)
    credits: tuple[CreditRow, ...] = ()


def load_outcome(conn: sqlite3.Connection, page_id: int) -> tuple[int, StoredOutcome] | None:
    """Who made what is held of a page, and that; None where the page was not read."""
    row = conn.execute("SELECT extractor_id, reason, detail FROM outcomes WHERE page_id = ?", (page_id,)).fetchone()
    if row is None:
        return None
    maker, reason, detail = row
    cursor = conn.execute("SELECT * FROM articles WHERE page_id = ?", (page_id,))
    values = cursor.fetchone()
    if values is None:
        return maker, StoredOutcome(reason=reason, detail=detail)
    names = [column[0] for column in cursor.description]
    article = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    credits = tuple((role, position, name) for role, position, name in conn.execute(_CREDITS, (page_id,)))
    return maker, StoredOutcome(reason=reason, detail=detail, article=article, credits=credits)


def replace_outcome(conn: sqlite3.Connection, page_id: int, maker: int, made: StoredOutcome) -> None:
    """Replace what is made of a page. A decision about it stands until it is settled anew."""
    decision = conn.execute("SELECT * FROM decisions WHERE page_id = ?", (page_id,)).fetchone()
    delete_outcome(conn, page_id)
    conn.execute(
        "INSERT INTO outcomes (page_id, extractor_id, reason, detail) VALUES (?, ?, ?, ?)",
        (page_id, maker, made.reason, made.detail),
    )
    if made.article:
        put_article_rows(conn, made.article, made.credits)
        if decision:
            conn.execute(f"INSERT INTO decisions VALUES ({', '.join('?' * len(decision))})", decision)


def save_past_outcome(conn: sqlite3.Connection, run_id: int, page_id: int, maker: int, made: StoredOutcome) -> None:
    """Keep what a run replaces."""
    conn.execute("INSERT INTO past_outcomes VALUES (?, ?, ?, ?)", (run_id, page_id, maker, pack(made)))


def pack(made: StoredOutcome) -> bytes:
    """What was held, as JSON under Zstandard; the hash of the text in hex."""
    article = {name: value.hex() if isinstance(value, bytes) else value for name, value in made.article.items()}
    text = json.dumps([made.reason, made.detail, article, made.credits], ensure_ascii=False)
    return zstd.compress(text.encode("utf-8", "surrogatepass"))


def unpack(packed: bytes) -> StoredOutcome:
    """What `pack` packed."""
    text = zstd.decompress(packed).decode("utf-8", "surrogatepass")
    reason, detail, article, credits = json.loads(text)
    if article:
        article["text_hash"] = bytes.fromhex(article["text_hash"])
    return StoredOutcome(reason=reason, detail=detail, article=article, credits=tuple(map(tuple, credits)))


def interrupted_extraction(conn: sqlite3.Connection, selection: str, maker: int) -> tuple[int, bool] | None:
    """The last run of this selection and extractor that did not finish, and whether all its pages were queued."""
    row = conn.execute(_BROKEN_OFF, (selection, maker)).fetchone()
    return (row[0], bool(row[1])) if row else None


def pages_to_extract(conn: sqlite3.Connection, run_id: int, after: int, limit: int) -> list[int]:
    """Pages that a run has left, beyond `after`, in order."""
    sql = "SELECT page_id FROM to_extract WHERE run_id = ? AND page_id > ? ORDER BY page_id LIMIT ?"
    return [row[0] for row in conn.execute(sql, (run_id, after, limit))]


def count_pages_to_extract(conn: sqlite3.Connection, run_id: int) -> int:
    """How many pages a run has left."""
    return int(conn.execute("SELECT count(*) FROM to_extract WHERE run_id = ?", (run_id,)).fetchone()[0])


def queue_pages(conn: sqlite3.Connection, run_id: int, pages: Iterable[int]) -> None:
    """Add pages to what a run has left."""
    conn.executemany("INSERT OR IGNORE INTO to_extract VALUES (?, ?)", [(run_id, page_id) for page_id in pages])


def outdated_extractions(conn: sqlite3.Connection, maker: int) -> list[tuple[int, int]]:
    """Runs of other extractors that were broken off, and how many pages each has left: nobody goes on with them."""
    return conn.execute(_OUTDATED, (maker,)).fetchall()


def drop_pages_to_extract(conn: sqlite3.Connection, run_id: int, limit: int) -> int:
    """Take so many pages at most off what a run has left; how many there were. A job for the one writer."""
    return max(0, conn.execute(_DROP_LEFT, {"run": run_id, "limit": limit}).rowcount)


def later_extraction(conn: sqlite3.Connection, run_id: int) -> int | None:
    """A later run that replaced a page that this one replaced too."""
    row = conn.execute(_LATER, {"run": run_id}).fetchone()
    return int(row[0]) if row else None


def restore_outcomes(conn: sqlite3.Connection, run_id: int, limit: int) -> int:
    """Put back what a run replaced, so many pages at most; how many there were. A job for the one writer."""
    rows = conn.execute(
        "SELECT page_id, extractor_id, outcome FROM past_outcomes WHERE run_id = ?"
        " AND page_id NOT IN (SELECT page_id FROM pruned_pages) ORDER BY page_id LIMIT ?",
        (run_id, limit),
    ).fetchall()
    for page_id, maker, outcome in rows:
        replace_outcome(conn, page_id, maker, unpack(outcome))
        conn.execute("DELETE FROM past_outcomes WHERE (run_id, page_id) = (?, ?)", (run_id, page_id))
    return len(rows)


def begin_undo(conn: sqlite3.Connection, run_id: int) -> None:
    """No command goes on with this run any more."""
    conn.execute("UPDATE extractions SET selection = 'undone' WHERE run_id = ?", (run_id,))


def has_nothing_to_undo(conn: sqlite3.Connection, run_id: int) -> bool:
    """Whether a run replaced nothing and has nothing left to extract. One whose undoing was cut off is to be gone on with."""
    query = """
    SELECT EXISTS (SELECT 1 FROM past_outcomes WHERE run_id = :run) OR EXISTS (SELECT 1 FROM to_extract WHERE run_id = :run)
        OR EXISTS (SELECT 1 FROM extractions WHERE run_id = :run AND selection = 'undone')
    """
    return not conn.execute(query, {"run": run_id}).fetchone()[0]


def undone_by(conn: sqlite3.Connection, run_id: int) -> int | None:
    """The run that brought back all that a run had replaced and that could be brought back; None where none did."""
    query = "SELECT max(id) FROM runs WHERE command = 'undo' AND ended = 'finished' AND figures ->> 'undone' = ?"
    (by,) = conn.execute(query, (run_id,)).fetchone()
    return int(by) if by is not None else None


def begin_pruning(conn: sqlite3.Connection, run_id: int) -> bool:
    """What the run replaced is to be dropped: no command undoes it or goes on with it any more. False where one has begun to."""
    return conn.execute(_BEGIN_PRUNING, (run_id,)).rowcount > 0


def is_being_pruned(conn: sqlite3.Connection, run_id: int) -> bool:
    """Whether what a run replaced is gone, wholly or in part, because its time was over."""
    query = "SELECT 1 FROM extractions WHERE run_id = ? AND selection = 'pruned'"
    return conn.execute(query, (run_id,)).fetchone() is not None


def count_past_outcomes(conn: sqlite3.Connection, run_id: int) -> int:
    """How many replaced outcomes of a run are kept."""
    return int(conn.execute("SELECT count(*) FROM past_outcomes WHERE run_id = ?", (run_id,)).fetchone()[0])


def is_page_pruned(conn: sqlite3.Connection, page_id: int) -> bool:
    """Whether a body of the page is gone: what was read out of it is final."""
    return conn.execute("SELECT 1 FROM pruned_pages WHERE page_id = ?", (page_id,)).fetchone() is not None


def without_pruned(conn: sqlite3.Connection, pages: Iterable[int]) -> list[int]:
    """The pages whose bodies are all there."""
    pruned = {row[0] for row in conn.execute("SELECT page_id FROM pruned_pages")}
    return [page_id for page_id in pages if page_id not in pruned]
