"""`copydesk stats`: count what the database holds, by source, and list the last runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.context import CommandContext
from cli.format_options import format_options
from cli.output.csv_table import print_csv
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import (
    Column,
    format_database_size,
    format_elapsed,
    format_local_time,
    format_size,
    output_width,
    padded,
    plain,
    styled,
    table,
)
from db.display.humanize import counted
from db.maintenance.health import database_sizes
from db.queries.sources.statistics import DatabaseStatistics, Run, SourceStatistics, database_statistics

_SOURCE_COLUMNS = (
    Column(title="source", least=12),
    Column(title="articles", right=True, fixed=True),
    Column(title="rejected", right=True, fixed=True),
    Column(title="failed", right=True, fixed=True, colour="red"),
    Column(title="last fetched", fixed=True),
    Column(title="last published", least=10),
)
_RUN_COLUMNS = (
    Column(title="run", right=True, fixed=True),
    Column(title="started", fixed=True),
    Column(title="took", least=6, right=True),
    Column(title="command", least=5),
    Column(title="ended", least=8),
    Column(title="fetched", right=True, fixed=True),
    Column(title="new", right=True, fixed=True),
    Column(title="updated", right=True, least=3),
    Column(title="rejected", right=True, least=3),
    Column(title="failed", right=True, least=3, colour="red"),
)


@click.command(short_help="Count what the database holds; list the last runs.")
@format_options("Print one JSON object.", "Print the sources as CSV, one per line.")
@click.pass_obj
def stats(context: CommandContext, as_json: bool, as_csv: bool) -> None:
    """Count what the database holds, by source, and list the last runs."""
    path = context.config.database
    with context.read() as conn:
        held = database_statistics(conn, datetime.now(UTC))
    if as_csv:
        columns = [field.name for field in fields(SourceStatistics)]
        return print_csv([asdict(source) for source in held.by_source], columns)
    if as_json:
        main, wal = database_sizes(path)
        head = {"database": str(path), "database_size": main, "wal_size": wal}
        print_json(head | held.as_dict())
        return
    show_lines(list(_lines(path, held)))


def _lines(path: Path, held: DatabaseStatistics) -> Iterator[str]:
    for label, value in _totals(path, held):
        yield f"{styled(padded(label, 9), bold=True)}  {value}"
    if held.by_source:
        yield ""
        yield from table(_SOURCE_COLUMNS, [_source_row(source) for source in held.by_source], width=output_width())
    if held.runs:
        yield ""
        yield from table(_RUN_COLUMNS, [_run_row(run) for run in held.runs], width=output_width())
        yield from (f"run {run.id}: {plain(run.error)}" for run in held.runs if run.error)
    elif held.sources:
        yield "\nNothing has been crawled yet; start with `copydesk crawl`."
    else:
        yield "\nThere are no sources yet; add one with `copydesk sources add URL`."


def _totals(path: Path, held: DatabaseStatistics) -> Iterator[tuple[str, str]]:
    main, wal = database_sizes(path)
    yield "database", f"{path}: {format_database_size(main, wal)}"
    yield "sources", f"{held.sources:,}" + (f" ({held.sources_removed:,} removed)" if held.sources_removed else "")
    yield "links", f"{held.links:,} ({held.links_never_fetched:,} never fetched)"
    yield "fetches", f"{held.fetches:,}"
    yield "pages", f"{held.pages:,}" + (f" ({held.pages_unread:,} not extracted yet)" if held.pages_unread else "")
    ratio = f" ({held.bodies_stored / held.bodies_raw:.0%})" if held.bodies_raw else ""
    gone = f"; {held.bodies_pruned:,} more were pruned" if held.bodies_pruned else ""
    kept = held.bodies - held.bodies_pruned
    yield (
        "bodies",
        f"{kept:,}: {format_size(held.bodies_raw)} received, stored in {format_size(held.bodies_stored)}{ratio}{gone}",
    )
    if held.dictionaries:
        by = (
            f"{counted(held.bodies_by_dictionary, 'body', 'bodies')} packed by "
            f"{counted(held.dictionaries, 'dictionary', 'dictionaries')}"
        )
        yield "packing", f"{by} ({format_size(held.dictionaries_stored)}), {kept - held.bodies_by_dictionary:,} plain"
    yield "articles", f"{held.articles:,}, copies among them {held.copies:,}; later revisions {held.revisions:,}"
    yield "rejected", _reasons(held.rejected)
    yield "failed", f"{_reasons(held.failed_7d)} of the requests in the last 7 days"


def _reasons(counts: Mapping[str, int]) -> str:
    if not counts:
        return "0"
    return f"{sum(counts.values()):,} ({', '.join(f'{plain(reason)} {count:,}' for reason, count in counts.items())})"


def _source_row(source: SourceStatistics) -> tuple[object, ...]:
    share = source.rejected_share
    return (
        f"{source.name}{' (removed)' if source.removed else ''}",
        f"{source.articles:,}",
        f"{share:.0%}" if share is not None else "",
        f"{source.failed:,}" if source.failed else "",
        format_local_time(source.last_fetched),
        format_local_time(source.last_published),
    )


def _run_row(run: Run) -> tuple[object, ...]:
    figures = run.figures
    return (
        run.id,
        format_local_time(run.started_at),
        format_elapsed(run.started_at, run.ended_at),
        run.command,
        run.ended or "not ended",
        *(_figure(figures.get(name)) for name in ("fetched", "new", "updated", "rejected", "failed")),
    )


def _figure(value: object) -> str:
    if isinstance(value, Mapping):
        value = sum(value.values())
    return f"{value:,}" if isinstance(value, int) and value else ""
