"""A reading process: takes a page id or a parcel, extracts that page, hands back the outcome with its fingerprint.

It holds the site rules and, unless all pages are handed to it as parcels, a read-only connection; it writes nothing.
When the process that started it dies, however, it ends: a daemon thread waits for just that.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from db.connect import open_readonly
from db.derived import Fingerprint
from db.errors import CopydeskError
from db.nouns import Article, Outcome, Page, Reason, Rejection
from db.pages import load_page
from db.parcels import Parcel
from db.sites import Sites
from pipelines.extract import extract
from pipelines.fingerprint import fingerprint

# Address space of one reading process. A hostile page must not take the machine's memory; the largest honest page of 876
# needed under 300 MiB in all.
MEMORY_LIMIT_BYTES = 2 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one page. `prints` is there when the outcome is an article; `address` is where the page was found."""

    page_id: int
    outcome: Outcome
    address: str | None = None
    prints: Fingerprint | None = None


Task = int | Parcel
"""What is to be read: a page of the database by its id, or one that was sent along."""


@dataclass(slots=True)
class _Desk:
    conn: sqlite3.Connection | None
    sites: Sites


_desks: dict[int, _Desk] = {}


def sit_down(database: Path | None, sites: Sites) -> None:
    """Prepare this process for reading: called once, as the pool's initializer. Without a database it reads parcels only."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when we end
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _desks[os.getpid()] = _Desk(
        conn=open_readonly(database) if database else None,
        sites=sites,
    )


def read(task: Task) -> Reading:
    """Extract one page. Only after `sit_down`."""
    desk = _desks[os.getpid()]
    try:
        if isinstance(task, Parcel):
            return _read(task.page_id, task.opened(), desk.sites)
        assert desk.conn is not None
        return read_page(desk.conn, desk.sites, task)
    except CopydeskError as error:  # the stored body is damaged: said of this page, the others are read
        return broken(task, error)


def number_of(task: Task) -> int:
    """The number that the page's reading will have."""
    return task.page_id if isinstance(task, Parcel) else task


def broken(task: Task, error: CopydeskError) -> Reading:
    """The reading of a page whose stored body cannot be had."""
    return Reading(page_id=number_of(task), outcome=Rejection(reason=Reason.CRASHED, detail=str(error)))


def read_page(conn: sqlite3.Connection, sites: Sites, page_id: int) -> Reading:
    """Extract one stored page over any connection."""
    return _read(page_id, load_page(conn, page_id), sites)


def _read(page_id: int, page: Page, sites: Sites) -> Reading:
    outcome = extract(page, sites)
    if not isinstance(outcome, Article):
        return Reading(page_id=page_id, outcome=outcome)
    address = page.address or ""
    return Reading(page_id=page_id, outcome=outcome, address=address, prints=fingerprint(outcome, address))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
