"""`copydesk extract stored`: extract stored pages again."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import click

from cli.context import CommandContext
from cli.extraction.engine import ExtractionEngine, readers
from cli.output.json_output import print_json
from cli.output.progress import progress_bar
from cli.signals import stopping
from db.connection.database import open_readonly, write
from db.display.humanize import counted
from db.errors import UsageError
from db.store.crawl.facts import abandon_run, begin_run, end_run, resume_run
from db.store.extraction.extractions import (
    count_pages_to_extract,
    drop_pages_to_extract,
    insert_extraction,
    interrupted_extraction,
    load_extraction_figures,
    mark_queued,
    outdated_extractions,
    queue_pages,
)
from db.store.extraction.gated_extractions import drop_staged_of_run
from db.store.extraction.outcomes import extractor_id
from db.store.extraction.page_selection import Selection, select_pages
from db.system.files_beside import WorkLock
from pipelines.processing.ingest_settings import plan_ingest
from pipelines.processing.reextract import reextract_run

# Page ids queued in one transaction, which takes some 10 ms.
QUEUE_BATCH = 5000


@contextmanager
def extraction_lock(context: CommandContext) -> Iterator[None]:
    """Allow one extraction of a database at a time. Raises UsageError where another one runs."""
    with WorkLock(context.config.database, "extract.lock").attempt() as held:
        if not held:
            raise UsageError("another extraction of this database is running; wait for it or stop it")
        yield


def extract_again(context: CommandContext, selection: Selection, *, engine: ExtractionEngine, as_json: bool) -> None:
    """Extract the selected pages again. Continues the last run of the same selection if that was interrupted."""
    plan = plan_ingest(context.config)
    with context.open() as db, extraction_lock(context), stopping() as stop:
        conn = db.conn
        # A cluster that cannot be used leaves no run behind.
        with readers(plan, engine, database=plan.database) as executor:
            with write(conn):
                maker = extractor_id(conn, plan.extractor)
            drop_outdated(conn, maker)
            run_id = queue_selected(context, conn, selection, maker, name=selection.name)
            with record_failure(conn, run_id), progress_bar("extracted", count_pages_to_extract(conn, run_id)) as show:
                longest_ms = reextract_run(conn, run_id, maker, executor, stop, show)
        code = end_extraction(conn, run_id, stop, longest_ms, as_json=as_json)
    sys.exit(code)


@contextmanager
def record_failure(conn: sqlite3.Connection, run_id: int) -> Iterator[None]:
    """Record an error that ends a run, if the database still takes it. The run can be continued."""
    try:
        yield
    except Exception as error:
        with suppress(sqlite3.Error), write(conn):
            end_run(conn, run_id, "failed", datetime.now(UTC), {}, str(error) or type(error).__name__)
        raise


def drop_outdated(conn: sqlite3.Connection, maker: int) -> None:
    """Drop what is left of runs by another version or other rules, which cannot be continued, and print that."""
    for run_id, left in outdated_extractions(conn, maker):
        message = (
            f"run {run_id} was interrupted under another version or other rules; what it left is dropped "
            f"({counted(left, 'page')})"
        )
        click.echo(f"{message} (--stale selects them)", err=True)
        drop_all_left(conn, run_id, message)


def drop_all_left(conn: sqlite3.Connection, run_id: int, why: str) -> None:
    """Drop the remaining pages of a run, in batches. `why` is recorded with a run that was killed."""
    while True:
        with write(conn):
            if not drop_pages_to_extract(conn, run_id, QUEUE_BATCH) + drop_staged_of_run(conn, run_id, QUEUE_BATCH):
                abandon_run(conn, run_id, datetime.now(UTC), why)
                return


def queue_selected(
    context: CommandContext, conn: sqlite3.Connection, selection: Selection, maker: int, *, name: str
) -> int:
    """The id of the run to work on, new or continued, with its pages queued. `name` is what it is continued by."""
    before = interrupted_extraction(conn, name, maker)
    if before:
        with write(conn):
            resume_run(conn, before[0], os.getpid())
    if before and before[1]:
        click.echo(
            f"continuing run {before[0]}, {counted(count_pages_to_extract(conn, before[0]), 'page')} left", err=True
        )
        return before[0]
    with closing(open_readonly(context.config.database)) as reading:
        pages = list(select_pages(reading, selection, maker))
    with write(conn):
        run_id = before[0] if before else begin_run(conn, "extract", os.getpid(), datetime.now(UTC))
        insert_extraction(conn, run_id, name, maker)
    for start in range(0, len(pages), QUEUE_BATCH):
        with write(conn):
            queue_pages(conn, run_id, pages[start : start + QUEUE_BATCH])
    with write(conn):
        mark_queued(conn, run_id)
    return run_id


def end_extraction(
    conn: sqlite3.Connection,
    run_id: int,
    stop: threading.Event,
    longest_ms: float,
    *,
    as_json: bool,
    also: Mapping[str, object] | None = None,
) -> int:
    """End the run and print its figures, with `also` in JSON. Returns the exit code."""
    left = count_pages_to_extract(conn, run_id)
    figures = load_extraction_figures(conn, run_id)
    figures["longest_ms"] = round(longest_ms, 1)
    stopped = stop.is_set()
    with write(conn):
        end_run(conn, run_id, "stopped" if stopped else "finished", datetime.now(UTC), figures, None)
    if as_json:
        print_json({"run": run_id, "left": left} | figures | dict(also or {}))
    else:
        counts = ", ".join(
            f"{figures[name]} {name}" for name in ("same", "changed", "failed", "pruned", "held") if name in figures
        )
        click.echo(f"run {run_id}: {counts or 'no pages'}")
    for page_id in figures.get("failed_pages", []):
        click.echo(f"copydesk extract: page {page_id} could not be extracted; its stored outcome stays", err=True)
    if stopped:
        click.echo(f"stopped early: {counted(left, 'page')} left; the same command continues", err=True)
        return 130
    return 1 if figures.get("failed") else 0
