"""`copydesk extract experiment`: a sample of stored pages, extracted and compared with what is stored, source by source."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator

import click

from cli.context import CommandContext
from cli.extraction.engine import ExtractionEngine, readers
from cli.extraction.gate_options import SampleOptions
from cli.output.excerpts import excerpt
from cli.output.json_output import print_json
from cli.output.progress import progress_bar
from cli.output.tables import Column, on_terminal, output_width, plain, screen_width, styled, table
from cli.signals import stopping
from db.config.loss_limits import LossLimits
from db.display.humanize import counted
from db.store.extraction.extractions import without_pruned
from db.store.extraction.outcomes import find_extractor
from db.store.extraction.page_sample import PageSample, address_keys, sample_pages
from db.store.extraction.page_selection import Selection, select_pages
from db.store.sites.sources import source_names
from pipelines.experiments.experiment import Experiment, FieldExample, SourceResult
from pipelines.experiments.label_scores import Label, read_labels
from pipelines.processing.ingest_settings import plan_ingest
from pipelines.processing.page_executor import CompletedBatches
from pipelines.processing.reextract import BATCH, LINGER_S
from pipelines.urls import link_key

_COLOURS = {"better": "green", "worse": "red", "mixed": "yellow"}
_PIPE_CELLS = 60
"""Cells of one side of an example where the output is no terminal."""


def experiment(
    context: CommandContext, selection: Selection, sampled: SampleOptions, *, engine: ExtractionEngine, as_json: bool
) -> None:
    """Extract a sample of the selected pages, compare, print; write nothing. Raises UsageError."""
    labels = read_labels(sampled.labels) if sampled.labels else {}
    plan, limits = plan_ingest(context.config), context.config.lose_at_most
    with context.read() as conn, stopping() as stop:
        pages = without_pruned(conn, select_pages(conn, selection, find_extractor(conn, plan.extractor)))
        keys = _labelled(conn, pages, labels)
        sample = sample_pages(conn, [page for page in pages if page in keys] if labels else pages, sampled.sample)
        found = _experiment(conn, sample, labels, keys)
        wanted = iter([page_id for some in sample.pages.values() for page_id in some])
        with readers(plan, engine, database=plan.database) as executor, progress_bar("compared", sample.size) as show:
            for batch in CompletedBatches(executor, wanted, stop, most=BATCH, gather_s=LINGER_S):
                for result in batch:
                    found.add(conn, result)
                show(found.pages)
    if as_json:
        print_json(_as_json(found, sample, len(pages), limits))
    else:
        for line in _lines(found, sample, len(pages), limits):
            click.echo(line)
        if not pages:
            click.echo("no page is selected" + ("; none is stale, --all takes all" if selection.stale else ""))
        if labels and not keys:
            click.echo("no selected page has a label: labels are found by the address of a page (url)", err=True)
    if stop.is_set():
        click.echo(f"stopped early: {found.pages} of {counted(sample.size, 'page')} were compared", err=True)
        sys.exit(130)


def _labelled(conn: sqlite3.Connection, pages: list[int], labels: dict[str, Label]) -> dict[int, str]:
    """The pages that have a label, with its key."""
    if not labels:
        return {}
    keys = ((page_id, {key, link_key(url)} & labels.keys()) for page_id, key, url in address_keys(conn, pages))
    return {page_id: min(filter(None, of_page)) for page_id, of_page in keys if of_page}


def _experiment(
    conn: sqlite3.Connection, sample: PageSample, labels: dict[str, Label], keys: dict[int, str]
) -> Experiment:
    names = source_names(conn)
    sources = {
        source_id: SourceResult(name=names[source_id], of=sample.of[source_id])
        for source_id in sorted(sample.pages, key=names.__getitem__)
    }
    return Experiment(sources=sources, labels=labels, keys=keys)


def _as_json(found: Experiment, sample: PageSample, selected: int, limits: LossLimits) -> dict[str, object]:
    values: dict[str, object] = {
        "selected": selected,
        "sample": sample.size,
        "pages": found.pages,
        "differing": found.differing,
        "sources": [_source_json(source, limits) for source in found.sources.values()],
        "sources_not_sampled": len(sample.of) - len(sample.pages),
    }
    if found.labels:
        values["scores"] = {
            "pages": len(found.keys),
            "stored": found.stored_scores.figures(),
            "new": found.new_scores.figures(),
        }
    return values


def _source_json(source: SourceResult, limits: LossLimits) -> dict[str, object]:
    over = source.exceeded(limits)
    return {
        "source": source.name,
        "pages": source.tally.pages,
        "of": source.of,
        "verdict": source.tally.verdict,
        "gate": "held back" if over else "passes",
        "exceeded": [str(one) for one in over],
        "fates": dict(source.tally.fates),
        "fields": {
            name: {
                "gained": tally.gained,
                "lost": tally.lost,
                "changed": tally.changed,
                "lost_share": round(tally.lost_share, 6),
            }
            for name, tally in source.tally.fields.items()
            if tally.pages
        },
        "examples": [example_json(example) for example in source.examples],
        "failed": [{"url": url, "reason": reason} for url, reason in source.failed],
    }


def example_json(example: FieldExample) -> dict[str, object]:
    """An example as JSON, its sides as excerpts."""
    stored, new = excerpt(example.stored, example.new)
    return {
        "page_id": example.page_id,
        "url": example.url,
        "field": example.field,
        "effect": example.effect,
        "stored": stored,
        "new": new,
    }


def _lines(found: Experiment, sample: PageSample, selected: int, limits: LossLimits) -> Iterator[str]:
    yield f"{found.differing} of {counted(found.pages, 'page')} of the sample would change ({selected} selected)"
    if missing := len(sample.of) - len(sample.pages):
        yield f"{counted(missing, 'source has', 'sources have')} no page in the sample: --sample takes more"
    columns = (
        Column(title="source", least=12, weight=2.0),
        Column(title="pages", right=True, fixed=True),
        Column(title="of", right=True, fixed=True),
        Column(title="differ", right=True, fixed=True),
        Column(title="verdict", fixed=True),
        Column(title="gate", fixed=True),
    )
    rows = [
        (
            source.name,
            source.tally.pages,
            source.of,
            source.tally.differing,
            source.tally.verdict,
            "held back" if source.exceeded(limits) else "passes",
        )
        for source in found.sources.values()
    ]
    if rows:
        yield ""
        yield from table(columns, rows, width=output_width())
    for source in found.sources.values():
        if source.tally.differing or source.failed:
            yield ""
            yield from _source_lines(source, limits)
    if found.labels and found.keys:
        yield ""
        yield from _score_lines(found)


def _source_lines(source: SourceResult, limits: LossLimits) -> Iterator[str]:
    verdict = source.tally.verdict
    yield styled(f"{plain(source.name)}: {verdict}", bold=True, fg=_COLOURS.get(verdict))
    for over in source.exceeded(limits):
        yield f"  would be held back: {over}"
    yield from field_lines(source)
    for url, reason in source.failed:
        yield f"  would fail and keep its outcome: {plain(url)} ({reason})"


def field_lines(source: SourceResult) -> Iterator[str]:
    """The fields that differ, with examples side by side."""
    for name, tally in source.tally.fields.items():
        if not tally.pages:
            continue
        counts = ((tally.gained, "gained"), (tally.lost, "lost"), (tally.changed, "changed"))
        yield f"  {name}: {', '.join(f'{count} {word}' for count, word in counts if count)}"
        sides = [_sides(example) for example in source.examples if example.field == name]
        columns = (Column(title="    page", fixed=True), Column(title="stored"), Column(title="new"))
        if sides:
            yield from table(columns, sides, width=output_width())


def _sides(example: FieldExample) -> tuple[str, str, str]:
    """The cells of an example: page, stored, new; a dash where a side is empty."""
    width = max(20, (screen_width() - 16) // 2) if on_terminal() else _PIPE_CELLS
    stored, new = excerpt(example.stored, example.new, width, width // 4)
    return f"    {example.page_id}", plain(stored) or "–", plain(new) or "–"


def _score_lines(found: Experiment) -> Iterator[str]:
    yield styled(f"by labels ({counted(len(found.keys), 'page')})", bold=True)
    stored, new = found.stored_scores.figures(), found.new_scores.figures()
    columns = tuple(Column(title=title, right=title != "  field") for title in ("  field", "stored", "new", ""))
    rows = [
        (f"  {name}", f"{stored[name]:.4f}", f"{new[name]:.4f}", f"{new[name] - stored[name]:+.4f}") for name in stored
    ]
    yield from table(columns, rows, width=None)
