"""`copydesk import`: archives into the database, as if they had been crawled at their time; then read and settled like a crawl."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from cli.context import Desk
from cli.progress import tallying
from cli.render import plain
from cli.stopping import stopping
from db.connect import open_readonly
from db.errors import CopydeskError
from db.facts import begin_run, end_run
from db.imports import known_fetch
from db.pages import count_unread
from db.sources import find_source
from db.writer import Writer
from pipelines.addresses import clean_url, link_key
from pipelines.archives.intake import MOST_TOLD, Counts, Intake
from pipelines.archives.open_archive import Opening, read_archive
from pipelines.desk import Desk as ReadingDesk
from pipelines.desk_plan import plan_desk

_WAITS_S = 0.2


@click.command("import", short_help="Archives into the database: WARC, WACZ, HTML files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--source", "name", metavar="NAME", help="The source of all pages. Default: one for each host, made paused."
)
@click.option("--base", metavar="URL", help="The address that a folder of HTML files is a copy of.")
@click.option("--no-extract", is_flag=True, help="Only store the pages; the next crawl reads them.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@click.pass_obj
def import_archives(
    desk: Desk, files: tuple[Path, ...], name: str | None, base: str | None, no_extract: bool, as_json: bool
) -> None:
    """Import WARC files (.warc, .warc.gz), WACZ, HTML files, folders of them, or a manifest (.jsonl).

    \b
    Pages keep their times, addresses, headers and bytes. Importing a file again adds nothing, so one that
    was stopped is simply imported again. Exit code 1: some of an archive could not be read; it is told
    where, and the rest is in.
    """
    if base is not None and clean_url(base) is None:
        raise click.UsageError(f"--base: {base} is no address of a web page")
    missing = [str(path) for path in files if not path.exists()]
    if missing:
        raise click.UsageError(f"there is no such file: {', '.join(missing)}")
    with desk.open(create=True) as db:
        source_id = find_source(db.conn, name).id if name else None
    outcome = _import(desk, files, source_id, clean_url(base) if base else None, extract=not no_extract)
    click.echo(json.dumps(outcome) if as_json else "\n".join(_summary(outcome)))
    _tell_damage(outcome)
    if outcome["ended"] == "stopped":
        sys.exit(130)
    if outcome["incomplete"]:
        sys.exit(1)


def _import(
    desk: Desk, files: tuple[Path, ...], source_id: int | None, base: str | None, *, extract: bool
) -> dict[str, object]:
    config, began = desk.config, datetime.now(UTC)
    plan = plan_desk(config) if extract else None
    writer = Writer(config.database)
    reader = open_readonly(config.database)
    ended, error, intake = "failed", None, None
    try:
        run_id = writer.submit(partial(begin_run, command="import", pid=os.getpid(), at=began)).result()
        reading = ReadingDesk(plan, writer) if plan else None
        intake = Intake(writer, run_id, source_id=source_id, wake=reading.wake if reading else None)
        if reading:
            reading.start()
        try:
            with stopping() as stop:
                _take(intake, files, _opening(reader, int(config["max_page_size"]), base), stop)
                _finish(reading, stop)
                ended = "stopped" if stop.is_set() else "finished"
        except CopydeskError as failure:
            error = str(failure)
            raise
        finally:
            if reading and reading.working:
                reading.stop()
                reading.join()
            figures = _figures(intake.counts, reader, began)
            end = partial(end_run, run_id=run_id, ended=ended, at=datetime.now(UTC), figures=figures, error=error)
            writer.submit(end).result()
    finally:
        reader.close()
        writer.close()
    return {"run": run_id, "ended": ended, **figures}


def _opening(reader: sqlite3.Connection, limit: int, base: str | None) -> Opening:
    def is_known(url: str, at: datetime) -> bool:
        return known_fetch(reader, link_key(url), url, at) is not None

    return Opening(limit=limit, is_known=is_known, base=base)


def _take(intake: Intake, files: tuple[Path, ...], how: Opening, stop: threading.Event) -> None:
    with tallying() as show:

        def tell(counts: Counts) -> None:
            show(f"{path.name}: {counts.new:,} new pages of {counts.items:,} records", counts.items)

        for path in files:
            if not stop.is_set():
                intake.take(read_archive(path, how), stopped=stop.is_set, show=tell)


def _finish(reading: ReadingDesk | None, stop: threading.Event) -> None:
    """Wait until all is read and settled, or somebody wants to stop."""
    if reading is None:
        return
    reading.finish()
    while reading.working and not stop.is_set():
        reading.join(_WAITS_S)
    if stop.is_set():
        reading.stop()
    reading.join()


def _figures(counts: Counts, reader: sqlite3.Connection, began: datetime) -> dict[str, object]:
    seconds = (datetime.now(UTC) - began).total_seconds()
    return {
        "items": counts.items,
        "new": counts.new,
        "unchanged": counts.unchanged,
        "known": counts.known,
        "passed": dict(counts.passed.most_common()),
        "damage": counts.damage,
        "incomplete": counts.incomplete,
        "bytes": counts.bytes,
        "unread": count_unread(reader),
        "seconds": round(seconds, 3),
    }


def _tell_damage(outcome: dict[str, object]) -> None:
    """Each place on a line, with a terminal's own signs taken out of what an archive says."""
    damage = outcome["damage"]
    assert isinstance(damage, list)
    for where in damage:
        click.echo(f"copydesk import: {plain(where)}", err=True)
    if len(damage) == MOST_TOLD:
        click.echo("copydesk import: there may be more such places; these were the first", err=True)


def _summary(outcome: dict[str, object]) -> list[str]:
    passed = outcome["passed"]
    assert isinstance(passed, dict)
    state = "stopped early; import the same files again to go on" if outcome["ended"] == "stopped" else "done"
    lines = [
        f"import {state}: {outcome['new']} new pages, {outcome['seconds']:.1f} s",
        f"  unchanged {outcome['unchanged']} · known before {outcome['known']}",
    ]
    if passed:
        reasons = ", ".join(f"{reason} {count}" for reason, count in passed.items())
        lines.append(f"  passed over: {sum(passed.values())} ({reasons})")
    if outcome["unread"]:
        lines.append(f"  {outcome['unread']} pages are stored and not read yet; the next crawl reads them")
    return lines
