"""`copydesk upkeep`: maintain the database by hand, all steps or one."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from cli.context import CommandContext
from cli.format_options import json_option
from cli.ordered_group import OrderedGroup
from cli.output.json_output import print_json
from cli.output.progress import progress_line
from cli.output.tables import plain, styled
from cli.signals import stoppable
from db.config.loader import Config
from db.display.humanize import counted
from db.errors import UsageError
from db.maintenance.repack import RepackReport
from scheduler.maintenance import (
    MaintenanceReport,
    MaintenanceStep,
    StepOutcome,
    backup_step,
    check_step,
    checkpoint_step,
    index_step,
    optimize_step,
    pack_step,
    prune_step,
    run_maintenance,
)

_COLOURS = {
    StepOutcome.DONE: "green",
    StepOutcome.WARNED: "yellow",
    StepOutcome.FAILED: "red",
    StepOutcome.SKIPPED: "bright_black",
}
_as_json = json_option()


@click.group(
    cls=OrderedGroup,
    invoke_without_command=True,
    short_help="Maintain the database: prune, index, pack, check, back up.",
)
@_as_json
@click.pass_context
def upkeep(ctx: click.Context, as_json: bool) -> None:
    """Maintain the database: prune, index, pack, optimize, backup, check, checkpoint.

    Without a command, runs all steps in this order, as the service does by the setting `upkeep`. Crawls can continue meanwhile.
    What a backup has verified is not checked again. Exits with 1 if a step failed.
    """
    if ctx.invoked_subcommand is None:
        _all(ctx.ensure_object(CommandContext), as_json=as_json)


def _config(context: CommandContext) -> Config:
    """The settings, after a check that the database exists and is ours."""
    with context.read():
        return context.config


def _all(context: CommandContext, *, as_json: bool) -> None:
    def print_line(line: str) -> None:
        if not as_json:
            click.echo(plain(line))

    with stoppable():
        report = run_maintenance(_config(context), datetime.now(UTC), show=print_line)
    _end(report, as_json=as_json)


def _end(report: MaintenanceReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_dict())
    if report.failed:
        sys.exit(1)


def _show(step: MaintenanceStep, *, as_json: bool) -> None:
    if as_json:
        print_json(step.as_dict())
    else:
        click.echo(f"{styled(step.name, fg=_COLOURS[step.ended])}: {plain(step.message)}")
    if step.ended is StepOutcome.FAILED:
        sys.exit(1)


@upkeep.command()
@click.option("--dry-run", is_flag=True, help="Only count what would be dropped.")
@_as_json
@click.pass_obj
def prune(context: CommandContext, dry_run: bool, as_json: bool) -> None:
    """Drop bodies and logs older than `keep_bodies` and `keep_log`."""
    with stoppable():
        _show(prune_step(_config(context), datetime.now(UTC), dry=dry_run), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def index(context: CommandContext, as_json: bool) -> None:
    """Index all articles that wait for the search index."""
    with stoppable(), progress_line() as show:
        step = index_step(
            _config(context), datetime.now(UTC), show=lambda done: show(f"{counted(done, 'article')} indexed", done)
        )
    _show(step, as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def pack(context: CommandContext, as_json: bool) -> None:
    """Compress bodies further, using earlier pages of their source. Can be interrupted."""
    with stoppable(), progress_line() as show:

        def progress(packed: RepackReport) -> None:
            show(
                f"{counted(packed.tried, 'body', 'bodies')}, {packed.before:,} to {packed.after:,} bytes",
                packed.tried,
            )

        step = pack_step(_config(context), datetime.now(UTC), most_s=float("inf"), asked=True, progress=progress)
    _show(step, as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def optimize(context: CommandContext, as_json: bool) -> None:
    """Update the statistics of SQLite's query planner."""
    _show(optimize_step(_config(context), datetime.now(UTC)), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def check(context: CommandContext, as_json: bool) -> None:
    """Check structure, references and a sample of bodies.

    Reads the whole file.
    """
    _show(check_step(_config(context), datetime.now(UTC)), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def backup(context: CommandContext, as_json: bool) -> None:
    """Take a backup into `backup_folder`.

    Removes the oldest ones beyond `backup_keep`.
    """
    if context.config.backup_folder is None:
        raise UsageError("the setting backup_folder is empty; set it, or use `copydesk backup FILE`")
    with stoppable():
        _show(backup_step(_config(context), datetime.now(UTC)), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def checkpoint(context: CommandContext, as_json: bool) -> None:
    """Move the write-ahead log into the database file and empty it."""
    _show(checkpoint_step(_config(context), datetime.now(UTC)), as_json=as_json)
