"""`copydesk extract preview`: what extracting stored pages again would change, as text, JSON or a page of HTML."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from cli.context import CommandContext
from cli.extraction.engine import ExtractionEngine, readers
from cli.extraction.preview_page import preview_page
from cli.output.excerpts import excerpt
from cli.output.json_output import print_json
from cli.output.progress import progress_bar
from cli.output.tables import plain
from cli.signals import stopping
from db.display.humanize import counted
from db.errors import UsageError
from db.store.extraction.extractions import without_pruned
from db.store.extraction.outcomes import find_extractor
from db.store.extraction.page_selection import Selection, select_pages
from db.system.regular_files import write_text
from pipelines.processing.comparison import FieldChange, OutcomeDifferences
from pipelines.processing.ingest_settings import plan_ingest
from pipelines.processing.page_executor import CompletedBatches
from pipelines.processing.reextract import BATCH, LINGER_S


def preview(
    context: CommandContext, selection: Selection, *, engine: ExtractionEngine, as_json: bool, report: Path | None
) -> None:
    """Show what extracting the selected pages again would change; write nothing except `report`. Raises UsageError."""
    if report is not None and not report.absolute().parent.is_dir():
        raise UsageError(f"--report {report}: no such folder")
    plan = plan_ingest(context.config)
    found = OutcomeDifferences()
    with context.read() as conn, stopping() as stop:
        selected = list(select_pages(conn, selection, find_extractor(conn, plan.extractor)))
        pages = without_pruned(conn, selected)
        found.fates["pruned"] = len(selected) - len(pages)
        with readers(plan, engine, database=plan.database) as executor, progress_bar("read", len(pages)) as show:
            for batch in CompletedBatches(executor, iter(pages), stop, most=BATCH, gather_s=LINGER_S):
                for result in batch:
                    found.add(conn, result)
                show(found.pages)
    partly = (
        f"stopped early: {found.pages} of {counted(len(selected), 'page')} were compared" if stop.is_set() else None
    )
    if as_json:
        print_json(_as_json(found))
    else:
        _print(found)
    if report is not None:
        try:
            write_text(report, preview_page(found, selection, plan.extractor, partly))
        except OSError as error:
            raise UsageError(f"--report {report}: cannot be written ({error.strerror})") from error
        click.echo(f"report written to {report}", err=True)
    if partly:
        click.echo(partly, err=True)
        sys.exit(130)


def _as_json(found: OutcomeDifferences) -> dict[str, object]:
    return {
        "pages": found.pages,
        "differing": found.differing,
        "fates": {fate: count for fate, count in found.fates.items() if count},
        "fields": dict(found.fields.most_common()),
        "sources": dict(found.sources.most_common()),
        "samples": {name: [_excerpts(sample) for sample in some] for name, some in sorted(found.samples.items())},
        "failed": [asdict(one) for one in found.failed],
    }


def _excerpts(sample: FieldChange) -> dict[str, object]:
    return asdict(sample) | dict(zip(("before", "after"), excerpt(sample.before, sample.after), strict=True))


def _print(found: OutcomeDifferences) -> None:
    click.echo(f"{found.differing} of {counted(found.pages, 'page')} would change")
    for fate, text in (
        ("failed", "would fail and keep their outcome"),
        ("pruned", "stay as they are: their bodies were pruned"),
    ):
        if found.fates[fate]:
            click.echo(f"{found.fates[fate]} {text}")
    for name, count in found.fields.most_common():
        click.echo(f"  {name:20} {count} ({count / found.pages:.1%})")
        for sample in found.samples[name]:
            before, after = excerpt(sample.before, sample.after)
            click.echo(f"    page {sample.page_id}: {plain(repr(before))} -> {plain(repr(after))}")
    for one in found.failed:
        last = one.detail.strip().rsplit("\n", 1)[-1]
        click.echo(f"  page {one.page_id} would fail: {one.reason}: {plain(last)}")
