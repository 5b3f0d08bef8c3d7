"""What `copydesk people likely` and the page of a person cost where many names are likely one person's.

    python -m bench.database.likely_names DATABASE [--names 2000] [--times 3]

DATABASE is one that `bench.database.large_archive` makes and that may be written to. Of so many of its names, those with most
articles first, three credits in ten are changed to initials, two to a form with a middle initial, one to the family name first:
each name has six pairs then. People are counted anew. Asked are all pairs, those of the name with most articles, and those of the
name in the middle: cold (after the system has dropped what it kept of the file) and warm, the median.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import time
from pathlib import Path

from bench.database.cold import drop_from_memory
from db.connection.database import connect, write
from db.people.alike import compare_names
from db.people.evidence import likely_pairs
from db.people.persons import count_people
from db.schema.counts.people import PEOPLE_NAMED

_BUSIEST = "SELECT name FROM credits GROUP BY name HAVING instr(name, ' ') ORDER BY count(*) DESC, name LIMIT ?"
_COUNTED = ("person_days", "person_sources", "person_counts", "alike_names", "name_keys", "unkeyed_names")
_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'credits'"


def vary(conn: sqlite3.Connection, count: int) -> list[str]:
    """Print `count` names in several forms; returns them as they were."""
    names = [name for (name,) in conn.execute(_BUSIEST, (count,))]
    with write(conn):
        triggers = conn.execute(_TRIGGERS).fetchall()
        for trigger, _ in triggers:
            conn.execute(f"DROP TRIGGER {trigger}")
        for name in names:
            given, family = name.split(" ", 1)
            forms = (f"{given[0]}. {family}", f"{given} Q. {family}", f"{family}, {given}")
            for form, (least, most) in zip(forms, ((0, 2), (3, 4), (5, 5)), strict=True):
                conn.execute(
                    "UPDATE credits SET name = ? WHERE name = ? AND page_id % 10 BETWEEN ? AND ?",
                    (form, name, least, most),
                )
        for table in _COUNTED:
            conn.execute(f"DELETE FROM {table}")
        conn.execute("DELETE FROM credited_names")
        conn.execute(PEOPLE_NAMED)
        count_people(conn)
        compare_names(conn)
        for _, sql in triggers:
            conn.execute(sql)
    return names


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--names", type=int, default=2000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    conn = connect(options.database)
    if not conn.execute("SELECT 1 FROM alike_names").fetchone():
        vary(conn, options.names)
    pairs = conn.execute("SELECT count(*) FROM alike_names").fetchone()[0]
    names = [name for (name,) in conn.execute(_BUSIEST, (options.names,))]
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    print(
        f"{pairs:,} pairs of alike names\n\n| asked | found | cold, ms | warm, ms | processor, ms |\n| --- |"
        + " ---: |" * 4
    )
    for label, asked in (("all names", None), ("most articles", names[0]), ("in the middle", names[len(names) // 2])):
        drop_from_memory(options.database)
        took, used, found = list[float](), list[float](), 0
        for _ in range(options.times + 1):
            conn = connect(options.database, readonly=True)
            began, spent = time.perf_counter(), time.process_time()
            found = len(likely_pairs(conn, asked))
            took.append((time.perf_counter() - began) * 1000)
            used.append((time.process_time() - spent) * 1000)
            conn.close()
        warm, processor = statistics.median(took[1:]), statistics.median(used[1:])
        print(f"| {label} | {found} | {took[0]:.0f} | {warm:.0f} | {processor:.0f} |", flush=True)


if __name__ == "__main__":
    main()
