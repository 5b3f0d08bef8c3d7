"""`copydesk import`: archives into the database, as if they had been crawled at their time; then read and settled like a crawl."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from cli.context import CommandContext
from cli.engine_options import engine_options
from cli.extraction.engine import ExtractionEngine, readers
from cli.output.archive_damage import tell_damage
from cli.output.progress import tallying
from cli.output.tables import format_run_duration
from cli.signals import stopping
from db.connection.database import open_readonly
from db.connection.writer import Writer
from db.errors import CopydeskError, UsageError
from db.store.archive_import import find_fetched_page
from db.store.facts import begin_run, end_run
from db.store.run_counts import Figures, count_run
from db.store.sources import find_source
from pipelines.exchange.importer import ImportCounts, Importer
from pipelines.exchange.items import Item
from pipelines.exchange.open_archive import ArchiveOptions, read_archive
from pipelines.exchange.remote import RemoteArchives, find_archives, read_items
from pipelines.processing.ingest import Ingest, IngestPlan
from pipelines.processing.ingest_settings import plan_desk
from pipelines.urls import clean_url, link_key

_WAITS_S = 0.2


@click.command("import", short_help="Archives into the database: WARC, WACZ, HTML files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--source", "name", metavar="NAME", help="The source of all pages. Default: one for each host, made paused."
)
@click.option("--base", metavar="URL", help="The address that a folder of HTML files is a copy of.")
@click.option("--no-extract", is_flag=True, help="Only store the pages; the next crawl reads them.")
@engine_options("Who reads the pages: this machine or a cluster.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@click.pass_obj
def import_archives(  # noqa: PLR0913 - one for each option
    desk: CommandContext,
    files: tuple[str, ...],
    name: str | None,
    base: str | None,
    no_extract: bool,
    engine: str,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Import WARC files (.warc, .warc.gz), WACZ, HTML files, folders of them, or a manifest (.jsonl).

    \b
    A FILE may be an address that fsspec has a driver for, with * for any name: s3://bucket/*.warc.gz;
    there WARC, WACZ, and Parquet files of pages are read. Pages keep their times, addresses, headers and
    bytes. Importing a file again adds nothing, so one that was stopped is simply imported again.
    Exit code 1: some of an archive could not be read; it is told where, and the rest is in.
    """
    if base is not None and clean_url(base) is None:
        raise click.UsageError(f"--base: {base} is no address of a web page")
    asked = ExtractionEngine.asked(engine, scheduler, 1)
    if no_extract and asked.scheduler:
        raise UsageError("--engine goes without --no-extract: it reads the pages")
    found = _found(files)
    with desk.open(create=True) as db:
        source_id = find_source(db.conn, name).id if name else None
    plan = None if no_extract else plan_desk(desk.config)
    outcome = _import(desk, found, source_id, clean_url(base) if base else None, plan, asked)
    click.echo(json.dumps(outcome) if as_json else "\n".join(_summary(outcome)))
    damage = outcome["damage"]
    assert isinstance(damage, list)
    tell_damage("import", damage)
    if outcome["ended"] == "stopped":
        sys.exit(130)
    if outcome["incomplete"]:
        sys.exit(1)


def _found(files: Sequence[str]) -> list[Path | RemoteArchives]:
    """What is to be read. Raises UsageError: there is no such thing."""
    missing = [file for file in files if "://" not in file and not Path(file).exists()]
    if missing:
        raise click.UsageError(f"there is no such file: {', '.join(missing)}")
    found: list[Path | RemoteArchives] = []
    for file in files:
        found += find_archives([file]) if "://" in file else [Path(file)]
    return found


def _import(
    desk: CommandContext,
    found: Sequence[Path | RemoteArchives],
    source_id: int | None,
    base: str | None,
    plan: IngestPlan | None,
    engine: ExtractionEngine,
) -> dict[str, object]:
    config, began = desk.config, datetime.now(UTC)
    writer = Writer(config.database)
    reader = open_readonly(config.database)
    try:
        # A cluster that cannot be used leaves no run behind.
        with _reading_desk(plan, engine, writer) as reading:
            run_id = writer.submit(partial(begin_run, command="import", pid=os.getpid(), at=began)).result()
            intake = Importer(writer, run_id, source_id=source_id, wake=reading.wake if reading else None)
            ended, error = "failed", None
            if reading:
                reading.start()
            try:
                with stopping() as stop:
                    _take(intake, found, _opening(reader, config.max_page_size, base), stop)
                    _finish(reading, stop)
                    ended = "stopped" if stop.is_set() else "finished"
            except CopydeskError as failure:
                error = str(failure)
                raise
            finally:
                if reading and reading.working:
                    reading.stop()
                    reading.join()
                now = datetime.now(UTC)
                figures = _figures(intake.counts, count_run(reader, run_id, began, now))
                end = partial(end_run, run_id=run_id, ended=ended, at=now, figures=figures, error=error)
                writer.submit(end).result()
    finally:
        reader.close()
        writer.close()
    return {"run": run_id, "ended": ended, **figures}


@contextmanager
def _reading_desk(plan: IngestPlan | None, engine: ExtractionEngine, writer: Writer) -> Iterator[Ingest | None]:
    """Who reads what comes in: nobody without a plan, processes of this machine, or a cluster's."""
    if plan is None:
        yield None
    elif engine.scheduler is None:
        yield Ingest(plan, writer)
    else:
        with readers(plan, engine, database=plan.database) as cluster:
            yield Ingest(plan, writer, cluster)


def _opening(reader: sqlite3.Connection, limit: int, base: str | None) -> ArchiveOptions:
    def is_known(url: str, at: datetime) -> bool:
        return find_fetched_page(reader, link_key(url), url, at) is not None

    return ArchiveOptions(limit=limit, is_known=is_known, base=base)


def _take(intake: Importer, found: Sequence[Path | RemoteArchives], how: ArchiveOptions, stop: threading.Event) -> None:
    with tallying() as show:

        def tell(counts: ImportCounts) -> None:
            show(f"{name}: {counts.pages:,} new pages of {counts.items:,} records", counts.items)

        for one in found:
            if stop.is_set():
                return
            name, items = _items(one, how)
            intake.take(items, stopped=stop.is_set, show=tell)


def _items(one: Path | RemoteArchives, how: ArchiveOptions) -> tuple[str, Iterator[Item]]:
    """What it is called, and what is in it."""
    if isinstance(one, Path):
        return one.name, read_archive(one, how)
    return f"{len(one.paths):,} files", read_items(one, how)


def _finish(reading: Ingest | None, stop: threading.Event) -> None:
    """Wait until all is read and settled, or somebody wants to stop."""
    if reading is None:
        return
    reading.finish()
    while reading.working and not stop.is_set():
        reading.join(_WAITS_S)
    if stop.is_set():
        reading.stop()
    reading.join()


def _figures(counts: ImportCounts, brought: Figures) -> dict[str, object]:
    """What an import tells of itself: of the archive, and as a crawl does of what it brought."""
    return {
        "items": counts.items,
        "pages": counts.pages,
        "known": counts.known,
        "passed": dict(counts.passed.reasons.most_common()),
        "damage": counts.passed.places,
        "incomplete": counts.passed.incomplete,
        **brought.as_dict(),
    }


def _summary(outcome: dict[str, object]) -> list[str]:
    passed = outcome["passed"]
    assert isinstance(passed, dict)
    state = "stopped early; import the same files again to go on" if outcome["ended"] == "stopped" else "done"
    lines = [
        f"import {state}: {outcome['pages']} new pages, {format_run_duration(float(str(outcome['seconds'])))}",
        f"  unchanged {outcome['unchanged']} · known before {outcome['known']} · new {outcome['new']}"
        f" · updated {outcome['updated']} · duplicate {outcome['duplicate']}",
    ]
    if passed:
        reasons = ", ".join(f"{reason} {count}" for reason, count in passed.items())
        lines.append(f"  passed over: {sum(passed.values())} ({reasons})")
    if outcome["unread"]:
        lines.append(f"  {outcome['unread']} pages are stored and not read yet; the next crawl reads them")
    return lines
