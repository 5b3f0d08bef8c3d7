"""Re-extraction as rows: which pages a run has left to extract, the outcome stored for a page, the outcomes a run
replaced.

`StoredOutcome` holds outcome, article and credits exactly as the tables do, so that a past outcome can be compared with
a new one and restored byte for byte.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from db.search.index import index_pages, load_indexed
from db.store.extraction.outcomes import CreditRow, insert_article_rows
from db.zstd import zstd

_CREDITS = "SELECT role, position, name FROM credits WHERE page_id = ? ORDER BY role, position"
_LATER = """
SELECT o.run_id FROM past_outcomes o JOIN past_outcomes mine ON mine.page_id = o.page_id
WHERE mine.run_id = :run AND o.run_id > :run LIMIT 1
"""
_INTERRUPTED = """
SELECT e.run_id, e.queued FROM extractions e JOIN runs r ON r.id = e.run_id
WHERE e.selection = ? AND e.extractor_id = ? AND coalesce(r.ended, '') <> 'finished' ORDER BY e.run_id DESC LIMIT 1
"""
_OUTDATED = """
SELECT run_id, (SELECT count(*) FROM to_extract t WHERE t.run_id = e.run_id)
    + (SELECT count(*) FROM staged_outcomes s WHERE s.run_id = e.run_id) FROM extractions e
WHERE extractor_id <> ? AND (EXISTS (SELECT 1 FROM to_extract t WHERE t.run_id = e.run_id)
    OR EXISTS (SELECT 1 FROM staged_outcomes s WHERE s.run_id = e.run_id)) ORDER BY run_id
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
    """The outcome of a page. `article` is empty for a rejection; NULL columns are left out."""

    reason: str | None
    detail: str | None
    article: dict[str, object] = field(default_factory=dict)
    credits: tuple[CreditRow, ...] = ()


def load_outcome(conn: sqlite3.Connection, page_id: int) -> tuple[int, StoredOutcome] | None:
    """The extractor id and outcome stored for a page; None if it has no outcome."""
    row = conn.execute("SELECT extractor_id, reason, detail FROM outcomes WHERE page_id = ?", (page_id,)).fetchone()
    if row is None:
        return None
    extractor_id, reason, detail = row
    cursor = conn.execute("SELECT * FROM articles WHERE page_id = ?", (page_id,))
    values = cursor.fetchone()
    if values is None:
        return extractor_id, StoredOutcome(reason=reason, detail=detail)
    names = [column[0] for column in cursor.description]
    article = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    credits = tuple((role, position, name) for role, position, name in conn.execute(_CREDITS, (page_id,)))
    return extractor_id, StoredOutcome(reason=reason, detail=detail, article=article, credits=credits)


def replace_outcomes(conn: sqlite3.Connection, outcomes: Mapping[int, tuple[int, StoredOutcome]]) -> None:
    """Replace the outcomes of pages, each given with its extractor. Decisions stay until the pages are settled again.

    The search index is changed after all other rows: see `db.search.index.index_pages`.
    """
    indexed = load_indexed(conn, outcomes)
    for page_id, (extractor_id, outcome) in outcomes.items():
        decision = conn.execute("SELECT * FROM decisions WHERE page_id = ?", (page_id,)).fetchone()
        conn.execute("DELETE FROM outcomes WHERE page_id = ?", (page_id,))
        conn.execute(
            "INSERT INTO outcomes (page_id, extractor_id, reason, detail) VALUES (?, ?, ?, ?)",
            (page_id, extractor_id, outcome.reason, outcome.detail),
        )
        if outcome.article:
            insert_article_rows(conn, outcome.article, outcome.credits)
            if decision:
                conn.execute(f"INSERT INTO decisions VALUES ({', '.join('?' * len(decision))})", decision)
    index_pages(conn, [page_id for page_id, (_, outcome) in outcomes.items() if outcome.article], indexed)


def save_past_outcome(
    conn: sqlite3.Connection, run_id: int, page_id: int, extractor_id: int, outcome: StoredOutcome
) -> None:
    """Keep the outcome that a run replaces."""
    conn.execute(
        "INSERT INTO past_outcomes VALUES (?, ?, ?, ?)", (run_id, page_id, extractor_id, pack_outcome(outcome))
    )


def pack_outcome(outcome: StoredOutcome) -> bytes:
    """An outcome as JSON compressed with Zstandard; the text hash in hexadecimal."""
    article = {name: value.hex() if isinstance(value, bytes) else value for name, value in outcome.article.items()}
    text = json.dumps([outcome.reason, outcome.detail, article, outcome.credits], ensure_ascii=False)
    return zstd.compress(text.encode("utf-8", "surrogatepass"))


def unpack_outcome(packed: bytes) -> StoredOutcome:
    """The reverse of `pack_outcome`."""
    text = zstd.decompress(packed).decode("utf-8", "surrogatepass")
    reason, detail, article, credits = json.loads(text)
    if article:
        article["text_hash"] = bytes.fromhex(article["text_hash"])
    return StoredOutcome(reason=reason, detail=detail, article=article, credits=tuple(map(tuple, credits)))


def interrupted_extraction(conn: sqlite3.Connection, selection: str, extractor_id: int) -> tuple[int, bool] | None:
    """The last unfinished run with this selection and extractor, and whether all its pages were queued."""
    row = conn.execute(_INTERRUPTED, (selection, extractor_id)).fetchone()
    return (row[0], bool(row[1])) if row else None


def is_extraction(conn: sqlite3.Connection, run_id: int) -> bool:
    """Whether a run extracted stored pages again."""
    return conn.execute("SELECT 1 FROM extractions WHERE run_id = ?", (run_id,)).fetchone() is not None


def insert_extraction(conn: sqlite3.Connection, run_id: int, selection: str, extractor_id: int) -> None:
    """Record what a run is to extract, and by which extractor. A run that is known stays as it is."""
    conn.execute(
        "INSERT OR IGNORE INTO extractions (run_id, selection, extractor_id) VALUES (?, ?, ?)",
        (run_id, selection, extractor_id),
    )


def mark_queued(conn: sqlite3.Connection, run_id: int) -> None:
    """Record that all pages of a run are queued."""
    conn.execute("UPDATE extractions SET queued = 1 WHERE run_id = ?", (run_id,))


def load_extraction_figures(conn: sqlite3.Connection, run_id: int) -> dict[str, Any]:
    """The figures of a run so far."""
    figures: dict[str, Any] = json.loads(
        conn.execute("SELECT figures FROM extractions WHERE run_id = ?", (run_id,)).fetchone()[0]
    )
    return figures


def save_extraction_figures(conn: sqlite3.Connection, run_id: int, figures: Mapping[str, Any]) -> None:
    """Store the figures of a run."""
    conn.execute("UPDATE extractions SET figures = ? WHERE run_id = ?", (json.dumps(figures), run_id))


def page_is_extracted(conn: sqlite3.Connection, run_id: int, page_id: int) -> None:
    """Remove a page from those that a run has left to extract."""
    conn.execute("DELETE FROM to_extract WHERE (run_id, page_id) = (?, ?)", (run_id, page_id))


def pages_to_extract(conn: sqlite3.Connection, run_id: int, after: int, limit: int) -> list[int]:
    """Pages that a run has left to extract, with ids above `after`, in order."""
    sql = "SELECT page_id FROM to_extract WHERE run_id = ? AND page_id > ? ORDER BY page_id LIMIT ?"
    return [row[0] for row in conn.execute(sql, (run_id, after, limit))]


def count_pages_to_extract(conn: sqlite3.Connection, run_id: int) -> int:
    """How many pages a run has left to extract."""
    return int(conn.execute("SELECT count(*) FROM to_extract WHERE run_id = ?", (run_id,)).fetchone()[0])


def queue_pages(conn: sqlite3.Connection, run_id: int, pages: Iterable[int]) -> None:
    """Add pages to those that a run has left to extract."""
    conn.executemany("INSERT OR IGNORE INTO to_extract VALUES (?, ?)", [(run_id, page_id) for page_id in pages])


def outdated_extractions(conn: sqlite3.Connection, extractor_id: int) -> list[tuple[int, int]]:
    """Interrupted runs of other extractors, and how many pages each has left; no command continues them."""
    return conn.execute(_OUTDATED, (extractor_id,)).fetchall()


def drop_pages_to_extract(conn: sqlite3.Connection, run_id: int, limit: int) -> int:
    """Remove at most `limit` pages from those that a run has left; returns how many. A job for the one writer."""
    return max(0, conn.execute(_DROP_LEFT, {"run": run_id, "limit": limit}).rowcount)


def later_extraction(conn: sqlite3.Connection, run_id: int) -> int | None:
    """A later run that also replaced the outcome of a page that this run replaced."""
    row = conn.execute(_LATER, {"run": run_id}).fetchone()
    return int(row[0]) if row else None


def restore_outcomes(conn: sqlite3.Connection, run_id: int, limit: int) -> int:
    """Restore at most `limit` outcomes that a run replaced; returns how many. A job for the one writer."""
    rows = conn.execute(
        "SELECT page_id, extractor_id, outcome FROM past_outcomes WHERE run_id = ?"
        " AND page_id NOT IN (SELECT page_id FROM pruned_pages) ORDER BY page_id LIMIT ?",
        (run_id, limit),
    ).fetchall()
    replace_outcomes(
        conn, {page_id: (extractor_id, unpack_outcome(outcome)) for page_id, extractor_id, outcome in rows}
    )
    conn.executemany(
        "DELETE FROM past_outcomes WHERE (run_id, page_id) = (?, ?)", [(run_id, page_id) for page_id, *_ in rows]
    )
    return len(rows)


def begin_undo(conn: sqlite3.Connection, run_id: int) -> None:
    """Mark a run as undone, so that no command continues it."""
    conn.execute("UPDATE extractions SET selection = 'undone' WHERE run_id = ?", (run_id,))


def has_nothing_to_undo(conn: sqlite3.Connection, run_id: int) -> bool:
    """Whether a run replaced nothing and has nothing left to extract. False if its undo was interrupted."""
    query = """
    SELECT EXISTS (SELECT 1 FROM past_outcomes WHERE run_id = :run) OR EXISTS (SELECT 1 FROM to_extract WHERE run_id = :run)
        OR EXISTS (SELECT 1 FROM extractions WHERE run_id = :run AND selection = 'undone')
    """
    return not conn.execute(query, {"run": run_id}).fetchone()[0]


def undone_by(conn: sqlite3.Connection, run_id: int) -> int | None:
    """The run that restored everything restorable that a run had replaced; None if there is none."""
    query = "SELECT max(id) FROM runs WHERE command = 'undo' AND ended = 'finished' AND figures ->> 'undone' = ?"
    (by,) = conn.execute(query, (run_id,)).fetchone()
    return int(by) if by is not None else None


def begin_pruning(conn: sqlite3.Connection, run_id: int) -> bool:
    """Mark the outcomes that a run replaced for deletion: no command undoes or continues the run. False if it has not
    ended.
    """
    return conn.execute(_BEGIN_PRUNING, (run_id,)).rowcount > 0


def is_being_pruned(conn: sqlite3.Connection, run_id: int) -> bool:
    """Whether the outcomes that a run replaced were pruned, in whole or in part."""
    query = "SELECT 1 FROM extractions WHERE run_id = ? AND selection = 'pruned'"
    return conn.execute(query, (run_id,)).fetchone() is not None


def count_past_outcomes(conn: sqlite3.Connection, run_id: int) -> int:
    """How many replaced outcomes of a run are kept."""
    return int(conn.execute("SELECT count(*) FROM past_outcomes WHERE run_id = ?", (run_id,)).fetchone()[0])


def is_page_pruned(conn: sqlite3.Connection, page_id: int) -> bool:
    """Whether a body of the page was pruned: its outcome is final."""
    return conn.execute("SELECT 1 FROM pruned_pages WHERE page_id = ?", (page_id,)).fetchone() is not None


def without_pruned(conn: sqlite3.Connection, pages: Iterable[int]) -> list[int]:
    """The pages that still have all their bodies."""
    pruned = {row[0] for row in conn.execute("SELECT page_id FROM pruned_pages")}
    return [page_id for page_id in pages if page_id not in pruned]
