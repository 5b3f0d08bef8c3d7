"""`copydesk backup`: the whole database as one verified file, while crawls go on."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.context import CommandContext
from cli.output.tables import format_duration, format_size
from cli.output.terminal import rewrite_line
from cli.parameters import FileToWrite
from cli.signals import stoppable
from db.config.loader import Config
from db.errors import UsageError
from db.maintenance.backup import Backup, Progress, create_backup, new_backup_path, remove_old_backups
from scheduler.maintenance import backup_folder

REFRESH_S = 0.5


@click.command(short_help="Take a verified backup, while crawls go on.")
@click.argument("file", required=False, type=FileToWrite(folders=True))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="What was done, as one JSON object.")
@click.pass_obj
def backup(desk: CommandContext, file: Path | None, force: bool, as_json: bool) -> None:
    """Copy the database into FILE, as it is at one moment, and look the copy through.

    Without FILE: into `backup_folder`, where the newest `backup_keep` are kept, or beside the database where that is not set.
    The name then holds the time. FILE may be a folder.
    """
    with desk.read():
        pass  # it is there, and ours
    database, folder = desk.config.database, backup_folder(desk.config)
    now = datetime.now(UTC)
    target = _target(desk.config, file, now)
    with stoppable(), watching(enabled=not as_json) as progress:
        taken = create_backup(database, target, now=now, replace=force, progress=progress)
    gone: list[Path] = []
    if file is None and folder is not None:
        gone = remove_old_backups(folder, database, desk.config.backup_keep, newest=taken.path)
    if as_json:
        click.echo(json.dumps(taken.as_dict() | {"removed": [str(path) for path in gone]}, ensure_ascii=False))
    else:
        _print(taken, gone)


def _target(config: Config, file: Path | None, now: datetime) -> Path:
    if file is not None:
        return new_backup_path(file, config.database, now) if file.is_dir() else file
    folder = backup_folder(config)
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder}: the folder does not exist; make it, or change backup_folder in copydesk.toml")
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


@contextmanager
def watching(*, enabled: bool = True) -> Iterator[Progress | None]:
    """A progress line on a terminal: what is done, how fast, how long it will take. None elsewhere."""
    if not (enabled and sys.stderr.isatty()):
        yield None
        return
    try:
        yield _line(time.monotonic)
    finally:
        rewrite_line()


def _line(clock: Callable[[], float]) -> Progress:
    began: dict[str, float] = {}
    shown = 0.0

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal shown
        now = clock()
        seconds = now - began.setdefault(stage, now)
        if now - shown < REFRESH_S:
            return
        shown = now
        text = f"{stage} {format_size(total)} · {seconds:.0f} s"
        if done and seconds:
            rate = done / seconds
            left = format_duration((total - done) / rate)
            text = f"{stage} {format_size(done)} of {format_size(total)} · {format_size(rate)}/s · {left} left"
        rewrite_line(text)

    return progress
