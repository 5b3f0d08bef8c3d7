"""Outcomes into Parquet files: of stored pages (`copydesk extract stored --to`) or of archives (`copydesk extract archives`)."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click

from cli.context import CommandContext
from cli.extraction.engine import ExtractionEngine, readers
from cli.output.archive_damage import print_damage
from cli.output.progress import progress_line
from cli.signals import stopping
from db.connection.database import open_readonly
from db.display.humanize import counted
from db.store.extraction.extractions import without_pruned
from db.store.extraction.outcomes import find_extractor
from db.store.extraction.page_payload import PagePayload, load_payload
from db.store.extraction.page_selection import Selection, select_pages
from pipelines.exchange.items import SkippedRecords
from pipelines.exchange.outcomes.archived_pages import read_pages
from pipelines.exchange.outcomes.extract_into import ExtractionCounts, extract_into
from pipelines.exchange.outcomes.outcome_folder import OutcomeFolder
from pipelines.exchange.remote_files import find_archives
from pipelines.processing.ingest import IngestPlan
from pipelines.processing.ingest_settings import plan_ingest


def extract_archives(
    context: CommandContext, addresses: Sequence[str], to: str, *, engine: ExtractionEngine, as_json: bool
) -> None:
    """Extract the pages of archives into a folder of Parquet files. Continues where an earlier call was interrupted."""
    plan = plan_ingest(context.config)
    found = find_archives(addresses)
    folder = OutcomeFolder(to, plan.extractor, json.dumps([path for archives in found for path in archives.paths]))
    skipped = SkippedRecords()
    pages = read_pages(found, limit=context.config.max_page_size, after=folder.after, passed=skipped)
    _extract(plan, folder, pages, engine, skipped, as_json=as_json)


def extract_selected(
    context: CommandContext, selection: Selection, to: str, *, engine: ExtractionEngine, as_json: bool
) -> None:
    """Extract stored pages into a folder of Parquet files; the database stays as it is. Skips pruned pages."""
    plan = plan_ingest(context.config)
    folder = OutcomeFolder(to, plan.extractor, selection.name)
    with context.read() as conn:
        chosen = without_pruned(conn, select_pages(conn, selection, find_extractor(conn, plan.extractor)))
    _extract(plan, folder, _stored(plan.database, chosen, folder.after), engine, SkippedRecords(), as_json=as_json)


def _stored(database: Path, chosen: Sequence[int], after: int) -> Iterator[tuple[None, PagePayload]]:
    with closing(open_readonly(database)) as conn:
        for page_id in chosen:
            if page_id > after:
                yield None, load_payload(conn, page_id)


def _extract(
    plan: IngestPlan,
    folder: OutcomeFolder,
    pages: Iterator[tuple[str | None, PagePayload]],
    engine: ExtractionEngine,
    skipped: SkippedRecords,
    *,
    as_json: bool,
) -> None:
    if folder.after:
        click.echo(
            f"continuing after page {folder.after} ({counted(folder.parts, 'part exists', 'parts exist')})", err=True
        )
    with stopping() as stop, readers(plan, engine, database=None) as executor, progress_line() as show:
        counts = extract_into(folder, pages, executor, stop, lambda done: show(f"extracted {done:,}", done))
    _print_summary(counts, folder, skipped, stop, as_json=as_json)


def _print_summary(
    counts: ExtractionCounts, folder: OutcomeFolder, skipped: SkippedRecords, stop: threading.Event, *, as_json: bool
) -> None:
    summary = {
        "articles": counts.articles,
        "rejected": dict(counts.rejected.most_common()),
        "passed": dict(skipped.reasons.most_common()),
        "damage": skipped.places,
        "parts": folder.parts,
    }
    if as_json:
        click.echo(json.dumps(summary))
    else:
        click.echo(
            f"{counted(counts.articles, 'article')}, {counts.rejected.total()} rejected; "
            f"{counted(folder.parts, 'part')} in the folder"
        )
        if skipped.reasons:
            reasons = ", ".join(f"{reason} {count}" for reason, count in skipped.reasons.most_common())
            click.echo(f"  skipped: {skipped.reasons.total()} ({reasons})")
    print_damage("extract", skipped.places)
    if stop.is_set():
        click.echo("stopped early; the same command continues", err=True)
        sys.exit(130)
    if skipped.incomplete:
        sys.exit(1)
