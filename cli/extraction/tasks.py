"""What the commands of `copydesk extract` do, each as one call.

Modules are imported where they are used: the help and the extraction of files need neither a database nor worker processes.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from cli.context import CommandContext
from cli.engine_options import EngineOptions
from cli.extraction.gate_options import GateOptions, SampleOptions
from cli.extraction.selection import SelectionOptions


def at_most(jobs: int) -> int:
    """No more processes than this machine has processors."""
    return min(jobs, max(1, os.cpu_count() or 1))


def extract_stored(
    context: CommandContext,
    selected: SelectionOptions,
    to: str | None,
    options: EngineOptions,
    jobs: int,
    *,
    gates: GateOptions,
    as_json: bool,
) -> None:
    """Extract selected pages again, into the database, or into Parquet files at `to`."""
    from cli.extraction.engine import ExtractionEngine

    gates.check()
    if gates.gated and to:
        raise click.UsageError("--gated cannot be combined with --to, which writes no source.")
    selection = selected.selection(context)
    engine = ExtractionEngine.from_options(options, at_most(jobs))
    if to:
        from cli.extraction.to_files import extract_selected

        extract_selected(context, selection, to, engine=engine, as_json=as_json)
    elif gates.gated:
        from cli.extraction.gated import extract_gated

        extract_gated(context, selection, gates.accept, engine=engine, as_json=as_json)
    else:
        from cli.extraction.stored import extract_again

        extract_again(context, selection, engine=engine, as_json=as_json)


def preview_stored(
    context: CommandContext,
    selected: SelectionOptions,
    report: Path | None,
    options: EngineOptions,
    jobs: int,
    *,
    as_json: bool,
) -> None:
    """Show what extracting selected pages again would change."""
    from cli.extraction.engine import ExtractionEngine
    from cli.extraction.preview import preview

    selection = selected.selection(context)
    engine = ExtractionEngine.from_options(options, at_most(jobs))
    preview(context, selection, engine=engine, as_json=as_json, report=report)


def experiment_with(
    context: CommandContext,
    selected: SelectionOptions,
    sampled: SampleOptions,
    options: EngineOptions,
    jobs: int,
    *,
    as_json: bool,
) -> None:
    """Extract a sample of the selected pages, by default of the stale ones, and compare."""
    from cli.extraction.engine import ExtractionEngine
    from cli.extraction.experiment import experiment

    selection = (selected if selected.given else SelectionOptions(stale=True)).selection(context)
    engine = ExtractionEngine.from_options(options, at_most(jobs))
    experiment(context, selection, sampled, engine=engine, as_json=as_json)


def undo_run(context: CommandContext, run_id: int, *, as_json: bool) -> None:
    """Bring back what a run replaced."""
    from cli.extraction.undo import undo

    undo(context, run_id, as_json=as_json)


def extract_files(
    context: CommandContext, addresses: tuple[str, ...], to: str, options: EngineOptions, jobs: int, *, as_json: bool
) -> None:
    """Extract archives into Parquet files."""
    from cli.extraction.engine import ExtractionEngine
    from cli.extraction.to_files import extract_archives

    engine = ExtractionEngine.from_options(options, at_most(jobs))
    extract_archives(context, addresses, to, engine=engine, as_json=as_json)
