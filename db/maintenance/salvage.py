"""Salvage: the rows of a damaged database that can still be read, as a new, sound one.

    rows of each table, past damaged pages ──> NEW FILE: this version's tables ──> orphans dropped ──> queues, indexes, triggers,
                                                                                   search index made anew ──> verified

Most pages of a file belong to indexes, the search index and free space, which hold nothing that the rows do not: damage there loses
nothing. Where rows are lost, those that refer to them go as well, and a page that lost its article waits for extraction again.
`sqlite3 FILE .recover` does less, and fails altogether in some builds (3.40 of Debian 12, on any file).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.connection.database import (
    check_ours,
    check_path,
    connect,
    open_database,
    translate_sqlite_errors,
    write,
)
from db.errors import DatabaseError, UsageError
from db.maintenance.backup import check_target, rename_part
from db.maintenance.damage import tables_of_rows
from db.maintenance.findings import HealthCheck, Level
from db.maintenance.health import STRUCTURE, run_checks
from db.maintenance.search_index import index_batch
from db.maintenance.table_reader import TableReader
from db.schema.migrations import step_names
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp

# The search index is made with so many articles a transaction: nobody else waits for the lock of the new file.
_INDEXED_TOGETHER = 500
_OBJECTS = "SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL ORDER BY rowid"
_STEPS = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'copydesk'"
# Stands in for a lost row that others refer to, so that these are kept. A lost body counts as pruned, a lost link is found anew by
# the next crawl, and its article is known by its address.
_STAND_INS = (
    """INSERT INTO bodies (id, sha256, size, codec, data, pruned_at)
    SELECT body_id, randomblob(32), 0, 'zstd', x'', :now FROM (SELECT body_id FROM pages UNION SELECT body_id FROM page_parts)
    WHERE body_id NOT IN (SELECT id FROM bodies)""",
    """INSERT INTO links (id, source_id, key, url, kind, found_at)
    SELECT link_id, source_id, 'lost ' || link_id, url, 'manual', min(fetched_at) FROM pages
    WHERE link_id NOT IN (SELECT id FROM links) GROUP BY link_id""",
    """INSERT INTO sources (id, name, url, added_at, paused_at)
    SELECT source_id, 'lost ' || source_id, url, :now, :now FROM links
    WHERE source_id NOT IN (SELECT id FROM sources) GROUP BY source_id""",
    """INSERT INTO extractors (id, code, rules, trafilatura)
    SELECT DISTINCT extractor_id, 'lost ' || extractor_id, '', '' FROM outcomes
    WHERE extractor_id NOT IN (SELECT id FROM extractors)""",
    "INSERT OR IGNORE INTO visits (link_id, source_id) SELECT id, source_id FROM links",
    # What was fetched and is lost is to be fetched again, whole.
    """UPDATE visits SET first_at = NULL, last_at = NULL, failures = 0 WHERE link_id IN (
        SELECT f.link_id FROM fetches f LEFT JOIN pages p ON p.id = f.page_id WHERE f.page_id IS NOT NULL AND p.id IS NULL
    ) AND link_id NOT IN (SELECT link_id FROM pages WHERE link_id IS NOT NULL)""",
    "DELETE FROM validators",
)
# The index of near copies is of one piece: where part is lost, settling makes it anew.
_NEAR_COPIES = ("marks", "marked_texts", "likenesses")
# What waits for extraction, settling and the search index follows from the rows.
_QUEUES = (
    """DELETE FROM outcomes WHERE reason IS NULL AND page_id NOT IN (SELECT page_id FROM articles)
    AND page_id IN (SELECT p.id FROM pages p JOIN bodies b ON b.id = p.body_id WHERE b.pruned_at IS NULL)""",
    "INSERT OR IGNORE INTO unread (page_id) SELECT id FROM pages WHERE id NOT IN (SELECT page_id FROM outcomes)",
    """INSERT OR IGNORE INTO unsettled (address_key, text_hash)
    SELECT address_key, text_hash FROM articles WHERE page_id NOT IN (SELECT page_id FROM decisions)""",
    "INSERT OR IGNORE INTO unindexed (page_id) SELECT page_id FROM articles",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """A new database with what could be read. `incomplete`: the tables of which not all rows could be."""

    path: Path
    rows: int
    incomplete: tuple[str, ...]
    orphans: int
    """Rows left out because what they refer to is lost."""


def salvage(database: Path, target: Path, *, now: datetime) -> Salvage:
    """Copy what can be read of `database` into the new file `target`, which appears complete and verified, or not at all.

    Raises UsageError if the file exists or another version wrote the database, and DatabaseError if its schema cannot be read.
    """
    check_path(database, create=False)
    check_target(database, target, replace=False)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    source = connect(database, readonly=True)
    try:
        with translate_sqlite_errors(database):
            source.execute("BEGIN")  # all tables as of one moment, also beside a program that writes
            check_ours(source, database)
            _check_steps(source, database)
        open_database(part, create=True).conn.close()
        with translate_sqlite_errors(part), closing(sqlite3.connect(part, isolation_level=None)) as new:
            made = _copy(source, new, target, now)
            _verify(new, part, now)
        rename_part(part, target, replace=False)
    finally:
        source.close()
        for end in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + end).unlink(missing_ok=True)
    return made


def _check_steps(source: sqlite3.Connection, database: Path) -> None:
    with suppress(sqlite3.DatabaseError):  # if that table is damaged or gone, the version cannot be told
        steps = {name for (name,) in source.execute(_STEPS)}
        if steps and steps != step_names():
            raise UsageError(f"{database}: was written by another version of Copydesk; salvage it with that one")


def _verify(conn: sqlite3.Connection, part: Path, now: datetime) -> None:
    for finding in run_checks(HealthCheck(conn=conn, path=part, now=now, extractor=None), STRUCTURE):
        if finding.level is Level.BAD:
            raise DatabaseError(f"{part}: what was read makes no sound database ({finding.message}); restore a backup")


def _copy(source: sqlite3.Connection, conn: sqlite3.Connection, target: Path, now: datetime) -> Salvage:
    conn.execute("PRAGMA journal_mode = DELETE")
    conn.execute("PRAGMA synchronous = OFF")  # the file is synced before it gets its name
    conn.execute("PRAGMA foreign_keys = OFF")
    source.text_factory = lambda data: data.decode("utf-8", "replace")
    made = [(kind, name, sql) for kind in ("index", "trigger") for name, sql in conn.execute(_OBJECTS, (kind,))]
    with write(conn):
        for kind, name, _ in made:
            conn.execute(f'DROP {kind} "{name}"')
        incomplete = [table for table in tables_of_rows(conn) if not _copy_table(source, conn, table)]
        for statement in _STAND_INS if incomplete else ():
            conn.execute(statement, {"now": format_timestamp(now)})
        if not set(incomplete).isdisjoint(_NEAR_COPIES):
            for table in _NEAR_COPIES:
                conn.execute(f"DELETE FROM {table}")
            conn.execute(
                "INSERT OR IGNORE INTO unsettled (address_key, text_hash) SELECT address_key, text_hash FROM articles"
            )
        for _, _, sql in made:
            conn.execute(sql)
    conn.execute("PRAGMA foreign_keys = ON")
    with write(conn):
        orphans = _drop_orphans(conn) if incomplete else 0
        for statement in _QUEUES:
            conn.execute(statement)
    left = 1
    while left:
        with write(conn):
            left = index_batch(conn, _INDEXED_TOGETHER)
    rows = sum(int(conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables_of_rows(conn))
    return Salvage(path=target, rows=rows, incomplete=tuple(incomplete), orphans=orphans)


def _drop_orphans(conn: sqlite3.Connection) -> int:
    """Let no row refer to a lost one: clear the reference, or drop the row if it must have one. Returns how many were."""
    dropped, changed = 0, True
    while changed:
        changed = False
        for table in tables_of_rows(conn):
            needed = {
                row["name"] for row in named_rows(conn, f'PRAGMA table_info("{table}")') if row["notnull"] or row["pk"]
            }
            for key in named_rows(conn, f'PRAGMA foreign_key_list("{table}")').fetchall():
                column = key["from"]
                lost = f'"{column}" IS NOT NULL AND "{column}" NOT IN (SELECT "{key["to"]}" FROM "{key["table"]}")'
                if column in needed:
                    number = conn.execute(f'DELETE FROM "{table}" WHERE {lost}').rowcount
                    dropped += number
                else:
                    number = conn.execute(f'UPDATE "{table}" SET "{column}" = NULL WHERE {lost}').rowcount
                changed = changed or number > 0
    return dropped


def _copy_table(source: sqlite3.Connection, conn: sqlite3.Connection, table: str) -> bool:
    """Copy the rows that can be read; returns whether these were all."""
    conn.execute(f'DELETE FROM "{table}"')  # what a new database begins with
    try:
        there = {row["name"] for row in named_rows(source, f'PRAGMA table_info("{table}")')}
        columns = [row for row in named_rows(conn, f'PRAGMA table_info("{table}")').fetchall() if row["name"] in there]
        reader = TableReader(source, table, columns)
        marks = ", ".join("?" * len(columns))
        before, read = conn.total_changes, 0
        into = f'INSERT OR IGNORE INTO "{table}" ({reader.columns}) VALUES ({marks})'
        for row in reader.rows():
            read += 1
            with suppress(sqlite3.IntegrityError):  # of another type than its column
                conn.execute(into, row)
    except sqlite3.OperationalError:  # there is no such table any more
        return False
    return reader.complete and conn.total_changes - before == read
