"""Extraction of one page inside a worker process: a page id or a payload in, an outcome with its fingerprint out.

A worker process holds the site rules and, unless all pages come as payloads, a read-only connection. It writes nothing.
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
from db.store.extraction.outcomes import Fingerprint
from db.store.extraction.page_payload import PagePayload
from db.store.extraction.pages import load_page
from pipelines.extraction.fingerprint import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionResult:
    """The outcome of one page. An article also has its `fingerprint` and the `address` at which the page was found."""

    page_id: int
    outcome: Outcome
    address: str | None = None
    fingerprint: Fingerprint | None = None


EXTRACTION_MODULES = (
    "pipelines.processing.page_worker",
    "pipelines.extraction.extract",
    "pipelines.processing.suffixes",
)
"""What the processes import, once for all."""
FIRST_PAGE = "pipelines.processing.first_page"
"""What they import as well where it is sure that they extract."""
Task = int | PagePayload
"""A page to extract: the id of one in the database, or a payload."""


@dataclass(slots=True)
class _WorkerState:
    database: Path | None
    conn: sqlite3.Connection | None
    sites: Sites


_states: dict[int, _WorkerState] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractPages:
    """Extracts stored pages in a worker process (`pipelines.processing.worker_pool.Worker`); without a database, only payloads."""

    database: Path | None
    sites: Sites
    name: str = "page"
    preload: tuple[str, ...] = EXTRACTION_MODULES

    def init_worker(self) -> Callable[[Task], ExtractionResult]:
        """Open the database; returns `extract_task`."""
        _states[os.getpid()] = _WorkerState(
            database=self.database,
            conn=open_readonly(self.database) if self.database else None,
            sites=self.sites,
        )
        return extract_task

    def run_known_task(self) -> None:
        """See `extract_known_page`."""
        extract_known_page()


def extract_task(task: Task) -> ExtractionResult:
    """Extract one page, in a process that `ExtractPages.init_worker` has prepared.

    A damaged or pruned body is the page's own rejection. Raises MachineError for any other trouble with the database.
    """
    state = _states[os.getpid()]
    try:
        if isinstance(task, PagePayload):
            return _extract(task.page_id, task.unpack(), state.sites)
        assert state.conn is not None
        return extract_stored(state.conn, state.sites, task)
    except sqlite3.Error as error:
        assert state.database is not None
        raise MachineError(str(explain_sqlite_error(error, state.database))) from error
    except CopydeskError as error:
        if isinstance(error, DatabaseError) and not isinstance(error, DatabaseDamaged):
            raise
        return rejected_as_crashed(task, error)


def extract_known_page() -> None:
    """Extract a page that is known to be an article. Raises RuntimeError if it is none, and whatever extraction raises."""
    outcome = extract(Page(body=_KNOWN_PAGE.encode(), url="https://news.example/2026/11/bridge.html"), Sites())
    if not isinstance(outcome, Article):
        raise RuntimeError(f"a known article was extracted as {outcome.reason.value}: {outcome.detail}")


_SENTENCE = "The council met in the evening and talked about the bridge until the caretaker switched off the lights. "
_KNOWN_PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>The bridge is open again</title></head><body><article>"
    "<h1>The bridge is open again</h1><p>By Anna Holt</p><time datetime=2026-11-01T08:00:00Z>1 November 2026</time>"
    + f"<p>{_SENTENCE * 3}</p>" * 4
    + "</article></body></html>"
)


def task_page_id(task: Task) -> int:
    """The page id of the task's result."""
    return task.page_id if isinstance(task, PagePayload) else task


def rejected_as_crashed(task: Task, error: CopydeskError) -> ExtractionResult:
    """The result for a page whose stored body cannot be read."""
    return ExtractionResult(page_id=task_page_id(task), outcome=Rejection(reason=Reason.CRASHED, detail=str(error)))


def extract_stored(conn: sqlite3.Connection, sites: Sites, page_id: int) -> ExtractionResult:
    """Extract a stored page."""
    return _extract(page_id, load_page(conn, page_id), sites)


def extract(page: Page, sites: Sites) -> Outcome:
    """`pipelines.extraction.extract.extract`, imported late: a process that only submits pages saves 170 ms."""
    from pipelines.extraction.extract import extract as extract_page

    return extract_page(page, sites)


def _extract(page_id: int, page: Page, sites: Sites) -> ExtractionResult:
    outcome = extract(page, sites)
    if not isinstance(outcome, Article):
        return ExtractionResult(page_id=page_id, outcome=outcome)
    address = page.address or ""
    return ExtractionResult(
        page_id=page_id, outcome=outcome, address=address, fingerprint=fingerprint(outcome, address)
    )
