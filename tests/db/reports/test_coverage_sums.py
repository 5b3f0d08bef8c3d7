"""What coverage lacks in all sources together is kept as it would be added up from the weeks."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from db.connection.database import open_database, write
from db.schema.migrations import migrations
from db.sqlite.tools import Database

_STATES = ("complete", "thin", "missing", "not looked", "learning")
_LACKING = frozenset({"thin", "missing", "not looked"})
_PUT = """
INSERT INTO coverage_weeks (source_id, week, state, expected, found, unfetched, days) VALUES (?, ?, ?, ?, ?, 0, ?)
ON CONFLICT (source_id, week) DO UPDATE SET state = excluded.state, expected = excluded.expected, found = excluded.found,
    days = excluded.days
"""
MONDAYS = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(4)]


def change(conn: sqlite3.Connection, chance: random.Random) -> None:
    source, monday = chance.randint(1, 5), chance.choice(MONDAYS).isoformat()
    if chance.random() < 0.2:
        conn.execute("DELETE FROM coverage_weeks WHERE (source_id, week) = (?, ?)", (source, monday))
        return

    def judged() -> tuple[str, float | None, int]:
        expected = None if chance.random() < 0.2 else round(chance.random() * 40, 2)
        return chance.choice(_STATES), expected, chance.randrange(40)

    days = [None if chance.random() < 0.2 else [*judged(), 0] for _ in range(7)]
    conn.execute(_PUT, (source, monday, *judged(), json.dumps(days)))


def added_up(conn: sqlite3.Connection) -> dict[tuple[str, str], tuple[float, float]]:
    expected: defaultdict[tuple[str, str], float] = defaultdict(float)
    lost: defaultdict[tuple[str, str], float] = defaultdict(float)

    def add(key: tuple[str, str], state: str, awaited: float | None, found: int) -> None:
        expected[key] += awaited or 0.0
        lost[key] += max(0.0, (awaited or 0.0) - found) if state in _LACKING else 0.0

    for week, state, awaited, found, days in conn.execute(
        "SELECT week, state, expected, found, days FROM coverage_weeks"
    ):
        add(("week", week), state, awaited, found)
        for number, day in enumerate(json.loads(days)):
            if day:
                add(("day", (date.fromisoformat(week) + timedelta(days=number)).isoformat()), *day[:3])
    sums = {key: (round(expected[key], 2), round(lost[key], 2)) for key in expected}
    return {key: value for key, value in sums.items() if any(value)}


def kept(conn: sqlite3.Connection) -> dict[tuple[str, str], tuple[float, float]]:
    rows = conn.execute("SELECT unit, start, expected, lost FROM coverage_sums WHERE expected OR lost")
    return {(unit, start): (expected / 100, lost / 100) for unit, start, expected, lost in rows}


def add_sources(conn: sqlite3.Connection) -> None:
    conn.executemany(
        "INSERT INTO sources (id, name, url, added_at) VALUES (?, ?, '', '')", [(n, f"s{n}") for n in range(1, 6)]
    )


def test_sums_follow_the_weeks(tmp_path: Path) -> None:
    conn, chance = open_database(tmp_path / "news.db", create=True).conn, random.Random(3)
    with write(conn):
        add_sources(conn)
    for _ in range(30):
        with write(conn):
            for _ in range(4):
                change(conn, chance)
        assert kept(conn) == added_up(conn)
    assert len(kept(conn)) == 8 * len(MONDAYS)
    conn.close()


def test_weeks_of_an_earlier_database_are_summed(tmp_path: Path) -> None:
    db, chance = Database(sqlite3.connect(tmp_path / "older.db", isolation_level=None)), random.Random(5)
    migrations.apply(db, stop_before="m0046_quick_questions")
    add_sources(db.conn)
    for _ in range(40):
        change(db.conn, chance)
    migrations.apply(db)
    assert kept(db.conn) == added_up(db.conn) != {}
    change(db.conn, chance)
    assert kept(db.conn) == added_up(db.conn)
    db.conn.close()
