"""`copydesk upkeep`: looking after the database by hand, all of it or one step."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click

from cli.context import CommandContext
from cli.output.progress import tallying
from cli.output.tables import plain, styled
from cli.signals import stoppable
from db.config.loader import Config
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
    look_after,
    optimize_step,
    pack_step,
    prune_step,
)

_COLOURS = {
    StepOutcome.DONE: "green",
    StepOutcome.WARNED: "yellow",
    StepOutcome.FAILED: "red",
    StepOutcome.SKIPPED: "bright_black",
}
_as_json = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")


@click.group(invoke_without_command=True)
@_as_json
@click.pass_context
def upkeep(ctx: click.Context, as_json: bool) -> None:
    """Look after the database: prune, index, pack, optimize, check, backup, checkpoint.

    Without a step: all of them, in this order. Crawls may go on meanwhile. Exits with 1 if a step failed.
    """
    if ctx.invoked_subcommand is None:
        _all(ctx.ensure_object(CommandContext), as_json=as_json)


def _config(desk: CommandContext) -> Config:
    """The settings, once it is known that the database is there and ours."""
    with desk.read():
        return desk.config


def _all(desk: CommandContext, *, as_json: bool) -> None:
    def say(line: str) -> None:
        if not as_json:
            click.echo(plain(line))

    with stoppable():
        report = look_after(_config(desk), datetime.now(UTC), say=say)
    _end(report, as_json=as_json)


def _end(report: MaintenanceReport, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    if report.failed:
        sys.exit(1)


def _show(step: MaintenanceStep, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(step), ensure_ascii=False))
    else:
        click.echo(f"{styled(step.name, fg=_COLOURS[step.ended])}: {plain(step.says)}")
    if step.ended is StepOutcome.FAILED:
        sys.exit(1)


@upkeep.command()
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
@_as_json
@click.pass_obj
def prune(desk: CommandContext, dry_run: bool, as_json: bool) -> None:
    """Drop what is older than `keep_bodies` and `keep_log` say."""
    with stoppable():
        _show(prune_step(_config(desk), datetime.now(UTC), dry=dry_run), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def index(desk: CommandContext, as_json: bool) -> None:
    """Index for search what waits, to the end or until it is stopped."""
    with stoppable(), tallying() as show:
        step = index_step(_config(desk), datetime.now(UTC), show=lambda done: show(f"{done:,} articles indexed", done))
    _show(step, as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def pack(desk: CommandContext, as_json: bool) -> None:
    """Pack bodies again, by earlier pages of their source; to the end, or until it is stopped."""
    with stoppable(), tallying() as show:

        def told(packed: RepackReport) -> None:
            show(f"{packed.tried:,} bodies, {packed.before:,} to {packed.after:,} bytes", packed.tried)

        step = pack_step(_config(desk), datetime.now(UTC), most_s=float("inf"), asked=True, progress=told)
    _show(step, as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def optimize(desk: CommandContext, as_json: bool) -> None:
    """Renew the statistics by which SQLite plans its queries."""
    _show(optimize_step(_config(desk), datetime.now(UTC)), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def check(desk: CommandContext, as_json: bool) -> None:
    """Check structure, references and a sample of bodies; reads the whole file."""
    _show(check_step(_config(desk), datetime.now(UTC)), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def backup(desk: CommandContext, as_json: bool) -> None:
    """Take a backup into `backup_folder`, and remove the oldest beyond `backup_keep`."""
    if desk.config.backup_folder is None:
        raise UsageError("the setting backup_folder names no folder; set it, or use `copydesk backup FILE`")
    with stoppable():
        _show(backup_step(_config(desk), datetime.now(UTC)), as_json=as_json)


@upkeep.command()
@_as_json
@click.pass_obj
def checkpoint(desk: CommandContext, as_json: bool) -> None:
    """Move the write-ahead log into the file and empty it."""
    _show(checkpoint_step(_config(desk), datetime.now(UTC)), as_json=as_json)
