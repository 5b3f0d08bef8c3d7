"""`copydesk extract --to ADDRESS`: outcomes into Parquet files, of stored pages or of archives at addresses (`--from`)."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cli.context import CommandContext
from cli.extraction.engine import ExtractionEngine, readers
from cli.output.archive_damage import tell_damage
from cli.output.progress import tallying
from cli.signals import stopping
from db.connection.database import open_readonly
from db.store.extractions import without_pruned
from db.store.outcomes import find_extractor
from db.store.page_payload import PagePayload, load_payload
from db.store.page_selection import Selection, select_pages
from pipelines.exchange.items import SkippedRecords
from pipelines.exchange.parquet_outcomes import OutcomeFolder
from pipelines.exchange.remote import find_archives, read_pages
from pipelines.exchange.to_files import ExtractionCounts, extract_into
from pipelines.processing.ingest import IngestPlan
from pipelines.processing.ingest_settings import plan_desk


def extract_archives(
    desk: CommandContext, addresses: Sequence[str], to: str, *, engine: ExtractionEngine, as_json: bool
) -> None:
    """Extract the pages of archives into a folder of Parquet files; goes on where that was broken off."""
    plan = plan_desk(desk.config)
    found = find_archives(addresses)
    folder = OutcomeFolder(to, plan.extractor, json.dumps([path for archives in found for path in archives.paths]))
    passed = SkippedRecords()
    pages = read_pages(found, limit=desk.config.max_page_size, after=folder.after, passed=passed)
    _extract(plan, folder, pages, engine, passed, as_json=as_json)


def extract_selected(
    desk: CommandContext, selection: Selection, to: str, *, engine: ExtractionEngine, as_json: bool
) -> None:
    """Extract stored pages into a folder of Parquet files; the database stays as it is. Pruned pages are left out."""
    plan = plan_desk(desk.config)
    folder = OutcomeFolder(to, plan.extractor, selection.name)
    with desk.read() as conn:
        chosen = without_pruned(conn, select_pages(conn, selection, find_extractor(conn, plan.extractor)))
    _extract(plan, folder, _stored(plan.database, chosen, folder.after), engine, SkippedRecords(), as_json=as_json)


def _stored(database: Path, chosen: Sequence[int], after: int) -> Iterator[tuple[None, PagePayload]]:
    conn = open_readonly(database)
    try:
        for page_id in chosen:
            if page_id > after:
                yield None, load_payload(conn, page_id)
    finally:
        conn.close()


def _extract(
    plan: IngestPlan,
    folder: OutcomeFolder,
    pages: Iterator[tuple[str | None, PagePayload]],
    engine: ExtractionEngine,
    passed: SkippedRecords,
    *,
    as_json: bool,
) -> None:
    if folder.after:
        click.echo(f"going on behind page {folder.after} ({folder.parts} parts are there)", err=True)
    with stopping() as stop, readers(plan, engine, database=None) as executor, tallying() as show:
        tally = extract_into(folder, pages, executor, stop, lambda done: show(f"extracted {done:,}", done))
    _tell(tally, folder, passed, stop, as_json=as_json)


def _tell(
    tally: ExtractionCounts, folder: OutcomeFolder, passed: SkippedRecords, stop: threading.Event, *, as_json: bool
) -> None:
    told = {
        "articles": tally.articles,
        "rejected": dict(tally.rejected.most_common()),
        "passed": dict(passed.reasons.most_common()),
        "damage": passed.places,
        "parts": folder.parts,
    }
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo(f"{tally.articles} articles, {tally.rejected.total()} rejected; {folder.parts} parts are there")
        if passed.reasons:
            reasons = ", ".join(f"{reason} {count}" for reason, count in passed.reasons.most_common())
            click.echo(f"  passed over: {passed.reasons.total()} ({reasons})")
    tell_damage("extract", passed.places)
    if stop.is_set():
        click.echo("stopped early; the same command goes on", err=True)
        sys.exit(130)
    if passed.incomplete:
        sys.exit(1)
