"""`copydesk extract` over the database: extract stored pages again, or bring a past extraction back."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from filelock import FileLock, Timeout

from cli.context import Desk
from cli.extract_engine import Engine, readers
from cli.progress import counting
from cli.stopping import stopping
from db.connect import open_readonly, write
from db.derived import extractor_id, known_extractor
from db.errors import UsageError
from db.extractions import (
    bring_back,
    broken_off,
    count_left,
    later_extraction,
    queue_pages,
    without_pruned,
)
from db.facts import begin_run, end_run
from db.selections import Selection, select_pages
from pipelines.desk_plan import plan_desk
from pipelines.differences import Differences
from pipelines.replay import BATCH, readings, replay, settle_in_steps

# Page ids put on the queue in one transaction: some 10 ms.
QUEUED_AT_ONCE = 5000


@contextmanager
def _alone(desk: Desk) -> Iterator[None]:
    """One extraction at a time on a database."""
    lock = FileLock(f"{desk.config.database}.extract.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError("another extraction works on this database; wait for it or stop it") from None
    try:
        yield
    finally:
        lock.release()


def extract_again(desk: Desk, selection: Selection, *, engine: Engine, as_json: bool) -> None:
    """Extract the selected pages again; goes on with the last run of the same selection where that was broken off."""
    plan = plan_desk(desk.config)
    with desk.open() as db, _alone(desk), stopping() as stop:
        conn = db.conn
        # A cluster that cannot be used leaves no run behind.
        with readers(plan, engine, database=plan.database) as executor:
            with write(conn):
                maker = extractor_id(conn, plan.extractor)
            run_id = _queued(desk, conn, selection, maker, as_json=as_json)
            with counting("extracted", count_left(conn, run_id)) as show:
                replay(conn, run_id, maker, executor, stop, show)
        _tell(conn, run_id, stop, as_json=as_json)


def _queued(desk: Desk, conn: sqlite3.Connection, selection: Selection, maker: int, *, as_json: bool) -> int:
    """The run that is to be worked off, with its pages on the queue."""
    before = broken_off(conn, selection.name, maker)
    if before and before[1]:
        click.echo(f"going on with run {before[0]}, {count_left(conn, before[0])} pages left", err=True)
        return before[0]
    reading = open_readonly(desk.config.database)
    try:
        pages = list(select_pages(reading, selection, maker))
    finally:
        reading.close()
    with write(conn):
        run_id = before[0] if before else begin_run(conn, "extract", os.getpid(), datetime.now(UTC))
        conn.execute(
            "INSERT OR IGNORE INTO extractions (run_id, selection, extractor_id) VALUES (?, ?, ?)",
            (run_id, selection.name, maker),
        )
    for start in range(0, len(pages), QUEUED_AT_ONCE):
        with write(conn):
            queue_pages(conn, run_id, pages[start : start + QUEUED_AT_ONCE])
    with write(conn):
        conn.execute("UPDATE extractions SET queued = 1 WHERE run_id = ?", (run_id,))
    return run_id


def _tell(conn: sqlite3.Connection, run_id: int, stop: threading.Event, *, as_json: bool) -> None:
    left = count_left(conn, run_id)
    figures = json.loads(conn.execute("SELECT figures FROM extractions WHERE run_id = ?", (run_id,)).fetchone()[0])
    stopped = stop.is_set()
    with write(conn):
        end_run(conn, run_id, "stopped" if stopped else "finished", datetime.now(UTC), figures, None)
    if as_json:
        click.echo(json.dumps({"run": run_id, "left": left} | figures))
    else:
        counts = ", ".join(
            f"{figures[name]} {name}" for name in ("same", "changed", "failed", "pruned") if name in figures
        )
        click.echo(f"run {run_id}: {counts or 'no pages'}")
    for page_id in figures.get("failed_pages", []):
        click.echo(f"copydesk extract: page {page_id} could not be read; what was held of it stays", err=True)
    if stopped:
        click.echo(f"stopped early: {left} pages left; the same command goes on", err=True)
        sys.exit(130)
    if figures.get("failed"):
        sys.exit(1)


def dry_run(desk: Desk, selection: Selection, *, engine: Engine, as_json: bool) -> None:
    """Tell what extracting the selected pages again would change; nothing is written."""
    plan = plan_desk(desk.config)
    found = Differences()
    with desk.read() as conn, stopping() as stop:
        pages = list(select_pages(conn, selection, known_extractor(conn, plan.extractor)))
        pages = without_pruned(conn, pages)
        with readers(plan, engine, database=plan.database) as executor, counting("read", len(pages)) as show:
            for some in readings(executor, iter(pages), stop):
                for reading in some:
                    found.add(conn, reading)
                show(found.pages)
    told = {"pages": found.pages, "differing": found.differing, "fields": found.fields, "samples": found.samples}
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"{found.differing} of {found.pages} pages would change")
        for name, count in found.fields.most_common():
            click.echo(f"  {name:20} {count} ({count / found.pages:.1%})")
            for page_id, old, new in found.samples[name]:
                click.echo(f"    page {page_id}: {old!r} -> {new!r}")
    if stop.is_set():
        sys.exit(130)


def undo(desk: Desk, run_id: int) -> None:
    """Bring back what a past extraction replaced. Cut off, the same command goes on."""
    with desk.open() as db, _alone(desk), stopping() as stop:
        conn = db.conn
        if conn.execute("SELECT 1 FROM extractions WHERE run_id = ?", (run_id,)).fetchone() is None:
            raise UsageError(f"run {run_id} is no extraction; `copydesk stats` lists the last runs")
        if (later := later_extraction(conn, run_id)) is not None:
            raise UsageError(f"run {later} replaced some of the same pages later; undo that one first")
        with write(conn):
            # What the run had left is not to be done any more.
            conn.execute("DELETE FROM to_extract WHERE run_id = ?", (run_id,))
            conn.execute("UPDATE extractions SET selection = 'undone' WHERE run_id = ?", (run_id,))
        back = 0
        while not stop.is_set():
            with write(conn):
                some = bring_back(conn, run_id, BATCH)
            if not some:
                break
            back += some
            settle_in_steps(conn, stop)
        settle_in_steps(conn, stop)
        click.echo(f"run {run_id} undone: {back} pages are as before")
        if stop.is_set():
            sys.exit(130)
