"""Reading a page: a page id or a parcel in, its outcome with its fingerprint out. What the reading processes do (`ExtractPages`).

A reading process holds the site rules and, unless all pages are handed to it as parcels, a read-only connection; it writes nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db.connection.database import explain_sqlite_error, open_readonly
from db.errors import CopydeskError, DatabaseDamaged, DatabaseError, MachineError
from db.models import Article, Outcome, Page, Reason, Rejection
from db.site_rules.loader import Sites
from db.store.outcomes import Fingerprint
from db.store.page_payload import PagePayload
from db.store.pages import load_page
from pipelines.extraction.fingerprint import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionResult:
    """What became of one page. `prints` is there when the outcome is an article; `address` is where the page was found."""

    page_id: int
    outcome: Outcome
    address: str | None = None
    prints: Fingerprint | None = None


Task = int | PagePayload
"""What is to be read: a page of the database by its id, or one that was sent along."""


@dataclass(slots=True)
class _Desk:
    database: Path | None
    conn: sqlite3.Connection | None
    sites: Sites


_desks: dict[int, _Desk] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractPages:
    """The work of a reading process (`pipelines.processing.worker_pool.Worker`). Without a database it reads parcels only."""

    database: Path | None
    sites: Sites
    name: str = "page"
    preload: tuple[str, ...] = ("pipelines.processing.page_worker", "pipelines.extraction.extract")

    def prepare(self) -> Callable[[Task], ExtractionResult]:
        """Open the database."""
        _desks[os.getpid()] = _Desk(
            database=self.database,
            conn=open_readonly(self.database) if self.database else None,
            sites=self.sites,
        )
        return extract_task

    def extract_known_page(self) -> None:
        """Extract a page that is known to be an article."""
        extract_known_page()


def extract_task(task: Task) -> ExtractionResult:
    """Extract one page. Only in a process that is prepared for it."""
    desk = _desks[os.getpid()]
    try:
        if isinstance(task, PagePayload):
            return _read(task.page_id, task.unpack(), desk.sites)
        assert desk.conn is not None
        return extract_stored(desk.conn, desk.sites, task)
    except sqlite3.Error as error:
        assert desk.database is not None
        raise MachineError(str(explain_sqlite_error(error, desk.database))) from error
    except CopydeskError as error:
        if isinstance(error, DatabaseError) and not isinstance(error, DatabaseDamaged):
            raise
        return rejected_as_crashed(task, error)  # the stored body is damaged: said of this page, the others are read


def extract_known_page() -> None:
    """Extract a page that is known to be an article. Raises whatever is in the way."""
    outcome = extract(Page(body=_KNOWN_PAGE.encode(), url="https://news.example/2026/11/bridge.html"), Sites())
    if not isinstance(outcome, Article):
        raise RuntimeError(f"a known article is read as {outcome.reason.value}: {outcome.detail}")


_SENTENCE = "The council met in the evening and talked about the bridge until the caretaker switched off the lights. "
_KNOWN_PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>The bridge is open again</title></head><body><article>"
    "<h1>The bridge is open again</h1><p>By Anna Holt</p><time datetime=2026-11-01T08:00:00Z>1 November 2026</time>"
    + f"<p>{_SENTENCE * 3}</p>" * 4
    + "</article></body></html>"
)


def task_page_id(task: Task) -> int:
    """The number that the page's reading will have."""
    return task.page_id if isinstance(task, PagePayload) else task


def rejected_as_crashed(task: Task, error: CopydeskError) -> ExtractionResult:
    """The reading of a page whose stored body cannot be had."""
    return ExtractionResult(page_id=task_page_id(task), outcome=Rejection(reason=Reason.CRASHED, detail=str(error)))


def extract_stored(conn: sqlite3.Connection, sites: Sites, page_id: int) -> ExtractionResult:
    """Extract one stored page over any connection."""
    return _read(page_id, load_page(conn, page_id), sites)


def extract(page: Page, sites: Sites) -> Outcome:
    """`pipelines.extraction.extract.extract`, imported where pages are read: a process that has others read for it saves 170 ms."""
    from pipelines.extraction.extract import extract as real

    return real(page, sites)


def _read(page_id: int, page: Page, sites: Sites) -> ExtractionResult:
    outcome = extract(page, sites)
    if not isinstance(outcome, Article):
        return ExtractionResult(page_id=page_id, outcome=outcome)
    address = page.address or ""
    return ExtractionResult(page_id=page_id, outcome=outcome, address=address, prints=fingerprint(outcome, address))
