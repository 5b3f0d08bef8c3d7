"""Whether the database is well: each check gives findings, each finding a level, what is so, and what to do about it.

OK    as it should be
WARN  works, but somebody should look
BAD   rows may be lost or nothing can be written
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from db.bodies.dictionaries import get_dictionary
from db.bodies.store import load_body
from db.connection.database import explain_sqlite_error
from db.errors import BodyPruned, DatabaseDamaged
from db.processes import is_process_alive
from db.search import index as search_index
from db.store.outcomes import Extractor
from db.timestamps import parse_timestamp

# A crawl of a few hundred sources writes some 100 MB: less than ten times that is time to look.
LOW_DISK = 10**9
# Below this the next pages may not fit.
NO_DISK = 50 * 10**6
# SQLite empties the log at every 4 MB unless a reader holds it; a whole re-settling of 200,000 articles stays under this.
LARGE_LOG = 256 * 10**6
# A page waits a moment for a reading process; longer means that none runs.
UNREAD_FOR = timedelta(minutes=10)
# A quarter of the file empty, and enough of it to be worth the copying.
EMPTY_SHARE, EMPTY_BYTES = 0.25, 100 * 10**6
# Bodies looked up for each that is to be checked, at most: the others may be pruned.
_TRIES = 20
# The most findings of one PRAGMA that are shown.
_MOST = 5

_OLDEST_UNREAD = """
SELECT p.id, p.url, p.fetched_at, (SELECT count(*) FROM unread)
FROM unread u JOIN pages p ON p.id = u.page_id ORDER BY u.page_id LIMIT 1
"""
_OPEN_RUNS = "SELECT id, command, pid, started_at, process FROM runs WHERE ended IS NULL ORDER BY id"
_EXTRACTORS = """
SELECT e.code, e.rules, e.trafilatura, o.pages
FROM (SELECT extractor_id, count(*) AS pages FROM outcomes GROUP BY 1) o JOIN extractors e ON e.id = o.extractor_id
ORDER BY e.id
"""
_DICTIONARIES = """
SELECT count(*), coalesce(sum(length(data)), 0), (SELECT count(*) FROM bodies WHERE dictionary_id IS NOT NULL)
FROM dictionaries
"""
_UNSETTLED = "SELECT count(*) FROM (SELECT page_id FROM articles EXCEPT SELECT page_id FROM decisions)"


class Level(StrEnum):
    """How bad it is."""

    OK = "OK"
    WARN = "WARN"
    BAD = "BAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found. `remedy` is empty where nothing needs doing."""

    level: Level
    about: str
    says: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """What is examined, and against what. `bodies`: how many to unpack and compare with their checksum; 0: all."""

    conn: sqlite3.Connection
    path: Path
    now: datetime
    extractor: Extractor | None
    bodies: int = 20


Check = Callable[[HealthCheck], Iterator[Finding]]


def run_checks(examination: HealthCheck, checks: Sequence[Check] | None = None) -> Iterator[Finding]:
    """These checks (None: all), one after the other; a check that SQLite breaks off is a finding itself."""
    for check in CHECKS if checks is None else checks:
        try:
            yield from check(examination)
        except sqlite3.Error as error:
            explained = str(explain_sqlite_error(error, examination.path))
            yield Finding(level=Level.BAD, about=_name(check), says=explained)


def database_sizes(path: Path) -> tuple[int, int]:
    """Bytes of the database file and of its write-ahead log; 0 for what is not there."""
    wal = path.with_name(path.name + "-wal")
    return tuple(file.stat().st_size if file.exists() else 0 for file in (path, wal))  # type: ignore[return-value]


def free_disk_bytes(path: Path) -> int:
    """Bytes free on the disk of the database."""
    return shutil.disk_usage(path.absolute().parent).free


def _name(check: Check) -> str:
    return check.__name__.removeprefix("_").replace("_", " ")


def _file(examination: HealthCheck) -> Iterator[Finding]:
    main, wal = database_sizes(examination.path)
    mode, pages, empty, page_size = (
        examination.conn.execute(f"PRAGMA {pragma}").fetchone()[0]
        for pragma in ("journal_mode", "page_count", "freelist_count", "page_size")
    )
    says = f"{main:,} bytes in {pages:,} pages, {empty:,} of them empty; journal mode {mode}, log {wal:,} bytes"
    if mode != "wal":
        remedy = "the file system may not support it (a network share?); move the database to a local disk"
        yield Finding(level=Level.WARN, about="file", says=says, remedy=remedy)
    elif wal > LARGE_LOG:
        remedy = "a program reads it without end; close it, and the next crawl empties the log"
        yield Finding(level=Level.WARN, about="file", says=says, remedy=remedy)
    elif empty > pages * EMPTY_SHARE and empty * page_size > EMPTY_BYTES:
        remedy = f"`sqlite3 {examination.path} VACUUM` gives {empty * page_size:,} bytes back to the disk"
        yield Finding(level=Level.WARN, about="file", says=says, remedy=remedy)
    else:
        yield Finding(level=Level.OK, about="file", says=says)


def _disk(examination: HealthCheck) -> Iterator[Finding]:
    free = free_disk_bytes(examination.path)
    level = Level.BAD if free < NO_DISK else Level.WARN if free < LOW_DISK else Level.OK
    remedy = "free some, or move the database and name its place with `db` in copydesk.toml"
    yield Finding(level=level, about="disk", says=f"{free:,} bytes free", remedy="" if level is Level.OK else remedy)
    if not os.access(examination.path, os.W_OK):
        says = "the file cannot be written by this user"
        yield Finding(level=Level.BAD, about="disk", says=says, remedy="change its owner or permissions to crawl")


def _schema(examination: HealthCheck) -> Iterator[Finding]:
    rows = examination.conn.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = 'copydesk' ORDER BY rowid"
    )
    names = [name for (name,) in rows]
    yield Finding(level=Level.OK, about="schema", says=f"migrations applied: {', '.join(names)}")


def _structure(examination: HealthCheck) -> Iterator[Finding]:
    rows = examination.conn.execute(f"PRAGMA quick_check({_MOST})").fetchall()
    faults = [str(row[0]) for row in rows if row[0] != "ok"]
    if not faults:
        yield Finding(level=Level.OK, about="structure", says="quick_check finds nothing")
    remedy = f"restore a backup, or `sqlite3 {examination.path} .recover` saves rows"
    for fault in faults:
        yield Finding(level=Level.BAD, about="structure", says=" ".join(fault.split()), remedy=remedy)


def _references(examination: HealthCheck) -> Iterator[Finding]:
    faults = examination.conn.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
    if not faults:
        yield Finding(level=Level.OK, about="references", says="every row finds the rows it refers to")
    for table, row, parent, _ in faults:
        says = f"row {row} of {table} refers to a row of {parent} that is gone"
        yield Finding(level=Level.BAD, about="references", says=says, remedy="restore a backup")


def _bodies(examination: HealthCheck) -> Iterator[Finding]:
    conn, most = examination.conn, examination.bodies
    last = conn.execute("SELECT coalesce(max(id), 0) FROM bodies").fetchone()[0]
    checked, pruned, faults = 0, 0, []
    for body_id in _sample(last, most):
        if most and checked == most:
            break
        try:
            if conn.execute("SELECT 1 FROM bodies WHERE id = ?", (body_id,)).fetchone():
                checked += 1
                load_body(conn, body_id)
        except DatabaseDamaged as fault:
            faults.append(str(fault))
        except BodyPruned:
            checked -= 1
            pruned += 1
    says = f"{checked:,} of {last:,} unpacked, {checked - len(faults):,} match their checksum"
    if pruned:
        says += f"; {pruned:,} that were looked for are pruned"
    if not faults:
        yield Finding(level=Level.OK, about="bodies", says=says)
    else:
        remedy = "`copydesk doctor --bodies 0` looks at all; restore a backup"
        yield Finding(level=Level.BAD, about="bodies", says=f"{says}; {faults[0]}", remedy=remedy)


def _dictionaries(examination: HealthCheck) -> Iterator[Finding]:
    conn = examination.conn
    number, size, packed = conn.execute(_DICTIONARIES).fetchone()
    if not number:
        return
    ids = [row[0] for row in conn.execute("SELECT id FROM dictionaries")]
    looked_at = random.sample(ids, min(number, examination.bodies or number))
    faults = []
    for dictionary_id in looked_at:
        try:
            get_dictionary(conn, dictionary_id)
        except DatabaseDamaged as fault:
            users = conn.execute("SELECT count(*) FROM bodies WHERE dictionary_id = ?", (dictionary_id,)).fetchone()[0]
            faults.append(f"{fault}; {users:,} bodies need it")
    says = (
        f"{number:,} of {size:,} bytes, by which {packed:,} bodies are packed; {len(looked_at):,} unpacked, "
        f"{len(looked_at) - len(faults):,} match their checksum"
    )
    if not faults:
        yield Finding(level=Level.OK, about="dictionaries", says=says)
    else:
        remedy = "`copydesk doctor --bodies 0` looks at all; restore a backup"
        yield Finding(level=Level.BAD, about="dictionaries", says=f"{says}; {faults[0]}", remedy=remedy)


def _sample(last: int, most: int) -> Iterable[int]:
    """Ids of bodies to look at. Any sample serves, and another each time serves best; some in it will be pruned."""
    if most and last > most:
        return random.sample(range(1, last + 1), min(last, most * _TRIES))
    return range(1, last + 1)


def _queue(examination: HealthCheck) -> Iterator[Finding]:
    row = examination.conn.execute(_OLDEST_UNREAD).fetchone()
    if row is None:
        yield Finding(level=Level.OK, about="queue", says="every page has its outcome")
        return
    page_id, url, fetched_at, number = row
    age = examination.now - parse_timestamp(fetched_at)
    says = f"{number:,} pages without an outcome; the oldest is page {page_id} ({url}), fetched {fetched_at}"
    if age < UNREAD_FOR:
        yield Finding(level=Level.OK, about="queue", says=says)
    else:
        yield Finding(level=Level.WARN, about="queue", says=says, remedy="`copydesk crawl` reads them")


def _decisions(examination: HealthCheck) -> Iterator[Finding]:
    number = examination.conn.execute(_UNSETTLED).fetchone()[0]
    if number:
        says = f"{number:,} article pages are not settled"
        yield Finding(level=Level.WARN, about="decisions", says=says, remedy="`copydesk settle` does it")
    else:
        yield Finding(level=Level.OK, about="decisions", says="every article page is settled")


def _search(examination: HealthCheck) -> Iterator[Finding]:
    conn = examination.conn
    waiting, (missing, left) = search_index.count_unindexed(conn), search_index.count_inconsistencies(conn)
    again = "`copydesk search --rebuild` makes the index again"
    if missing or left:
        says = f"{missing:,} articles are missing in the search index, {left:,} pages in it are no articles (any more)"
        yield Finding(level=Level.WARN, about="search", says=says, remedy=again)
    elif search_index.stored_version(conn) != search_index.version():
        says = "the search index was made by another version; some characters may not be found"
        yield Finding(level=Level.WARN, about="search", says=says, remedy=again)
    elif waiting:
        says = f"{waiting:,} articles are not in the search index yet"
        yield Finding(level=Level.WARN, about="search", says=says, remedy="`copydesk upkeep index` does it")
    else:
        yield Finding(level=Level.OK, about="search", says="every article is in the search index")


def _runs(examination: HealthCheck) -> Iterator[Finding]:
    open_runs = examination.conn.execute(_OPEN_RUNS).fetchall()
    gone = [run for run in open_runs if not is_process_alive(run[2], run[4])]
    for run_id, command, pid, started_at, process in open_runs:
        if is_process_alive(pid, process):
            says = f"run {run_id} ({command}, process {pid}) is under way since {started_at}"
            yield Finding(level=Level.OK, about="runs", says=says)
    if gone:
        run_id, command, pid, started_at, _ = gone[-1]
        says = f"{len(gone)} never ended: the last is run {run_id} ({command}, {started_at}), process {pid} is gone"
        remedy = "it was killed; nothing committed is lost, and the next crawl goes on from there"
        yield Finding(level=Level.WARN, about="runs", says=says, remedy=remedy)
    if not open_runs:
        yield Finding(level=Level.OK, about="runs", says="every run has ended")


def _extractors(examination: HealthCheck) -> Iterator[Finding]:
    stale = 0
    for code, rules, trafilatura, pages in examination.conn.execute(_EXTRACTORS).fetchall():
        in_force = examination.extractor == Extractor(code=code, rules=rules, trafilatura=trafilatura)
        stale += 0 if in_force else pages
        says = f"{pages:,} pages read by {code}, rules {rules}, trafilatura {trafilatura}"
        yield Finding(level=Level.OK, about="extractors", says=f"{says}{' (in force)' if in_force else ''}")
    if stale and examination.extractor is not None:
        says = f"{stale:,} pages were read by another version than the one in force ({examination.extractor.code})"
        remedy = "nothing is wrong; they keep what that version made of them until they are extracted again"
        yield Finding(level=Level.WARN, about="extractors", says=says, remedy=remedy)


# What can be told of a file by itself, a backup included: no clock, no disk, no processes.
SOUNDNESS: tuple[Check, ...] = (_structure, _references, _bodies, _dictionaries)

CHECKS: tuple[Check, ...] = (
    _file,
    _disk,
    _schema,
    _structure,
    _references,
    _bodies,
    _dictionaries,
    _queue,
    _decisions,
    _search,
    _runs,
    _extractors,
)
