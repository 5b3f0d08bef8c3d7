"""`copydesk backup`: copy the whole database into one verified file, while crawls continue."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from cli.output.progress import byte_progress
from cli.output.tables import format_duration, format_size
from cli.parameters import FileToWrite, force_option
from cli.signals import stoppable
from db.config.loader import Config
from db.display.humanize import counted
from db.errors import UsageError
from db.maintenance.backup import Backup, create_backup, new_backup_path, remove_old_backups
from db.maintenance.salvage import salvage as salvage_rows
from scheduler.maintenance import backup_folder


@click.command(short_help="Take a verified backup while crawls continue.")
@click.argument("file", required=False, type=FileToWrite(folders=True))
@force_option
@click.option("--salvage", is_flag=True, help="Of a damaged database: make the new FILE of what can still be read.")
@json_option("Print what was done as one JSON object.")
@click.pass_obj
def backup(context: CommandContext, file: Path | None, force: bool, salvage: bool, as_json: bool) -> None:
    """Copy the database, as it is at one moment, into FILE and verify the copy.

    FILE can be a folder; the name of the backup then contains the time. Without FILE, the backup goes into `backup_folder`, where
    the newest `backup_keep` are kept, or beside the database if that setting is empty.

    \b
    Examples:
      copydesk backup
      copydesk backup /mnt/disk/news.db --force
      copydesk backup --salvage saved.db
    """
    if salvage:
        if force:
            raise UsageError("--salvage replaces no file: name one that does not exist, without --force")
        _salvage(context.config.database, file, as_json=as_json)
        return
    with context.read():
        pass  # it exists and is ours
    database, folder = context.config.database, backup_folder(context.config)
    now = datetime.now(UTC)
    target = _target(context.config, file, now)
    with stoppable(), byte_progress(enabled=not as_json) as progress:
        taken = create_backup(database, target, now=now, replace=force, progress=progress)
    gone: list[Path] = []
    if file is None and folder is not None:
        gone = remove_old_backups(folder, database, context.config.backup_keep, newest=taken.path)
    if as_json:
        print_json(taken.as_dict() | {"removed": [str(path) for path in gone]})
    else:
        _print(taken, gone)


def _salvage(database: Path, file: Path | None, *, as_json: bool) -> None:
    if file is None or file.is_dir():
        raise UsageError("name the new file: `copydesk backup --salvage saved.db`")
    with stoppable():
        made = salvage_rows(database, file, now=datetime.now(UTC))
    if as_json:
        print_json(asdict(made) | {"path": str(made.path)})
        return
    click.echo(f"{made.path}: {counted(made.rows, 'row')}, every one that can be read")
    if made.incomplete:
        click.echo(
            f"  not all rows of {', '.join(made.incomplete)} could be; {counted(made.orphans, 'row')} of others went with them"
        )
    click.echo(
        f"  to go on with it: stop what uses {database}, move that, its -wal and its -shm away, and give this its name"
    )


def _target(config: Config, file: Path | None, now: datetime) -> Path:
    if file is not None:
        return new_backup_path(file, config.database, now) if file.is_dir() else file
    folder = backup_folder(config)
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder}: the folder does not exist; create it, or change backup_folder in copydesk.toml")
    return new_backup_path(folder if folder is not None else config.database.parent, config.database, now)


def _print(taken: Backup, gone: list[Path]) -> None:
    rows = ", ".join(f"{number:,} {name}" for name, number in taken.rows.items())
    rate = f" at {format_size(taken.size / taken.copying_s)}/s" if taken.copying_s else ""
    click.echo(f"{taken.path}: {format_size(taken.size)}, {rows}")
    click.echo(
        f"  copied in {format_duration(taken.copying_s)}{rate}, opened and verified in {format_duration(taken.verifying_s)}"
    )
    for path in gone:
        click.echo(f"  removed {path}")
