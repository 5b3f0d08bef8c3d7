"""Names that are alike, kept as pairs: each new name is compared with those that share a key with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

_CHUNK = 500
LARGEST_BLOCK = 60
"""Names with one key that are compared: where more share it, as Wang with an initial, likeness says nothing."""
# CROSS JOIN: without it SQLite reads all names to find that none waits.
_WAITING = """
SELECT n.id, n.name FROM unkeyed_names u CROSS JOIN credited_names n ON n.id = u.name_id ORDER BY u.name_id LIMIT ?
"""
_SHARING = "SELECT n.id, n.name FROM name_keys k JOIN credited_names n ON n.id = k.name_id WHERE k.key = ? LIMIT ?"
_NEW = """
INSERT INTO credited_names (name) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM credited_names WHERE name = ?) ON CONFLICT DO NOTHING
"""


def add_names(conn: sqlite3.Connection, names: Iterable[str]) -> None:
    """Make sure that these names are known, and compare those that are new. For the transaction that writes their article."""
    for name in names:
        conn.execute(_NEW, (name, name))
    compare_names(conn)


def compare_names(conn: sqlite3.Connection) -> None:
    """Compare all names that wait, in the open transaction."""
    while waiting := conn.execute(_WAITING, (_CHUNK,)).fetchall():
        for name_id, name in waiting:
            _compare(conn, name_id, name)
            conn.execute("DELETE FROM unkeyed_names WHERE name_id = ?", (name_id,))


def _compare(conn: sqlite3.Connection, name_id: int, name: str) -> None:
    # Imported with the first new name: folding loads tables of characters, which most commands need not.
    from db.people.name_forms import compare_names_of, name_form

    form = name_form(name)
    others: dict[int, str] = {}
    for key in sorted(form.keys):
        sharing = conn.execute(_SHARING, (key, LARGEST_BLOCK + 1)).fetchall()
        if len(sharing) <= LARGEST_BLOCK:
            others.update(sharing)
    others.pop(name_id, None)
    conn.executemany(
        "INSERT INTO name_keys (key, name_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(key, name_id) for key in sorted(form.keys)],
    )
    for other_id, other in others.items():
        if found := compare_names_of(form, name_form(other)):
            conn.execute(
                "INSERT INTO alike_names (first_id, second_id, how) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (min(name_id, other_id), max(name_id, other_id), found.how.value),
            )
