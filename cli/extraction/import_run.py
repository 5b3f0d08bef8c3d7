"""One import: its row in `runs`, the importer, and the extraction and settling of its pages beside it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from cli.extraction.engine import ExtractionEngine, readers
from cli.output.tables import format_run_duration
from cli.signals import stopping
from db.config.loader import Config
from db.connection.database import open_readonly
from db.connection.writer import Writer
from db.display.humanize import counted
from db.errors import CopydeskError
from db.store.archives.archive_import import find_fetched_page
from db.store.crawl.facts import begin_run, end_run
from db.store.crawl.run_counts import Figures, count_run
from pipelines.exchange.imports.importer import ImportCounts, Importer
from pipelines.exchange.items import IsKnown
from pipelines.processing.ingest import Ingest, IngestPlan
from pipelines.urls import link_key

# Seconds between checks for Ctrl-C while the last pages are extracted.
_POLL_S = 0.2

TakeItems = Callable[[Importer, IsKnown, threading.Event], None]
"""Gives items to the importer until there are no more, or the event is set."""


def run_import(
    config: Config,
    take: TakeItems,
    plan: IngestPlan | None,
    engine: ExtractionEngine,
    *,
    source_id: int | None = None,
    hosts: Mapping[str, int] | None = None,
) -> dict[str, object]:
    """Run an import as a row of `runs`; returns its figures. `plan`: how the pages are extracted meanwhile; None: later.

    `source_id`: the source of all pages; `hosts`: the source of each host (`db.store.archives.archive_import`), where not as known.
    """
    began = datetime.now(UTC)
    writer = Writer(config.database)
    reader = open_readonly(config.database)

    def is_known(url: str, at: datetime) -> bool:
        return find_fetched_page(reader, link_key(url), url, at) is not None

    try:
        # A cluster that cannot be used leaves no run behind.
        with _ingest(plan, engine, writer) as ingest:
            run_id = writer.submit(partial(begin_run, command="import", pid=os.getpid(), at=began)).result()
            wake = ingest.wake if ingest else None
            importer = Importer(writer, run_id, source_id=source_id, hosts=hosts, wake=wake)
            ended, error = "failed", None
            if ingest:
                ingest.start()
            try:
                with stopping() as stop:
                    take(importer, is_known, stop)
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


def import_summary(outcome: dict[str, object], again: str) -> list[str]:
    """The lines that tell what an import brought. `again`: what continues one that was stopped."""
    passed = outcome["passed"]
    assert isinstance(passed, dict)
    state = f"stopped early; {again}" if outcome["ended"] == "stopped" else "done"
    lines = [
        f"import {state}: {counted(int(str(outcome['pages'])), 'new page')}, {format_run_duration(float(str(outcome['seconds'])))}",
        f"  unchanged {outcome['unchanged']} · known before {outcome['known']} · new {outcome['new']}"
        f" · updated {outcome['updated']} · duplicate {outcome['duplicate']}",
    ]
    if passed:
        reasons = ", ".join(f"{reason} {count}" for reason, count in passed.items())
        lines.append(f"  skipped: {sum(passed.values())} ({reasons})")
    if "no_address" in passed:
        lines.append(
            "  no_address: those state no address; --base URL gives the address of their folder, or a table lists them: path,url"
        )
    if "resource" in passed:
        lines.append(
            "  resource: what tools made of pages, such as the texts of WET files; the WARC files have the pages themselves"
        )
    if outcome["unread"]:
        unread = counted(int(str(outcome["unread"])), "page")
        lines.append(f"  {unread} stored but not extracted yet; the next crawl does that")
    return lines
