"""In how many stories of a fortnight each term was, and of how many: rows of `thread_terms` and `thread_totals`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping


def load_term_counts(conn: sqlite3.Connection, terms: Collection[int]) -> list[tuple[int, int, int]]:
    """In how many stories of each period terms were: term, period, stories."""
    query = "SELECT term, period, stories FROM thread_terms WHERE term IN (SELECT value FROM json_each(?))"
    return conn.execute(query, (json.dumps(sorted(terms)),)).fetchall()


def load_totals(conn: sqlite3.Connection) -> dict[tuple[str, int], int]:
    """How many stories of each language and period there were."""
    rows = conn.execute("SELECT language, period, stories FROM thread_totals")
    return {(language, period): stories for language, period, stories in rows}


def save_term_counts(conn: sqlite3.Connection, period: int, counts: Iterable[tuple[int, int]]) -> None:
    """Replace counts of a period: each term, and in how many stories it was."""
    rows = [(term, period, stories) for term, stories in counts]
    conn.executemany(
        "INSERT INTO thread_terms (term, period, stories) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET stories = excluded.stories",
        [row for row in rows if row[2] > 0],
    )
    gone = [row[:2] for row in rows if row[2] <= 0]
    conn.executemany("DELETE FROM thread_terms WHERE (term, period) = (?, ?)", gone)


def save_totals(conn: sqlite3.Connection, totals: Mapping[tuple[str, int], int]) -> None:
    """Replace counts of stories."""
    conn.executemany(
        "INSERT INTO thread_totals (language, period, stories) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET stories = excluded.stories",
        [(language, period, stories) for (language, period), stories in sorted(totals.items()) if stories > 0],
    )
    gone = sorted(key for key, stories in totals.items() if stories <= 0)
    conn.executemany("DELETE FROM thread_totals WHERE (language, period) = (?, ?)", gone)


def drop_periods(conn: sqlite3.Connection, before: int) -> None:
    """Forget counts of periods before one."""
    if conn.execute("SELECT 1 FROM thread_totals WHERE period < ?", (before,)).fetchone():
        conn.execute("DELETE FROM thread_terms WHERE period < ?", (before,))
        conn.execute("DELETE FROM thread_totals WHERE period < ?", (before,))
