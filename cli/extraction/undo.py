"""`copydesk extract undo`: bring back what an earlier extraction replaced, as a run of its own."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from datetime import UTC, datetime

import click

from cli.context import CommandContext
from cli.extraction.stored import QUEUE_BATCH, drop_all_left, extraction_lock, record_failure
from cli.output.json_output import print_json
from cli.output.progress import progress_bar
from cli.signals import stopping
from db.connection.database import write
from db.display.humanize import counted
from db.errors import UsageError
from db.store.crawl.facts import begin_run, end_run
from db.store.extraction.extractions import (
    begin_undo,
    count_past_outcomes,
    has_nothing_to_undo,
    is_being_pruned,
    is_extraction,
    later_extraction,
    restore_outcomes,
    undone_by,
)
from db.store.extraction.gated_extractions import requeue_staged
from pipelines.processing.preload import preload_writing
from pipelines.processing.reextract import BROUGHT_BACK_AT_ONCE, GATHERED_STORIES, settle_in_steps
from pipelines.processing.write_turns import WriteTurns


def undo(context: CommandContext, undone: int, *, as_json: bool) -> None:
    """Restore what run `undone` replaced. If interrupted, the same call continues. Raises UsageError if it cannot."""
    with context.open() as db, extraction_lock(context), stopping() as stop:
        conn = db.conn
        _check(conn, undone)
        _requeue(conn)
        with write(conn):
            begin_undo(conn, undone)
            run_id = begin_run(conn, "undo", os.getpid(), datetime.now(UTC))
        with record_failure(conn, run_id):
            drop_all_left(conn, undone, f"undone by run {run_id}")
            back = _bring_back(conn, undone, stop)
            figures = {"undone": undone, "back": back, "left": count_past_outcomes(conn, undone)}
            ended = "stopped" if stop.is_set() else "finished"
            with write(conn):
                end_run(conn, run_id, ended, datetime.now(UTC), figures, None)
    if as_json:
        print_json({"run": run_id} | figures)
    elif stop.is_set():
        click.echo(
            f"stopped early: {counted(figures['left'], 'page')} of run {undone} still to be restored; the same command continues"
        )
    else:
        click.echo(f"run {undone} undone: {counted(back, 'page is', 'pages are')} as before")
        if figures["left"]:
            click.echo(f"{figures['left']} stay as they are: their bodies have been pruned since", err=True)
    if stop.is_set():
        sys.exit(130)


def _requeue(conn: sqlite3.Connection) -> None:
    """Have a gated run that was interrupted extract again what it had staged: that differs from outcomes that may change now."""
    while True:
        with write(conn):
            if not requeue_staged(conn, QUEUE_BATCH):
                return


def _check(conn: sqlite3.Connection, undone: int) -> None:
    if not is_extraction(conn, undone):
        raise UsageError(f"run {undone} is not an extraction; `copydesk stats` lists the last runs")
    if is_being_pruned(conn, undone):
        raise UsageError(f"run {undone} is too old: what it replaced was pruned (setting keep_log)")
    by = undone_by(conn, undone)
    if by or has_nothing_to_undo(conn, undone):
        done = f"was undone already, by run {by}" if by else "replaced nothing"
        raise UsageError(f"run {undone} {done}: there is nothing to restore")
    if (later := later_extraction(conn, undone)) is not None:
        raise UsageError(f"run {later} replaced some of the same pages later; undo that one first")


def _bring_back(conn: sqlite3.Connection, undone: int, stop: threading.Event) -> int:
    """Bring back and settle, a few pages per transaction. Returns the number of pages."""
    back, turns = 0, WriteTurns(conn)
    preload_writing()
    with progress_bar("brought back", count_past_outcomes(conn, undone)) as show:
        while not stop.is_set():
            with turns.write():
                some = restore_outcomes(conn, undone, BROUGHT_BACK_AT_ONCE)
            if not some:
                break
            back += some
            settle_in_steps(turns, stop, stories=GATHERED_STORIES)
            show(back)
        settle_in_steps(turns, stop)
    return back
