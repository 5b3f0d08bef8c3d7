"""Health checks of the database: each yields findings, each with a level, a message and advice.

OK    as it should be

WARN  works, but somebody should look

BAD   rows may be lost, or nothing can be written
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from db.bodies.dictionaries import Connection, load_dictionary
from db.bodies.store import load_body
from db.connection.database import explain_sqlite_error
from db.display.humanize import counted
from db.errors import BodyPruned, DatabaseDamaged
from db.maintenance.damage import MAX_FINDINGS, find_faults, unreadable_tables
from db.maintenance.findings import Finding, HealthCheck, Level
from db.maintenance.schema_objects import made_objects, named, schema_objects
from db.queries.threads import thread_keeping
from db.schema.migrations import step_names
from db.search import index as search_index
from db.sqlite.errors import SALVAGE
from db.sqlite.named_rows import named_rows
from db.store.crawl.drawings import load_drawn
from db.store.crawl.source_runs import latest_start
from db.store.extraction.outcomes import Extractor
from db.system.machine_errors import explain_os_error
from db.system.processes import is_process_alive
from db.timestamps import lies_ahead, parse_timestamp

# A crawl of a few hundred sources writes some 100 MB: warn at ten times that.
LOW_DISK = 10**9
# With less than this, the next pages may not fit.
CRITICAL_DISK = 50 * 10**6
# SQLite resets the log at every 4 MB unless a reader holds it; settling 200,000 articles again stays below this.
LARGE_WAL = 256 * 10**6
# A page waits only briefly for a worker process; longer means that none runs.
MAX_UNREAD_AGE = timedelta(minutes=10)
# Warn if a quarter of the file is empty, and enough to be worth copying it.
EMPTY_SHARE, EMPTY_BYTES = 0.25, 100 * 10**6
# Body ids drawn for each body to check: some may be pruned.
_TRIES = 20

_OLDEST_UNREAD = """
SELECT p.id, p.url, p.fetched_at, (SELECT count(*) FROM unread) AS waiting
FROM unread u JOIN pages p ON p.id = u.page_id ORDER BY u.page_id LIMIT 1
"""
_OPEN_RUNS = "SELECT id, command, pid, started_at, process FROM runs WHERE ended IS NULL ORDER BY id"
_EXTRACTORS = """
SELECT e.code, e.rules, e.trafilatura, o.pages
FROM (SELECT extractor_id, count(*) AS pages FROM outcomes GROUP BY 1) o JOIN extractors e ON e.id = o.extractor_id
ORDER BY e.id
"""
_DICTIONARIES = """
SELECT count(*) AS number, coalesce(sum(length(data)), 0) AS size,
       (SELECT count(*) FROM bodies WHERE dictionary_id IS NOT NULL) AS packed
FROM dictionaries
"""
_UNSETTLED = "SELECT count(*) FROM (SELECT page_id FROM articles EXCEPT SELECT page_id FROM decisions)"


_DRAWN_PAGES = """
SELECT d.page_id, p.body_id FROM drawings d JOIN pages p ON p.id = d.page_id WHERE d.data IS NOT NULL AND d.pruned_at IS NULL
"""


Check = Callable[[HealthCheck], Iterator[Finding]]


def run_checks(health: HealthCheck, checks: Sequence[Check] | None = None) -> Iterator[Finding]:
    """Run these checks (None: all) in order; an SQLite error in a check becomes a finding itself."""
    for check in CHECKS if checks is None else checks:
        try:
            yield from check(health)
        except sqlite3.Error as error:
            explained = str(explain_sqlite_error(error, health.path))
            yield Finding.bad(_name(check), explained)


def database_sizes(path: Path) -> tuple[int, int]:
    """Bytes of the database file and of its write-ahead log; 0 for a missing file."""
    wal = path.with_name(path.name + "-wal")
    return tuple(file.stat().st_size if file.exists() else 0 for file in (path, wal))  # type: ignore[return-value]


def free_disk_bytes(path: Path) -> int:
    """Free bytes on the disk of the database."""
    return shutil.disk_usage(path.absolute().parent).free


def _name(check: Check) -> str:
    return check.__name__.removeprefix("_").replace("_", " ")


def _file(health: HealthCheck) -> Iterator[Finding]:
    main, wal = database_sizes(health.path)
    pragmas = {
        name: health.conn.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "page_count", "freelist_count", "page_size")
    }
    mode, pages, empty = pragmas["journal_mode"], pragmas["page_count"], pragmas["freelist_count"]
    empty_bytes = empty * pragmas["page_size"]
    message = f"{main:,} bytes in {pages:,} pages, {empty:,} of them empty; journal mode {mode}, log {wal:,} bytes"
    is_read_without_locks = isinstance(health.conn, Connection) and health.conn.file and health.conn.file.modified_ns
    if mode != "wal" and not is_read_without_locks:
        advice = "the file system may not support it (a network share?); move the database to a local disk"
        yield Finding.warn("file", message, advice)
    elif wal > LARGE_WAL:
        advice = "a program holds a read transaction on it; close it, and the next crawl resets the log"
        yield Finding.warn("file", message, advice)
    elif empty > pages * EMPTY_SHARE and empty_bytes > EMPTY_BYTES:
        advice = f"`sqlite3 {health.path} VACUUM` gives {empty_bytes:,} bytes back to the disk"
        yield Finding.warn("file", message, advice)
    else:
        yield Finding.ok("file", message)
    if (names := health.path.stat().st_nlink) > 1:
        message = f"it has {names} names (hard links), each with a log of its own: opened by both, the file is damaged"
        yield Finding.warn("file", message, "keep one; `copydesk backup` makes a copy")


def _disk(health: HealthCheck) -> Iterator[Finding]:
    free = free_disk_bytes(health.path)
    level = Level.BAD if free < CRITICAL_DISK else Level.WARN if free < LOW_DISK else Level.OK
    advice = "free some, or move the database and name its place with `db` in copydesk.toml"
    yield Finding(
        level=level, subject="disk", message=f"{free:,} bytes free", advice="" if level is Level.OK else advice
    )
    try:
        tempfile.gettempdir()
    except OSError as error:
        yield Finding.bad("disk", str(explain_os_error(error)))
    if not os.access(health.path, os.W_OK):
        message = "the file cannot be written by this user"
        yield Finding.bad("disk", message, "change its owner or permissions to crawl")


def _clock(health: HealthCheck) -> Iterator[Finding]:
    latest = latest_start(health.conn)
    if latest is not None and lies_ahead(latest, health.now):
        message = f"it is {health.now:%Y-%m-%d %H:%M} UTC here, and a run began at {latest:%Y-%m-%d %H:%M}"
        advice = "set this machine's clock; where it is right, it was ahead then, and nothing needs doing"
        yield Finding.warn("clock", message, advice)


def _schema(health: HealthCheck) -> Iterator[Finding]:
    conn = health.conn
    rows = conn.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'copydesk' ORDER BY rowid")
    names = [name for (name,) in rows]
    made, there = made_objects(), schema_objects(conn)
    yield Finding.ok("schema", f"migrations applied: {', '.join(names)}")
    if set(names) != step_names():  # a backup of an earlier version
        return
    if missing := made - there:
        advice = f"another program dropped or renamed them; restore a backup, or {SALVAGE} makes a file that has them"
        yield Finding.bad("schema", f"missing: {named(missing)}", advice)
    if own := there - made:
        advice = "they stay, but a trigger or index of your own can make crawls fail"
        yield Finding.ok("schema", f"not of Copydesk: {named(own)}", advice)


def _structure(health: HealthCheck) -> Iterator[Finding]:
    faults = find_faults(health.conn)
    if not faults:
        yield Finding.ok("structure", "quick_check found no errors")
        return
    if lost := unreadable_tables(health.conn):
        message = f"not all rows of {', '.join(lost)} can be read"
        advice = f"restore a backup; {SALVAGE} saves the other rows"
    else:
        message = "every row can be read, but indexes, the search index or free pages are damaged"
        advice = f"{SALVAGE} makes a sound file of the rows"
    for fault in faults:
        yield Finding.bad("structure", f"{fault}; {message}", advice)


def _references(health: HealthCheck) -> Iterator[Finding]:
    faults = named_rows(health.conn, "PRAGMA foreign_key_check").fetchmany(MAX_FINDINGS)
    if not faults:
        yield Finding.ok("references", "all references between rows are valid")
    for fault in faults:
        message = f"row {fault['rowid']} of {fault['table']} refers to a row of {fault['parent']} that is gone"
        yield Finding.bad("references", message, "restore a backup")


def _bodies(health: HealthCheck) -> Iterator[Finding]:
    conn, most = health.conn, health.bodies
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
    message = f"{checked:,} of {last:,} unpacked, {checked - len(faults):,} match their checksum"
    if pruned:
        message += f"; {pruned:,} of those drawn are pruned"
    yield _of_sample("bodies", message, faults)


def _of_sample(subject: str, message: str, faults: Sequence[str]) -> Finding:
    """What a check says that unpacks some, or all with `--bodies 0`: the first fault, if there is any."""
    if not faults:
        return Finding.ok(subject, message)
    advice = "`copydesk doctor --bodies 0` checks all of them; restore a backup"
    return Finding.bad(subject, f"{message}; {faults[0]}", advice)


def _dictionaries(health: HealthCheck) -> Iterator[Finding]:
    conn = health.conn
    total = named_rows(conn, _DICTIONARIES).fetchone()
    if not total["number"]:
        return
    ids = [row[0] for row in conn.execute("SELECT id FROM dictionaries")]
    looked_at = random.sample(ids, min(total["number"], health.bodies or total["number"]))
    faults = []
    for dictionary_id in looked_at:
        try:
            load_dictionary(conn, dictionary_id)
        except DatabaseDamaged as fault:
            users = conn.execute("SELECT count(*) FROM bodies WHERE dictionary_id = ?", (dictionary_id,)).fetchone()[0]
            faults.append(f"{fault}; {counted(users, 'body needs', 'bodies need')} it")
    message = (
        f"{total['number']:,} of {total['size']:,} bytes, packing {counted(total['packed'], 'body', 'bodies')};"
        f" {len(looked_at):,} unpacked, "
        f"{len(looked_at) - len(faults):,} match their checksum"
    )
    yield _of_sample("dictionaries", message, faults)


def _drawings(health: HealthCheck) -> Iterator[Finding]:
    conn = health.conn
    if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'drawings'").fetchone() is None:
        return  # a backup of an earlier version
    rows = conn.execute(_DRAWN_PAGES).fetchall()
    if not rows:
        return
    looked_at = random.sample(rows, min(len(rows), health.bodies or len(rows)))
    faults = []
    for page_id, body_id in looked_at:
        try:
            load_drawn(conn, page_id, load_body(conn, body_id))
        except (DatabaseDamaged, BodyPruned) as fault:
            faults.append(str(fault))
    message = f"{len(looked_at):,} of {len(rows):,} unpacked, {len(looked_at) - len(faults):,} match their checksum"
    yield _of_sample("drawn documents", message, faults)


def _sample(last: int, most: int) -> Iterable[int]:
    """Ids of bodies to check. A new random sample each time covers more over time; some of its bodies may be pruned."""
    if most and last > most:
        return random.sample(range(1, last + 1), min(last, most * _TRIES))
    return range(1, last + 1)


def _queue(health: HealthCheck) -> Iterator[Finding]:
    oldest = named_rows(health.conn, _OLDEST_UNREAD).fetchone()
    if oldest is None:
        yield Finding.ok("queue", "every page has its outcome")
        return
    age = health.now - parse_timestamp(oldest["fetched_at"])
    message = (
        f"{counted(oldest['waiting'], 'page')} without an outcome; the oldest is page {oldest['id']} ({oldest['url']}),"
        f" fetched {oldest['fetched_at']}"
    )
    if age < MAX_UNREAD_AGE:
        yield Finding.ok("queue", message)
    else:
        yield Finding.warn("queue", message, "`copydesk crawl` extracts them")


def _decisions(health: HealthCheck) -> Iterator[Finding]:
    number = health.conn.execute(_UNSETTLED).fetchone()[0]
    if number:
        message = f"{counted(number, 'article page is', 'article pages are')} not settled"
        yield Finding.warn("decisions", message, "`copydesk settle` does it")
    else:
        yield Finding.ok("decisions", "every article page is settled")


def _threads(health: HealthCheck) -> Iterator[Finding]:
    kept = thread_keeping(health.conn)
    if kept.waiting:
        waits = counted(kept.waiting, "article waits for its thread", "articles wait for their thread")
        message = f"{waits}; crawls go on with that, `copydesk settle` does it now"
        yield Finding.ok("threads", message)
    elif kept.out_of_order:
        message = f"{counted(kept.out_of_order, 'old story', 'old stories')} changed after the thread was made"
        rebuild = "`copydesk threads --rebuild` gathers all articles anew"
        yield Finding.ok("threads", f"{message}; {rebuild}")
    else:
        yield Finding.ok("threads", "every article is in its thread")


def _search(health: HealthCheck) -> Iterator[Finding]:
    conn = health.conn
    waiting, (missing, left) = search_index.count_unindexed(conn), search_index.count_inconsistencies(conn)
    rebuild = "`copydesk search --rebuild` makes the index again"
    if missing or left:
        gone = counted(left, "page in it is no article", "pages in it are not articles")
        message = f"{counted(missing, 'article is', 'articles are')} missing from the search index, {gone} (any more)"
        yield Finding.warn("search", message, rebuild)
    elif lost := search_index.unfindable_page(conn):
        message = f"page {lost} is not found by its own words: the search index is damaged"
        yield Finding.bad("search", message, f"{rebuild}, or {SALVAGE} the whole file")
    elif search_index.stored_version(conn) != search_index.index_version():
        message = "the search index was made by another version; some characters may not be found"
        yield Finding.warn("search", message, rebuild)
    elif waiting:
        message = f"{counted(waiting, 'article is', 'articles are')} not in the search index yet"
        yield Finding.warn("search", message, "`copydesk upkeep index` does it")
    else:
        yield Finding.ok("search", "every article is in the search index")


def _runs(health: HealthCheck) -> Iterator[Finding]:
    open_runs = named_rows(health.conn, _OPEN_RUNS).fetchall()
    gone = []
    for run in open_runs:
        if is_process_alive(run["pid"], run["process"]):
            message = (
                f"run {run['id']} ({run['command']}, process {run['pid']}) has been going on since {run['started_at']}"
            )
            yield Finding.ok("runs", message)
        else:
            gone.append(run)
    if gone:
        last = gone[-1]
        message = (
            f"{len(gone)} never ended: the last is run {last['id']} ({last['command']}, {last['started_at']}),"
            f" process {last['pid']} is gone"
        )
        advice = "it was killed; nothing committed is lost, and the next crawl continues from there"
        yield Finding.warn("runs", message, advice)
    if not open_runs:
        yield Finding.ok("runs", "every run has ended")


def _extractors(health: HealthCheck) -> Iterator[Finding]:
    stale = 0
    for row in named_rows(health.conn, _EXTRACTORS).fetchall():
        extractor = Extractor(code=row["code"], rules=row["rules"], trafilatura=row["trafilatura"])
        in_force = health.extractor == extractor
        stale += 0 if in_force else row["pages"]
        message = f"{counted(row['pages'], 'page')} extracted by {_versions(extractor)}"
        yield Finding.ok("extractors", f"{message}{' (in force)' if in_force else ''}")
    if stale and health.extractor is not None:
        message = f"{counted(stale, 'page')} extracted by others than those in force ({_versions(health.extractor)})"
        advice = "nothing is wrong; they stay as they were read until `copydesk extract stored --stale`"
        yield Finding.warn("extractors", message, advice)


def _versions(extractor: Extractor) -> str:
    return f"{extractor.code}, rules {extractor.rules}, trafilatura {extractor.trafilatura}"


# Checks of the file alone, also for backups: no clock, no disk, no processes.
STRUCTURE: tuple[Check, ...] = (_structure, _references)
SOUNDNESS: tuple[Check, ...] = (*STRUCTURE, _bodies, _dictionaries, _drawings)

CHECKS: tuple[Check, ...] = (
    _file,
    _disk,
    _clock,
    _schema,
    _structure,
    _references,
    _bodies,
    _dictionaries,
    _drawings,
    _queue,
    _decisions,
    _threads,
    _search,
    _runs,
    _extractors,
)
