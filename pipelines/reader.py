"""A reading process: takes a page id, reads the stored page, extracts, hands back the outcome with its fingerprint.

It holds a read-only connection and the site rules; it writes nothing. When the process that started it dies, however, it
ends: a daemon thread waits for just that.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db.connect import open_readonly
from db.derived import Fingerprint
from db.errors import CopydeskError
from db.nouns import Article, Outcome, Reason, Rejection
from db.pages import load_page
from db.sites import Sites, load_sites
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


@dataclass(slots=True)
class _Desk:
    conn: sqlite3.Connection
    sites: Sites


_desks: dict[int, _Desk] = {}


def sit_down(database: Path, sites_folders: Sequence[Path]) -> None:
    """Prepare this process for reading: called once, as the pool's initializer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when we end
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _desks[os.getpid()] = _Desk(conn=open_readonly(database), sites=load_sites(*sites_folders))


def read(page_id: int) -> Reading:
    """Extract one stored page. Only after `sit_down`."""
    desk = _desks[os.getpid()]
    try:
        return read_page(desk.conn, desk.sites, page_id)
    except CopydeskError as error:  # the stored body is damaged: said of this page, the others are read
        return Reading(page_id=page_id, outcome=Rejection(reason=Reason.CRASHED, detail=str(error)))


def read_page(conn: sqlite3.Connection, sites: Sites, page_id: int) -> Reading:
    """Extract one stored page over any connection."""
    page = load_page(conn, page_id)
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
