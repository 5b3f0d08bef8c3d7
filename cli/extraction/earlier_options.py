"""The options of `copydesk extract` that are commands as well. They work; the help leaves them out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from cli.context import CommandContext
from cli.engine_options import EngineOptions
from cli.extraction.gate_options import SAMPLE, GateOptions, SampleOptions
from cli.extraction.selection import SelectionOptions
from cli.extraction.tasks import experiment_with, extract_files, extract_stored, preview_stored, undo_run
from cli.option_groups import option_group
from cli.parameters import FileToWrite, refuse_existing
from db.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierOptions:
    """The options of `extract` that have become commands."""

    stale: bool
    everything: bool
    names: tuple[str, ...]
    since: str | None
    where: str | None
    undone: int | None
    dry_run: bool
    report: Path | None
    force: bool
    as_json: bool
    archives: tuple[str, ...]
    to: str | None
    experiment: bool
    sample: int
    labels: Path | None
    gated: bool
    accept: tuple[str, ...]

    @property
    def gates(self) -> GateOptions:
        """Those of gated extraction."""
        return GateOptions(gated=self.gated, accept=self.accept)

    @property
    def sampled(self) -> SampleOptions:
        """Those of an experiment."""
        return SampleOptions(sample=self.sample, labels=self.labels)


earlier_options = option_group(
    EarlierOptions,
    "earlier",
    click.option("--stale", is_flag=True, hidden=True),
    click.option("--all", "everything", is_flag=True, hidden=True),
    click.option("--source", "names", multiple=True, hidden=True),
    click.option("--since", hidden=True),
    click.option("--where", hidden=True),
    click.option("--undo", "undone", type=int, hidden=True),
    click.option("--dry-run", is_flag=True, hidden=True),
    click.option("--report", type=FileToWrite(), hidden=True),
    click.option("--force", is_flag=True, hidden=True),
    click.option("--json", "as_json", is_flag=True, hidden=True),
    click.option("--from", "archives", multiple=True, hidden=True),
    click.option("--to", hidden=True),
    click.option("--experiment", is_flag=True, hidden=True),
    click.option("--sample", type=click.IntRange(0), default=SAMPLE, hidden=True),
    click.option("--labels", type=click.Path(path_type=Path), hidden=True),
    click.option("--gated", is_flag=True, hidden=True),
    click.option("--accept", multiple=True, hidden=True),
)
earlier_engine = option_group(
    EngineOptions,
    "engine",
    click.option("--engine", type=click.Choice(["local", "dask"]), default="local", hidden=True),
    click.option("--scheduler", hidden=True),
)


def run_earlier(
    context: CommandContext,
    earlier: EarlierOptions,
    selected: SelectionOptions,
    engine: EngineOptions,
    jobs: int,
) -> None:
    """Do what a command does that was an option before."""
    check_earlier(earlier, engine, selects=selected.given)
    if earlier.undone is not None:
        undo_run(context, earlier.undone, as_json=earlier.as_json)
    elif earlier.archives:
        if not earlier.to:
            raise UsageError(
                "--from needs --to ADDRESS, the folder for the Parquet files; to read archives into the database, use"
                " `copydesk import ADDRESS`, which takes the same --engine"
            )
        extract_files(context, earlier.archives, earlier.to, engine, jobs, as_json=earlier.as_json)
    elif earlier.experiment:
        experiment_with(context, selected, earlier.sampled, engine, jobs, as_json=earlier.as_json)
    elif not earlier.dry_run:
        extract_stored(context, selected, earlier.to, engine, jobs, gates=earlier.gates, as_json=earlier.as_json)
    elif earlier.to:
        raise UsageError("--dry-run cannot be combined with --to")
    else:
        if earlier.report:
            refuse_existing(earlier.report, force=earlier.force)
        preview_stored(context, selected, earlier.report, engine, jobs, as_json=earlier.as_json)


def check_earlier(earlier: EarlierOptions, engine: EngineOptions, *, selects: bool) -> None:
    """Raise click.UsageError where an option is given that belongs to another task."""
    if earlier.dry_run and not selects:
        raise click.UsageError("--dry-run needs a selection of stored pages.")
    if earlier.report is not None and not earlier.dry_run:
        raise click.UsageError("--report needs --dry-run.")
    if earlier.experiment and (earlier.dry_run or earlier.to):
        raise click.UsageError("--experiment cannot be combined with --dry-run or --to.")
    if (earlier.gated or earlier.accept) and (earlier.dry_run or earlier.experiment or not selects):
        raise click.UsageError("--gated and --accept need a selection of stored pages that is written.")
    if (earlier.labels or earlier.sample != SAMPLE) and not earlier.experiment:
        raise click.UsageError("--sample and --labels need --experiment.")
    if not (earlier.archives or selects or earlier.experiment) and (engine.given or earlier.to):
        raise click.UsageError("--engine, --scheduler and --to need --from or a selection of stored pages.")
