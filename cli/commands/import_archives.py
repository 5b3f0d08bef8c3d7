"""`copydesk import`: store the pages of archives as if they had been crawled at their time, then extract and settle them."""

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
from cli.engine_options import EngineOptions, engine_options
from cli.extraction.engine import ExtractionEngine, readers
from cli.output.archive_damage import print_damage
from cli.output.progress import progress_line
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
from pipelines.processing.ingest_settings import plan_ingest
from pipelines.urls import clean_url, link_key

# Seconds between checks for Ctrl-C while the last pages are extracted.
_POLL_S = 0.2


@click.command("import", short_help="Import archives: WARC, WACZ, HTML files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--source", "name", metavar="NAME", help="Source of all pages.  [default: one per host, created as paused]"
)
@click.option("--base", metavar="URL", help="Address of which a folder of HTML files is a copy.")
@click.option("--no-extract", is_flag=True, help="Only store the pages; the next crawl extracts them.")
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_obj
def import_archives(
    context: CommandContext,
    files: tuple[str, ...],
    name: str | None,
    base: str | None,
    no_extract: bool,
    engine: EngineOptions,
    as_json: bool,
) -> None:
    """Import pages from WARC files (.warc, .warc.gz), WACZ, HTML files, folders of them, or a manifest (.jsonl).

    FILE can be an address that fsspec has a driver for, with * for any name; WARC, WACZ and Parquet files are read there. Pages
    keep their times, addresses, headers and bytes. Importing a file again adds nothing: simply repeat an interrupted import.

    Exits with 1 where parts of an archive could not be read; it names them, and imports the rest.

    \b
    Examples:
      copydesk import crawl.warc.gz
      copydesk import saved-pages/ --base https://www.example-daily.com/
      copydesk import 's3://bucket/CC-NEWS-2026*.warc.gz'
    """
    if base is not None and clean_url(base) is None:
        raise click.UsageError(f"--base: {base} is not the address of a web page")
    workers = ExtractionEngine.from_options(engine, 1)
    if no_extract and workers.scheduler:
        raise UsageError("--engine cannot be combined with --no-extract, which extracts nothing")
    found = _found(files)
    with context.open(create=True) as db:
        source_id = find_source(db.conn, name).id if name else None
    plan = None if no_extract else plan_ingest(context.config)
    outcome = _import(context, found, source_id, clean_url(base) if base else None, plan, workers)
    click.echo(json.dumps(outcome) if as_json else "\n".join(_summary(outcome)))
    damage = outcome["damage"]
    assert isinstance(damage, list)
    print_damage("import", damage)
    if outcome["ended"] == "stopped":
        sys.exit(130)
    if outcome["incomplete"]:
        sys.exit(1)


def _found(files: Sequence[str]) -> list[Path | RemoteArchives]:
    """The files and archives to import. Raises UsageError where one does not exist."""
    missing = [file for file in files if "://" not in file and not Path(file).exists()]
    if missing:
        raise click.UsageError(f"no such file: {', '.join(missing)}")
    found: list[Path | RemoteArchives] = []
    for file in files:
        found += find_archives([file]) if "://" in file else [Path(file)]
    return found


def _import(
    context: CommandContext,
    found: Sequence[Path | RemoteArchives],
    source_id: int | None,
    base: str | None,
    plan: IngestPlan | None,
    engine: ExtractionEngine,
) -> dict[str, object]:
    config, began = context.config, datetime.now(UTC)
    writer = Writer(config.database)
    reader = open_readonly(config.database)
    try:
        # A cluster that cannot be used leaves no run behind.
        with _ingest(plan, engine, writer) as ingest:
            run_id = writer.submit(partial(begin_run, command="import", pid=os.getpid(), at=began)).result()
            importer = Importer(writer, run_id, source_id=source_id, wake=ingest.wake if ingest else None)
            ended, error = "failed", None
            if ingest:
                ingest.start()
            try:
                with stopping() as stop:
                    _take(importer, found, _options(reader, config.max_page_size, base), stop)
                    _finish(ingest, stop)
                    ended = "stopped" if stop.is_set() else "finished"
            except CopydeskError as failure:
                error = str(failure)
                raise
            finally:
                if ingest and ingest.working:
                    ingest.stop()
                    ingest.join()
                now = datetime.now(UTC)
                figures = _figures(importer.counts, count_run(reader, run_id, began, now))
                end = partial(end_run, run_id=run_id, ended=ended, at=now, figures=figures, error=error)
                writer.submit(end).result()
    finally:
        reader.close()
        writer.close()
    return {"run": run_id, "ended": ended, **figures}


@contextmanager
def _ingest(plan: IngestPlan | None, engine: ExtractionEngine, writer: Writer) -> Iterator[Ingest | None]:
    """The ingest for the imported pages, on this machine or a cluster; None without a plan."""
    if plan is None:
        yield None
    elif engine.scheduler is None:
        yield Ingest(plan, writer)
    else:
        with readers(plan, engine, database=plan.database) as cluster:
            yield Ingest(plan, writer, cluster)


def _options(reader: sqlite3.Connection, limit: int, base: str | None) -> ArchiveOptions:
    def is_known(url: str, at: datetime) -> bool:
        return find_fetched_page(reader, link_key(url), url, at) is not None

    return ArchiveOptions(limit=limit, is_known=is_known, base=base)


def _take(
    importer: Importer, found: Sequence[Path | RemoteArchives], options: ArchiveOptions, stop: threading.Event
) -> None:
    with progress_line() as show:

        def progress(counts: ImportCounts) -> None:
            show(f"{name}: {counts.pages:,} new pages of {counts.items:,} records", counts.items)

        for one in found:
            if stop.is_set():
                return
            name, items = _items(one, options)
            importer.take(items, stopped=stop.is_set, show=progress)


def _items(one: Path | RemoteArchives, options: ArchiveOptions) -> tuple[str, Iterator[Item]]:
    """The name of a file or of archives, and their items."""
    if isinstance(one, Path):
        return one.name, read_archive(one, options)
    return f"{len(one.paths):,} files", read_items(one, options)


def _finish(ingest: Ingest | None, stop: threading.Event) -> None:
    """Wait until all pages are extracted and settled, or `stop` is set."""
    if ingest is None:
        return
    ingest.finish()
    while ingest.working and not stop.is_set():
        ingest.join(_POLL_S)
    if stop.is_set():
        ingest.stop()
    ingest.join()


def _figures(counts: ImportCounts, brought: Figures) -> dict[str, object]:
    """The figures of an import: those of the archive, then those that a crawl has too."""
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
    state = "stopped early; import the same files again to continue" if outcome["ended"] == "stopped" else "done"
    lines = [
        f"import {state}: {outcome['pages']} new pages, {format_run_duration(float(str(outcome['seconds'])))}",
        f"  unchanged {outcome['unchanged']} · known before {outcome['known']} · new {outcome['new']}"
        f" · updated {outcome['updated']} · duplicate {outcome['duplicate']}",
    ]
    if passed:
        reasons = ", ".join(f"{reason} {count}" for reason, count in passed.items())
        lines.append(f"  skipped: {sum(passed.values())} ({reasons})")
    if outcome["unread"]:
        lines.append(f"  {outcome['unread']} pages are stored but not extracted yet; the next crawl extracts them")
    return lines
