"""Gated re-extraction as rows.

Results wait (`staged_outcomes`) until all pages of their source are extracted. Then the source has a verdict (`gated_sources`), and
they are written or dropped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.sqlite.named_rows import named_rows
from db.store.extraction.extractions import StoredOutcome, pack_outcome
from db.timestamps import parse_timestamp

_LEFT = """
SELECT p.source_id, count(*) FROM to_extract t JOIN pages p ON p.id = t.page_id WHERE t.run_id = ?
GROUP BY p.source_id ORDER BY count(*) DESC, p.source_id
"""
_PAGES_OF_SOURCE = """
SELECT p.id FROM pages p WHERE p.source_id = :source
    AND EXISTS (SELECT 1 FROM to_extract t WHERE (t.run_id, t.page_id) = (:run, p.id))
ORDER BY p.id
"""
_STAGED = """
SELECT page_id, outcome FROM staged_outcomes WHERE (run_id, source_id) = (?, ?) ORDER BY page_id LIMIT ?
"""
_DROP_STAGED = """
DELETE FROM staged_outcomes WHERE rowid IN (SELECT rowid FROM staged_outcomes WHERE run_id = ? LIMIT ?)
"""
_SAVE_VERDICT = """
INSERT INTO gated_sources (run_id, source_id, verdict, figures) VALUES (?, ?, ?, ?)
ON CONFLICT (run_id, source_id) DO UPDATE SET verdict = excluded.verdict, figures = excluded.figures
"""
_LAST_VERDICT = """
SELECT g.verdict, g.figures, r.started_at FROM gated_sources g JOIN runs r ON r.id = g.run_id
WHERE g.source_id = ? AND g.verdict IS NOT NULL ORDER BY g.run_id DESC LIMIT 1
"""
_REQUEUE = """
INSERT OR IGNORE INTO to_extract (run_id, page_id)
SELECT run_id, page_id FROM staged_outcomes ORDER BY rowid LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatedSource:
    """A source in a gated run. `verdict` is None until all its pages are extracted."""

    source_id: int
    name: str
    verdict: str | None
    figures: Mapping[str, Any]


def pages_left_by_source(conn: sqlite3.Connection, run_id: int) -> list[tuple[int, int]]:
    """Sources of which a run has pages left to extract, with their number, the largest first."""
    return [(source_id, count) for source_id, count in conn.execute(_LEFT, (run_id,))]


def pages_left_of_source(conn: sqlite3.Connection, run_id: int, source_id: int) -> list[int]:
    """The pages of one source that a run has left to extract, by id."""
    return [row[0] for row in conn.execute(_PAGES_OF_SOURCE, {"run": run_id, "source": source_id})]


def stage_outcome(
    conn: sqlite3.Connection, run_id: int, source_id: int, page_id: int, outcome: StoredOutcome | None
) -> None:
    """Keep a result until its source has a verdict; None: it is the one that is stored. The page is off the queue."""
    packed = None if outcome is None else pack_outcome(outcome)
    conn.execute("INSERT INTO staged_outcomes VALUES (?, ?, ?, ?)", (run_id, source_id, page_id, packed))


def staged_outcomes(
    conn: sqlite3.Connection, run_id: int, source_id: int, limit: int
) -> list[tuple[int, bytes | None]]:
    """At most `limit` results of a source that wait, as `pack_outcome` packed them; None: the one that is stored."""
    return conn.execute(_STAGED, (run_id, source_id, limit)).fetchall()


def drop_staged(conn: sqlite3.Connection, run_id: int, source_id: int, pages: Sequence[int]) -> None:
    """Drop results of a source that waited."""
    conn.executemany(
        "DELETE FROM staged_outcomes WHERE (run_id, source_id, page_id) = (?, ?, ?)",
        [(run_id, source_id, page_id) for page_id in pages],
    )


def drop_staged_of_run(conn: sqlite3.Connection, run_id: int, limit: int) -> int:
    """Drop at most `limit` results of a run that will not be continued; returns how many. A job for the one writer."""
    return max(0, conn.execute(_DROP_STAGED, (run_id, limit)).rowcount)


def requeue_staged(conn: sqlite3.Connection, limit: int) -> int:
    """Put at most `limit` pages whose results wait back on the queue of their run; returns how many.

    To be called before anything else replaces outcomes: a result says what differs from the outcome that was stored when it was
    made. Tallies begin anew; a source that has a verdict keeps it.
    """
    conn.execute("DELETE FROM gated_sources WHERE verdict IS NULL")
    conn.execute(_REQUEUE, (limit,))
    sql = "DELETE FROM staged_outcomes WHERE rowid IN (SELECT rowid FROM staged_outcomes ORDER BY rowid LIMIT ?)"
    return max(0, conn.execute(sql, (limit,)).rowcount)


def save_gated_source(
    conn: sqlite3.Connection, run_id: int, source_id: int, verdict: str | None, figures: Mapping[str, Any]
) -> None:
    """Record the tally of a source, and its verdict once it has one."""
    conn.execute(_SAVE_VERDICT, (run_id, source_id, verdict, json.dumps(figures)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A source that a gated run held back. `lost`: by field, how much would be gone, and of how much.

    The unit is that of `pipelines.processing.outcome_changes.field_amounts`: words of text, names of people, else articles.
    """

    at: datetime
    lost: Mapping[str, tuple[int, int]]


def last_held_back(conn: sqlite3.Connection, source_id: int) -> HeldBack | None:
    """What the latest gated run that came to a verdict on a source held back; None if it did not, or if there was none."""
    row = named_rows(conn, _LAST_VERDICT, (source_id,)).fetchone()
    if row is None or row["verdict"] != "held":
        return None
    fields = json.loads(row["figures"]).get("fields", {})
    lost = {name: (tally["lost_amount"] + tally["rejected_amount"], tally["held"]) for name, tally in fields.items()}
    return HeldBack(
        at=parse_timestamp(row["started_at"]), lost={name: amounts for name, amounts in lost.items() if amounts[0]}
    )


def gated_sources(conn: sqlite3.Connection, run_id: int) -> list[GatedSource]:
    """The sources of a gated run so far, by name."""
    rows = conn.execute(
        "SELECT g.source_id, s.name, g.verdict, g.figures FROM gated_sources g JOIN sources s ON s.id = g.source_id"
        " WHERE g.run_id = ? ORDER BY s.name",
        (run_id,),
    )
    return [
        GatedSource(source_id=source_id, name=name, verdict=verdict, figures=json.loads(figures))
        for source_id, name, verdict, figures in rows
    ]
